"""Doing a round (巡检) over the whole window, by keyboard alone: one item at a time, each answer saved when it is confirmed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QInputDevice, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.desk import Desk
from app.errors import AppError
from app.inspections import actions, queries
from app.inspections.actions import Answered, NotComplete
from app.inspections.drafts import draft, round_key, save_draft
from app.inspections.queries import Given, OpenPoint
from app.inspections.rules import FAIL, NA, Value
from app.inspections.scan import task_for_scan
from app.photos import SUFFIXES, attach_photo
from app.values import local
from app.words import _
from ui.inspections.entry import NumberEntry
from ui.inspections.finish import FinishPanel
from ui.inspections.frame import Foot, Head
from ui.inspections.item_view import ItemView, Typed
from ui.inspections.parts import Band, Keypad
from ui.inspections.past import PastCard
from ui.inspections.place_list import PlaceList
from ui.kit import theme
from ui.kit.labels import key_hint
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.kit.tokens import TOKENS

DRAFT_PAUSE = 300  # ms
WIDE, MIDDLE = 1180, 960


def touched_screen() -> bool:
    """Whether a touch screen reports."""
    return any(device.type() == QInputDevice.DeviceType.TouchScreen for device in QInputDevice.devices())


class RoundPage(QWidget):
    """A round that is under way. The draft of the item in hand stays with its author."""

    left = Signal()
    """The person leaves the round; everything confirmed is saved."""

    submitted = Signal(object)
    """The round was handed in: the task's id."""

    def __init__(self, desk: Desk, tasks: Tasks, task_id: bytes, *, keypad: str = "auto") -> None:
        super().__init__()
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._tasks, self._task = desk, tasks, task_id
        self._keypad_shown = keypad == "always" or (keypad == "auto" and touched_screen())
        self._pending = 0
        self._compact = False
        self.number = 0
        self.view: ItemView | None = None
        self.choose_files: Callable[[], list[Path]] = self._ask_for_files
        with desk.read() as read:
            self.sheet = queries.sheet(read, task_id)
        self._later = QTimer(self, singleShot=True, interval=DRAFT_PAUSE)
        self._later.timeout.connect(self._keep_draft)
        self._build()
        self._connect()
        self._begin()

    # the frame

    def _build(self) -> None:
        self.head, self.foot = Head(), Foot()
        self.places, self.keypad, self.finish = PlaceList(), Keypad(), FinishPanel()
        self.note = NoteStrip("", "info")
        self.note.hide()
        self._left = self._left_side()
        self._stack = QStackedWidget()
        self._holder = QWidget()
        self._held = QVBoxLayout(self._holder)
        self._held.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._holder)
        self._stack.addWidget(self.finish)
        self._middle = QVBoxLayout()
        self._middle.setSpacing(8)
        self._middle.addWidget(self._scrolled(self._stack), 1)
        self._middle.addWidget(self.note)
        keys = QVBoxLayout()
        keys.addWidget(self.keypad)
        keys.addStretch()
        self._right = QVBoxLayout()
        self._past: PastCard | None = None
        self._body = QHBoxLayout()
        self._body.setSpacing(16)
        self._body.addLayout(self._middle, 1)
        self._body.addLayout(keys)
        self._body.addLayout(self._right)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addLayout(self._body, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # The window may grow small: the parts that have no room then go, instead of holding it open.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self.head)
        column.addLayout(row, 1)
        column.addWidget(self.foot)

    def _left_side(self) -> QWidget:
        side = Band("r", "surface_alt")
        side.setFixedWidth(232)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 12, 1, 12)
        column.setSpacing(6)
        column.addWidget(self._scrolled(self.places), 1)
        for key, words in (("F2", _("go to an item")), ("Esc", _("leave; all is saved"))):
            hint = key_hint(key, words)
            hint.setContentsMargins(14, 0, 0, 0)
            column.addWidget(hint, 0, Qt.AlignmentFlag.AlignLeft)
        return side

    @staticmethod
    def _scrolled(inner: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        inner.setProperty("ground", "none")
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        return area

    def _connect(self) -> None:
        self.head.back_wanted.connect(self.leave)
        self.head.submit_wanted.connect(self.submit)
        self.foot.back_wanted.connect(self.previous)
        self.foot.next_wanted.connect(self.on_enter)
        self.foot.not_applicable_wanted.connect(self.toggle_not_applicable)
        self.places.chosen.connect(self.go_to)
        self.places.left.connect(self.take_focus)
        self.keypad.pressed.connect(self._on_pad)
        self.finish.chosen.connect(self._go_to_item)
        self.finish.submit_wanted.connect(self.submit)
        shortcuts: list[tuple[str, Callable[[], object]]] = [
            ("PgUp", self.previous),
            ("PgDown", self.skip),
            ("F8", self.add_photo),
            ("Ctrl+I", self.add_photo),
            ("F9", self.toggle_not_applicable),
            ("Ctrl+D", self.toggle_not_applicable),
            ("F2", self.walk),
            ("Ctrl+G", self.walk),
            ("Esc", self._on_escape),
            ("Ctrl+Return", self.submit),
            ("Ctrl+Enter", self.submit),
        ]
        for keys, slot in shortcuts:
            made = QShortcut(QKeySequence(keys), self)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(slot)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("confirm, next item")),
            ("PgUp", _("previous item")),
            ("PgDn", _("next item without an answer")),
            ("1 2 3", _("choose an answer")),
            ("F8 / Ctrl I", _("add a photo")),
            ("F9 / Ctrl D", _("not applicable")),
            ("F2 / Ctrl G", _("go to an item")),
            ("Shift Enter", _("new line in a remark")),
            ("Ctrl Enter", _("Submit round")),
            ("Esc", _("leave; all is saved")),
        ]

    # where it begins

    def _begin(self) -> None:
        kept = draft(self._desk, round_key(self._task))
        numbers = {found.item.id.hex(): n for n, found in enumerate(self.sheet.items)}
        if kept.get("item") in numbers:
            self._show(numbers[kept["item"]])
            if self.view:
                self.view.restore(Typed(kept["text"], kept["remark"], bool(kept["na"])))
                self.say(_("What you had typed here is back. Enter confirms it."), "info")
        else:
            self._show(self._first_open())
        if self.sheet.review_remark and self.sheet.status == "in_progress" and not kept:
            self.say(_("Returned: {remark}").format(remark=self.sheet.review_remark), "info", "undo-2")
        self.head.show_saved("")

    def _first_open(self) -> int:
        return next((n for n, found in enumerate(self.sheet.items) if found.given is None), 0)

    # items

    def _show(self, number: int) -> None:
        """Show an item with a fresh field."""
        self.number = number
        found = self.sheet.items[number]
        with self._desk.read() as read:
            past = queries.last_values(read, self._task, found.item)
            remarks = queries.recent_remarks(read, found.item, self.sheet.site_id)
            orders = queries.open_orders(read, found.item.equipment_id)
        self._take_out()
        self.view = ItemView(
            self.sheet, number, past, remarks,
            timezone=self._desk.timezone, scanned=self._scanned(), compact=self._compact,
        )  # fmt: skip
        self._held.addWidget(self.view)
        self.view.edited.connect(self._on_edited)
        self.view.confirmed.connect(self.on_enter)
        self.view.photo_wanted.connect(self.add_photo)
        self._past = PastCard(found.item, past, orders, self._desk.timezone, self.view.number_now())
        self._right.addWidget(self._past)
        self._stack.setCurrentIndex(0)
        self.foot.set_item(first=number == 0, finished=False)
        self._show_sheet()
        self._arrange()
        if self.isVisible():
            self.view.show()  # at once, not with the next round of events: a hidden field takes no focus
        self.view.entry.take_focus()

    def _take_out(self) -> None:
        for old, layout in ((self.view, self._held), (self._past, self._right)):
            if old is not None:
                old.hide()
                layout.removeWidget(old)
                old.deleteLater()
        self.view = self._past = None

    def _scanned(self) -> str:
        if not self.sheet.scanned_at:
            return ""
        clock = local(self.sheet.scanned_at, self._desk.timezone).strftime("%H:%M")
        return _("{time} scanned {label}").format(time=clock, label=self.sheet.scanned_label)

    def _show_sheet(self) -> None:
        self.head.show_sheet(self.sheet)
        self.places.show_sheet(self.sheet, self.number)

    def take_focus(self) -> None:
        """The keyboard goes to the field of the item in hand."""
        self.places.show_sheet(self.sheet, self.number)
        if self._stack.currentIndex() == 0 and self.view:
            self.view.entry.take_focus()
        else:
            self.finish.take_focus()

    def on_enter(self) -> None:
        """Confirm what stands in the field and go on."""
        view = self.view
        if view is None or self._stack.currentIndex() != 0:
            return
        if not view.dirty and view.found.given is None and view.state() is not None:
            view.dirty = True  # a photo that is its own answer
        if not view.dirty and view.found.given is None and view.item.required:
            view.complain(
                _("Give an answer first: an empty field is not 0. PgDn goes on without one."), at_remark=False
            )
        elif self._confirm():
            self._forward()

    def skip(self) -> None:
        """Go on; what was typed is confirmed, an empty item stays open."""
        if self._stack.currentIndex() == 0 and self._confirm():
            self._forward()

    def previous(self) -> None:
        """One item back."""
        if self._stack.currentIndex() != 0:
            self._show(self.number)
        elif self.number and self._confirm():
            self._show(self.number - 1)

    def go_to(self, number: int) -> None:
        """Another item of the list."""
        if self._stack.currentIndex() != 0 or self._confirm():
            self._show(number)

    def _go_to_item(self, item_id: bytes) -> None:
        self.go_to(next(n for n, found in enumerate(self.sheet.items) if found.item.id == item_id))

    def walk(self) -> None:
        """F2: the keyboard walks through the list of items."""
        if self._left.isVisible():
            self.places.walk()
        else:
            self._check_out()

    def _forward(self) -> None:
        if self.number + 1 < len(self.sheet.items):
            self._show(self.number + 1)
        else:
            self._check_out()

    def _confirm(self) -> bool:
        """Save the answer in hand if there is one; False when it cannot be, then the reason stands at the field."""
        view = self.view
        if view is None or not view.dirty:
            return True
        typed = view.typed()
        if not typed.text.strip() and not typed.remark and not typed.not_applicable and view.state() is None:
            self._drop_draft()
            return True
        try:
            value = view.value()
        except AppError as error:
            view.complain(str(error), at_remark=False)
            return False
        state = view.state()
        if state is None:
            view.complain(_("Give an answer first: an empty field is not 0."), at_remark=False)
            return False
        if state in {FAIL, NA} and not typed.remark:
            why = _("Please say why this does not apply.") if state == NA else _("required: say what you see")
            view.complain(why, at_remark=True)
            return False
        self._save(view, value, state, typed)
        return True

    def _save(self, view: ItemView, value: Value, state: str, typed: Typed) -> None:
        desk, task, item = self._desk, self._task, view.item
        view.dirty = False
        self._later.stop()
        self._pending += 1
        self.note.hide()
        self.head.show_saved("", saving=True)
        number = value if isinstance(value, int) else None
        text = value if isinstance(value, str) else None
        given = Given(b"", item.id, number, text, state, typed.remark, desk.now(), "")
        items = list(self.sheet.items)
        items[view.number] = replace(view.found, given=given)
        self.sheet = replace(self.sheet, items=tuple(items))

        def work() -> Answered:
            done = actions.answer_item(
                desk, task, item.id, value, typed.remark, not_applicable=typed.not_applicable
            )
            save_draft(desk, round_key(task), {})
            return done

        self._tasks.run(
            work,
            partial(self._on_saved, item.text),
            partial(self._on_refused, view.number, typed),
            owner=self,
        )

    def _on_saved(self, name: str, done: Answered) -> None:
        self._pending -= 1
        self._reload()
        self.head.show_saved(local(self._desk.now(), self._desk.timezone).strftime("%H:%M:%S"))
        self._tell(name, done)

    def _on_refused(self, number: int, typed: Typed, error: Exception) -> None:
        """What could not be saved comes back into its field."""
        self._pending -= 1
        self._reload()
        self._show(number)
        if self.view:
            self.view.restore(typed)
            self.view.complain(str(error), at_remark=False)
        self.head.show_saved("")

    def _tell(self, name: str, done: Answered) -> None:
        """Say what a confirmed answer has set going, or taken back."""
        if done.raised:
            text = _("{item}: fault {fault} and work order {order} were opened.")
            self.say(text.format(item=name, fault=done.raised[0], order=done.raised[-1]), "danger", "hammer")
        elif done.alert:
            text = _("{item}: a level {level} alert was raised.")
            self.say(text.format(item=name, level=done.alert), "danger", "siren")
        elif done.withdrawn:
            text = _("{item}: corrected; fault {fault} and work order {order} were withdrawn.")
            self.say(text.format(item=name, fault=done.withdrawn[0], order=done.withdrawn[-1]), "ok")
        elif done.alert_withdrawn:
            self.say(_("{item}: corrected; its alert was withdrawn.").format(item=name), "ok")
        elif done.kept:
            text = _("{item}: corrected. {codes} stay open since somebody has taken them up; tell them.")
            self.say(text.format(item=name, codes=", ".join(done.kept)), "warn")

    def say(self, text: str, level: str, icon: str | None = None) -> None:
        """One line above the foot: what has just happened."""
        self.note.set(text, level, icon)
        self.note.show()

    def _reload(self) -> None:
        if self._pending:
            return
        with self._desk.read() as read:
            self.sheet = queries.sheet(read, self._task)
        if self.view and self.view.number < len(self.sheet.items):
            self.view.found = self.sheet.items[self.view.number]
            self.view.show_photos(self.view.found.photos)
        self._show_sheet()

    # drafts

    def _on_edited(self) -> None:
        self._later.start()
        if self._past and self.view:
            self._past.set_now(self.view.number_now())

    def _keep_draft(self) -> None:
        view = self.view
        if view is None or not view.dirty:
            return
        typed, desk, key = view.typed(), self._desk, round_key(self._task)
        body = {
            "item": view.item.id.hex(),
            "text": typed.text,
            "remark": typed.remark,
            "na": typed.not_applicable,
        }
        self._tasks.run(lambda: save_draft(desk, key, body), lambda _kept: None, owner=self, latest="draft")

    def _drop_draft(self) -> None:
        self._later.stop()
        desk, key = self._desk, round_key(self._task)
        self._tasks.run(lambda: save_draft(desk, key, {}), lambda _kept: None, owner=self)

    # photo, not applicable, keypad, scan

    def _on_pad(self, key: str) -> None:
        if self.view and isinstance(self.view.entry, NumberEntry):
            self.view.entry.press(key)

    def toggle_not_applicable(self) -> None:
        """F9: this item does not apply; its reason is asked."""
        if self.view and self._stack.currentIndex() == 0:
            self.view.toggle_not_applicable()

    def _ask_for_files(self) -> list[Path]:
        pattern = _("Photos ({patterns})").format(patterns=" ".join(f"*.{suffix}" for suffix in SUFFIXES))
        names, _chosen = QFileDialog.getOpenFileNames(self, _("Add photos"), "", pattern)
        return [Path(name) for name in names]

    def add_photo(self) -> None:
        """F8: photos from files; each is saved at once."""
        if self.view is None or self._stack.currentIndex() != 0:
            return
        desk, task, item = self._desk, self._task, self.view.item.id
        for path in self.choose_files():
            work = partial(attach_photo, desk, path, "inspection_task", task, item_id=item)
            self._tasks.run(work, self._on_photo, self._on_no_photo, owner=self)

    def _on_photo(self, _sha: bytes) -> None:
        self._reload()
        self.say(_("The photo is saved."), "ok", "camera")

    def _on_no_photo(self, error: Exception) -> None:
        self.say(str(error), "danger")

    def on_scan(self, text: str) -> bool:
        """A label at the place: its time is recorded, and the first open item of the place is shown."""
        desk, task = self._desk, self._task

        def work() -> str:
            found = task_for_scan(desk, text)
            if found is None or found.line.id != task:
                raise AppError(
                    _("This label does not belong to this round. Esc leaves the round; all is saved.")
                )
            actions.start_round(desk, task, scanned_label=found.label)
            return found.label

        self._tasks.run(work, self._on_label, self._on_no_photo, owner=self)
        return True

    def _on_label(self, code: str) -> None:
        self._reload()
        self.say(_("Label {label} scanned at the place.").format(label=code), "ok", "qr-code")

    # the end

    def submit(self) -> None:
        """Hand the round in; what is open is listed instead."""
        if not self._confirm():
            return
        desk, task = self._desk, self._task
        self._tasks.run(
            lambda: actions.submit_round(desk, task),
            lambda _done: self.submitted.emit(task),
            self._on_not_submitted,
            owner=self,
        )

    def _on_not_submitted(self, error: Exception) -> None:
        if isinstance(error, NotComplete):
            self._show_end(error.points)
        else:
            self.say(str(error), "danger")

    def _check_out(self) -> None:
        """After the last item: what is open, or the way to submit."""
        desk, task = self._desk, self._task

        def work() -> list[OpenPoint]:
            with desk.read() as read:
                return queries.open_points(read, task)

        self._tasks.run(work, self._show_end, owner=self, latest="end")

    def _show_end(self, points: list[OpenPoint]) -> None:
        self._reload()
        self.finish.show_points(points, self.sheet)
        self._stack.setCurrentIndex(1)
        self.foot.set_item(first=False, finished=True)
        self._arrange()
        self.finish.take_focus()

    def leave(self) -> None:
        """Back to the list: what can be confirmed is, the rest stays as a draft."""
        if not self._confirm():
            self._keep_draft()
        self.left.emit()

    def _on_escape(self) -> None:
        if self.places.hasFocus():
            self.take_focus()
        else:
            self.leave()

    def refresh(self, topics: set[str]) -> None:
        """Somebody else, or another page, has changed something."""
        if topics & {"inspections", "files"}:
            self._reload()

    # room

    def _arrange(self) -> None:
        """Which parts have room at this width."""
        width, ended = self.width(), self._stack.currentIndex() == 1
        number = self.view is not None and isinstance(self.view.entry, NumberEntry)
        self._left.setVisible(width >= MIDDLE)
        self.keypad.setVisible(self._keypad_shown and number and not ended and not self._compact)
        if self._past:
            self._past.setVisible(width >= WIDE and not ended)
        self.foot.set_hints(shown=width >= MIDDLE and not ended)
        side = 14 if self._compact else 18
        self._body.setContentsMargins(side, 8 if self._compact else 14, side, 8 if self._compact else 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(*TOKENS["width"]["min_window"])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < theme.size("breakpoint.compact_below")
        if compact != self._compact:
            self._compact = compact
            self.head.set_compact(compact=compact)
            self.foot.set_compact(compact=compact)
            self._again()
        self._arrange()

    def _again(self) -> None:
        """The same item in the other layout; what was typed stays."""
        view = self.view
        if view is None:
            return
        typed, dirty = view.typed(), view.dirty
        self._show(self.number)
        if dirty and self.view:
            self.view.restore(typed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever gives the page the focus means its field."""
        super().focusInEvent(event)
        self.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pressed = self.focusWidget()
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and isinstance(pressed, QPushButton):
            pressed.click()
        else:
            super().keyPressEvent(event)
