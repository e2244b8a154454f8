"""How a value of a report reads on paper; the workbook keeps the number and says the same by its number format."""

from __future__ import annotations

from collections.abc import Iterable

from app import values
from app.reports.document import Boxes, Choices, Code, Col, Measure, Row, Status, Value


def places_of(col: Col, rows: Iterable[Row]) -> int:
    """The decimals a column needs so that all its figures line up."""
    if col.kind == "money":
        return 2
    scale = {"quantity": 3, "price": 4}.get(col.kind, 0)
    least = 2 if col.kind == "price" else 0
    if not scale:
        return 0
    return (
        max((decimals(v, scale) for r in rows if isinstance(v := r.values.get(col.key), int)), default=least)
        or least
    )


def decimals(value: int, scale: int) -> int:
    """Decimals of a scaled integer without its trailing zeros."""
    while scale and value % 10 == 0:
        value //= 10
        scale -= 1
    return scale


def shown(value: Value, col: Col, places: int, timezone: str) -> str:
    """The text of a cell."""
    if value is None:
        return ""
    if isinstance(value, Measure):
        return measured(value)
    if isinstance(value, int):
        return "+" * (col.signed and value > 0) + _number(value, col.kind, places, timezone)
    if isinstance(value, Status):
        return str(value)
    if isinstance(value, Choices):
        return "  ".join(f"□\u00a0{option}" for option in value.options)
    return "" if isinstance(value, Boxes | Code) else value


def _number(value: int, kind: str, places: int, timezone: str) -> str:
    if kind == "instant":
        return values.show_instant(value, timezone)
    scale = {"quantity": 3, "money": 2, "price": 4}.get(kind, 0)
    return grouped(value, scale, max(places, decimals(value, scale)))


def grouped(value: int, scale: int, places: int) -> str:
    """A scaled integer with thousands grouped and just so many decimals."""
    sign, whole = ("−" if value < 0 else ""), abs(value)
    digits = str(whole % 10**scale).zfill(scale)[:places] if scale else ""
    return f"{sign}{whole // 10**scale:,}" + (f".{digits}" if digits else "")


def measured(value: Measure) -> str:
    """`52.5 %`: the figure with its decimals, the unit beside it."""
    number = grouped(value.value, 3, max(value.places, decimals(value.value, 3)))
    return f"{number} {value.unit}".rstrip()
