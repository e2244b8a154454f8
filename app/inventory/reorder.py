"""How a reorder point follows from use, lead time and service level, with its working (R-4.4-e), and the ABC class.

demand = use a year / 365 x lead time, rounded up          safety stock = Z x square root of that demand (Poisson), rounded up
reorder point = demand + safety stock          ABC: by use x price, A to 70 %, B to 95 %, C the rest
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext

from app.values import THOUSAND

#: Service level in per cent -> Z of the normal distribution (90, 95, 99: as the requirements round them).
Z = {
    85: Decimal("1.04"), 90: Decimal("1.28"), 95: Decimal("1.65"), 97: Decimal("1.88"), 98: Decimal("2.05"),
    99: Decimal("2.33"),
}  # fmt: skip
SERVICE = 95
A_TO, B_TO = Decimal("0.70"), Decimal("0.95")


@dataclass(frozen=True)
class Working:
    """The figures behind a reorder point; quantities in thousandths, `daily` and `exact` as they are computed."""

    annual: int
    lead_days: int
    service: int
    daily: Decimal
    exact: Decimal
    demand: int
    safety: int

    @property
    def reorder_point(self) -> int:
        return self.demand + self.safety


def work_out(annual: int | None, lead_days: int | None, service: int = SERVICE) -> Working | None:
    """The reorder point of a part that is used so often and takes so long to come; None where a figure is missing."""
    if not annual or not lead_days:
        return None
    with localcontext() as context:
        context.prec = 28
        daily = Decimal(annual) / THOUSAND / 365
        exact = daily * lead_days
        safety = _up(Z[service] * exact.sqrt())
    return Working(annual, lead_days, service, daily, exact, _up(exact) * THOUSAND, safety * THOUSAND)


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def abc(
    values: Iterable[tuple[bytes, int]], limits: tuple[Decimal, Decimal] = (A_TO, B_TO)
) -> dict[bytes, str]:
    """The class of each part by the value of a year's use: what makes 70 % is A, to 95 % B, the rest C."""
    a_to, b_to = limits
    ordered = sorted(values, key=lambda pair: (-pair[1], pair[0]))
    total, sum_so_far, classes = sum(value for _part, value in ordered), 0, {}
    for part, value in ordered:
        share = Decimal(sum_so_far) / total if total else Decimal(1)
        classes[part] = "A" if share < a_to and value else "B" if share < b_to and value else "C"
        sum_so_far += value
    return classes
