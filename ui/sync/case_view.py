"""One conflict as a whole: the record, the three cards, another value, what merged by itself, and the buttons."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import conflicts
from app.access import Permission
from app.conflicts import Case
from app.desk import Desk
from app.words import _
from ui.declared import form_fields, from_form, unreadable
from ui.kit import theme
from ui.kit.buttons import button, icon_button
from ui.kit.editors import LinesEditor
from ui.kit.forms import Form
from ui.kit.labels import ElidedLabel, KeyCap, key_hint, label
from ui.kit.notes import NoteStrip
from ui.sync.saying import explained, merged_said, moment, order
from ui.sync.sides import SideCard, size_of

OTHER = "other"
#: Below this width of the page there is no room for three cards side by side.
NARROW = 1040
#: Tables whose records have a page of their own.
HOMES = frozenset({"equipment", "part", "work_order", "fault", "inspection_task", "staff", "staff_certificate", "training_session", "course"})  # fmt: skip


class CaseView(QWidget):
    """Nothing is chosen from the start; `confirmed` tells the decision and the fields' other values."""

    confirmed = Signal(object, object)
    later = Signal()
    back = Signal()
    list_wanted = Signal()
    record_wanted = Signal(str, object)

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk, self.case = desk, case
        self.choice = ""
        self.form: Form | None = None
        self._mine, self._theirs = order(case, desk)
        self._may = desk.may(Permission.SETTLE_CONFLICTS) and not case.line.decision
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(11)
        column.addLayout(self._head())
        column.addWidget(label(self._sentence(), "dense", "text_2", wrap=True))
        self.cards = self._make_cards()
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        column.addLayout(self._grid, 1)
        if self._may and conflicts.other_values(case):
            column.addWidget(self._other())
        if case.merged:
            titles = (
                [self._mine[2], self._theirs[2]]
                if self._mine[0] == "mine"
                else [self._theirs[2], self._mine[2]]
            )
            column.addWidget(NoteStrip(merged_said(case, titles), "ok"))
        if not case.line.decision and not self._may:
            column.addWidget(
                NoteStrip(_("A supervisor decides about conflicts. Tell yours what is right."), "info")
            )
        if self._may:
            column.addWidget(self._foot())
        if case.line.decision:
            self._show_decision()
        self.fit(1366)

    # parts

    def _head(self) -> QHBoxLayout:
        line, row = self.case.line, QHBoxLayout()
        row.setSpacing(12)
        title = ElidedLabel(line.name or line.code or line.word, "title")
        title.setMaximumWidth(title.fontMetrics().horizontalAdvance(title.text()) + 6)
        row.addWidget(title, 8)
        row.addWidget(label(line.code if line.name else line.word, "dense", "text_2"))
        row.addStretch(1)
        self._place = label("", "caption", "text_2")
        self._before = icon_button("chevron-left", _("The conflict before"))
        self._next = icon_button("chevron-right", _("The next conflict"))
        self._before.clicked.connect(self.back)
        self._next.clicked.connect(self.later)
        for part in (self._before, self._place, self._next):
            row.addWidget(part)
        if line.table in HOMES:
            self._open = button(_("Open the record"), "external-link")
            self._open.clicked.connect(lambda: self.record_wanted.emit(line.table, line.row_id))
            row.addWidget(self._open)
        return row

    def _sentence(self) -> str:
        line = self.case.line
        if line.decision:
            when = moment(line.decided_at, self._desk)
            value = _(", ").join(text or _("empty") for text in self.case.chosen)
            return _("{person} decided {time}: {value}. All values stay in the history.").format(
                person=line.decided_by, time=when, value=value
            )
        return explained(self.case)

    def _make_cards(self) -> list[SideCard]:
        desk, case = self._desk, self.case
        texts = [text for side in (case.base, case.mine, case.theirs) for text in side.texts]
        role = size_of(texts, many=len(case.labels) > 1)
        was = SideCard(desk, _("The value before"), case.base, case.labels, icon="history", role=role)
        if not case.line.decision:
            was.add_note(_("Both changes began from this value."))
        cards = [was]
        for key, icon, (code, side, title) in (("1", "laptop", self._mine), ("2", "user", self._theirs)):
            cap = key if self._may else ""
            card = SideCard(desk, title, side, case.labels, icon=icon, role=role, key=cap)
            if case.gone and code == "theirs":
                card.add_note(_("The record is deleted now."))
            elif code == "theirs" and not case.line.decision:
                card.add_note(_("This value stands in the record now."))
            if self._may:
                card.offer(*self._words(code, title))
                card.wanted.connect(partial(self.choose, code))
            cards.append(card)
        return cards

    def _words(self, code: str, title: str) -> tuple[str, str]:
        """The word on a side's button, before and after it is chosen."""
        if self.case.gone:
            word = _("Leave it deleted") if code == "theirs" else _("Bring it back with this value")
        elif title == _("Mine"):
            word = _("Keep mine")
        elif title == _("Theirs"):
            word = _("Keep theirs")
        else:
            word = _("Take this value")
        return word, _("Chosen: {what}").format(what=word)

    def _other(self) -> QWidget:
        case, made = self.case, QWidget()
        fields = [
            replace(field, required=False, given=True)
            for field in form_fields(self._desk, case.line.table, case.names)
        ]
        if len(fields) == 1:
            placeholder = _("If neither is right, write the right value here")
            fields = [
                replace(fields[0], label=_("Write another"), placeholder=fields[0].placeholder or placeholder)
            ]
        self.form = Form(fields, columns=min(2, len(fields)))
        self.form.changed.connect(self._on_typed)
        for box in self.form.boxes.values():
            if isinstance(
                box.editor, LinesEditor
            ):  # two lines: the page needs no scroll bar on a small screen
                box.editor.setFixedHeight(2 * box.editor.fontMetrics().lineSpacing() + 16)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.form, 1)
        cap = KeyCap("3")
        cap.setFixedHeight(22)
        row.addWidget(cap, 0, Qt.AlignmentFlag.AlignBottom)
        return made

    def _foot(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        self._hints = QWidget()
        hints = QHBoxLayout(self._hints)
        hints.setContentsMargins(0, 0, 0, 0)
        hints.setSpacing(14)
        shown = [("1", self._mine[2]), ("2", self._theirs[2])]
        shown += [("3", _("Another"))] if self.form else []
        for key, words in (*shown, ("Enter", _("Confirm"))):
            hints.addWidget(key_hint(key, words), 0, Qt.AlignmentFlag.AlignVCenter)
        later = button(_("Decide later"), kind="ghost", scale="large")
        later.clicked.connect(self.later)
        self.done = button(_("Confirm, show the next"), "check", "primary", "large")
        self.done.clicked.connect(self.confirm)
        self._set_ready()
        row.addWidget(self._hints)
        row.addStretch(1)
        row.addWidget(later)
        row.addWidget(self.done)
        return made

    # choosing

    def choose_key(self, key: int) -> None:
        """The keys 1, 2 and 3."""
        if not self._may:
            return
        if key == 3:
            if self.form is not None:
                self.choose(OTHER)
        else:
            self.choose((self._mine, self._theirs)[key - 1][0])

    def choose(self, code: str) -> None:
        """Choose a side or another value; nothing is written yet."""
        self.choice = code
        for card, (side, _side, _title) in zip(self.cards[1:], (self._mine, self._theirs), strict=True):
            card.set_chosen(side == code)
        if code == OTHER and self.form is not None:
            editor = self.form.editor(self.case.names[0])
            if not any(box.editor.hasFocus() for box in self.form.boxes.values()):
                editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._set_ready()

    def _on_typed(self) -> None:
        assert self.form is not None
        if self.choice != OTHER and any(box.editor.hasFocus() for box in self.form.boxes.values()):
            self.choose(OTHER)
        self._set_ready()

    def typed(self) -> Mapping[str, Any]:
        """What was written so far, for when the record changes under the hands; a reference is looked up anew."""
        values = self.form.values() if self.form else {}
        return {
            name: value
            for name, value in values.items()
            if value not in (None, "") and not isinstance(value, bytes)
        }

    def type_again(self, typed: Mapping[str, Any]) -> None:
        """Put back what was written; what is to be kept has to be chosen again."""
        if self.form is not None:
            self.form.set_values(typed)

    def _filled(self) -> bool:
        if self.form is None:
            return False
        return any(value not in (None, "") for value in self.form.values().values()) or bool(
            self.form.problems()
        )

    def _set_ready(self) -> None:
        ready = self.choice in {"mine", "theirs"} or (self.choice == OTHER and self._filled())
        self.done.setEnabled(ready)
        self.done.setToolTip("" if ready else _("Choose a value first: 1, 2 or 3"))

    def confirm(self) -> None:
        """Tell the decision; dead until something is chosen, and while what was typed cannot be read."""
        if not self._may or not self.done.isEnabled():
            return
        values: Mapping[str, Any] = {}
        if self.choice == OTHER:
            if self.form is None or not self.form.check():
                return
            typed = self.form.values()
            problems = unreadable(self._desk, self.case.line.table, typed)
            self.form.show_errors(problems)
            if problems:
                return
            values = from_form(self._desk, self.case.line.table, typed)
        self.done.setEnabled(False)
        self.confirmed.emit(self.choice, values)

    def _show_decision(self) -> None:
        for card, (code, _side, _title) in zip(self.cards[1:], (self._mine, self._theirs), strict=True):
            card.set_chosen(code == self.case.line.decision)

    # the window

    def place(self, position: tuple[int, int]) -> None:
        """Which of how many this is."""
        number, count = position
        self._place.setText(
            _("{number} of {count}").format(number=number, count=count) if number else _("Settled")
        )
        for arrow in (self._before, self._next):
            arrow.setEnabled(count > 1)

    def fit(self, width: int) -> None:
        """Three cards side by side; in a narrow page the former value lies under the two others."""
        narrow, compact = width < NARROW, width < theme.size("breakpoint.compact_below")
        for card in self.cards:
            self._grid.removeWidget(card)
        places = [(1, 0, 1, 2), (0, 0, 1, 1), (0, 1, 1, 1)] if narrow else [(0, n, 1, 1) for n in range(3)]
        for card, spot in zip(self.cards, places, strict=True):
            self._grid.addWidget(card, *spot)
        for number in range(3):
            self._grid.setColumnStretch(number, int(number < 2 or not narrow))
        for arrow in (self._before, self._next):
            arrow.setVisible(compact)
        if self._may:
            self._hints.setVisible(width >= theme.size("breakpoint.no_names_below"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
