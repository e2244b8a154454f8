"""What is asked about a part: a line of a kit, where it is fitted, another code, the life of a piece."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from app import duplicates, values
from app.changes import Done
from app.desk import Desk
from app.inventory import finders
from app.inventory.fitted import fit_part
from app.inventory.kits import issue_kit, keep_kit, kit_lines, whole
from app.inventory.register import EVERY, all_classes, classes_of, fit_classes
from app.inventory.units import PLACES, Unit, life_of
from app.labels.bindings import bind_code
from app.search import find
from app.words import _
from ui.inventory.tables import ICONS, change, type_word
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, FormDialog, Scroller
from ui.kit.editors import Find
from ui.kit.forms import FormField
from ui.kit.labels import label
from ui.kit.timeline import Event, TimeLine

Work = Callable[[], Done | None]


def _finder(desk: Desk, search: Callable[..., Any]) -> Find:
    def found(text: str) -> Any:
        with desk.read() as read:
            return search(read, text)

    return found


def ask_kit_line(parent: QWidget, desk: Desk, kit: dict[str, Any]) -> Work | None:
    """Another part of the kit, or another quantity of one."""
    fields = [
        FormField(
            "part_id", _("Spare part"), "reference", required=True, find=_finder(desk, finders.find_parts)
        ),
        FormField("qty", _("Quantity in a kit"), "number", required=True),
    ]
    typed = FormDialog.ask(parent, _("A part of {kit}").format(kit=kit["part_no"]), fields)
    if typed is None:
        return None
    with desk.read() as read:
        now = {line.part_id: line.qty for line in kit_lines(read, kit["id"], None)}
    return partial(keep_kit, desk, kit["id"], now | {typed["part_id"]: typed["qty"]})


def ask_issue(parent: QWidget, desk: Desk, kit: dict[str, Any], kits: int) -> Work | None:
    """How many kits are taken, for what and by whom."""
    fields = [
        FormField("qty", _("Kits"), "number", required=True),
        FormField(
            "purpose", _("For work order or machine"), "reference", find=_finder(desk, finders.find_purposes)
        ),
        FormField("taken_by", _("Taken by"), "reference", find=_finder(desk, finders.find_staff)),
        FormField("reason", _("Reason")),
    ]
    text = _("{count} whole kits can be issued now.").format(count=kits)

    def check(filled: dict[str, Any]) -> dict[str, str]:
        if whole(filled["qty"]) > kits:
            return {"qty": text}
        return {} if filled["purpose"] or filled["reason"] else {"reason": _("Say what it is for: a work order, a machine or a reason.")}  # fmt: skip

    title = _("Issue {kit}").format(kit=f"{kit['part_no']} {kit['name']}")
    typed = FormDialog.ask(
        parent, title, fields, {"qty": values.THOUSAND}, check=check, do=_("Issue"), text=text
    )
    if typed is None:
        return None
    purpose = typed["purpose"]
    with desk.read() as read:
        order = purpose if purpose and finders.is_order(read, purpose) else None
    more = {"work_order": order, "equipment": None if order else purpose, "taken_by": typed["taken_by"]}
    return lambda: issue_kit(desk, kit["id"], whole(typed["qty"]), reason=typed["reason"] or "", **more)[0]


def ask_fitted(parent: QWidget, desk: Desk, part: dict[str, Any]) -> Work | None:
    """A machine, or a class of machines, that holds the part."""

    def owners(text: str) -> Any:
        with desk.read() as read:
            found = find(read, text, ("equipment", "equipment_class"))
        return [((one.table, one.id), f"{one.code} {one.title}") for one in found]

    fields = [
        FormField("owner", _("Machine or class"), "reference", required=True, find=owners),
        FormField("qty", _("Quantity"), "number", part["unit"], required=True),
        FormField("position", _("Position")),
    ]
    title = _("Where {part} is fitted").format(part=part["part_no"])
    typed = FormDialog.ask(parent, title, fields, {"qty": values.THOUSAND})
    if typed is None:
        return None
    table, record = typed["owner"]
    place = {"equipment": record} if table == "equipment" else {"class_id": record}
    return partial(fit_part, desk, part["id"], typed["qty"], position=typed["position"] or "", **place)


def ask_classes(parent: QWidget, desk: Desk, part: dict[str, Any]) -> Work | None:
    """Which classes of machines the part fits."""
    with desk.read() as read:
        every, now = all_classes(read), [code for code, _name in classes_of(read, part)]
    choices = [
        (EVERY, _("any equipment")),
        *((code, f"{code} {name}") for code, name in every if code != EVERY),
    ]
    title = _("Classes of machines that {part} fits").format(part=part["part_no"])
    field = FormField("classes", _("Fits equipment classes"), "many", choices=choices)
    typed = FormDialog.ask(parent, title, [field], {"classes": now})
    return None if typed is None else partial(fit_classes, desk, part["id"], typed["classes"] or ())


def ask_merge(parent: QWidget, desk: Desk, part: dict[str, Any]) -> tuple[Callable[[], Done], bytes] | None:
    """Which other part is the same one, and which of both stays with which values: the work, and the part that stays."""
    from ui.sync.merge_dialog import MergeDialog

    def others(text: str) -> Any:
        with desk.read() as read:
            return [found for found in finders.find_parts(read, text) if found[0] != part["id"]]

    title = _("Merge {part} with another part").format(part=part["part_no"])
    text = _("Which one is the same part? Both are compared before anything is changed.")
    field = FormField("other", _("Spare part"), "reference", required=True, find=others)
    typed = FormDialog.ask(parent, title, [field], do=_("Compare"), text=text)
    with desk.read() as read:
        pair = typed and duplicates.pair(read, "part", part["id"], typed["other"], desk.timezone)
    if not pair:
        return None
    dialog = MergeDialog(parent, desk, pair, _("Two parts that are one"))
    agreed = dialog.exec()
    dialog.deleteLater()
    work = partial(duplicates.merge_records, desk, "part", dialog.given_up, dialog.kept, dialog.chosen)
    return (work, dialog.kept) if agreed else None


def ask_code(parent: QWidget, desk: Desk, part: dict[str, Any]) -> Work | None:
    """A maker's barcode, or any code, that finds the part from now on."""
    field = FormField("code", _("Code"), required=True, help=_("Scan it into this field, or type it."))
    typed = FormDialog.ask(parent, _("Another code for {part}").format(part=part["part_no"]), [field])
    return None if typed is None else partial(bind_code, desk, typed["code"], "part", part["id"])


def unit_words(unit: Unit) -> str:
    """Where a piece is: `fitted · DC1-CRA-001`."""
    return "·".join(filter(None, (_(PLACES[unit.place]), unit.where)))


class LifeDialog(Dialog):
    """Everything that happened to one piece."""

    def __init__(self, parent: QWidget | None, desk: Desk, part: dict[str, Any], unit: Unit) -> None:
        super().__init__(parent, unit.serial, f"{part['part_no']} {part['name']}")
        with desk.read() as read:
            life = life_of(read, part["id"], unit.serial)
        facts = [unit_words(unit)]
        if unit.batch:
            facts.append(_("Batch {batch}").format(batch=unit.batch))
        if unit.expires:
            facts.append(_("keeps until {day}").format(day=unit.expires))
        self.body.addWidget(label("   ".join(facts), "body", "text_2", wrap=True))
        events = [
            Event(
                ICONS[move.type], "neutral", f"{type_word(move.type)}  {change(move.qty, move.unit)}",
                values.show_instant(move.happened_at, desk.timezone),
                "·".join(filter(None, [move.what_for, move.bin, move.booked_by])),
            )
            for move in reversed(life)
        ]  # fmt: skip
        self.body.addWidget(Scroller(TimeLine(events)))
        self.add_button(button(_("Close"), scale="large"), safe=True).clicked.connect(self.reject)
