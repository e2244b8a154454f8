"""The form of a booking: by keyboard and by scans, for every kind of movement."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.fields import fields_of
from app.inventory import finders
from app.inventory.fitted import successor
from app.inventory.forms import book
from app.inventory.parts import PartRow, part_rows
from app.inventory.scans import Meaning, resolve_scan
from app.tx import Reader
from app.words import N_, _
from ui.inventory.tables import amount, site_of
from ui.kit.buttons import Button, button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.forms import Form, FormField
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge


@dataclass(frozen=True)
class Kind:
    """A kind of booking: its words, what it asks for besides part, bin and quantity."""

    title: str
    do: str
    icon: str
    asks: tuple[str, ...]
    done: str


KINDS = {
    "issue": Kind(N_("Issue a part"), N_("Issue"), "log-out", ("purpose", "taken_by", "serial", "reason"),
                  N_("Issued: {quantity} {part}, {left} on hand")),
    "return": Kind(N_("Return a part to stock"), N_("Put back"), "undo-2", ("purpose", "serial", "reason"),
                   N_("Returned: {quantity} {part}, {left} on hand")),
    "receipt": Kind(N_("Receive a part"), N_("Receive"), "log-in", ("line", "batch", "serial", "unit_price", "price_tax", "tax_rate"),
                    N_("Received: {quantity} {part}, {left} on hand")),
    "transfer": Kind(N_("Transfer a part"), N_("Transfer"), "arrow-left-right", ("target", "reason"),
                     N_("Transferred: {quantity} {part}")),
    "adjust": Kind(N_("Correct the stock"), N_("Correct the stock"), "clipboard-check", ("reason",),
                   N_("Corrected: {part}, {left} on hand")),
    "scrap": Kind(N_("Scrap a part"), N_("Scrap"), "trash-2", ("serial", "reason"),
                  N_("Scrapped: {quantity} {part}, {left} on hand")),
}  # fmt: skip
_PICTURES = "*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff"
#: Fields where a reason is not a matter of choice.
_STRICT = frozenset({"adjust", "scrap"})


class BookingDialog(Dialog):
    """One movement: part, bin, quantity and what it is for; Enter books it, a scan fills the field it belongs to."""

    booked = Signal(object, str)
    """The Done of the booking, and what was booked in words."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        tasks: Tasks,
        *,
        kind: str,
        part: bytes | None = None,
        wedge: Wedge | None = None,
    ) -> None:
        self.kind = KINDS[kind]
        super().__init__(parent, _(self.kind.title))
        self._desk, self._tasks, self._code = desk, tasks, kind
        self._part: PartRow | None = None
        self._asked = False
        #: Whose badge was scanned: the slip says that the receiver was shown by it.
        self._badge: bytes | None = None
        self.form = Form(self._fields())
        self._show_serial(None)
        self._stock = label("", "dense", "text_2", wrap=True)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(Scroller(self.form))
        self.body.addWidget(self._stock)
        self.body.addWidget(self.note)
        self._photo: Path | None = None
        self.photo = button(_("Add a photo"), "camera")
        self.photo.clicked.connect(self.choose_photo)
        self.photo.setVisible(kind == "issue")
        self.foot.insertWidget(0, self.photo)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(_(self.kind.do), self.kind.icon, "primary", "large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)
        self.form.editor("part_id").edited.connect(self._on_part)
        self.form.editor("bin_id").edited.connect(self._show_stock)
        self.form.changed.connect(self._on_changed)
        if wedge:
            wedge.claim(self, self.on_scan)
        if part:
            self.take_part(part)
        self.form.editor("qty" if part and kind not in {"issue", "return"} else self._first(part)).setFocus()

    @staticmethod
    def _first(part: bytes | None) -> str:
        return "purpose" if part else "part_id"

    # fields

    def _fields(self) -> list[FormField]:
        find = partial(partial, self._find)
        counted = self._code == "adjust"
        strict = self._code in _STRICT
        every = {
            "purpose": FormField(
                "purpose", _("For work order or machine"), "reference", find=find(finders.find_purposes)
            ),
            "taken_by": FormField("taken_by", _("Taken by"), "reference", find=find(finders.find_staff)),
            "reason": FormField("reason", _("Reason"), required=strict),
            "line": FormField("line", _("Purchase order"), "reference", find=self._find_lines),
            "batch": FormField("batch", _("Batch")),
            "serial": FormField("serial", _("Serial number")),
            "unit_price": FormField("unit_price", _("Unit price"), "price", _("CNY")),
            "price_tax": FormField("price_tax", _("Tax in the price"), "choice", choices=_taxes()),
            "tax_rate": FormField("tax_rate", _("Tax rate"), "number", "%"),
            "target": FormField(
                "target", _("Into bin"), "reference", required=True, find=self._find_all_bins
            ),
        }
        return [
            FormField("part_id", _("Spare part"), "reference", required=True, find=find(finders.find_parts)),
            FormField("bin_id", _("Bin"), "reference", required=True, find=self._find_bins),
            FormField("qty", _("Counted quantity") if counted else _("Quantity"), "number", required=True),
            *(every[name] for name in self.kind.asks),
        ]

    def _find(self, finder: Callable[[Reader, str], finders.Found], text: str) -> finders.Found:
        with self._desk.read() as read:
            return finder(read, text)

    def _find_bins(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            if self._part and not text:
                return finders.bins_of_part(read, self._part.id, site_of(self._desk))
            return finders.find_bins(read, text, site_of(self._desk))

    def _find_all_bins(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_bins(read, text, None)

    def _find_lines(self, text: str) -> finders.Found:
        if self._part is None:
            return []
        with self._desk.read() as read:
            found = finders.open_lines(read, self._part.id, site_of(self._desk))
        return [row for row in found if text.casefold() in row[1].casefold()]

    # what is typed and scanned

    def take_part(self, part: bytes) -> None:
        """Fill in a part, and the bin where most of it lies."""
        with self._desk.read() as read:
            row = read.get("part", part)
            self._part = part_rows(read, [row["n"]], site_of(self._desk))[0] if row else None
            usual = finders.bins_of_part(read, part, site_of(self._desk))
            follows = successor(read, part)
        self._show_serial(row)
        if self._part is None:
            return
        if follows and self._code in {"issue", "receipt"}:
            self._say(_("Replaced by {part}: use and order that one.").format(part=follows[1]), "info")
        self.form.boxes["qty"].set_unit(self._part.unit)
        editor = self.form.editor("part_id")
        editor.blockSignals(True)
        editor.set_value((part, f"{self._part.part_no} {self._part.name}"))
        editor.blockSignals(False)
        if usual:
            self.form.editor("bin_id").set_value(usual[0])
        self._show_stock()

    def _show_serial(self, part: dict[str, Any] | None) -> None:
        """A serial number is asked for where the part has them."""
        if "serial" in self.form.boxes:
            self.form.boxes["serial"].setVisible(bool(part and part["serialised"]))

    def on_scan(self, text: str) -> bool:
        """A code was scanned: it goes to the field it belongs to; the sentence of a bad one is shown."""
        found = resolve_scan(self._desk, text)
        if found.sentence:
            self._say(found.sentence)
        elif not self._take(found):
            self._say(_("{code} has no place in this booking.").format(code=f"{found.code} {found.title}"))
        return True

    def _take(self, found: Meaning) -> bool:
        names = {"work_order": "purpose", "equipment": "purpose", "bin": "bin_id", "staff": "taken_by"}
        if found.kind == "part":
            self.take_part(found.id)
            self.form.editor("purpose" if "purpose" in self.form.boxes else "qty").setFocus()
            return True
        name = names.get(found.kind, "")
        if self._code == "transfer" and name == "bin_id" and self.form.values()["bin_id"]:
            name = "target"
        if name not in self.form.boxes:
            return False
        if name == "taken_by":
            self._badge = found.id
        self.form.editor(name).set_value((found.id, f"{found.code} {found.title}".strip()))
        self.form.editor("qty").setFocus()
        return True

    def _on_part(self) -> None:
        part = self.form.boxes["part_id"].value()
        if part and (self._part is None or part != self._part.id):
            self.take_part(part)

    def _show_stock(self) -> None:
        """Say what lies in the bin, before anything is typed."""
        place = self.form.boxes["bin_id"].value()
        if self._part is None:
            return
        if place:
            with self._desk.read() as read:
                held = finders.on_hand_in(read, self._part.id, place)
            text = _("In this bin: {held}. Altogether: {all}, of which available {free}.")
            unit = self._part.unit
            self._stock.setText(
                text.format(
                    held=amount(held, unit),
                    all=amount(self._part.on_hand, unit),
                    free=amount(self._part.available, unit),
                )
            )

    def _on_changed(self) -> None:
        self._asked = False
        self._name(self.kind.do)

    def _name(self, word: str) -> None:
        if isinstance(self.save, Button):
            self.save.set_text(_(word))

    def _say(self, sentence: str, level: str = "danger") -> None:
        self.note.set(sentence, level)
        self.note.show()

    def choose_photo(self) -> None:
        """A photo of what is taken, for the storekeeper who looks at it in the morning."""
        name, _kind = QFileDialog.getOpenFileName(self, _("Add a photo"), "", _PICTURES)
        if name:
            self.take_photo(Path(name))

    def take_photo(self, path: Path) -> None:
        """Keep a photo until the booking is done."""
        self._photo = path
        if isinstance(self.photo, Button):
            self.photo.set_text(path.name[:24])

    # booking

    def on_save(self) -> None:
        """Book what is filled in; the worker does it, the dialog stays until it is done."""
        self.note.hide()
        if not self.form.check():
            return
        self.save.setEnabled(False)
        filled, anyway = self.form.values(), _("confirmed") if self._asked else ""
        if self._badge and filled.get("taken_by") == self._badge:
            filled["taken_how"] = "badge"
        filled["photo"] = self._photo
        if anyway and filled.get("reason"):
            anyway = filled["reason"]
        self._tasks.run(
            partial(book, self._desk, self._code, filled, anyway),
            self._on_booked,
            self._on_refused,
            owner=self,
            ended=lambda: self.save.setEnabled(True),
        )

    def _on_booked(self, answer: tuple[Done, int]) -> None:
        done, left = answer
        part = self._part
        unit = part.unit if part else ""
        words = _(self.kind.done).format(
            quantity=amount(self.form.values()["qty"], unit), part=f"{part.part_no} {part.name}" if part else "",
            left=amount(left, unit),
        )  # fmt: skip
        if self._code == "issue" and not self._desk.may(Permission.MOVE_STOCK):
            words = "·".join((words, _("waits for the storekeeper")))
        self.booked.emit(done, words)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, Refused):
            self._say(str(error))
            return
        if error.may_override:
            self._asked = True
            self._say(str(error), "warn")
            self._name(N_("Book anyway"))
            return
        at_fields: dict[str, str] = {}
        for o in error.objections:
            if o.field in self.form.boxes:
                at_fields[o.field] = "\n".join(filter(None, (at_fields.get(o.field), str(o))))
        self.form.show_errors(at_fields)
        if rest := [str(o) for o in error.objections if o.field not in self.form.boxes]:
            self._say("\n".join(rest))


def _taxes() -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in fields_of("stock_movement")["price_tax"].choices]


def may_book(desk: Desk, kind: str) -> bool:
    """Whether the role allows this kind of booking."""
    return desk.may(Permission.TAKE_PARTS if kind in {"issue", "return"} else Permission.MOVE_STOCK)
