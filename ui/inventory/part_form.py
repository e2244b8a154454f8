"""The form of a part: what it is, where it comes from, and when to order it - with the working beside the figures."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.fields import fields_of, labels_of
from app.inventory import finders
from app.inventory.card import PartCard
from app.inventory.parts import suppliers
from app.inventory.register import POLICY, create_part, edit_part
from app.inventory.reorder import work_out
from app.words import _
from ui.inventory.card import working_words
from ui.inventory.tables import site_of
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.forms import Form, FormField
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks

_PART = (
    "part_no", "name", "name_en", "spec", "unit", "category", "kind", "status", "abc_class", "ved_class",
    "maker_part_no", "preferred_supplier_id", "unit_price", "price_tax", "tax_rate", "lead_time_days", "annual_usage",
    "shelf_life_months", "replaced_by_id", "serialised", "batch_tracked", "keywords", "link", "remark",
)  # fmt: skip
_KINDS = {
    "qty": "number",
    "price": "price",
    "choice": "choice",
    "note": "lines",
    "int": "number",
    "measure": "number",
    "flag": "flag",
    "ref": "reference",
}
_WHOLE = frozenset({"lead_time_days", "shelf_life_months"})


class PartDialog(Dialog):
    """Register a part, or change one; the stock policy belongs to the site in view."""

    saved = Signal(object, object)
    """The part's id, and the Done (None where nothing changed)."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, tasks: Tasks, card: PartCard | None = None
    ) -> None:
        super().__init__(parent, _("Change a part") if card else _("Register a part"))
        self._desk, self._tasks, self._card = desk, tasks, card
        fields = [self._field("part", name) for name in _PART]
        if desk.site or (card and card.policy):
            fields += [self._field("stock_policy", name) for name in POLICY]
        self.form = Form(fields, columns=2)
        self._working = label("", "dense", "text_2", wrap=True)
        self._take = button(_("Take over"), kind="ghost", scale="small")
        self._take.clicked.connect(self._on_take)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self._lay_out()
        self.form.set_values(self._values() if card else {"kind": "spare", "status": "active"})
        self.form.changed.connect(self._show_working)
        self._show_working()
        self.form.editor("part_no").setFocus()

    def _lay_out(self) -> None:
        self.body.addWidget(Scroller(self.form))
        row = QHBoxLayout()
        row.addWidget(self._working, 1)
        row.addWidget(self._take)
        self.body.addLayout(row)
        self.body.addWidget(self.note)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Save"), kind="primary", scale="large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)

    def _field(self, table: str, name: str) -> FormField:
        field = fields_of(table)[name]
        choices = [(code, _(word)) for code, word in field.choices]
        find = None
        if name == "preferred_supplier_id":
            find = self._find_suppliers
        elif name == "bin_id":
            find = self._find_bins
        elif name == "replaced_by_id":
            find = self._find_parts
        numbered = name == "part_no" and self._card is None
        required = field.required and table == "part" and not numbered
        return FormField(
            name, labels_of(table)[name], _KINDS.get(field.kind, "text"), _(field.unit) if field.unit else "",
            required=required, choices=choices, find=find, placeholder=_("Empty: the next one") if numbered else "",
        )  # fmt: skip

    def _find_suppliers(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            found = suppliers(read)
        return [(word.value, word.words) for word in found if text.casefold() in word.words.casefold()]

    def _find_parts(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_parts(read, text)

    def _find_bins(self, text: str) -> finders.Found:
        with self._desk.read() as read:
            return finders.find_bins(read, text, site_of(self._desk))

    def _values(self) -> dict[str, Any]:
        assert self._card is not None
        values = {name: self._card.row[name] for name in _PART} | {
            name: (self._card.policy or {}).get(name) for name in POLICY
        }
        for name in _WHOLE:
            values[name] = None if values[name] is None else values[name] * 1000
        with self._desk.read() as read:
            other = read.get("part", values["replaced_by_id"])
        if other:
            values["replaced_by_id"] = (other["id"], f"{other['part_no']} {other['name']}")
        return values

    def filled(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The part's values and the policy's in their physical form."""
        values = self.form.values()
        for name in _WHOLE:
            values[name] = None if values[name] is None else values[name] // 1000
        cleaned = {name: None if value == "" else value for name, value in values.items()}
        policy = {name: cleaned.pop(name) for name in POLICY if name in cleaned}
        return cleaned, policy

    def _show_working(self) -> None:
        part, _policy = self.filled()
        found = work_out(part["annual_usage"], part["lead_time_days"])
        words = (
            working_words(found)
            if found
            else _("With use per year and lead time, a reorder point is worked out.")
        )
        self._working.setText(words)
        self._take.setVisible(found is not None and "reorder_point" in self.form.boxes)

    def _on_take(self) -> None:
        """Take the figures of the working into the policy."""
        part, policy = self.filled()
        found = work_out(part["annual_usage"], part["lead_time_days"])
        if found:
            taken = {"safety_stock": found.safety, "reorder_point": found.reorder_point}
            if not policy["max_stock"] or policy["max_stock"] <= found.reorder_point:
                taken["max_stock"] = found.reorder_point + found.demand
            self.form.set_values(taken)

    def on_save(self) -> None:
        """Save what is filled in; wrong fields are marked and keep what was typed."""
        self.note.hide()
        if not self.form.check():
            return
        part, policy = self.filled()
        if self._card:
            work: Any = partial(self._edit, self._card.part.id, part, policy)
        else:
            work = partial(create_part, self._desk, part, policy)
        self.save.setEnabled(False)
        self._tasks.run(
            work, self._on_saved, self._on_refused, owner=self, ended=lambda: self.save.setEnabled(True)
        )

    def _edit(
        self, part_id: bytes, part: dict[str, Any], policy: dict[str, Any]
    ) -> tuple[bytes, Done | None]:
        return part_id, edit_part(self._desk, part_id, part, policy)

    def _on_saved(self, answer: tuple[bytes, Done | None]) -> None:
        self.saved.emit(*answer)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        objections = error.objections if isinstance(error, Refused) else ()
        at_fields = {str(o.field): str(o) for o in objections if o.field in self.form.boxes}
        self.form.show_errors(at_fields)
        if len(at_fields) < max(len(objections), 1):
            self.note.set(str(error), "danger")
            self.note.show()
