"""The inspector of a purchase order: lines, deliveries, steps with who and when, and what the supplier is worth."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.desk import Desk
from app.inventory.ledger import MovementRow
from app.inventory.purchases import PURCHASE
from app.purchasing.currency import Rate, money, said_rate, unit_price
from app.purchasing.lists import OrderCard
from app.purchasing.record import LastPrice, SupplierRecord
from app.signs import sign
from app.words import _, ngettext
from ui.inventory.tables import ICONS, FixedSource, change, since, type_word
from ui.kit.chips import Chip
from ui.kit.inspector import Inspector
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.timeline import Event
from ui.purchasing.charts import percent
from ui.purchasing.tables import LineTable, brief_columns
from ui.work.process import ProcessBar, stages

LAST = 6


def chips(card: OrderCard) -> list[Chip]:
    """State, late, more than was ordered."""
    made = [Chip.of(card.order.status)]
    if card.order.late:
        look = sign("overdue")
        made.append(Chip(look.text, look.level, look.icon))
    if card.order.over:
        made.append(Chip(_("Over-delivered"), "warn", "triangle-alert"))
    return made


def facts(card: OrderCard) -> list[tuple[str, str | QWidget]]:
    """Value, days, site, supplier's telephone, remark."""
    row, order = card.row, card.order
    who = "  ".join(filter(None, [card.supplier.get("contact_name"), card.supplier.get("phone")]))
    found: list[tuple[str, str | QWidget]] = [
        (_("Amount"), _sum(card)),
        *_at_home(card),
        (_("Ordered on"), row["ordered_on"] or ""),
        (_("Due on"), row["due_on"] or ""),
        (_("Site"), order.site),
        (_("Contact"), who),
        (_("Remarks"), row["remark"] or ""),
    ]
    return [(words, value) for words, value in found if value]


def _sum(card: OrderCard) -> str:
    """The value without tax, and with it where the lines say how they are taxed."""
    net, tax, code = card.order.value, sum(line.taxed for line in card.lines), card.order.currency
    if not tax:
        return money(net, code)
    text = _("{net} + tax {tax} = {total}")
    return text.format(net=money(net, code), tax=money(tax, code), total=money(net + tax, code))


def _at_home(card: OrderCard) -> list[tuple[str, str | QWidget]]:
    """An order in another currency: what it is worth at the site, at which rate of which day, typed by whom."""
    order, row = card.order, card.row
    if not order.foreign:
        return []
    if order.worth is None:
        return [(_("Exchange rate"), _("not typed yet"))]
    known = said_rate(Rate(row["rate"], row["rate_on"] or "", card.rated_by), order.currency, order.home)
    return [(_("At the site"), money(order.worth, order.home)), (_("Exchange rate"), known)]


def add_returned(inspector: Inspector, card: OrderCard, desk: Desk) -> None:
    """A draft that came back from whoever was to approve it says who refused it, when and why."""
    step = card.returned_with
    if card.order.status != "draft" or step is None:
        return
    text = _("Not approved: {reason}").format(reason=step.remark or _("no reason given"))
    more = "·".join(filter(None, [step.who, since(desk, step.at)]))
    inspector.add(NoteStrip(text, "warn", more=more), margin=12)


def add_lines(inspector: Inspector, card: OrderCard, buttons: Sequence[QPushButton]) -> LineTable:
    """The lines with what has come, and what can be done to them."""
    count = ngettext("{count} line", "{count} lines", len(card.lines)).format(count=len(card.lines))
    inspector.add_section(_("Lines · {count}").format(count=count))
    table = LineTable(brief_columns(card.order), FixedSource(lambda: card.lines))
    table.count.hide()
    table.legend.hide()
    table.set_dense(True)
    table.refresh()
    table.fit()
    if card.lines:
        inspector.add(table, margin=4)
    else:
        inspector.add(label(_("The order has no lines yet."), "dense", "text_2"))
    if buttons:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for made in buttons:
            row.addWidget(made)
        row.addStretch()
        inspector.add(holder)
    return table


def add_deliveries(inspector: Inspector, card: OrderCard, desk: Desk) -> None:
    """What came and what went back, the newest first."""
    if not card.receipts:
        return
    inspector.add_section(_("Deliveries"))
    events = []
    for move in reversed(card.receipts[-LAST:]):
        back = move.type == "issue" and not move.reverses
        word = _("Went back") if back else _("Taken back") if move.reverses else type_word(move.type)
        icon = "undo-2" if move.qty < 0 else ICONS[move.type]
        more = "·".join(
            filter(
                None,
                [
                    _paid(card, move),
                    move.bin,
                    move.batch,
                    card.serials.get(move.id),
                    move.reason,
                    move.booked_by,
                ],
            )
        )
        text = f"{word}  {move.part_no}  {change(move.qty, move.unit)}"
        events.append(
            Event(
                icon,
                "warn" if move.qty < 0 or _paid(card, move) else "ok",
                text,
                since(desk, move.happened_at),
                more,
            )
        )
    inspector.add_timeline(events)


def _paid(card: OrderCard, move: MovementRow) -> str:
    """The price on the delivery note, where it is not the ordered one."""
    paid = card.paid_otherwise(move)
    return (
        _("at {price}, not as ordered").format(price=unit_price(paid, card.order.currency))
        if paid is not None
        else ""
    )


def add_steps(inspector: Inspector, card: OrderCard, desk: Desk) -> None:
    """The life of the order with who and when, and the reasons that were given."""
    inspector.add_section(_("Steps"))
    inspector.add(ProcessBar(stages(PURCHASE, card.taken, card.order.status, desk.timezone)))
    reasons = [f"{PURCHASE.word(step.target)}：{step.remark}" for step in card.taken if step.remark]
    if reasons:
        inspector.add(label("\n".join(reasons), "dense", "text_2", wrap=True))


def add_record(inspector: Inspector, record: SupplierRecord) -> None:
    """How the supplier has delivered so far, and the last prices."""
    inspector.add_section(_("The supplier so far"))
    judged = ngettext("of {count} line due", "of {count} lines due", record.due_lines).format(
        count=record.due_lines
    )
    open_ones = ngettext("{count} order", "{count} orders", record.open_orders).format(
        count=record.open_orders
    )
    rows: list[tuple[str, str | QWidget]] = [
        (
            _("On time"),
            f"{percent(record.on_time)} {judged}" if record.due_lines else _("nothing was due yet"),
        ),
        (_("Complete"), percent(record.complete)),
        (_("Open orders"), f"{open_ones}·{money(record.open_value)}"),
    ]
    rows += [(price.part_no, _price(price)) for price in record.prices]
    inspector.add_facts(rows)


def _price(last: LastPrice) -> str:
    shown = unit_price(last.price, last.currency)
    if last.before not in {None, last.price}:
        shown += _(" ({price} the time before)").format(price=unit_price(last.before, last.currency))
    return f"{shown}·{last.ordered_on}"
