"""Quantities that bring their unit along: “250 ml” of a part that is counted in litres is 0.25 (InvenTree writes pack sizes so)."""

import re
from dataclasses import dataclass
from fractions import Fraction

from app.values import THOUSAND, parse_scaled

_WRITTEN = re.compile(r"\s*([0-9.,０-９]*)\s*([A-Za-z\u4e00-\u9fff]+)\.?\s*")
#: Unit -> what it measures, and how many of the smallest unit of that kind it is. The inch is 25.4 mm since 1959.
_UNITS: dict[str, tuple[str, Fraction]] = {}
for _kind, _size, _words in (
    ("length", Fraction(1), "mm millimetre millimetres millimeter millimeters 毫米"),
    ("length", Fraction(10), "cm centimetre centimetres centimeter centimeters 厘米"),
    ("length", Fraction(1000), "m metre metres meter meters 米"),
    ("length", Fraction(1_000_000), "km kilometre kilometres kilometer kilometers 千米 公里"),
    ("length", Fraction(254, 10), "in inch inches 英寸"),
    ("length", Fraction(3048, 10), "ft foot feet 英尺"),
    ("volume", Fraction(1), "ml millilitre millilitres milliliter milliliters 毫升"),
    ("volume", Fraction(1000), "l litre litres liter liters 升"),
    ("mass", Fraction(1), "g gram grams gramme grammes 克"),
    ("mass", Fraction(1000), "kg kilogram kilograms 千克 公斤"),
    ("mass", Fraction(1_000_000), "t tonne tonnes 吨"),
):
    _UNITS.update(dict.fromkeys(_words.split(), (_kind, _size)))


@dataclass(frozen=True)
class Measured:
    """A number with a unit, as the file has it; a unit alone means one of it."""

    thousandths: int
    unit: str

    def within(self, unit: str) -> tuple[int, bool] | None:
        """The quantity in another unit, in thousandths, and whether that is exact; None where they measure different things."""
        mine, theirs = _UNITS.get(self.unit.lower()), _UNITS.get(unit.strip().lower())
        if mine is None or theirs is None or mine[0] != theirs[0]:
            return None
        exact = self.thousandths * mine[1] / theirs[1]
        return round(exact), exact.denominator == 1


def measured(text: str) -> Measured | None:
    """A quantity with a unit that we know. None for anything else; raises AppError where its number is none."""
    found = _WRITTEN.fullmatch(text)
    if not found or found[2].lower() not in _UNITS:
        return None
    return Measured(parse_scaled(found[1], THOUSAND) if found[1] else THOUSAND, found[2])
