"""How a part is used: regular, erratic, intermittent or lumpy, and what is to be expected of it (R-4.4-e).

ADI   weeks / weeks in which something was taken           CV2   (standard deviation / mean of what was taken in those weeks) squared
smooth  ADI < 1.32, CV2 < 0.49      erratic  CV2 >= 0.49      intermittent  ADI >= 1.32      lumpy  both
(limits: Syntetos, Boylan and Croston 2005)

Croston   size and interval of the demand are smoothed apart at every week with demand, use a week = size / interval
SBA       Croston less its bias: (1 - alpha / 2) x size / interval (Syntetos and Boylan 2005)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from app.values import THOUSAND
from app.words import N_

WEEK = 7
ADI_LIMIT, CV2_LIMIT = Decimal("1.32"), Decimal("0.49")
#: How much the newest demand counts in Croston's smoothing.
ALPHA = Decimal("0.1")
KINDS = {
    "smooth": N_("regular"),
    "erratic": N_("erratic"),
    "intermittent": N_("intermittent"),
    "lumpy": N_("lumpy"),
}


@dataclass(frozen=True)
class Demand:
    """The pattern of a use, with the figures that it follows from."""

    kind: str
    adi: Decimal
    cv2: Decimal
    #: Variance of a week's use / its mean: 1 for single pieces that go by chance (Poisson).
    dispersion: Decimal


@dataclass(frozen=True)
class Forecast:
    """What a smoothing expects: use a week, and the mean squared error of its forecasts (units and units squared)."""

    week: Decimal
    error: Decimal


def weeks_of(days: Sequence[int]) -> list[Decimal]:
    """Use a week in units, the oldest first, from use a day in thousandths; days that fill no week at the beginning are left out."""
    start = len(days) % WEEK
    sums = (sum(days[at : at + WEEK]) for at in range(start, len(days), WEEK))
    return [Decimal(max(found, 0)) / THOUSAND for found in sums]


def pattern(weeks: Sequence[Decimal]) -> Demand | None:
    """The kind of demand; None where nothing was taken."""
    taken = [week for week in weeks if week > 0]
    if not taken:
        return None
    with localcontext() as context:
        context.prec = 28
        adi = Decimal(len(weeks)) / len(taken)
        mean = sum(taken, Decimal(0)) / len(taken)
        cv2 = variance(taken) / (mean * mean)
        dispersion = variance(weeks) / (sum(weeks, Decimal(0)) / len(weeks))
    often, even = adi < ADI_LIMIT, cv2 < CV2_LIMIT
    kind = ("smooth" if even else "erratic") if often else ("intermittent" if even else "lumpy")
    return Demand(kind, adi, cv2, dispersion)


def variance(numbers: Sequence[Decimal]) -> Decimal:
    """The variance of a sample (n - 1); 0 of less than two numbers."""
    if len(numbers) < 2:
        return Decimal(0)
    mean = sum(numbers, Decimal(0)) / len(numbers)
    return sum(((number - mean) ** 2 for number in numbers), Decimal(0)) / (len(numbers) - 1)


def croston(weeks: Sequence[Decimal], *, unbiased: bool = True, alpha: Decimal = ALPHA) -> Forecast | None:
    """The use a week that Croston's method (`unbiased`: SBA) expects; None where nothing was taken.

    It begins at the first week with demand: its size, and the weeks up to it as the interval.
    """
    first = next((at for at, week in enumerate(weeks) if week > 0), None)
    if first is None:
        return None
    with localcontext() as context:
        context.prec = 28
        factor = 1 - alpha / 2 if unbiased else Decimal(1)
        size, interval, since, errors = weeks[first], Decimal(first + 1), 0, list[Decimal]()
        for week in weeks[first + 1 :]:
            since += 1
            errors.append((week - factor * size / interval) ** 2)
            if week > 0:
                size += alpha * (week - size)
                interval += alpha * (since - interval)
                since = 0
        error = sum(errors, Decimal(0)) / len(errors) if errors else size
        return Forecast(factor * size / interval, error)
