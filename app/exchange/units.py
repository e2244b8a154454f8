"""Quantities that bring their unit along: “250 ml” of a part that is counted in litres is 0.25 (InvenTree writes pack sizes so)."""

import csv
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files

from app.values import THOUSAND, parse_scaled

_WRITTEN = re.compile(r"\s*([0-9.,０-９]*)\s*([A-Za-z\u4e00-\u9fff]+)\.?\s*")


@cache
def _units() -> dict[str, tuple[str, Fraction]]:
    """Unit -> what it measures, and how many of the smallest unit of that kind it is. The inch is 25.4 mm since 1959."""
    text = (files("resources") / "exchange" / "units.csv").read_text("utf-8")
    return {
        word: (row["measures"], Fraction(int(row["numerator"]), int(row["denominator"])))
        for row in csv.DictReader(text.splitlines())
        for word in row["words"].split()
    }


@dataclass(frozen=True)
class Measured:
    """A number with a unit, as the file has it; a unit alone means one of it."""

    thousandths: int
    unit: str

    def within(self, unit: str) -> tuple[int, bool] | None:
        """The quantity in another unit, in thousandths, and whether that is exact; None where they measure different things."""
        mine, theirs = _units().get(self.unit.lower()), _units().get(unit.strip().lower())
        if mine is None or theirs is None or mine[0] != theirs[0]:
            return None
        exact = self.thousandths * mine[1] / theirs[1]
        return round(exact), exact.denominator == 1


def measured(text: str) -> Measured | None:
    """A quantity with a unit that we know. None for anything else; raises AppError where its number is none."""
    found = _WRITTEN.fullmatch(text)
    if not found or found[2].lower() not in _units():
        return None
    return Measured(parse_scaled(found[1], THOUSAND) if found[1] else THOUSAND, found[2])
