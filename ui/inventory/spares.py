"""The page of spare parts: the list is the page, most urgent first; the inspector tells the rest (LOOK.md, picture 04)."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.fields import fields_of
from app.inventory import figures, parts
from app.inventory.card import PartCard, part_card
from app.inventory.idle import IDLE
from app.inventory.scans import resolve_scan
from app.signs import sign
from app.words import N_, _, ngettext, pgettext
from ui.inventory import card as cards
from ui.inventory.booking import may_book
from ui.inventory.part_inspector import PartInspector
from ui.inventory.tables import PartSource, part_columns, report_site, said_together, site_of, yuan
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.inspector import Panes
from ui.kit.layout import Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

if TYPE_CHECKING:  # forms and what the inspector tells are imported when they are first wanted
    from ui.inventory.booking import BookingDialog
    from ui.inventory.part_form import PartDialog
    from ui.inventory.part_sections import PartSections
    from ui.inventory.policy import PolicyDialog

TOPICS = {"stock", "inventory", "sites", "alerts", "work", "files"}


class SparesPage(Page):
    """Every part with its stock; what needs action comes first."""

    page_wanted = Signal(str)
    """`proposal`, `ledger`, `station` or `purchasing`."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    labels_requested = Signal(object)
    """The ids of the parts whose labels are to be printed."""

    def __init__(
        self,
        desk: Desk,
        tasks: Tasks,
        wedge: Wedge | None = None,
        prefs: MutableMapping[str, Any] | None = None,
    ) -> None:
        super().__init__(_("Spare parts"), table=True)
        self._desk, self._tasks, self._wedge = desk, tasks, wedge
        self._card: PartCard | None = None
        self.dialog: BookingDialog | PartDialog | PolicyDialog | None = None
        self.source = PartSource(desk)
        self.table = Table(
            part_columns(),
            self.source,
            tasks=tasks,
            prefs=prefs,
            total=self.source.count,
            empty=self._empty(),
            first=("state", False),
        )
        self.table.set_legend(cards.legend())
        self.filters = FilterRow(self._filters(), self.table, _("Number, name or pinyin"))
        self.inspector = self._inspector()
        self._to_proposal = button(_("See what to buy"), "arrow-right", scale="small")
        self._to_proposal.clicked.connect(lambda: self.page_wanted.emit("proposal"))
        self.strip = NoteStrip("", "warn", "shopping-cart", self._to_proposal)
        self.strip.hide()
        self._lay_out()
        self._add_buttons()
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(lambda _n: self.panes.open_inspector())
        self.table.refresh()
        self._show_facts()

    def _inspector(self) -> PartInspector:
        made = PartInspector(self._desk, self._tasks)
        made.book_wanted.connect(self.book)
        made.edit_wanted.connect(self.edit)
        made.reorder_wanted.connect(self.reorder)
        made.labels_wanted.connect(self.print_labels)
        made.part_wanted.connect(self.select)
        made.changed.connect(self._on_changed)
        return made

    # layout

    def _lay_out(self) -> None:
        main, frame = QWidget(), QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        box = QVBoxLayout(frame)
        box.setContentsMargins(20, 0, 12, 10)
        box.addWidget(self.strip)
        self._strip_frame = frame
        column.addWidget(self.filters)
        column.addWidget(frame)
        column.addWidget(self.table, 1)
        main.setFocusProxy(self.table)
        self.panes = Panes(main, self.inspector, filters=self.filters)
        self.body.addWidget(self.panes)

    def _empty(self) -> QWidget:
        made = []
        if self._desk.may(Permission.EDIT_PARTS):
            made.append(button(_("Register a part"), "plus", "primary"))
            made[-1].clicked.connect(self.new)
        if self._desk.may(Permission.IMPORT):
            made.append(button(_("Import a list"), "upload"))
            made[-1].clicked.connect(lambda: self.page_wanted.emit("import"))
        return EmptyState(
            "nothing_yet", _("No spare part is registered yet"),
            _("Register the first one, or bring in a whole list from Excel."), *made,
        )  # fmt: skip

    def _add_buttons(self) -> None:
        wanted: list[tuple[str, str, Any, bool]] = [
            (
                _("Scan station"),
                "scan-line",
                lambda: self.page_wanted.emit("station"),
                may_book(self._desk, "issue"),
            ),
            (
                _("Issue slip"),
                "log-out",
                lambda: self.page_wanted.emit("issue"),
                may_book(self._desk, "issue"),
            ),
            (_("Purchase orders"), "shopping-cart", lambda: self.page_wanted.emit("purchasing"), True),
            (_("Stocktakes"), "clipboard-list", lambda: self.page_wanted.emit("stocktake"), True),
            (
                _("Return slip"),
                "undo-2",
                lambda: self.page_wanted.emit("return"),
                may_book(self._desk, "return"),
            ),
            (_("Register a part"), "plus", self.new, self._desk.may(Permission.EDIT_PARTS)),
            (_("Analysis"), "file-chart-column", lambda: self.page_wanted.emit("analysis"), True),
            (_("Movements"), "history", lambda: self.page_wanted.emit("ledger"), True),
            (_("Books of the store"), "lock", lambda: self.page_wanted.emit("books"), True),
            (_("Low-stock list"), "printer", self.print_page, self._desk.may(Permission.PRINT_REPORTS)),
        ]
        for words, icon, slot, allowed in wanted:
            if allowed:
                made = button(words, icon)
                made.clicked.connect(slot)
                self.add_action(made)

    def _filters(self) -> list[Filter]:
        classes = fields_of("part")
        found = [
            Filter("urgent", N_("Needs action")),
            Filter(
                "state",
                N_("Status"),
                lambda: [Choice(s, sign(s).text) for s in (*parts.STATES[: parts.URGENT], "in_stock")],
            ),
            Filter("category", N_("Category"), self._categories),
            Filter(
                "abc", N_("ABC class"), lambda: [Choice(c, _(w)) for c, w in classes["abc_class"].choices]
            ),
            Filter(
                "ved", N_("VED class"), lambda: [Choice(c, _(w)) for c, w in classes["ved_class"].choices]
            ),
            Filter("idle", N_("Idle / expiring"), lambda: [Choice(r, sign(s).text) for r, s in IDLE.items()]),
            Filter("bin", N_("Bin"), self._bins),
        ]
        if self._desk.site is None:
            found.insert(
                0, Filter("site", N_("Site"), lambda: [Choice(s.id, s.name) for s in self._desk.sites()])
            )
        return found

    def _categories(self) -> Sequence[Choice]:
        with self._desk.read() as read:
            return [Choice(word.value, word.words) for word in parts.categories(read)]

    def _bins(self) -> Sequence[Choice]:
        with self._desk.read() as read:
            return [Choice(word.value, word.words) for word in parts.bins(read, site_of(self._desk))]

    # what is shown

    def _show_facts(self) -> None:
        """The line beside the title and the strip about what is to be bought; read by the worker."""
        desk, site = self._desk, site_of(self._desk)

        def work() -> tuple[figures.Summary, figures.StockValue, list[str]]:
            with desk.read() as read:
                return (
                    figures.summary(read, site),
                    figures.stock_value(read, site),
                    figures.covered(read, site),
                )

        self._tasks.run(work, self._on_facts, owner=self, latest="facts")

    def _on_facts(self, found: tuple[figures.Summary, figures.StockValue, list[str]]) -> None:
        told, worth, covered = found
        count = ngettext("{count} part", "{count} parts", told.parts).format(count=told.parts)
        self.set_facts(
            "·".join((count, _("stock value {amount} by moving average").format(amount=yuan(worth.value))))
        )
        words = ngettext(
            "{count} part is to be bought from {suppliers} suppliers.",
            "{count} parts are to be bought from {suppliers} suppliers.",
            told.proposals,
        ).format(count=told.proposals, suppliers=told.suppliers)
        if covered:
            parts = pgettext("list", ", ").join(covered[:3]) + ("…" if len(covered) > 3 else "")
            words = said_together(
                words, _("{parts}: enough is on order, not listed again.").format(parts=parts)
            )
        self.strip.set(words, "warn", "shopping-cart")
        self.strip.setVisible(told.proposals > 0)
        self._strip_frame.setVisible(told.proposals > 0)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & TOPICS:
            self.table.refresh()
            self._show_facts()
            if self._card:
                self.show_part(self._card.part.id)

    def _on_selected(self, number: int | None) -> None:
        row = self.table.model.row(self.table.model.ids.index(number)) if number is not None else None
        if row is not None:
            self.show_part(row.id)
            self.panes.offer()

    def show_part(self, part: bytes) -> None:
        """The inspector tells about this part."""
        with self._desk.read() as read:
            found = part_card(read, part, self.source.site)
        if found is None:
            return
        self._card = found
        self.inspector.show_card(found)

    @property
    def sections(self) -> PartSections | None:
        """The lists of the part that is shown."""
        return self.inspector.sections

    def _on_changed(self, done: Done, words: str) -> None:
        if words:
            self.said.emit(words, lambda: self._take_back(done))
        else:
            self.said.emit(_("The two parts are one now."), None)
        self.refresh(set(done.topics))

    def select(self, part: bytes) -> None:
        """Go to a part: in the list if it is there, in the inspector in any case."""
        self.show_part(part)
        if self._card and self._card.part.n in self.table.model.ids:
            self.table.select([self._card.part.n])
        self.panes.open_inspector()

    # what is done

    def book(self, kind: str, part: bytes | None = None) -> BookingDialog:
        """Open the form of a booking, with the part that is shown."""
        from ui.inventory.booking import BookingDialog

        chosen = part or (self._card.part.id if self._card else None)
        dialog = BookingDialog(self, self._desk, self._tasks, kind=kind, part=chosen, wedge=self._wedge)
        dialog.booked.connect(self._on_booked)
        self._open(dialog)
        return dialog

    def _open(self, dialog: BookingDialog | PartDialog | PolicyDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _on_closed(self) -> None:
        self.dialog = None
        self.table.setFocus()

    def _on_booked(self, done: Done, words: str) -> None:
        self.said.emit(words, lambda: self._take_back(done))
        self.refresh(set(done.topics))

    def _take_back(self, done: Done) -> None:
        self._tasks.run(lambda: self._desk.undo(done.action_id), self._on_taken_back, owner=self)

    def _on_taken_back(self, done: Done) -> None:
        self.said.emit(_("The booking was taken back."), None)
        self.refresh(set(done.topics))

    def edit(self) -> None:
        """Change the part that is shown."""
        if self._card and self._desk.may(Permission.EDIT_PARTS):
            self._ask(self._card)

    def reorder(self) -> None:
        """Work out safety stock and reorder point of the part that is shown."""
        if self._card and self._desk.may(Permission.EDIT_PARTS):
            from ui.inventory.policy import PolicyDialog

            dialog = PolicyDialog(self, self._desk, self._tasks, self._card.part.id)
            dialog.saved.connect(self._on_saved)
            self._open(dialog)

    def new(self) -> None:
        """Register a part (Ctrl N)."""
        if self._desk.may(Permission.EDIT_PARTS):
            self._ask(None)

    def _ask(self, card: PartCard | None) -> None:
        from ui.inventory.part_form import PartDialog

        dialog = PartDialog(self, self._desk, self._tasks, card)
        dialog.saved.connect(self._on_saved)
        self._open(dialog)

    def _on_saved(self, part: bytes, done: Done | None) -> None:
        if done:
            self.said.emit(_("The part was saved."), lambda: self._take_back(done))
            self.refresh(set(done.topics))
        self.show_part(part)

    def find(self) -> None:  # type: ignore[override]  # the window's Ctrl F; QWidget.find is for native ids
        """Search in the list (Ctrl F)."""
        self.filters.search.setFocus()

    def print_page(self) -> None:
        """The low-stock list (Ctrl P)."""
        self.report_requested.emit("low-stock", report_site(self._desk, self.source.site))

    def print_labels(self) -> None:
        """Labels of the selected parts."""
        rows = [self.table.model.row(self.table.model.ids.index(n)) for n in self.table.selected_ids()]
        chosen = [row.id for row in rows if row] or ([self._card.part.id] if self._card else [])
        self.labels_requested.emit(chosen)

    def on_scan(self, text: str) -> bool:
        """A part's label opens its issue; a bin's shows what lies there. Anything else is not ours."""
        found = resolve_scan(self._desk, text)
        if found.kind == "part":
            self.select(found.id)
            if may_book(self._desk, "issue"):
                self.book("issue", found.id)
        elif found.kind == "bin":
            self.filters.set_values({"bin": found.id})
        return found.kind in {"part", "bin"}

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("Open the part")),
            ("Ctrl N", _("Register a part")),
            ("Ctrl P", _("Low-stock list")),
            ("Ctrl Z", _("Take back the last booking")),
        ]
