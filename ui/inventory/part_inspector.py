"""The inspector of a part with everything that can be done about it: its lists, photos and documents, its tools and buttons."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.inventory.card import PartCard
from app.words import _
from ui.inventory import card as cards
from ui.inventory.booking import may_book
from ui.kit.buttons import button
from ui.kit.dialogs import tell
from ui.kit.inspector import Inspector
from ui.kit.tasks import Tasks

if TYPE_CHECKING:
    from ui.inventory.part_sections import PartSections


class PartInspector(Inspector):
    """It shows a part and says what the person wants; the page does it."""

    book_wanted = Signal(str)
    """The kind of booking."""

    edit_wanted = Signal()
    reorder_wanted = Signal()
    labels_wanted = Signal()

    part_wanted = Signal(object)
    """The id of another part that was opened."""

    changed = Signal(object, str)
    """The Done, and what was done in words."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self._card: PartCard | None = None
        self.sections: PartSections | None = None

    def show_card(self, card: PartCard) -> None:
        """Tell about this part; what only a part that is opened needs is imported now."""
        from ui.inventory.part_photos import PartPhotos
        from ui.inventory.part_sections import PartSections
        from ui.kit.documents import DocumentsPart

        self._card = card
        cards.fill(self, card, self._desk)
        self.sections = PartSections(self._desk, self._tasks, card.row)
        self.sections.changed.connect(self.changed)
        self.sections.part_wanted.connect(self.part_wanted)
        self.add(self.sections)
        self.add_section(_("Photos"))
        self.add(PartPhotos(self._desk, self._tasks, card.part.id))
        self.add_section(_("Documents"))
        self.add(DocumentsPart(self._desk, self._tasks, "part", card.part.id))
        self._add_tools(is_kit=card.row["kind"] == "kit")
        self.set_actions(self._kit_buttons(self.sections) if card.row["kind"] == "kit" else self._buttons())

    def _add_tools(self, *, is_kit: bool) -> None:
        if self._desk.may(Permission.EDIT_PARTS):
            self.add_tool("pencil", _("Change"), self.edit_wanted.emit)
            if not is_kit:
                self.add_tool("file-chart-column", _("Reorder point"), self.reorder_wanted.emit)
        for kind, icon, words in (
            ("return", "undo-2", _("Put back")),
            ("transfer", "arrow-left-right", _("Transfer")),
        ):
            if may_book(self._desk, kind) and not is_kit:
                self.add_tool(icon, words, self._booker(kind))
        rest: list[tuple[str, str, Callable[..., object]]] = [
            (icon, words, self._booker(kind))
            for kind, icon, words in (
                ("adjust", "clipboard-check", _("Correct the stock")),
                ("scrap", "trash-2", _("Scrap")),
            )
            if may_book(self._desk, kind) and not is_kit
        ]
        if self._desk.may(Permission.EDIT_PARTS):
            rest.append(("git-compare-arrows", _("Merge with another part"), self.merge))
        self.add_more(rest)

    def _kit_buttons(self, sections: PartSections) -> list[QPushButton]:
        """A kit is issued by its parts; it is never received itself."""
        if not may_book(self._desk, "issue"):
            return []
        made = button(_("Issue the kit"), "log-out", "primary")
        made.clicked.connect(sections.issue)
        return [made]

    def _buttons(self) -> list[QPushButton]:
        made = []
        for kind, words, icon, style in (
            ("issue", _("Issue"), "log-out", "primary"),
            ("receipt", _("Receive"), "log-in", "default"),
        ):
            if may_book(self._desk, kind):
                made.append(button(words, icon, style))
                made[-1].clicked.connect(self._booker(kind))
        if self._desk.may(Permission.PRINT_LABELS):
            made.append(button(_("Label"), "qr-code"))
            made[-1].clicked.connect(lambda _on=False: self.labels_wanted.emit())
        return made

    def _booker(self, kind: str) -> Callable[..., object]:
        return lambda *_on: self.book_wanted.emit(kind)

    def merge(self) -> None:
        """It is the same part as another one: choose that, compare both, and make one of them."""
        from ui.inventory.part_dialogs import ask_merge

        if self._card and (asked := ask_merge(self, self._desk, self._card.row)):
            work, kept = asked
            self._tasks.run(work, partial(self._on_merged, kept), partial(tell, self), owner=self)

    def _on_merged(self, kept: bytes, done: Done) -> None:
        self.changed.emit(done, "")
        self.part_wanted.emit(kept)
