"""How safety stock, reorder point, order quantity and maximum follow from what was used (R-4.4-e), with the working.

poisson   slow movers: spread of the demand in the lead time = square root of that demand
normal    spread of daily use x square root of the lead time
variable  the lead time itself varies: square root of (L x sd^2 + d^2 x sL^2)
croston   intermittent demand: expected use by Croston's method, spread = root of its squared errors x lead time
sba       the same without Croston's bias (Syntetos and Boylan)

safety stock = Z x spread          reorder point = demand in the lead time + safety stock, both rounded up to whole units
order quantity = square root of (2 x use a year x cost of an order / (holding rate x price)), not beyond a year's use or what
keeps, in whole packs          maximum = reorder point + order quantity
With fewer than five issues in 24 months the figures say little: a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext
from math import lcm
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.fields import to_json
from app.generic import create, patch
from app.inventory.card import policy_of
from app.inventory.demand import Demand, croston, pattern, variance, weeks_of
from app.inventory.register import check_policy
from app.inventory.reorder import Z
from app.inventory.rules import WHOLE, Rules
from app.ops import Op
from app.tx import Reader
from app.values import THOUSAND
from app.words import N_
from db.ids import new_id

METHODS = {
    "poisson": N_("Slow movers (Poisson)"),
    "normal": N_("Regular use (normal)"),
    "variable": N_("Varying lead time"),
    "sba": N_("Intermittent (SBA)"),
    "croston": N_("Intermittent (Croston)"),
}
#: Why the order quantity is what it is.
ORDERS = {
    "eoq": N_("cheapest together with the cost of ordering"),
    "year": N_("a year's use, at most"),
    "shelf": N_("what is used up within the shelf life, at most"),
    "cover": N_("three months' use, since the price is not known"),
}
FEWEST, MONTHS = 5, 24
DAY = 86_400_000
_DAYS = 365
#: Below so many units in the lead time, and with no wider spread than chance gives, the Poisson distribution fits better.
_SLOW, _CHANCE = 10, Decimal("1.25")
#: So many deliveries say how the lead time varies.
_DELIVERIES = 3


@dataclass(frozen=True)
class Use:
    """What is known of the use of a part: issues by the ledger in 24 months, the use a year, and its lead times."""

    issues: int
    #: Use day by day, in thousandths, up to today.
    days: tuple[int, ...]
    #: Use a year in thousandths, and where it comes from: "ledger" or "register".
    annual: int
    source: str
    lead_days: int | None
    leads: tuple[int, ...]
    ved: str
    #: In ten-thousandths.
    price: int | None = None
    shelf_months: int | None = None
    #: An order is a multiple of it, in thousandths.
    pack: int = THOUSAND

    @property
    def asks(self) -> bool:
        """Too little was issued: a person decides."""
        return self.issues < FEWEST


@dataclass(frozen=True)
class Suggestion:
    """The figures that follow, with their working; quantities in thousandths."""

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
    order: int
    order_why: str
    pattern: Demand | None = None

    @property
    def reorder_point(self) -> int:
        return self.demand + self.safety

    @property
    def maximum(self) -> int:
        return self.reorder_point + self.order

    def inputs(self) -> str:
        """The working as it is kept with the policy."""
        found = {
            "method": self.method, "service": self.service, "annual": self.annual, "source": self.source,
            "lead_days": self.lead_days, "issues": self.issues, "demand": self.demand, "safety": self.safety,
            "reorder": self.reorder_point, "order": self.order, "order_why": self.order_why, "maximum": self.maximum,
        }  # fmt: skip
        if self.pattern:
            found |= {
                "pattern": self.pattern.kind,
                "adi": f"{self.pattern.adi:.2f}",
                "cv2": f"{self.pattern.cv2:.2f}",
            }
        return to_json(found)


# what is known


def use_of(read: Reader, part: bytes, site: bytes | None, now: int) -> Use:
    """What the ledger and the register say about the use of a part."""
    row = read.get("part", part) or {}
    days, issues = _days(read, part, site, now)
    from_ledger = issues >= FEWEST
    annual = max(sum(days), 0) * _DAYS // len(days) if from_ledger else row.get("annual_usage") or 0
    pack, lead = _supply(read, row, site)
    return Use(
        issues, days, annual, "ledger" if from_ledger else "register", lead, _leads(read, part),
        row.get("ved_class") or "", row.get("unit_price"), row.get("shelf_life_months"), pack,
    )  # fmt: skip


def _days(read: Reader, part: bytes, site: bytes | None, now: int) -> tuple[tuple[int, ...], int]:
    """Use day by day and how many issues there were: over 24 months, of a newer part over at least one year.

    What went back to a supplier is no use; an issue that was taken back is none.
    """
    here, params = (" AND +site_id = ?", [site]) if site else ("", [])
    first = read.value(f"SELECT min(happened_at) FROM stock_movement WHERE part_id = ?{here}", part, *params)
    known = (now - first) // DAY + 1 if first is not None else 0
    length = min(max(known, _DAYS), MONTHS * _DAYS // 12)
    since = now - length * DAY
    moves = read.rows(
        "SELECT m.happened_at, CASE m.type WHEN 'issue' THEN m.qty ELSE -m.qty END, m.type = 'issue' AND m.reversal_of_id "
        "IS NULL AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reversal_of_id = m.id) FROM stock_movement m "
        "WHERE m.part_id = ? AND m.type IN ('issue', 'return') AND m.purchase_line_id IS NULL "
        f"AND m.happened_at >= ?{here.replace('site_id', 'm.site_id')}",
        part, since, *params,
    )  # fmt: skip
    days = [0] * length
    for at, qty, _counts in moves:
        days[min(max((at - since) // DAY, 0), length - 1)] += qty
    return tuple(days), sum(counts for _at, _qty, counts in moves)


def _supply(read: Reader, part: dict[str, Any], site: bytes | None) -> tuple[int, int | None]:
    """What an order is a multiple of, and how long it takes to come."""
    supplier = part.get("preferred_supplier_id")
    pack, own = read.row(
        "SELECT pack_qty, lead_time_days FROM part_supplier WHERE part_id = ? AND supplier_id IS ? AND deleted = 0 "
        "ORDER BY n DESC LIMIT 1",
        part.get("id"), supplier,
    ) or (None, None)  # fmt: skip
    multiple = (policy_of(read, part["id"], site) or {}).get("order_multiple") if part else None
    usual = (read.get("supplier", supplier) or {}).get("default_lead_days")
    lead = next((days for days in (part.get("lead_time_days"), own, usual) if days is not None), None)
    return lcm(pack or 1, multiple or 1, THOUSAND), lead


def _leads(read: Reader, part: bytes) -> tuple[int, ...]:
    """Days from the order to its first receipt, delivery by delivery."""
    rows = read.rows(
        "SELECT CAST(julianday(date(min(m.happened_at) / 1000, 'unixepoch')) - julianday(o.ordered_on) AS INTEGER) "
        "FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id JOIN stock_movement m ON m.purchase_line_id = l.id "
        "WHERE l.part_id = ? AND m.type = 'receipt' AND o.ordered_on IS NOT NULL GROUP BY l.id",
        part,
    )
    return tuple(max(days, 0) for (days,) in rows if days is not None)


# what follows


def suggest(use: Use, method: str = "", service: int = 0, rules: Rules | None = None) -> Suggestion | None:
    """The figures of a part that is used so; None where use or lead time is missing."""
    rules = rules or Rules()
    service = service or rules.service(use.ved)
    with localcontext() as context:
        context.prec = 28
        daily = Decimal(use.annual) / THOUSAND / _DAYS
        weeks = weeks_of(use.days) if use.source == "ledger" else []
        kind = pattern(weeks)
        chosen = method or _choose(use, daily, kind)
        lead = _lead(use, chosen)
        if not use.annual or not lead:
            return None
        spread = _spread(chosen, use, daily, lead)
        if chosen in {"sba", "croston"} and (found := croston(weeks, unbiased=chosen == "sba")):
            daily = found.week / 7
            spread = (found.error * lead / 7).sqrt()
        exact = daily * lead
        safety = _up(Z[service] * spread)
    order, why = _order(use, rules)
    return Suggestion(
        chosen, service, use.annual, use.source, lead, daily, exact, spread, _up(exact) * THOUSAND,
        safety * THOUSAND, use.issues, use.asks, order, why, kind,
    )  # fmt: skip


def _choose(use: Use, daily: Decimal, kind: Demand | None) -> str:
    """The method that fits how the part is used."""
    if kind is None:
        return "poisson"
    if daily * (use.lead_days or 0) <= _SLOW and kind.dispersion <= _CHANCE:
        return "poisson"
    if kind.kind in {"intermittent", "lumpy"}:
        return "sba"
    return "variable" if len(use.leads) >= _DELIVERIES and len(set(use.leads)) > 1 else "normal"


def _lead(use: Use, method: str) -> int | None:
    if method == "variable" and use.leads:
        return (2 * sum(use.leads) + len(use.leads)) // (2 * len(use.leads))
    return use.lead_days


def _spread(method: str, use: Use, daily: Decimal, lead: int) -> Decimal:
    """The standard deviation of the demand during the lead time, in units."""
    if method not in {"normal", "variable"}:
        return (daily * lead).sqrt()
    spread = variance([Decimal(day) / THOUSAND for day in use.days])
    if method == "normal" or len(use.leads) < 2:
        return (spread * lead).sqrt()
    return (lead * spread + daily * daily * variance([Decimal(days) for days in use.leads])).sqrt()


def _order(use: Use, rules: Rules) -> tuple[int, str]:
    """How many to order at once, in whole packs, and why so many."""
    year = Decimal(use.annual) / THOUSAND
    if use.price:
        holding = Decimal(rules.holding_rate) / WHOLE * Decimal(use.price) / 10_000
        wanted, why = (2 * year * Decimal(rules.order_cost) / 100 / holding).sqrt(), "eoq"
    else:
        wanted, why = year / 4, "cover"
    if use.shelf_months and (most := year * use.shelf_months / 12) < wanted:
        wanted, why = most, "shelf"
    if year < wanted:
        wanted, why = year, "year"
    units = max(_up(wanted), 1) * THOUSAND
    return -(-units // use.pack) * use.pack, why


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


# what a person decides


def accept(desk: Desk, part: bytes, found: Suggestion, *, reason: str = "") -> Done:
    """The policy follows the working; where too little was issued, with the reason of who decides."""
    if found.asks and not reason.strip():
        raise AppError(
            N_("Issues in 24 months: {issues}. Too few to reckon with: say why you take these figures."),
            issues=found.issues,
        )
    figures = (found.safety, found.reorder_point, found.maximum)
    return _done(desk, [_set(desk, part, figures, found, reason=reason, method="computed")])


def override(
    desk: Desk,
    part: bytes,
    safety: int,
    reorder: int,
    most: int | None = None,
    *,
    reason: str,
    found: Suggestion | None,
) -> Done:
    """Other figures than the computed ones, by a person, with the reason; the working is kept beside."""
    if not reason.strip():
        raise AppError(N_("Please give the reason."))
    figures = (safety, reorder, most)
    return _done(desk, [_set(desk, part, figures, found, reason=reason, method="manual")])


def accept_all(desk: Desk, chosen: Sequence[tuple[bytes, Suggestion]], *, reason: str = "") -> Done:
    """The policies of many parts follow their workings, as one action."""
    if not chosen:
        raise AppError(N_("Choose at least one part."))
    if any(found.asks for _part, found in chosen) and not reason.strip():
        raise AppError(N_("Some of these parts were issued too rarely: say why you take their figures."))
    made = [
        _set(desk, part, (found.safety, found.reorder_point, found.maximum), found, reason=reason, method="computed")
        for part, found in chosen
    ]  # fmt: skip
    return _done(desk, made)


def _done(desk: Desk, made: Sequence[Op | None]) -> Done:
    ops = [op for op in made if op is not None]
    if not ops:
        raise AppError(N_("The policy has these figures already."))
    return desk.perform(*ops)


def _set(
    desk: Desk,
    part: bytes,
    figures: tuple[int, int, int | None],
    found: Suggestion | None,
    *,
    reason: str,
    method: str,
) -> Op | None:
    if desk.site is None:
        raise AppError(N_("Choose a site first: the stock policy belongs to a site."))
    safety, reorder, most = figures
    with desk.read() as read:
        old = policy_of(read, part, desk.site.id)
    if most is None:
        most = max((old or {}).get("max_stock") or 0, reorder + max(safety, THOUSAND))
    wanted = {
        "safety_stock": safety, "reorder_point": reorder, "max_stock": most, "method": method,
        "service_level": found.service * THOUSAND if found else None,
        "inputs": found.inputs() if found else None, "override_reason": reason.strip() or None,
    }  # fmt: skip
    if objections := list(check_policy(wanted)):
        raise Refused(objections)
    if old is None:
        return create("stock_policy", new_id(), part_id=part, site_id=desk.site.id, **wanted)
    return patch("stock_policy", old, **wanted)
