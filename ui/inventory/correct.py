"""Correcting one of the last bookings: another quantity, order or machine, by one action that keeps both."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.errors import AppError, Refused
from app.inventory import finders
from app.inventory.booking import reverse_movement
from app.inventory.corrections import correct_booking, correctable, may_point
from app.inventory.ledger import MovementRow
from app.inventory.scans import resolve_scan
from app.inventory.station_hand import PIECE
from app.labels.actions import quantity_of
from app.values import show_instant
from app.words import N_, _
from ui.inventory.station_parts import answer
from ui.inventory.tables import change, site_of, type_sign
from ui.kit.buttons import Button, button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.forms import Form, FormField
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

_SHOWN = 24


class CorrectDialog(Dialog):
    """Choose a booking, say what it should have been; Enter corrects it."""

    corrected = Signal(str)
    """What was corrected, in words."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, tasks: Tasks, *, number: int = 0, wedge: Wedge | None = None
    ) -> None:
        text = _(
            "One of the last 200 bookings is reversed and booked anew in one step; both stay in the ledger."
        )
        super().__init__(parent, _("Correct a booking"), text)
        self._desk, self._tasks = desk, tasks
        self._asked = False
        with desk.read() as read:
            self.rows = correctable(read, site_of(desk))
        fields = [
            FormField("movement", _("Booking"), "reference", required=True, find=self._find),
            FormField("qty", _("Right quantity"), "number"),
            FormField("purpose", _("Right order or machine"), "reference", find=self._find_purpose),
            FormField("reason", _("Reason")),
        ]
        self.form = Form(fields)
        self.now = label("", "dense", "text_2", wrap=True)
        self.now.hide()
        self.note = NoteStrip("", "danger")
        self.note.hide()
        for part in (self.now, Scroller(self.form), self.note):
            self.body.addWidget(part)
        self._add_buttons()
        self.form.changed.connect(self._on_changed)
        self.form.editor("movement").edited.connect(self._on_movement)
        if wedge:
            wedge.claim(self, self.on_scan)
        self.pick(next((row for row in self.rows if row.n == number), self.rows[0] if self.rows else None))

    def _add_buttons(self) -> None:
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.back = self.add_button(button(_("Take it back"), "undo-2", scale="large"))
        self.back.clicked.connect(self.on_take_back)
        self.save = self.add_button(button(_("Correct it"), kind="primary", scale="large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)

    def _words(self, row: MovementRow) -> str:
        what = type_sign(row).text
        at = show_instant(row.happened_at, self._desk.timezone)
        return f"{at}  {what}  {row.part_no} {row.name}  {change(row.qty, row.unit)}  {row.what_for}"

    def _find(self, text: str) -> Sequence[tuple[Any, str]]:
        wanted = text.casefold().split()
        found = [(row.id, self._words(row)) for row in self.rows]
        return [one for one in found if all(word in one[1].casefold() for word in wanted)][:_SHOWN]

    def _find_purpose(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_purposes(read, text)

    def pick(self, row: MovementRow | None) -> None:
        """Show what a booking says now."""
        if row is None:
            self.now.setText(_("There is no booking to correct."))
            self.now.show()
            self.save.setEnabled(False)
            self.back.setEnabled(False)
            return
        self.form.editor("movement").set_value((row.id, self._words(row)))
        self.form.editor("qty").set_value(abs(row.qty))
        self.form.boxes["purpose"].setVisible(may_point(row))
        self.form.editor("qty").setFocus()

    def _chosen(self) -> MovementRow | None:
        try:
            key = self.form.boxes["movement"].value()
        except AppError:
            return None
        return next((row for row in self.rows if row.id == key), None)

    def _on_movement(self) -> None:
        if row := self._chosen():
            self.pick(row)

    def on_scan(self, text: str) -> bool:
        """A scan of an order or a machine is what the booking should have been for; of a part, its newest booking."""
        said = answer(text)
        if said is not None:
            (self.on_save if said else self.reject)()
            return True
        found = resolve_scan(self._desk, text)
        if count := quantity_of(found.code) if found.kind == "action" else 0:
            self.form.editor("qty").set_value(count * PIECE)
            self._on_changed()
        elif found.kind in {"work_order", "equipment"}:
            self.form.editor("purpose").set_value((found.id, f"{found.code} {found.title}"))
        elif found.kind == "part" and (
            row := next((one for one in self.rows if one.part_id == found.id), None)
        ):
            self.pick(row)
        else:
            self._say(found.sentence or _("{code} is not among the last bookings.").format(code=found.code))
        return True

    def _on_changed(self) -> None:
        self.note.hide()
        self._asked = False
        self._name(N_("Correct it"))

    def _name(self, word: str) -> None:
        if isinstance(self.save, Button):
            self.save.set_text(_(word))

    def _say(self, sentence: str, level: str = "danger") -> None:
        self.note.set(sentence, level)
        self.note.show()

    def on_save(self) -> None:
        """Correct it; the worker does it, the dialog stays until it is done."""
        if not self.form.check() or (row := self._chosen()) is None:
            return
        filled, anyway = self.form.values(), _("confirmed") if self._asked else ""
        work = partial(
            correct_booking, self._desk, row.id, qty=filled["qty"], purpose=filled["purpose"],
            reason=filled["reason"] or "", anyway=anyway,
        )  # fmt: skip
        self._run(
            work,
            _("{part}: now {quantity}").format(
                part=row.part_no, quantity=change(filled["qty"] or 0, row.unit)
            ),
        )

    def on_take_back(self) -> None:
        """Reverse it, without booking anything anew."""
        if row := self._chosen():
            reason = self.form.values()["reason"] or ""
            self._run(
                partial(reverse_movement, self._desk, row.id, reason=reason),
                _("Taken back: {what}").format(what=row.part_no),
            )

    def _run(self, work: Any, words: str) -> None:
        self.save.setEnabled(False)
        self._tasks.run(
            work,
            lambda _d: self._on_done(words),
            self._on_failed,
            owner=self,
            ended=lambda: self.save.setEnabled(True),
        )

    def _on_done(self, words: str) -> None:
        self.corrected.emit(words)
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, Refused) and error.may_override:
            self._asked = True
            self._say(str(error), "warn")
            self._name(N_("Correct anyway"))
        else:
            self._say(str(error))
