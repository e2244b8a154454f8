"""The parts of a part's record that are lists: suppliers with prices, contents of a kit, machines, pieces, other codes."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.inventory.fitted import machines_of_part, successor, unfit_part
from app.inventory.kits import keep_kit, kit_lines, kits_of
from app.inventory.register import EVERY, barcodes_of, classes_of, drop_barcode
from app.inventory.units import units_of
from app.labels.bindings import codes_of, unbind_code
from app.purchasing.prices import Sale, drop_terms, sales_of
from app.words import _, ngettext
from ui.inventory import part_dialogs as dialogs
from ui.inventory.tables import amount, site_of
from ui.kit.buttons import button, icon_button
from ui.kit.dialogs import ask, tell
from ui.kit.labels import ElidedLabel, label, line
from ui.kit.tasks import Tasks
from ui.purchasing.terms import ask_terms, terms_words

Slot = Callable[[], object]
#: So many pieces are listed; the rest is counted.
SHOWN = 12


class PartSections(QWidget):
    """Reads itself; a change is told with what it was, for the toast."""

    changed = Signal(object, str)
    """The Done, and what was done in words."""

    part_wanted = Signal(object)
    """The id of another part that was opened."""

    def __init__(self, desk: Desk, tasks: Tasks, part: dict[str, Any]) -> None:
        super().__init__()
        self._desk, self._tasks, self.part = desk, tasks, part
        self.may_edit = desk.may(Permission.EDIT_PARTS)
        self.kits = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        with desk.read() as read:
            follows = successor(read, part["id"])
            self._sales = sales_of(read, part["id"])
            self._kit = kit_lines(read, part["id"], site_of(desk))
            self._fitted = machines_of_part(read, part["id"])
            self._units = units_of(read, part["id"]) if part["serialised"] else []
            self._codes = codes_of(read, "part", part["id"])
            self._classes = classes_of(read, part)
        self.kits = kits_of(self._kit)
        if follows:
            self._add_successor(*follows)
        if part["kind"] == "kit":
            self._add_kit()
        else:
            self._add_sales()
            self._add_classes()
            self._add_fitted()
        if self._units:
            self._add_units()
        self._add_codes()

    # building blocks

    def _head(self, title: str, add: str, slot: Slot, icon: str = "plus") -> None:
        self._column.addWidget(line())
        row = QHBoxLayout()
        row.addWidget(label(title, "body_strong"))
        row.addStretch()
        if self.may_edit:
            made = button(add, icon, scale="small")
            made.setProperty("aside", True)  # who opens a record wants its main button
            made.clicked.connect(lambda _on=False: slot())
            row.addWidget(made)
        self._column.addLayout(row)

    def _entry(self, words: str, more: str, tools: Sequence[tuple[str, str, Slot]]) -> None:
        """A line with what stands under it in small print, and its buttons."""
        row, texts = QHBoxLayout(), QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(ElidedLabel(words, "dense"))
        if more:
            texts.addWidget(label(more, "caption", "text_2", wrap=True))
        row.addLayout(texts, 1)
        for icon, said, slot in tools:
            made = icon_button(icon, said)
            made.setProperty("aside", True)
            made.clicked.connect(lambda _on=False, do=slot: do())
            row.addWidget(made)
        self._column.addLayout(row)

    def _nothing(self, words: str) -> None:
        self._column.addWidget(label(words, "dense", "text_2", wrap=True))

    def _do(self, work: dialogs.Work | None, said: str) -> None:
        """Write on the worker what a dialog gave."""
        if work is not None:
            self._tasks.run(work, partial(self._on_done, said), partial(tell, self), owner=self)

    def _on_done(self, said: str, done: Done | None) -> None:
        if done is not None:
            self.changed.emit(done, said)

    # the sections

    def _add_successor(self, part: bytes, words: str) -> None:
        text = _("Replaced by {part}: use and order that one.").format(part=words)
        tools = [("arrow-right", _("Open the part"), partial(self.part_wanted.emit, part))]
        self._column.addWidget(line())
        self._entry(text, "", tools)

    def _add_sales(self) -> None:
        self._head(_("Suppliers and prices"), _("Add"), self.add_supplier)
        if not self._sales:
            self._nothing(_("No supplier's price yet: the register's unit price is used."))
        for sale in self._sales:
            first = sale.row["supplier_id"] == self.part["preferred_supplier_id"]
            words = "  ".join(filter(None, [sale.supplier, sale.row["sku"]]))
            tools: list[tuple[str, str, Slot]] = []
            if self.may_edit:
                tools = [
                    (
                        "pencil",
                        _("Change: {name}").format(name=sale.supplier),
                        partial(self.change_supplier, sale),
                    ),
                    (
                        "trash-2",
                        _("Remove: {name}").format(name=sale.supplier),
                        partial(self._drop_supplier, sale),
                    ),
                ]
            self._entry(("★ " if first else "") + words, terms_words(sale, self.part["unit"]), tools)

    def _add_kit(self) -> None:
        count = ngettext("{count} whole kit", "{count} whole kits", self.kits).format(count=self.kits)
        self._head(_("Contents·{count}").format(count=count), _("Add"), self.add_kit_part)
        if not self._kit:
            self._nothing(_("This kit has no parts yet. Put some into it first."))
        for one in self._kit:
            more = _("{quantity} in a kit, {available} available: {kits} kits").format(
                quantity=amount(one.qty, one.unit), available=amount(one.available, one.unit), kits=one.kits
            )
            tools: list[tuple[str, str, Slot]] = [
                ("arrow-right", _("Open the part"), partial(self.part_wanted.emit, one.part_id))
            ]
            if self.may_edit:
                tools.append(
                    (
                        "trash-2",
                        _("Remove: {name}").format(name=one.part_no),
                        partial(self._drop_kit_part, one.part_id),
                    )
                )
            self._entry(f"{one.part_no}  {one.name}", more, tools)

    def _add_classes(self) -> None:
        self._head(_("Fits equipment classes"), _("Change"), self.change_classes, "pencil")
        if not self._classes:
            self._nothing(_("Not said yet: which classes of machines it fits."))
        elif EVERY in (code for code, _name in self._classes):
            self._entry(_("any equipment"), "", ())
        else:
            for code, name in self._classes:
                self._entry(f"{code}  {name}", "", ())

    def _add_fitted(self) -> None:
        self._head(_("Fitted in"), _("Add"), self.add_fitted)
        if not self._fitted:
            self._nothing(_("In no parts list of a machine yet."))
        for one in self._fitted:
            more = "·".join(filter(None, [amount(one.qty, self.part["unit"]), one.position, _("every machine of this class") if one.table != "equipment" else ""]))  # fmt: skip
            tools: list[tuple[str, str, Slot]] = []
            if self.may_edit:
                tools = [
                    ("trash-2", _("Remove: {name}").format(name=one.code), partial(self._drop_fitted, one.id))
                ]
            self._entry(f"{one.code}  {one.name}", more, tools)

    def _add_units(self) -> None:
        self._column.addWidget(line())
        there = sum(unit.place == "stock" for unit in self._units)
        text = _("Serial numbers·{there} of {total} in stock").format(there=there, total=len(self._units))
        self._column.addWidget(label(text, "body_strong"))
        for unit in self._units[:SHOWN]:
            tools: list[tuple[str, str, Slot]] = [
                ("history", _("Life of {serial}").format(serial=unit.serial), partial(self.show_life, unit))
            ]
            self._entry(unit.serial, dialogs.unit_words(unit), tools)
        if len(self._units) > SHOWN:
            self._nothing(_("and {count} more").format(count=len(self._units) - SHOWN))

    def _add_codes(self) -> None:
        self._head(_("Other codes"), _("Add"), self.add_code)
        barcodes = barcodes_of(self.part)
        if not self._codes and not barcodes:
            self._nothing(_("Only its own number finds the part."))
        for number in barcodes:
            drop = partial(self._drop_barcode, number)
            tools: list[tuple[str, str, Slot]] = []
            if self.may_edit:
                tools = [("trash-2", _("Remove: {name}").format(name=number), drop)]
            self._entry(number, _("maker's barcode"), tools)
        for binding, code in self._codes:
            tools = []
            if self.may_edit:
                tools = [
                    ("trash-2", _("Remove: {name}").format(name=code), partial(self._drop_code, binding))
                ]
            self._entry(code, "", tools)

    # what is done

    def add_supplier(self) -> None:
        """Another supplier with its terms."""
        self._do(ask_terms(self, self._desk, self.part), _("The terms were saved."))

    def change_supplier(self, sale: Sale) -> None:
        """Other terms of a supplier."""
        self._do(ask_terms(self, self._desk, self.part, sale), _("The terms were saved."))

    def _drop_supplier(self, sale: Sale) -> None:
        title = _("Remove the terms of {supplier}?").format(supplier=sale.supplier)
        if ask(self, title, terms_words(sale, self.part["unit"]), do=_("Remove")):
            self._do(partial(drop_terms, self._desk, sale.row["id"]), _("The terms were removed."))

    def add_kit_part(self) -> None:
        """Another part of the kit."""
        self._do(dialogs.ask_kit_line(self, self._desk, self.part), _("The kit was changed."))

    def _drop_kit_part(self, part: bytes) -> None:
        rest = {one.part_id: one.qty for one in self._kit if one.part_id != part}
        self._do(partial(keep_kit, self._desk, self.part["id"], rest), _("The kit was changed."))

    def issue(self) -> None:
        """Issue the kit: all its parts on one slip."""
        self._do(dialogs.ask_issue(self, self._desk, self.part, self.kits), _("The kit was issued."))

    def add_fitted(self) -> None:
        """Another machine or class that holds the part."""
        self._do(dialogs.ask_fitted(self, self._desk, self.part), _("The parts list was changed."))

    def _drop_fitted(self, row: bytes) -> None:
        self._do(partial(unfit_part, self._desk, row), _("The parts list was changed."))

    def show_life(self, unit: Any) -> None:
        """What happened to a piece."""
        self.dialog = dialogs.LifeDialog(self, self._desk, self.part, unit)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def add_code(self) -> None:
        """Another code that finds the part."""
        self._do(dialogs.ask_code(self, self._desk, self.part), _("The code was bound."))

    def _drop_barcode(self, number: str) -> None:
        work = partial(drop_barcode, self._desk, self.part["id"], number)
        self._do(work, _("The code finds the part no more."))

    def change_classes(self) -> None:
        """Other classes of machines that it fits."""
        self._do(dialogs.ask_classes(self, self._desk, self.part), _("The classes were changed."))

    def _drop_code(self, binding: bytes) -> None:
        self._do(partial(unbind_code, self._desk, binding), _("The code finds the part no more."))
