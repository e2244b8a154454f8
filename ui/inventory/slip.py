"""The issue form (领用单) and the return form (退库单): who, for what, and many lines, by search or by scan; booked as one slip."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.inventory import finders
from app.inventory.scans import Meaning, resolve_scan
from app.inventory.slips import LinesRefused, Receiver, Signature, Slip, book_slip
from app.labels.actions import quantity_of
from app.words import N_, _, ngettext
from ui.inventory.sign import SignDialog
from ui.inventory.slip_lines import PIECE, SlipLines
from ui.kit.buttons import Button, button
from ui.kit.editors import ReferenceEditor
from ui.kit.forms import Form, FormField
from ui.kit.labels import label, line
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks

_DO = {"issue": N_("Issue"), "return": N_("Put back")}
_ICONS = {"issue": "log-out", "return": "undo-2"}
_NARROW = 760


class SlipPage(Page):
    """One slip being written; booked, it is printed and the page is empty for the next."""

    back_wanted = Signal()

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    def __init__(self, desk: Desk, tasks: Tasks, kind: str = "issue") -> None:
        super().__init__(_("Issue slip") if kind == "issue" else _("Return slip"))
        self._desk, self._tasks, self.kind = desk, tasks, kind
        self._asked = False
        self._badge: bytes | None = None
        self.signature: Signature | None = None
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(self.note)
        self.body.addWidget(self._head_card())
        self.body.addWidget(self._lines_card())
        self.body.addStretch()
        self._add_buttons()
        if not self._names and desk.actor.staff_id:
            self.form.editor("taken_by").set_value(self._named(desk.actor.staff_id))
        self._show()

    # layout

    def _head_card(self) -> Card:
        card = Card(_("Who and for what"))
        who = _("Returned by") if self.kind == "return" else _("Taken by")
        purpose = FormField("purpose", _("For work order or machine"), "reference", find=self._find_purposes)
        taken_by = FormField("taken_by", who, "reference", required=self._names, find=self._find_staff)
        self.form = Form([purpose, taken_by, FormField("reason", _("Reason"))], columns=2)
        self.form.editor("taken_by").edited.connect(self._on_person)
        self.form.changed.connect(self._on_changed)
        card.body.addWidget(self.form)
        self._shown_by = label("", "dense", "text_2")
        self._signed = QLabel()
        self._signed.setAccessibleName(_("Signature"))
        self.sign = button(_("Sign on the pad"), "signature")
        self.sign.clicked.connect(self.open_pad)
        row = QHBoxLayout()
        row.setSpacing(12)
        for part in (self.sign, self._signed, self._shown_by):
            row.addWidget(part)
        row.addStretch()
        card.body.addLayout(row)
        return card

    def _lines_card(self) -> Card:
        card = Card(_("Spare parts"), margins=False)
        self.search = ReferenceEditor(self._find_parts)
        self.search.setAccessibleName(_("Add a part"))
        self.search.setPlaceholderText(_("Add a part: scan it, or type number, name or pinyin, then Enter"))
        self.search.returnPressed.connect(self.add_found)
        frame = QWidget()
        box = QVBoxLayout(frame)
        box.setContentsMargins(16, 4, 16, 10)
        box.addWidget(self.search)
        self.lines = SlipLines(self._desk)
        self.lines.changed.connect(self._on_changed)
        self.lines.ended.connect(self.search.setFocus)
        for part in (frame, line(), self.lines):
            card.body.addWidget(part)
        self._card = card
        self.setFocusProxy(self.search)
        return card

    def _add_buttons(self) -> None:
        back = button(_("Spare parts"), "arrow-left")
        back.clicked.connect(self.back_wanted)
        self.add_action(back)
        wipe = button(_("Empty the slip"), "x")
        wipe.clicked.connect(self.clear)
        self.add_action(wipe)
        self.save = button(_(_DO[self.kind]), _ICONS[self.kind], "primary")
        self.save.clicked.connect(self.on_save)
        self.set_primary(self.save)
        key = QShortcut(QKeySequence("Ctrl+Return"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.on_save)

    @property
    def _names(self) -> bool:
        """A storekeeper names who takes the parts; who takes them himself need not."""
        return self.kind == "issue" and self._desk.may(Permission.MOVE_STOCK)

    # fields

    def _find_parts(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_parts(read, text) if text else []

    def _find_purposes(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_purposes(read, text)

    def _find_staff(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_staff(read, text)

    def _named(self, staff: bytes) -> tuple[bytes, str]:
        return next((one for one in self._find_staff("") if one[0] == staff), (staff, self._desk.actor.shown))

    def add_found(self) -> None:
        """Enter in the search: the part that was chosen, or the first that fits."""
        text = self.search.text().strip()
        if not text:
            return
        try:
            part = self.search.value()
        except AppError as error:
            found = resolve_scan(self._desk, text)
            part = found.id if found.kind == "part" else None
            if part is None:
                self._say(str(error))
                return
        if part is None or self.lines.add(part) is None:
            self._say(_("“{text}” is no part of the register. Look it up again.").format(text=text))
            return
        self.search.set_value(None)

    def on_scan(self, text: str) -> bool:
        """A code: part, bin, person, order or machine; each goes where it belongs."""
        found = resolve_scan(self._desk, text)
        if found.sentence:
            self._say(found.sentence)
        elif not self._take(found):
            self._say(
                _("{code} has no place on this slip.").format(code=f"{found.code} {found.title}".strip())
            )
        return True

    def _take(self, found: Meaning) -> bool:
        current, words = self.lines.current(), f"{found.code} {found.title}".strip()
        match found.kind:
            case "part":
                return self.lines.add(found.id) is not None
            case "bin" if current:
                current.set_bin(found.id, words)
            case "work_order" | "equipment":
                self.form.editor("purpose").set_value((found.id, words))
            case "staff":
                self._badge = found.id
                self.form.editor("taken_by").set_value((found.id, words))
                self._on_person()
            case "action":
                return self._obey(found.code)
            case _:
                return False
        self._on_changed()
        return True

    def _obey(self, code: str) -> bool:
        current, count = self.lines.current(), quantity_of(code)
        if code == "BOOK":
            self.on_save()
        elif code == "CANCEL" and current:
            self.lines.remove(current)
        elif count and current:
            current.qty.set_value(count * PIECE)
        else:
            return False
        return True

    def _on_person(self) -> None:
        """Another person has not signed."""
        self.signature = None
        self._on_changed()

    def _on_changed(self) -> None:
        self._asked = False
        self.note.hide()
        self._show()

    def _show(self) -> None:
        count = len(self.lines.lines)
        facts = ngettext("{count} line", "{count} lines", count).format(count=count)
        self._card.set_facts(facts)
        self.save.setEnabled(bool(count))
        self.save.setToolTip("" if count else _("Add a part first."))
        self._name(_DO[self.kind])
        picture = QPixmap()
        if self.signature:
            picture.loadFromData(self.signature.small)
            picture = picture.scaledToHeight(36, Qt.TransformationMode.SmoothTransformation)
        self._signed.setPixmap(picture)
        self._signed.setVisible(self.signature is not None)
        self._shown_by.setText(self._how())

    def _how(self) -> str:
        person = self.form.boxes["taken_by"].value()
        if self.signature:
            return _("Signed")
        if person and person == self._badge:
            return _("By badge")
        return _("Scan the badge, or let the person sign.")

    def _name(self, word: str) -> None:
        if isinstance(self.save, Button):
            self.save.set_text(_(word))

    def _say(self, sentence: str, level: str = "danger") -> None:
        self.note.set(sentence, level)
        self.note.show()

    # the signature

    def open_pad(self) -> SignDialog:
        """The pad for who takes the parts."""
        name = self.form.editor("taken_by").text()
        shown = [found.shown() for found in self.lines.lines]
        dialog = SignDialog(self.window(), name, shown, back=self.kind == "return")
        dialog.signed.connect(self._on_signed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _on_signed(self, signature: Signature) -> None:
        self.signature = signature
        self._show()

    # booking

    def slip(self) -> Slip:
        """The slip as it is filled in. Raises AppError."""
        filled = self.form.values()
        purpose, person = filled["purpose"], filled["taken_by"]
        with self._desk.read() as read:
            order = purpose if purpose and finders.is_order(read, purpose) else None
        how = "badge" if person and person == self._badge else "named"
        return Slip(
            [found.taken() for found in self.lines.lines], self.kind, order, None if order else purpose,
            Receiver(person, how, self.signature), filled["reason"] or "",
        )  # fmt: skip

    def on_save(self) -> None:
        """Book all lines at once; the worker does it, the slip stays until it is done."""
        self.note.hide()
        if not self.save.isEnabled() or not self.form.check():
            return
        try:
            slip = self.slip()
        except AppError as error:
            self._say(str(error))
            return
        anyway = (slip.reason or _("confirmed")) if self._asked else ""
        for found in self.lines.lines:
            found.say([])
        self.save.setEnabled(False)
        work = partial(book_slip, self._desk, slip, anyway)
        self._tasks.run(work, self._on_booked, self._on_refused, owner=self, ended=self._on_ended)

    def _on_ended(self) -> None:
        self.save.setEnabled(bool(self.lines.lines))

    def _on_booked(self, answer: tuple[Done, str]) -> None:
        done, number = answer
        words = _("Slip {number} is booked.").format(number=number)
        self.clear()
        self.said.emit(words, done)
        if self._desk.may(Permission.PRINT_REPORTS):
            self.report_requested.emit("issue-slip", {"slip": number})

    def _on_refused(self, error: Exception) -> None:
        may = isinstance(error, Refused) and error.may_override
        level = "warn" if may else "danger"
        if isinstance(error, LinesRefused):
            self._mark(error, level)
            text = (
                _("Look at the marked lines; then book the slip anyway.")
                if may
                else _("Put the marked lines right.")
            )
            general = [str(o) for said in error.by_line.values() for o in said if o.field in self.form.boxes]
            self._say("\n".join(dict.fromkeys(general)) or text, level)
        else:
            self._say(str(error), level)
        if may:
            self._asked = True
            self._name(N_("Book anyway"))

    def _mark(self, error: LinesRefused, level: str) -> None:
        for n, said in error.by_line.items():
            if n < len(self.lines.lines):
                found = [str(o) for o in said if o.field not in self.form.boxes]
                self.lines.lines[n].say(found, level)

    def clear(self) -> None:
        """A new slip."""
        self._badge = self.signature = None
        self.form.set_values({"purpose": None, "taken_by": None, "reason": None})
        self.form.show_errors({})
        self.lines.clear()
        self._on_changed()
        self.search.setFocus()

    def refresh(self, topics: set[str]) -> None:
        """What is filled in stays as it is."""

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [
            ("Enter", _("Add the part, go on")),
            ("Ctrl Enter", _("Book the slip")),
            ("Ctrl Delete", _("Take the line off")),
        ]
