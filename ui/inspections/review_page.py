"""The supervisor answers for a round (审核): deviations first, then every item; approve, or return with a remark."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.fields import fields_of
from app.inspections import actions, queries
from app.inspections.lists import to_review
from app.inspections.queries import FollowUp, SheetItem
from app.inspections.rules import FAIL, NA, standard_said, value_said
from app.photos import photos_of
from app.signs import sign
from app.values import show_instant
from app.words import N_, _, ngettext
from ui.inspections.place_list import SIGNS
from ui.inspections.saying import level_word
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.dialogs import FormDialog, tell
from ui.kit.forms import FormField
from ui.kit.labels import ElidedLabel, SignLabel, label, line
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.photo import PhotoButton
from ui.kit.tasks import Tasks

ALERT_STATES = {"open": N_("open"), "withdrawn": N_("withdrawn")}


class ReviewPage(Page):
    """One round as it was handed in; read-only."""

    left = Signal()
    reviewed = Signal(object)
    """The id of the round that was decided."""

    review_wanted = Signal(bytes)
    """The next round that waits."""

    said = Signal(str, object)

    report_wanted = Signal(bytes)

    def __init__(self, desk: Desk, tasks: Tasks, task_id: bytes) -> None:
        super().__init__("")
        self._desk, self._tasks, self._task = desk, tasks, task_id
        back = button(_("Back"), "arrow-left")
        back.clicked.connect(self.left)
        self.add_action(back)
        if desk.may(Permission.PRINT_REPORTS):
            report = button(_("Print"), "printer")
            report.clicked.connect(lambda: self.report_wanted.emit(task_id))
            self.add_action(report)
        with desk.read() as read:
            self.sheet = queries.sheet(read, task_id)
            self._raised = queries.follow_ups(read, task_id)
            self._photos = photos_of(read, "inspection_task", task_id)
            whole = actions.sealed(read, task_id)[1] == queries.task_of(read, task_id)["sealed"]
        self.set_title(_("Review: {name}").format(name=self.sheet.name))
        self._waiting = [found.id for found in to_review(desk)]
        self._show_facts()
        self._add_decision()
        if self.sheet.submitted_at and not whole:
            said = _(
                "The answers are no longer those that were submitted: somebody went on on another laptop."
            )
            self.body.addWidget(NoteStrip(said, "danger"))
        elif self.sheet.review_remark:
            self.body.addWidget(
                NoteStrip(_("Returned: {remark}").format(remark=self.sheet.review_remark), "info", "undo-2")
            )
        self.body.addWidget(self._head())
        self.body.addWidget(self._deviations())
        self.body.addWidget(self._all_items())
        self.body.addStretch(1)
        leave = QShortcut(QKeySequence("Esc"), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.left)

    def _show_facts(self) -> None:
        facts = [
            self.sheet.code,
            _("{code} version {version}").format(code=self.sheet.template_code, version=self.sheet.version),
        ]
        if self._task in self._waiting and len(self._waiting) > 1:
            place = self._waiting.index(self._task) + 1
            facts.append(_("{number} of {total} to review").format(number=place, total=len(self._waiting)))
        self.set_facts("·".join(facts))

    def _add_decision(self) -> None:
        if self.sheet.status != "submitted" or not self._desk.may(Permission.REVIEW_ROUNDS):
            return
        self.back_to_sender = button(_("Return"), "undo-2")
        self.back_to_sender.clicked.connect(self._on_return)
        self.add_action(self.back_to_sender)
        self.approve = button(_("Approve"), "check", "primary")
        self.approve.clicked.connect(self._on_approve)
        self.set_primary(self.approve)

    def _head(self) -> Card:
        sheet, zone = self.sheet, self._desk.timezone
        card = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(2)
        shown = sign("failed_open" if sheet.failed else "pass")
        facts: list[tuple[str, str | QWidget]] = [
            (_("Result"), Chip(shown.text, shown.level, shown.icon, bare=True)),
            (_("Place"), sheet.place),
            (_("Done by"), sheet.people or "—"),
            (_("Started"), show_instant(sheet.started_at, zone)),
            (_("Submitted"), show_instant(sheet.submitted_at, zone) or "—"),
            (_("Label scanned"), self._scan_said()),
        ]
        for number, (words, value) in enumerate(facts):
            row, column = divmod(number, 3)
            grid.addWidget(label(words, "caption", "text_2"), row * 2, column)
            if isinstance(value, str):
                grid.addWidget(ElidedLabel(value, "body"), row * 2 + 1, column)
            else:  # aligned: else its fixed width would be that of the whole column
                grid.addWidget(value, row * 2 + 1, column, Qt.AlignmentFlag.AlignLeft)
            grid.setColumnStretch(column, 1)
        card.body.addLayout(grid)
        if sheet.late_reason:
            card.body.addWidget(
                label(_("Late because: {reason}").format(reason=sheet.late_reason), "dense", "text_2")
            )
        return card

    def _scan_said(self) -> str:
        if not self.sheet.scanned_at:
            return _("Not scanned")
        return f"{self.sheet.scanned_label}·{show_instant(self.sheet.scanned_at, self._desk.timezone)[11:]}"

    def _deviations(self) -> Card:
        found = [item for item in self.sheet.items if item.given and item.given.state == FAIL]
        count = len(found)
        title = (
            ngettext("{count} deviation", "{count} deviations", count).format(count=count)
            if count
            else _("No deviations")
        )
        card = Card(title)
        if not found:
            card.add_action(Chip(_("All within limits"), "ok"))
        for number, item in enumerate(found):
            if number:
                card.body.addWidget(line())
            card.body.addWidget(self._deviation(item))
        return card

    def _deviation(self, found: SheetItem) -> QWidget:
        given = found.given
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(14)
        row.addWidget(SignLabel("octagon-alert", "danger_sign", 22), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(found.item.text, "body_strong", wrap=True))
        where = "·".join(filter(None, [found.place, found.equipment, standard_said(found.item)]))
        words.addWidget(label(where, "caption", "text_2", wrap=True))
        if given and given.remark:
            words.addWidget(label(given.remark, "body", wrap=True))
        for raised in self._raised:
            if raised.item_id == found.item.id:
                words.addWidget(label(_raised_said(raised), "caption", "text_2"))
        row.addLayout(words, 1)
        for photo in self._photos:
            if photo.item_id == found.item.id and photo.thumbnail:
                row.addWidget(PhotoButton(self._desk, self._tasks, photo, 84))
        said = value_said(found.item, given.value_num, given.value_text) if given else ""
        row.addWidget(label(said, "title", "danger_text"), 0, Qt.AlignmentFlag.AlignTop)
        return made

    def _all_items(self) -> Card:
        sheet = self.sheet
        card = Card(_("All items"), f"{sheet.done} / {len(sheet.items)}")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(5, 2)
        place, row = "", 0
        for found in sheet.items:
            if found.place != place:
                place = found.place
                grid.addWidget(label(place, "dense", "text_2"), row, 0, 1, 6)
                row += 1
            self._add_row(grid, row, found)
            row += 1
        card.body.addLayout(grid)
        return card

    def _add_row(self, grid: QGridLayout, row: int, found: SheetItem) -> None:
        given = found.given
        state = given.state if given else ""
        icon, tone = SIGNS[state]
        grid.addWidget(SignLabel(icon, tone, 16), row, 0)
        grid.addWidget(ElidedLabel(found.item.text, "body"), row, 1)
        grid.addWidget(label(standard_said(found.item), "dense", "text_2"), row, 2)
        said = value_said(found.item, given.value_num, given.value_text) if given else _("Not checked")
        if state == NA:
            said = _("Not applicable")
        value = label(said, "body", "danger_text" if state == FAIL else "text")
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(value, row, 3)
        photos = (
            ngettext("{count} photo", "{count} photos", found.photos).format(count=found.photos)
            if found.photos
            else ""
        )
        grid.addWidget(label(photos, "caption", "text_2"), row, 4)
        grid.addWidget(ElidedLabel(given.remark if given else "", "dense", "text_2"), row, 5)

    # the decision

    def _on_approve(self) -> None:
        self._decide(partial(actions.approve_round, self._desk, self._task), _("The round was approved."))

    def _on_return(self) -> None:
        values = FormDialog.ask(
            self,
            _("Return {name}").format(name=self.sheet.name),
            [FormField("remark", _("What is to be corrected"), "lines", required=True)],
            do=_("Return"),
            text=_("The round goes back to {people} with this remark.").format(
                people=self.sheet.people or _("its people")
            ),
        )
        if values:
            self._decide(
                partial(actions.return_round, self._desk, self._task, values["remark"]),
                _("The round was returned."),
            )

    def _decide(self, work: Callable[[], Done], words: str) -> None:
        for made in (self.approve, self.back_to_sender):  # a second click is no second decision
            made.setEnabled(False)
        self._tasks.run(work, lambda _done: self._on_decided(words), self._on_refused, owner=self)

    def _on_refused(self, error: Exception) -> None:
        for made in (self.approve, self.back_to_sender):
            made.setEnabled(True)
        if isinstance(error, AppError):
            tell(self, error)

    def _on_decided(self, words: str) -> None:
        """On to the next round that waits, or back."""
        following = next((found for found in self._waiting if found != self._task), None)
        self.reviewed.emit(self._task)
        self.left.emit()
        self.said.emit(words, None)
        if following is not None:
            self.review_wanted.emit(following)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Esc", _("back to the list")), ("Tab", _("from button to button"))]

    def print_page(self) -> None:
        """Ctrl P: the inspection report."""
        self.report_wanted.emit(self._task)


def _raised_said(found: FollowUp) -> str:
    """An alert, fault or order that an answer has raised, and how it stands."""
    if found.kind == "alert":
        state = _(ALERT_STATES.get(found.state, found.state))
        return _("Level {level} alert: {state}").format(level=level_word(found.level or 0), state=state)
    words = dict(fields_of(found.kind)["status"].choices)
    name = _("Fault {code}: {state}") if found.kind == "fault" else _("Work order {code}: {state}")
    return name.format(code=found.number, state=_(words[found.state]))
