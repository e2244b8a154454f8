"""From the proposal to orders: which parts, how many, one draft for each supplier (R-4.4-d)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.purchasing.currency import money, unit_price
from app.purchasing.offers import Offer, said_of
from app.purchasing.orders import draft_orders
from app.words import _, ngettext
from ui.inventory.tables import amount
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.editors import NumberEditor
from ui.kit.labels import ElidedLabel, label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks

WIDE = 760


@dataclass
class _Row:
    offer: Offer
    tick: QCheckBox
    entry: NumberEditor
    price: QLabel
    sum: QLabel

    def quantity(self) -> int:
        """What is typed, in whole packs; 0 where it is no quantity."""
        try:
            typed = self.entry.value() or 0
        except AppError:
            return 0
        return self.offer.whole(typed) if typed > 0 else 0


class DraftDialog(Dialog):
    """Every proposed part with its quantity; what is ticked becomes drafts, by supplier, as one action."""

    drafted = Signal(object, object)
    """The ids of the orders, and the Done."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, offers: Sequence[Offer]) -> None:
        text = _("One draft for each supplier. Quantities are rounded up to whole packs.")
        super().__init__(parent, _("Make purchase orders"), text)
        self._desk, self._tasks = desk, tasks
        room = parent.window().width() - 40 if parent else WIDE
        self.setFixedWidth(max(min(WIDE, room), 520))
        self.rows: list[_Row] = []
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        for (name, code), group in groupby(offers, lambda offer: (offer.supplier, offer.currency)):
            self._add_group(name, code, list(group))
        self.body.addWidget(Scroller(inner))
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(self.note)
        self._total = label("", "body_strong")
        self.foot.insertWidget(0, self._total)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Create drafts"), "shopping-cart", "primary", "large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)
        self._count()
        if self.rows:
            self.rows[0].entry.setFocus()
            self.rows[0].entry.selectAll()

    def _add_group(self, name: str, code: str, offers: Sequence[Offer]) -> None:
        grid, head = self._grid, self._grid.rowCount()
        words = name or _("No supplier chosen")
        if offers[0].foreign:
            words = f"{words}  ·  {code}"
        grid.addWidget(label(words, "body_strong"), head, 0, 1, 6)
        for place, offer in enumerate(offers, head + 1):
            row = self._row(offer)
            shown = (
                row.tick,
                self._named(offer),
                row.entry,
                label(offer.row.unit, "dense", "text_2"),
                row.price,
                row.sum,
            )
            for column, widget in enumerate(shown):
                grid.addWidget(widget, place, column)
            self.rows.append(row)

    @staticmethod
    def _named(offer: Offer) -> QWidget:
        words = f"{offer.row.part_no}  {offer.row.name} {offer.row.spec}".strip()
        if offer.drafted:
            said = _("{quantity} in drafts already").format(quantity=amount(offer.drafted, offer.row.unit))
        else:
            said = said_of(offer)
        if not said:
            return ElidedLabel(words, "dense")
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(ElidedLabel(words, "dense"))
        column.addWidget(ElidedLabel(said, "caption", "text_2"))
        return holder

    def _row(self, offer: Offer) -> _Row:
        tick, entry = QCheckBox(), NumberEditor()
        tick.setChecked(offer.quantity > 0)
        tick.setAccessibleName(f"{offer.row.part_no} {offer.row.name}")
        entry.setAccessibleName(_("Quantity") + f" {offer.row.part_no}")
        entry.setFixedWidth(92)
        entry.set_value(offer.quantity or offer.whole(offer.row.quantity))
        total = label("", "dense")
        total.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        total.setMinimumWidth(84)
        row = _Row(offer, tick, entry, label("", "dense", "text_2"), total)
        tick.toggled.connect(self._count)
        entry.edited.connect(self._count)
        entry.editingFinished.connect(lambda: self._round(row))
        return row

    @staticmethod
    def _round(row: _Row) -> None:
        """Show the quantity that will be ordered; nonsense stays as typed."""
        if (whole := row.quantity()) and whole != row.entry.value():
            row.entry.set_value(whole)

    def chosen(self) -> list[tuple[Offer, int]]:
        """The ticked parts with their quantities."""
        return [(row.offer, row.quantity()) for row in self.rows if row.tick.isChecked()]

    def _count(self) -> None:
        chosen = self.chosen()
        for row in self.rows:
            qty = row.quantity() if row.tick.isChecked() else 0
            row.entry.setEnabled(row.tick.isChecked())
            offer = row.offer
            row.sum.setText(money(offer.cost(qty), offer.currency) if qty else "—")
            price = offer.price_of(qty or offer.quantity)
            row.price.setText(f"× {unit_price(price, offer.currency)}" if price is not None else "")
        orders = len({(offer.supplier_id, offer.currency, offer.row.site_id) for offer, _qty in chosen})
        parts = ngettext("{count} part", "{count} parts", len(chosen)).format(count=len(chosen))
        words = ngettext("{count} order", "{count} orders", orders).format(count=orders)
        self._total.setText("·".join((parts, words, _total(chosen))))
        self.save.setEnabled(bool(chosen))

    def on_save(self) -> None:
        """Make the drafts; a part with a wrong quantity is named and the dialog stays."""
        self.note.hide()
        wrong = next((row for row in self.rows if row.tick.isChecked() and not row.quantity()), None)
        if wrong:
            self._refuse(_("{part}: type how many are to be ordered.").format(part=wrong.offer.row.part_no))
            wrong.entry.setFocus()
            wrong.entry.selectAll()
            return
        chosen, desk = self.chosen(), self._desk
        self.save.setEnabled(False)
        self._tasks.run(
            lambda: draft_orders(desk, chosen), self._on_drafted, lambda error: self._refuse(str(error)), owner=self,
            ended=lambda: self.save.setEnabled(True),
        )  # fmt: skip

    def _refuse(self, sentence: str) -> None:
        self.note.set(sentence, "danger")
        self.note.show()

    def _on_drafted(self, made: tuple[list[bytes], Done]) -> None:
        ids, done = made
        self.drafted.emit(ids, done)
        self.accept()


def _total(chosen: Sequence[tuple[Offer, int]]) -> str:
    """The sum in the site's currency, and what cannot be turned into it in its own."""
    apart: dict[str, int] = {}
    for offer, qty in chosen:
        if offer.terms.worth(qty) is None:
            apart[offer.currency] = apart.get(offer.currency, 0) + offer.cost(qty)
    total = money(sum(offer.amount(qty) for offer, qty in chosen), chosen[0][0].home if chosen else "CNY")
    return " + ".join([total, *(money(sum_, code) for code, sum_ in apart.items())])
