"""The words of the rules whose situations come from rounds (巡检) and from the store (备件)."""

from collections.abc import Mapping
from typing import Any

from app import values
from app.alerts.rules import Rule, declare
from app.words import N_, _, language


def _answer(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    unit = f" {facts['unit']}" if facts.get("unit") else ""
    low, high = (values.show_quantity(facts.get(side)) for side in ("low", "high"))
    number = facts.get("value_num")
    value = facts.get("value_text") or "" if number is None else values.show_quantity(number) + unit
    name = facts.get("name_en") if language() == "en" else None
    return {"value": value, "item": name or facts.get("name") or "", "limits": _limits(low, high, unit)}


def _limits(low: str, high: str, unit: str) -> str:
    if low and high:
        return _("allowed {low} – {high}").format(low=low, high=high + unit)
    if low or high:
        return (_("at least {limit}") if low else _("at most {limit}")).format(limit=(low or high) + unit)
    return _("a deviation by the check item")


def _stock(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    numbers = ("on_hand", "available", "on_order", "safety", "reorder", "maximum", "lowest")
    return {name: values.show_quantity(facts.get(name)) or "—" for name in numbers}


declare(
    Rule(
        "inspection.limit",
        N_("Deviation in a round"),
        N_("{item}: {value}, {limits}"),
        N_("An answer of a round failed its check item."),
        N_("Look at the machine, take a measure, and check the value again."),
        _answer,
    )
)
declare(
    Rule(
        "stock.out",
        N_("Out of stock"),
        N_("{name}: none available"),
        N_("Available {available}, reorder point {reorder}, on order {on_order}."),
        N_("Buy at once, or transfer it from another site."),
        _stock,
    )
)
declare(
    Rule(
        "stock.safety",
        N_("Below safety stock"),
        N_("{name}: {available} available, safety stock {safety}"),
        N_("Available {available}, reorder point {reorder}, on order {on_order}."),
        N_("Buy now; keep the rest for urgent work."),
        _stock,
    )
)
declare(
    Rule(
        "stock.reorder",
        N_("At reorder point"),
        N_("{name}: {available} available, reorder point {reorder}"),
        N_("Available {available}, reorder point {reorder}, on order {on_order}."),
        N_("Put it into the next purchase."),
        _stock,
    )
)
declare(
    Rule(
        "stock.max",
        N_("Above maximum"),
        N_("{name}: {on_hand} on hand, maximum {maximum}"),
        N_("There is more in stock than the maximum."),
        N_("Buy no more; see whether another site needs it."),
        _stock,
    )
)
declare(
    Rule(
        "stock.negative",
        N_("Negative stock"),
        N_("{name}: a bin shows {lowest}"),
        N_("More was issued than was received."),
        N_("Count the bin and book the difference."),
        _stock,
    )
)


def _idle(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    value = values.line_value(facts.get("on_hand") or 0, facts.get("price"))
    on_hand = f"{values.show_quantity(facts.get('on_hand'))} {facts.get('unit') or ''}".strip()
    return {"on_hand": on_hand, "value": values.show_money(value)}


for _code, _title, _months in (
    ("idle.slow", N_("No movement for 12 months"), N_("No movement for 12 months although there is stock.")),
    ("idle.dead", N_("No movement for 24 months"), N_("No movement for 24 months although there is stock.")),
):
    declare(
        Rule(
            _code,
            _title,
            N_("{name}: {on_hand} unmoved since {since}, worth {value}"),
            _months,
            N_("Offer it to another site, return it, or lower its limits."),
            _idle,
        )
    )
for _code, _title in (
    ("idle.expiring", N_("Shelf life ends within 90 days")),
    ("idle.soon", N_("Shelf life ends within 30 days")),
    ("idle.expired", N_("Shelf life has ended")),
):
    declare(
        Rule(
            _code,
            _title,
            N_("{name}: shelf life of {on_hand} ends {ends}"),
            N_("Counted from the receipt of the oldest pieces that still lie there."),
            N_("Use these first; scrap what is too old."),
            _idle,
        )
    )
