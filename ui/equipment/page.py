"""The equipment register (设备台账): tree, list, inspector (LOOK.md, picture 03)."""

from collections.abc import Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app import equipment, photos, work
from app.access import Permission
from app.desk import Desk
from app.equipment import LIFE, Card
from app.fields import fields_of
from app.finder import look_up
from app.words import N_, _, ngettext
from app.workflow import Step
from ui.equipment import card as cards
from ui.equipment import dialogs
from ui.equipment.pictures import Pictures
from ui.equipment.table import COLUMNS, SWITCHES, MachineSource
from ui.equipment.tabs import Tabs
from ui.equipment.trees import Trees
from ui.kit.buttons import button
from ui.kit.documents import DocumentsPart
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.labels import label
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.work.base import ListPage
from ui.work.process import said_step
from ui.work.reports import ask_fault, ask_order
from ui.work.transition import Moving, ask_step, state_choices


class EquipmentPage(ListPage):
    """Every machine: where it is, how it is, what happened to it."""

    import_wanted = Signal()
    """Bring in the register from a file."""

    labels_of = "equipment"
    topics = frozenset({"equipment", "sites", "work", "alerts", "inventory", "rounds", "files"})

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Equipment"), desk, tasks)
        self._card: Card | None = None
        self._tab = "history"
        self.source = MachineSource(desk)
        self.table = Table(
            COLUMNS, self.source, tasks=tasks, prefs=prefs, total=self.source.total, empty=self._empty()
        )
        self.filters = FilterRow(self._filters(), self.table, _("Code, name or pinyin"))
        self.trees = Trees(desk)
        self.trees.selected.connect(self._on_inside)
        self.lay_out(self.trees)
        self._add_buttons()
        self.table.refresh()
        self.refreshed()

    # layout

    def _empty(self) -> QWidget:
        return EmptyState(
            "nothing_yet",
            _("No machine here"),
            _("Choose another place, or register the first machine of this one."),
        )

    def _filters(self) -> list[Filter]:
        fields = fields_of("equipment")
        made = [
            Filter("status", N_("Status"), self._states),
            Filter("class", N_("Class"), self._classes),
            Filter("criticality", N_("Criticality"), lambda: [Choice(c, w) for c, w in fields["criticality"].choices]),
        ]  # fmt: skip
        if self.desk.site is None:
            sites = Filter("site", N_("Site"), lambda: [Choice(s.id, s.name) for s in self.desk.sites()])
            made.insert(0, sites)
        return made

    @staticmethod
    def _states() -> list[Choice]:
        others = [Choice(key, _(words)) for key, words in SWITCHES.items()]
        return [*others, *(Choice(code, words) for code, words in state_choices(LIFE))]

    def _classes(self) -> list[Choice]:
        with self.desk.read() as read:
            return [Choice(row_id, words) for row_id, words in equipment.classes(read)]

    def _add_buttons(self) -> None:
        may = self.desk.may
        wanted: list[tuple[str, str, Callable[[], object], bool]] = [
            (_("Import"), "upload", self.import_wanted.emit, may(Permission.IMPORT)),
            (_("Print"), "printer", self.print_page, may(Permission.PRINT_REPORTS)),
        ]
        for words, icon, slot, allowed in wanted:
            if allowed:
                made = button(words, icon)
                made.clicked.connect(lambda _on=False, act=slot: act())
                self.add_action(made)
        if may(Permission.EDIT_EQUIPMENT):
            made = button(_("Register a machine"), "plus")  # the primary one is in the inspector
            made.clicked.connect(self.new)
            self.set_primary(made)

    def refreshed(self) -> None:
        with self.desk.read() as read:
            every, here = equipment.machine_total(read, self.desk.site.id if self.desk.site else None)
        words = ngettext("{count} machine", "{count} machines", every).format(count=every)
        if self.desk.site:
            words += "·" + _("{count} at this site").format(count=here)
        self.set_facts(words)
        self.trees.reload()

    def _on_inside(self, kind: str, chosen: bytes | None) -> None:
        self.source.inside = {kind: chosen} if chosen else {}
        self.table.refresh()

    # inspector

    def fill(self, record: bytes) -> bool:
        with self.desk.read() as read:
            card = equipment.card(read, record, self.desk.today())
        if card is None:
            return False
        self._card = card
        view = self.inspector
        view.start(card.row["code"], card.name)
        self._add_tools()
        for line in cards.chip_lines(cards.chips(card)):
            view.add_chips(line)
        self._tabs = tabs = Tabs(cards.tabs_of(card), self._tab)
        tabs.chosen.connect(self._on_tab)
        view.add(tabs)
        if self._tab == "files":
            self._fill_files(record)
        else:
            cards.fill_tab(view, self._tab, card, self.desk, self.record_wanted.emit)
        view.set_actions(self._foot())
        return True

    def _fill_files(self, record: bytes) -> None:
        """Photos, and under them the documents."""
        with self.desk.read() as read:
            kept = photos.photos_of(read, "equipment", record)
        if kept:
            self.inspector.add(Pictures(kept, self.desk, self.tasks))
        else:
            text = _("No photo yet. Add one from a file by the menu at the top.")
            self.inspector.add(label(text, "dense", "text_2", wrap=True))
        self.inspector.add_section(_("Documents"))
        self.inspector.add(DocumentsPart(self.desk, self.tasks, "equipment", record))

    def _add_tools(self) -> None:
        if self.desk.may(Permission.PRINT_LABELS):
            self.inspector.add_tool("qr-code", _("Print the label"), self._print_label)
        if self.desk.may(Permission.EDIT_EQUIPMENT):
            self.inspector.add_tool("pencil", _("Change"), self.edit)
        if self.desk.may(Permission.USE_EQUIPMENT) or self.desk.may(Permission.PRINT_REPORTS):
            self._more = self.inspector.add_tool("ellipsis", _("More"), self._show_menu)

    def _foot(self) -> list[Any]:
        made = []
        if self.desk.may(Permission.REPORT_FAULTS):
            made.append(button(_("Report a fault"), "siren", "primary"))
            made[-1].clicked.connect(self.report_fault)
        if self.desk.may(Permission.PLAN_WORK):
            made.append(button(_("New work order"), "hammer"))
            made[-1].clicked.connect(self.plan_order)
        return made

    def menu(self) -> QMenu:
        """What else can be done with the machine: its next states, readings, entries."""
        menu, card = QMenu(self), self._need_card()
        steps = LIFE.steps_from(card.row["status"], self.desk.actor)
        for step in steps:
            menu.addAction(f"{_(step.word)}…", partial(self.take_step, step))
        if steps:
            menu.addSeparator()
        if self.desk.may(Permission.USE_EQUIPMENT):
            menu.addAction(_("Read the meter…"), self.read_meter)
            menu.addAction(_("Log a use…"), self.log_use)
            menu.addAction(_("Write an entry…"), self.write_note)
            menu.addAction(_("Move…"), self.move_machine)
            menu.addAction(_("Add a photo…"), self.add_photo)
        if self.desk.may(Permission.PRINT_REPORTS):
            menu.addAction(_("Print the history…"), self.print_history)
        return menu

    def _show_menu(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _on_tab(self, key: str) -> None:
        self._tab = key
        if self.shown:
            self.fill(self.shown)
            self._tabs.setFocus()  # the arrows go on from tab to tab

    def _need_card(self) -> Card:
        assert self._card is not None
        return self._card

    # what is done

    def new(self) -> None:
        """Ctrl N: register a machine at the chosen place."""
        if not self.desk.may(Permission.EDIT_EQUIPMENT):
            return
        chosen = self.trees.places.current()
        typed = dialogs.ask_machine(self, self.desk, None, {"location_id": chosen} if chosen else None)
        if typed:
            typed = equipment.with_code(self.desk, typed)
            self.do(
                lambda: equipment.register(self.desk, typed), _("Registered: {code}").format(code=typed["code"]), self._on_made
            )  # fmt: skip

    def _on_made(self, made: bytes) -> None:
        self.shown = made

    def edit(self) -> None:
        """Change the fields of the machine."""
        row = self._need_card().row
        typed = dialogs.ask_machine(self, self.desk, row)
        if typed:
            words = _("Changed: {code}").format(code=row["code"])
            self.do(lambda: equipment.edit(self.desk, row["id"], typed), words)

    def take_step(self, step: Step) -> None:
        """Move the machine on in its life; what the step lacks is asked for."""
        row = self._need_card().row
        proposed = {
            "install_date": self.desk.today(),
            "commission_date": self.desk.today(),
            "disposed_on": self.desk.today(),
        }
        note = cards.before_step(self.desk, row, step)
        answer = ask_step(self, self.desk, Moving(LIFE, row, step, proposed, note=note))
        if answer is not None:
            remark, typed = answer
            words = said_step(LIFE.word(step.target))
            self.do(lambda: equipment.proceed(self.desk, row["id"], step.target, remark, **typed), words)

    def report_fault(self) -> None:
        """Report a fault on the machine."""
        typed = ask_fault(self, self.desk, {"equipment_id": self.shown})
        if typed is not None:
            values, with_order = typed
            self.do(lambda: work.report_fault(self.desk, values, with_order=with_order), _("Fault reported"))

    def plan_order(self) -> None:
        """Plan a work order on the machine."""
        typed = ask_order(self, self.desk, {"equipment_id": self.shown})
        if typed is not None:
            self.do(lambda: work.plan_order(self.desk, typed), _("Work order planned"))

    def read_meter(self) -> None:
        """Enter a meter reading."""
        row = self._need_card().row
        typed = dialogs.ask_reading(self, self.desk, row)
        if typed is not None:
            meter, value, swapped = typed["meter"], typed["value"], bool(typed["replaced"])
            work_ = partial(equipment.read_meter, self.desk, row["id"], meter, value, replaced=swapped)
            self.do(work_, _("Reading entered"))

    def log_use(self) -> None:
        """Enter a use."""
        row = self._need_card().row
        typed = dialogs.ask_use(self, self.desk, row)
        if typed is not None:
            times = typed["started_at"], typed["ended_at"]
            work_ = partial(
                equipment.log_use, self.desk, row["id"], typed["operator_id"], times, typed["purpose"] or ""
            )
            self.do(work_, _("Use logged"))

    def write_note(self) -> None:
        """Write an entry into the history."""
        row = self._need_card().row
        typed = dialogs.ask_note(self, row)
        if typed is not None:
            work_ = partial(
                equipment.write_note, self.desk, row["id"], typed["event"], typed["text"], typed["cost"]
            )
            self.do(work_, _("Entry written"))

    def move_machine(self) -> None:
        """Take the machine to another place."""
        row = self._need_card().row
        typed = dialogs.ask_place(self, self.desk, row)
        if typed is not None:
            work_ = partial(equipment.move, self.desk, row["id"], typed["location_id"], typed["remark"] or "")
            self.do(work_, _("Moved: {code}").format(code=row["code"]))

    def add_photo(self) -> None:
        """Put a photo from a file to the machine."""
        row = self._need_card().row
        path, _kind = QFileDialog.getOpenFileName(
            self, _("Add a photo"), "", _("Pictures (*.jpg *.jpeg *.png)")
        )
        if path:
            self._tab = "files"
            work_ = partial(photos.attach_photo, self.desk, Path(path), "equipment", row["id"])
            self.do(work_, _("Photo added"))

    def _print_label(self) -> None:
        self.labels_requested.emit([self.shown])

    def print_page(self) -> None:
        """Ctrl P: the register of the site in view."""
        self.report_requested.emit(
            "equipment-register", {"site": self.desk.site.code} if self.desk.site else {}
        )

    def print_history(self) -> None:
        """The history of the machine on paper."""
        self.report_requested.emit("equipment-file", {"code": self._need_card().row["code"]})

    def on_scan(self, code: str) -> bool:
        """A machine's label opens the machine."""
        with self.desk.read() as read:
            found = look_up(read, code)
        if len(found) != 1 or found[0].table != "equipment":
            return False
        self.open_target(found[0].id)
        return True

    def open_target(self, record: bytes) -> None:
        """Open a machine from elsewhere."""
        with self.desk.read() as read:
            self.show_record(record, equipment.number_of(read, record))

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        return [("Enter", _("Open the machine")), ("← →", _("Tabs of the inspector"))]
