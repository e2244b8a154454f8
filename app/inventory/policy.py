"""How safety stock and reorder point follow from what was used (R-4.4-e): by use, lead time and service level, with the working.

poisson   slow movers: spread of the demand in the lead time = square root of that demand
normal    spread of daily use x square root of the lead time
variable  the lead time itself varies: square root of (L x sd^2 + d^2 x sL^2)

safety stock = Z x spread, reorder point = demand in the lead time + safety stock, both rounded up to whole units. With fewer
than five issues in 24 months the figures say little: a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext

from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.fields import to_json
from app.generic import create, patch
from app.inventory.card import policy_of
from app.inventory.register import check_policy
from app.inventory.reorder import Z
from app.tx import Reader
from app.values import THOUSAND
from app.words import N_
from db.ids import new_id

METHODS = {
    "poisson": N_("Slow movers (Poisson)"),
    "normal": N_("Regular use (normal)"),
    "variable": N_("Varying lead time"),
}
#: VED class -> service level in per cent: what stops the operation is kept more surely.
SERVICE = {"V": 99, "E": 95, "D": 90}
FEWEST, MONTHS = 5, 24
DAY = 86_400_000
_DAYS = 365
#: Below so many units in the lead time the Poisson distribution fits better.
_SLOW = 10


@dataclass(frozen=True)
class Use:
    """What is known of the use of a part: issues by the ledger in 24 months, the use a year, and its lead times."""

    issues: int
    days: tuple[int, ...]
    #: Use a year in thousandths, and where it comes from: "ledger" or "register".
    annual: int
    source: str
    lead_days: int | None
    leads: tuple[int, ...]
    ved: str

    @property
    def asks(self) -> bool:
        """Too little was issued: a person decides."""
        return self.issues < FEWEST


@dataclass(frozen=True)
class Suggestion:
    """The reorder point that follows, with its working; quantities in thousandths."""

    method: str
    service: int
    annual: int
    source: str
    lead_days: int
    daily: Decimal
    exact: Decimal
    spread: Decimal
    demand: int
    safety: int
    issues: int
    asks: bool

    @property
    def reorder_point(self) -> int:
        return self.demand + self.safety

    def inputs(self) -> str:
        """The working as it is kept with the policy."""
        return to_json(
            {
                "method": self.method, "service": self.service, "annual": self.annual, "source": self.source,
                "lead_days": self.lead_days, "issues": self.issues, "demand": self.demand,
                "safety": self.safety, "reorder": self.reorder_point,
            }
        )  # fmt: skip


def use_of(read: Reader, part: bytes, site: bytes | None, now: int) -> Use:
    """What the ledger and the register say about the use of a part."""
    row = read.get("part", part) or {}
    here, params = (" AND +site_id = ?", [site]) if site else ("", [])
    since = now - MONTHS * _DAYS * DAY // 12
    moves = read.rows(
        "SELECT happened_at, CASE type WHEN 'issue' THEN qty ELSE -qty END, type FROM stock_movement "
        f"WHERE part_id = ? AND type IN ('issue', 'return') AND happened_at >= ?{here}",
        part, since, *params,
    )  # fmt: skip
    per_day = [0] * (MONTHS * _DAYS // 12)
    for at, qty, _kind in moves:
        per_day[min((at - since) // DAY, len(per_day) - 1)] += qty
    issues = sum(1 for _at, _qty, kind in moves if kind == "issue")
    from_ledger = issues >= FEWEST
    annual = max(sum(per_day), 0) * 12 // MONTHS if from_ledger else row.get("annual_usage") or 0
    lead = row.get("lead_time_days")
    if lead is None and (supplier := read.get("supplier", row.get("preferred_supplier_id"))):
        lead = supplier["default_lead_days"]
    return Use(
        issues, tuple(per_day), annual, "ledger" if from_ledger else "register", lead,
        _leads(read, part), row.get("ved_class") or "",
    )  # fmt: skip


def _leads(read: Reader, part: bytes) -> tuple[int, ...]:
    """Days from the order to its first receipt, delivery by delivery."""
    rows = read.rows(
        "SELECT CAST(julianday(date(min(m.happened_at) / 1000, 'unixepoch')) - julianday(o.ordered_on) AS INTEGER) "
        "FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id JOIN stock_movement m ON m.purchase_line_id = l.id "
        "WHERE l.part_id = ? AND m.type = 'receipt' AND o.ordered_on IS NOT NULL GROUP BY l.id",
        part,
    )
    return tuple(max(days, 0) for (days,) in rows if days is not None)


def suggest(use: Use, method: str = "", service: int = 0) -> Suggestion | None:
    """The reorder point of a part that is used so; None where use or lead time is missing."""
    lead = use.lead_days
    if method == "variable" and use.leads:
        lead = round(sum(use.leads) / len(use.leads))
    if not use.annual or not lead:
        return None
    service = service or SERVICE.get(use.ved, 95)
    with localcontext() as context:
        context.prec = 28
        daily = Decimal(use.annual) / THOUSAND / _DAYS
        exact = daily * lead
        chosen = method or ("normal" if exact > _SLOW and use.source == "ledger" else "poisson")
        spread = _spread(chosen, use, daily, lead, exact)
        safety = _up(Z[service] * spread)
    return Suggestion(
        chosen, service, use.annual, use.source, lead, daily, exact, spread, _up(exact) * THOUSAND,
        safety * THOUSAND, use.issues, use.asks,
    )  # fmt: skip


def _spread(method: str, use: Use, daily: Decimal, lead: int, exact: Decimal) -> Decimal:
    """The standard deviation of the demand during the lead time, in units."""
    if method == "poisson":
        return exact.sqrt()
    variance = _variance([Decimal(day) / THOUSAND for day in use.days])
    if method == "normal" or len(use.leads) < 2:
        return (variance * lead).sqrt()
    return (lead * variance + daily * daily * _variance([Decimal(days) for days in use.leads])).sqrt()


def _variance(numbers: Sequence[Decimal]) -> Decimal:
    if len(numbers) < 2:
        return Decimal(0)
    mean = sum(numbers, Decimal(0)) / len(numbers)
    return sum(((number - mean) ** 2 for number in numbers), Decimal(0)) / (len(numbers) - 1)


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def accept(desk: Desk, part: bytes, found: Suggestion, *, reason: str = "") -> Done:
    """The policy follows the working; where too little was issued, with the reason of who decides."""
    if found.asks and not reason.strip():
        raise AppError(
            N_("Issues in 24 months: only {issues}. Say why you take these figures."), issues=found.issues
        )
    figures = (found.safety, found.reorder_point)
    return _set(desk, part, figures, found, reason=reason, method="computed")


def override(
    desk: Desk, part: bytes, safety: int, reorder: int, *, reason: str, found: Suggestion | None
) -> Done:
    """Other figures than the computed ones, by a person, with the reason; the working is kept beside."""
    if not reason.strip():
        raise AppError(N_("Please give the reason."))
    return _set(desk, part, (safety, reorder), found, reason=reason, method="manual")


def _set(
    desk: Desk, part: bytes, figures: tuple[int, int], found: Suggestion | None, *, reason: str, method: str
) -> Done:
    safety, reorder = figures
    if desk.site is None:
        raise AppError(N_("Choose a site first: the stock policy belongs to a site."))
    with desk.read() as read:
        old = policy_of(read, part, desk.site.id)
    most = max((old or {}).get("max_stock") or 0, reorder + max(safety, THOUSAND))
    wanted = {
        "safety_stock": safety, "reorder_point": reorder, "max_stock": most, "method": method,
        "service_level": found.service * THOUSAND if found else None,
        "inputs": found.inputs() if found else None, "override_reason": reason.strip() or None,
    }  # fmt: skip
    if objections := list(check_policy(wanted)):
        raise Refused(objections)
    if old is None:
        return desk.perform(create("stock_policy", new_id(), part_id=part, site_id=desk.site.id, **wanted))
    change = patch("stock_policy", old, **wanted)
    if change is None:
        raise AppError(N_("The policy has these figures already."))
    return desk.perform(change)
