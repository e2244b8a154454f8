"""Doing a round (巡检) over the whole window, by keyboard alone: one item at a time, each answer saved when it is confirmed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inspections import actions, queries
from app.inspections.actions import Answered, NotComplete
from app.inspections.drafts import draft, round_key, save_draft
from app.inspections.queries import Given, OpenPoint
from app.inspections.rules import FAIL, NA, Value
from app.inspections.scan import task_for_scan
from app.photos import attach_photo
from app.values import local
from app.words import _
from ui.inspections.entry import NumberEntry
from ui.inspections.item_view import ItemView, Typed
from ui.inspections.past import PastCard
from ui.inspections.round_frame import RoundFrame, ask_for_photos, photo_said
from ui.inspections.saying import answer_said, round_keys, scan_said
from ui.kit.tasks import Tasks

DRAFT_PAUSE = 300  # ms
WIDE, MIDDLE = 1180, 960


class RoundPage(RoundFrame):
    """A round that is under way. The draft of the item in hand stays with its author."""

    left = Signal()
    """The person leaves the round; everything confirmed is saved."""

    submitted = Signal(object)
    """The round was handed in: the task's id."""

    def __init__(self, desk: Desk, tasks: Tasks, task_id: bytes, *, keypad: str = "auto") -> None:
        super().__init__(keypad)
        self._desk, self._tasks, self._task = desk, tasks, task_id
        self._pending = 0
        self.number = 0
        self.choose_files: Callable[[], list[Path]] = partial(ask_for_photos, self)
        with desk.read() as read:
            self.sheet = queries.sheet(read, task_id)
        self._later = QTimer(self, singleShot=True, interval=DRAFT_PAUSE)
        self._later.timeout.connect(self._keep_draft)
        self._connect()
        self._begin()

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
        return round_keys()

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
            self._show(next((n for n, found in enumerate(self.sheet.items) if found.given is None), 0))
        if self.sheet.review_remark and self.sheet.status == "in_progress" and not kept:
            self.say(_("Returned: {remark}").format(remark=self.sheet.review_remark), "info", "undo-2")
        self.head.show_saved("")

    # items

    def _show(self, number: int) -> None:
        """Show an item with a fresh field."""
        self.number = number
        found = self.sheet.items[number]
        with self._desk.read() as read:
            past = queries.last_values(read, self._task, found.item)
            remarks = queries.recent_remarks(read, found.item, self.sheet.site_id)
            orders = queries.open_orders(read, found.item.equipment_id)
        view = ItemView(
            self.sheet, number, past, remarks,
            timezone=self._desk.timezone, scanned=scan_said(self.sheet, self._desk.timezone), compact=self._compact,
        )  # fmt: skip
        self.put(view, PastCard(found.item, past, orders, self._desk.timezone, view.number_now()))
        view.edited.connect(self._on_edited)
        view.confirmed.connect(self.on_enter)
        view.photo_wanted.connect(self.add_photo)
        self.foot.set_item(first=number == 0, finished=False)
        self._show_sheet()
        self._arrange()
        view.entry.take_focus()

    def _show_sheet(self) -> None:
        self.head.show_sheet(self.sheet)
        self.places.show_sheet(self.sheet, self.number)

    def take_focus(self) -> None:
        """The keyboard goes to the field of the item in hand."""
        self.places.show_sheet(self.sheet, self.number)
        if not self.ended and self.view:
            self.view.entry.take_focus()
        else:
            self.finish.take_focus()

    def on_enter(self) -> None:
        """Confirm what stands in the field and go on."""
        view = self.view
        if view is None or self.ended:
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
        """Go on; an empty item stays open."""
        if not self.ended and self._confirm():
            self._forward()

    def previous(self) -> None:
        """One item back."""
        if self.ended or (self.number and self._confirm()):
            self._show(self.number - (not self.ended))

    def go_to(self, number: int) -> None:
        """Another item of the list."""
        if self.ended or self._confirm():
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
        if said := answer_said(name, done):
            self.say(*said)

    def _on_refused(self, number: int, typed: Typed, error: Exception) -> None:
        """What could not be saved comes back into its field."""
        self._pending -= 1
        self._reload()
        self._show(number)
        if self.view:
            self.view.restore(typed)
            self.view.complain(str(error), at_remark=False)
        self.head.show_saved("")

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
        forget = partial(save_draft, self._desk, round_key(self._task), {})
        self._tasks.run(forget, lambda _kept: None, owner=self)

    # photo, not applicable, keypad, scan

    def _on_pad(self, key: str) -> None:
        if self.view and isinstance(self.view.entry, NumberEntry):
            self.view.entry.press(key)

    def toggle_not_applicable(self) -> None:
        """F9: this item does not apply; its reason is asked."""
        if self.view and not self.ended:
            self.view.toggle_not_applicable()

    def add_photo(self) -> None:
        """F8: photos from files; each is saved at once."""
        if self.view is None or self.ended:
            return
        desk, task, item = self._desk, self._task, self.view.item.id
        for path in self.choose_files():
            work = partial(attach_photo, desk, path, "inspection_task", task, item_id=item)
            self._tasks.run(work, self._on_photo, self._on_no, owner=self)

    def _on_photo(self, _sha: bytes) -> None:
        self._reload()
        self.say(*photo_said(self._desk.profile), "camera")

    def _on_no(self, error: Exception) -> None:
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

        self._tasks.run(work, self._on_label, self._on_no, owner=self)
        return True

    def _on_label(self, code: str) -> None:
        self._reload()
        self.say(_("Label {label} scanned at the place.").format(label=code), "ok", "qr-code")

    # the end

    def submit(self) -> None:
        """Hand the round in; what is open is listed instead."""
        if not self._confirm():
            return
        work = partial(actions.submit_round, self._desk, self._task)
        self._tasks.run(work, self._on_submitted, self._on_not_submitted, owner=self)

    def _on_submitted(self, _done: Done) -> None:
        self.submitted.emit(self._task)

    def _on_not_submitted(self, error: Exception) -> None:
        self._show_end(error.points) if isinstance(error, NotComplete) else self._on_no(error)

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
        """Somebody else has changed something."""
        if topics & {"inspections", "files"}:
            self._reload()

    def again(self) -> None:
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
