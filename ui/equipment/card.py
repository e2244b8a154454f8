"""The inspector of a machine: chips, tabs, facts, history, spare parts, documents, life."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import alerts, equipment, values, work
from app.desk import Desk
from app.equipment import LIFE, Card, Entry
from app.fields import fields_of, show
from app.inventory.fitted import parts_of_machine
from app.signs import sign
from app.words import _, ngettext, pgettext
from app.workflow import Step
from ui.kit.bars import ProgressBar
from ui.kit.chips import Chip
from ui.kit.inspector import Inspector
from ui.kit.labels import ElidedLabel, label
from ui.kit.notes import NoteStrip
from ui.kit.timeline import Event, TimeLine
from ui.work.process import ProcessBar, stages

ICONS = {
    "fault": ("octagon-alert", "danger"),
    "work_order": ("hammer", "info"),
    "maintenance": ("wrench", "neutral"),
    "inspection": ("circle-check", "ok"),
    "reading": ("octagon-alert", "danger"),
    "issue": ("package", "neutral"),
    "return": ("undo-2", "neutral"),
    "meter": ("history", "neutral"),
    "use": ("user", "neutral"),
    "move": ("map-pin", "neutral"),
    "document": ("paperclip", "neutral"),
    "modification": ("wrench", "info"),
}
LEVEL_WORDS = {1: "danger", 2: "danger", 3: "warn"}


#: Opens another record: table and id.
Opened = Callable[[str, bytes], Any]


def tabs_of(card: Card) -> list[tuple[str, str]]:
    """The tabs of the inspector; documents say how many there are."""
    documents = f"{_('Documents')} {card.documents}" if card.documents else _("Documents")
    return [
        ("history", _("History")),
        ("facts", _("Facts")),
        ("parts", _("Parts")),
        ("files", documents),
        ("life", _("Life")),
    ]


def chips(card: Card) -> list[Chip]:
    """Status, criticality, and what is open on the machine."""
    made = [Chip.of(card.row["status"])]
    words = _("Criticality {level}").format(level=card.row["criticality"])
    made.append(Chip(words, "neutral", "circle-dot"))
    if card.open_orders:
        count = card.open_orders
        words = ngettext("{count} work order", "{count} work orders", count).format(count=count)
        made.append(Chip(words, "danger", "hammer"))
    return made


def chip_lines(made: list[Chip], room: int = 288) -> list[list[Chip]]:
    """The chips in as many lines as the inspector needs."""
    lines: list[list[Chip]] = [[]]
    for chip in made:
        taken = sum(c.sizeHint().width() + 8 for c in lines[-1])
        if lines[-1] and taken + chip.sizeHint().width() > room:
            lines.append([])
        lines[-1].append(chip)
    return lines


def fill_tab(inspector: Inspector, tab: str, card: Card, desk: Desk, opened: Opened) -> None:
    """What stands under the open tab."""
    fillers = {"history": _history, "facts": _facts, "parts": _parts, "life": _life}
    fillers[tab](inspector, card, desk, opened)


def _summary(card: Card, desk: Desk) -> list[tuple[str, str | QWidget]]:
    row = card.row
    made: list[tuple[str, str | QWidget]] = [(_("Location"), card.path)]
    model = " / ".join(filter(None, [row["model"], row["serial_no"]]))
    made += [(_("Model / serial no."), model)] if model else []
    made += [(_("Responsible person"), card.responsible)] if card.responsible else []
    if row["run_hours"]:
        read_on = (
            _(" (read {day})").format(day=values.show_instant(card.hours_read_at, desk.timezone)[5:10])
            if card.hours_read_at
            else ""
        )
        made.append((_("Running hours"), f"{row['run_hours'] // 1000:,} h{read_on}"))
    if card.life_used is not None:
        made.append((_("Life used"), _life_bar(card.life_used)))
    return made


def _life_bar(used: int) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    bar = ProgressBar(min(used, 100), 100, max(min(used, 100) - 90, 0))
    bar.setMaximumWidth(92)
    row.addWidget(bar)
    row.addWidget(label(f"{used} %", "dense"))
    row.addStretch()
    return holder


def _history(inspector: Inspector, card: Card, desk: Desk, opened: Opened) -> None:
    inspector.add_facts(_summary(card, desk))
    with desk.read() as read:
        entries = equipment.history(read, card.row["id"], limit=60)
        warned = alerts.alerts_on(read, "equipment", card.row["id"])
    inspector.add_line()
    for alert in warned[:2]:
        inspector.add(NoteStrip(alert.what, LEVEL_WORDS[alert.level]))
    if not entries:
        inspector.add(label(_("Nothing has happened to this machine yet."), "dense", "text_2", wrap=True))
        return
    line = TimeLine([event_of(entry, desk) for entry in entries], clickable=True)
    line.opened.connect(lambda place: _open(entries[place], opened))
    inspector.add(line)


def _open(entry: Entry, opened: Opened) -> None:
    if entry.table and entry.ref:
        opened(entry.table, entry.ref)


def event_of(entry: Entry, desk: Desk) -> Event:
    """An entry of the history as a row of the time line."""
    words, more = equipment.said(entry)
    icon, level = ICONS.get(entry.what, ("info", "neutral"))
    if entry.what == "state_change" and entry.target:
        found = sign(entry.target)
        icon, level = found.icon, found.level
    elif entry.what == "inspection" and entry.failed:
        icon, level = "octagon-alert", "danger"
    return Event(icon, level, words, when(entry.at, desk), more)


def when(at: int, desk: Desk) -> str:
    """A time as the time line shows it: this year's without the year."""
    shown = values.show_instant(at, desk.timezone)
    return shown[5:] if shown[:4] == desk.today()[:4] else shown[:10]


_SHOWN = (
    "manufacturer", "model", "serial_no", "purchase_date", "install_date", "commission_date", "purchase_cost",
    "warranty_until", "design_life_years", "mtbf_target", "mttr_target", "next_statutory_due", "arrival_check",
    "acceptance", "retire_reason", "retire_decision", "disposed_on", "disposal_way", "remark",
)  # fmt: skip


def _facts(inspector: Inspector, card: Card, desk: Desk, _opened: Opened) -> None:
    fields = fields_of("equipment")
    made: list[tuple[str, str | QWidget]] = [(_("Class"), card.class_name)]
    made += [(_("Supplier"), card.supplier)] if card.supplier else []
    made += [(_("Part of"), card.parent_code)] if card.parent_code else []
    for name in _SHOWN:
        if card.row[name] not in (None, ""):
            unit = f" {_(fields[name].unit)}" if fields[name].unit else ""
            made.append((_(fields[name].label), show(fields[name], card.row[name]) + unit))
    made += [(_("Planned retirement"), card.retires_on)] if card.retires_on else []
    inspector.add_facts(made)
    with desk.read() as read:
        parts = equipment.children(read, card.row["id"])
    if parts:
        inspector.add_section(_("Depends on this machine"))
        for part in parts:
            inspector.add(_related(part.code, part.name, Chip.of(part.status, bare=True)))


def _related(code: str, name: str, mark: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(label(code, "dense", "text_2"))
    row.addWidget(ElidedLabel(name, "dense"), 1)
    row.addWidget(mark)
    return holder


def _parts(inspector: Inspector, card: Card, desk: Desk, _opened: Opened) -> None:
    with desk.read() as read:
        found = equipment.spare_parts(read, card.row["id"])
        fitted = parts_of_machine(read, card.row["id"], card.row["site_id"])
    if fitted:
        inspector.add_section(_("Parts list"))
    for one in fitted:
        mark = Chip.of("in_stock" if one.available >= one.qty else "out_of_stock", bare=True)
        words = f"{one.name} × {values.show_quantity(one.qty)} {one.unit}"
        inspector.add(_related(one.part_no, "·".join(filter(None, [words, one.position])), mark))
    if fitted and found:
        inspector.add_section(_("Fits this class"))
    if not found and not fitted:
        inspector.add(label(_("No spare part is registered for this class."), "dense", "text_2", wrap=True))
    for _part, code, name, on_hand, state in found:
        known = "in_stock" if state == "ok" else state or "no_data"
        mark = Chip.of(known, bare=True)
        inspector.add(
            _related(code, name if on_hand is None else f"{name} × {values.show_quantity(on_hand)}", mark)
        )


def _life(inspector: Inspector, card: Card, desk: Desk, _opened: Opened) -> None:
    with desk.read() as read:
        taken = work.steps_taken(read, "equipment", card.row["id"])
        five = equipment.five_facts(read, card.row["id"], desk.today())
    inspector.add(ProcessBar(stages(LIFE, taken, card.row["status"], desk.timezone)))
    if five and equipment.is_working(card.row["status"]):
        inspector.add_section(_("For the decision to retire"))
        inspector.add_facts(five_lines(five))


def five_lines(five: equipment.Five) -> list[tuple[str, str | QWidget]]:
    """The five facts in words: age, faults and trend, cost against price, spare parts."""
    trends = {
        "up": _("more than the year before"),
        "down": _("fewer than the year before"),
        "level": _("as many as the year before"),
    }
    age = (
        _("{years} years").format(years=f"{five.age_days / 365.25:.1f}") if five.age_days is not None else "—"
    )
    used = f" · {five.life_used} %" if five.life_used is not None else ""
    year = _("{count} in the last 12 months").format(count=five.faults_year)
    price = f"¥{values.show_money(five.price)}" if five.price else "—"
    return [
        (_("Age"), age + used),
        (_("Faults"), f"{five.faults} · {year}"),
        (_("Trend"), trends[five.trend]),
        (_("Cost to date"), _("¥{cost} of a price of {price}").format(cost=values.show_money(five.cost), price=price)),
        (_("Spare parts"), _("{there} of {all} parts in stock").format(there=five.parts_in_stock, all=five.parts)),
    ]  # fmt: skip


#: States in which what depends on a machine is hurt, too.
STOPPED = ("under_repair", "out_of_service", "retired")


def before_step(desk: Desk, row: dict[str, Any], step: Step) -> str:
    """What is to be known before a step: who depends on the machine (R-4.3-h), and the five facts before it retires (R-4.3-e)."""
    said: list[str] = []
    with desk.read() as read:
        parts = equipment.children(read, row["id"]) if step.target in STOPPED else []
        five = equipment.five_facts(read, row["id"], desk.today()) if step.target == "retired" else None
    if parts:
        names = pgettext("list", ", ").join(f"{part.code} {part.name}" for part in parts)
        said.append(_("These machines depend on it: {names}").format(names=names))
    if five:
        said += [f"{words}: {value}" for words, value in five_lines(five)]
    return "\n".join(said)
