"""The inspector of a part: how much there is, where, from whom, when to order and why, what happened last."""

from typing import Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app import values
from app.desk import Desk
from app.fields import fields_of, show
from app.inventory.card import PartCard
from app.inventory.ledger import MovementRow
from app.inventory.reorder import Working
from app.inventory.value import State, average, cents
from app.words import _, pgettext
from ui.inventory.tables import ICONS, amount, change, since, state_sign, stock_of, type_sign
from ui.kit.bars import StockBar
from ui.kit.chips import Chip
from ui.kit.inspector import Inspector
from ui.kit.labels import ElidedLabel, SignLabel, label

#: The class of the register that stands for all of them.
EVERY = "*"


def fill(inspector: Inspector, card: PartCard, desk: Desk) -> None:
    """Show a part in the inspector (without its tools and actions)."""
    part, look = card.part, state_sign(card.part)
    inspector.start(part.part_no, f"{part.name} {part.spec}".strip())
    if card.row["kind"] == "kit":  # it lies nowhere itself: its parts do
        inspector.add_chips([Chip(show(fields_of("part")["kind"], "kit"), "neutral", "package")])
        return
    chips = [Chip(look.text, look.level, look.icon)]
    if classes := "·".join(filter(None, [part.abc, part.ved])):
        chips.append(Chip(classes, "neutral", "circle-dot"))
    inspector.add_chips(chips)
    inspector.add_line()
    inspector.add(_figures(card))
    inspector.add(StockBar(stock_of(part)))
    inspector.add(_scale(card))
    inspector.add_facts(_facts(card))
    if card.movements:
        inspector.add_section(_("Last movements"))
        for row in card.movements:
            inspector.add(_movement(row, desk))


def _figures(card: PartCard) -> QWidget:
    """On hand, available, on order: large, side by side."""
    holder, part = QWidget(), card.part
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(0)
    figures = (
        (_("On hand"), amount(part.on_hand, part.unit)),
        (_("Available"), amount(part.available, part.unit)),
        (_("On order"), amount(part.on_order)),
    )
    for column, (words, figure) in enumerate(figures):
        grid.addWidget(label(words, "dense", "text_2"), 0, column)
        grid.addWidget(label(figure, "title"), 1, column)
        grid.setColumnStretch(column, 1)
    return holder


def _scale(card: PartCard) -> QWidget:
    """Safety stock, reorder point and maximum under the bar."""
    policy = card.policy
    if policy is None:
        return label(
            _("No reorder point is set: nothing warns when it runs out."), "caption", "text_2", wrap=True
        )
    marks = (
        (_("Safety {n}"), policy["safety_stock"]),
        (_("Reorder {n}"), policy["reorder_point"]),
        (_("Maximum {n}"), policy["max_stock"]),
    )
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    for words, value in marks:
        if value is not None:
            row.addWidget(label(words.format(n=values.show_quantity(value)), "caption", "text_2"))
    row.addStretch()
    return holder


def _facts(card: PartCard) -> list[tuple[str, str | QWidget]]:
    row, part = card.row, card.part
    where = "\n".join(
        f"{level.bin} {level.batch}  {amount(level.on_hand, part.unit)}" for level in card.levels
    )
    facts: list[tuple[str, str | QWidget]] = [(_("Bin"), where or part.bin or "—")]
    if card.classes:
        every = any(word.words == EVERY for word in card.classes)
        named = pgettext("list", ", ").join(word.words for word in card.classes)
        facts.append((_("Fits"), _("any equipment") if every else named))
    facts += _kept_as(row)
    facts += [
        (_("Supplier"), "\n".join(filter(None, [source.name, source.sku]))) for source in card.sources[:1]
    ]
    if row["lead_time_days"] is not None:
        facts.append((_("Lead time"), _("{n} days").format(n=row["lead_time_days"])))
    if row["unit_price"] is not None:
        facts.append((_("Unit price"), f"¥{values.show_price(row['unit_price'])}"))
    facts += _worth(card)
    if card.working:
        facts.append((_("Working"), working_words(card.working)))
    if card.policy and card.policy["override_reason"]:
        facts.append((_("Set by hand"), card.policy["override_reason"]))
    return facts


def _kept_as(row: dict[str, Any]) -> list[tuple[str, str | QWidget]]:
    """What kind of part it is, its maker's number, and how its pieces are told apart."""
    fields = fields_of("part")
    told = [show(fields["kind"], row["kind"])] if row["kind"] != "spare" else []
    told += [_(fields[name].label) for name in ("serialised", "batch_tracked") if row[name]]
    if row["shelf_life_months"]:
        told.append(_("keeps {n} months").format(n=row["shelf_life_months"]))
    number = fields["maker_part_no"].label
    found = [(_(number), row["maker_part_no"] or ""), (_("Kept as"), "·".join(told))]
    return [fact for fact in found if fact[1]]


def _worth(card: PartCard) -> list[tuple[str, str | QWidget]]:
    """Average price and value, with the method named."""
    qty, value = card.worth
    if not qty:
        return []
    told = f"¥{values.show_money(cents(value))}".replace("¥-", "−¥")
    if card.provisional:
        told = _("{value} (provisional)").format(value=told)
    found: list[tuple[str, str | QWidget]] = [(_("Value (moving average)"), told)]
    unit, several = card.part.unit, len(card.worths) > 1
    for store, held, worth in card.worths:
        mean = average(State(held, worth))
        if mean is not None:  # each warehouse has its own average
            price = f"¥{values.show_price(mean)}"
            told = (
                _("{price} ({quantity})").format(price=price, quantity=amount(held, unit))
                if several
                else price
            )
            found.append(
                (
                    _("Average price, {warehouse}").format(warehouse=store)
                    if several
                    else _("Average price"),
                    told,
                )
            )
    return found


def working_words(working: Working) -> str:
    """How the reorder point follows from use and lead time, in one line."""
    text = _("{daily}/day × {days} d ≈ {demand}, + safety {safety} = {point}")
    return text.format(
        daily=f"{working.daily:.2f}", days=working.lead_days, demand=values.show_quantity(working.demand),
        safety=values.show_quantity(working.safety), point=values.show_quantity(working.reorder_point),
    )  # fmt: skip


def _movement(row: MovementRow, desk: Desk) -> QWidget:
    """One movement in a line: sign, kind and what for, quantity, day."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    sign = type_sign(row)
    icon = sign.icon if row.state != "booked" else ICONS[row.type]
    line.addWidget(SignLabel(icon, "text_2", 16))
    words = "·".join(filter(None, [sign.text, row.what_for]))
    tone = "text_3" if row.state == "reversed" else "text"
    line.addWidget(ElidedLabel(words, "dense", tone), 1)
    line.addWidget(label(change(row.qty), "dense", tone))
    line.addWidget(label(since(desk, row.happened_at), "caption", "text_3"))
    return holder


def legend() -> str:
    """The marks of the stock bar in words."""
    return "   ".join(
        (
            _("thick tick: reorder point"),
            _("thin tick: maximum"),
            _("hatched: reserved"),
            _("dashed: on order"),
        )
    )
