"""The figures of the store: what needs action, what is to be bought and from whom, what it all is worth (R-4.4-c, d, f, j)."""

from dataclasses import dataclass

from app.inventory.parts import STATES
from app.inventory.value import cents
from app.names import named
from app.tx import Reader

_SUM = "(s.{0} * coalesce(p.unit_price, 0) + 50000) / 100000"


@dataclass(frozen=True)
class Summary:
    """How many parts are in each state, how many are to be bought and from how many suppliers."""

    parts: int
    states: dict[str, int]
    proposals: int
    suppliers: int

    @property
    def urgent(self) -> int:
        """Parts that are out, below safety, or at their reorder point."""
        return sum(self.states[state] for state in STATES[:3])


@dataclass(frozen=True)
class StockValue:
    """Money in hundredths. Turnover and days rest on the closing stock; turnover in hundredths, None without stock or use."""

    value: int
    year_use: int
    turnover: int | None
    days: int | None


@dataclass(frozen=True)
class LowRow:
    """A part at or below its reorder point at a site."""

    part_id: bytes
    part_no: str
    name: str
    spec: str
    unit: str
    bin: str
    state: str
    on_hand: int
    reserved: int
    on_order: int
    safety: int
    reorder: int
    maximum: int
    proposal: int
    site: str

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class ProposalRow:
    """A part to buy: quantity in thousandths, price in ten-thousandths, amount in hundredths."""

    n: int
    part_id: bytes
    site_id: bytes
    part_no: str
    name: str
    spec: str
    unit: str
    supplier_id: bytes | None
    supplier: str
    state: str
    available: int
    on_order: int
    reorder: int
    quantity: int
    price: int | None
    amount: int
    lead_days: int | None


def _here(site: bytes | None) -> tuple[str, list[bytes]]:
    return (" AND s.site_id = ?", [site]) if site else ("", [])


def summary(read: Reader, site: bytes | None) -> Summary:
    """What needs action, by state."""
    here, params = _here(site)
    found = dict(
        read.rows(
            f"SELECT s.state, count(*) FROM part_stock s JOIN part p ON p.id = s.part_id WHERE p.deleted = 0{here} "
            "GROUP BY 1",
            *params,
        )
    )
    bought = read.row(
        "SELECT count(*), count(DISTINCT coalesce(p.preferred_supplier_id, x'')) FROM part_stock s "
        f"JOIN part p ON p.id = s.part_id WHERE s.proposal > 0 AND p.deleted = 0{here}",
        *params,
    ) or (0, 0)
    states = {state: int(found.get(state, 0)) for state in STATES}
    return Summary(sum(found.values()), states, *bought)


def stock_value(read: Reader, site: bytes | None) -> StockValue:
    """Stock by moving average, a year's use at today's prices; turnover = use / closing stock, days = 365 / turnover."""
    here, params = _here(site)
    value = cents(
        int(
            read.value(
                "SELECT coalesce(sum(s.worth), 0) FROM stock_worth s JOIN part p ON p.id = s.part_id "
                f"WHERE p.deleted = 0{here}",
                *params,
            )
        )
    )
    use = int(
        read.value(
            "SELECT coalesce(sum((p.annual_usage * p.unit_price + 50000) / 100000), 0) FROM part p "
            f"WHERE p.deleted = 0 AND EXISTS (SELECT 1 FROM part_stock s WHERE s.part_id = p.id{here})",
            *params,
        )
    )
    if value <= 0 or use <= 0:
        return StockValue(value, use, None, None)
    return StockValue(
        value, use, (use * 100 * 2 + value) // (2 * value), (value * 365 * 2 + use) // (2 * use)
    )


def low_stock(read: Reader, site: bytes | None) -> list[LowRow]:
    """Parts at or below their reorder point, worst first: the rows of the low-stock list."""
    here, params = _here(site)
    return read.as_(
        LowRow,
        f"SELECT s.part_id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, coalesce((SELECT code "
        "FROM location WHERE id = y.bin_id), ''), s.state, s.on_hand, s.reserved, s.on_order, y.safety_stock, "
        "y.reorder_point, coalesce(y.max_stock, 0), s.proposal, (SELECT code FROM site WHERE id = s.site_id) "
        "FROM part_stock s JOIN part p ON p.id = s.part_id JOIN stock_policy y ON y.id = (SELECT id FROM stock_policy "
        "WHERE part_id = s.part_id AND +site_id = s.site_id AND deleted = 0 ORDER BY id DESC LIMIT 1) "
        f"WHERE s.state IN ('out_of_stock', 'below_safety', 'at_reorder') AND p.deleted = 0{here} "
        "ORDER BY CASE s.state WHEN 'out_of_stock' THEN 0 WHEN 'below_safety' THEN 1 ELSE 2 END, p.part_no",
        *params,
    )


def covered(read: Reader, site: bytes | None) -> list[str]:
    """Part numbers at or below their reorder point that are not proposed, since what is on order is enough."""
    return sorted(row.part_no for row in low_stock(read, site) if not row.proposal and row.on_order)


def proposals(read: Reader, site: bytes | None) -> list[ProposalRow]:
    """What is to be bought, by supplier (R-4.4-d)."""
    here, params = _here(site)
    return read.as_(
        ProposalRow,
        f"SELECT p.n, s.part_id, s.site_id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, u.id, "
        f"coalesce({named('u')}, ''), s.state, s.on_hand - s.reserved, s.on_order, (SELECT reorder_point FROM stock_policy "
        "WHERE part_id = s.part_id AND +site_id = s.site_id AND deleted = 0 ORDER BY id DESC LIMIT 1), s.proposal, "
        f"p.unit_price, {_SUM.format('proposal')}, coalesce(p.lead_time_days, u.default_lead_days) "
        "FROM part_stock s JOIN part p ON p.id = s.part_id LEFT JOIN supplier u ON u.id = p.preferred_supplier_id "
        f"WHERE s.proposal > 0 AND p.deleted = 0{here} ORDER BY u.code IS NULL, u.code, p.part_no",
        *params,
    )


def scope(read: Reader, site: bytes | None) -> tuple[int, int]:
    """How many parts are active in the sites in view, and how many are no longer used."""
    here, params = _here(site)
    active, inactive = read.row(
        "SELECT coalesce(sum(p.status = 'active'), 0), coalesce(sum(p.status <> 'active'), 0) "
        f"FROM part_stock s JOIN part p ON p.id = s.part_id WHERE p.deleted = 0{here}",
        *params,
    ) or (0, 0)
    return active, inactive


def classes(read: Reader, site: bytes | None) -> dict[tuple[str, str], int]:
    """The matrix of value and criticality: (ABC, VED) -> how many parts (R-4.4-f)."""
    here, params = _here(site)
    sql = (
        "SELECT p.abc_class, p.ved_class, count(*) FROM part_stock s JOIN part p ON p.id = s.part_id "
        f"WHERE p.abc_class IS NOT NULL AND p.ved_class IS NOT NULL AND p.deleted = 0{here} GROUP BY 1, 2"
    )
    return {(a, v): count for a, v, count in read.rows(sql, *params)}


@dataclass(frozen=True)
class WarningRow:
    """An open warning of the store: which part, what is wrong, since when."""

    n: int
    part_id: bytes
    rule: str
    part_no: str
    name: str
    unit: str
    available: int
    reorder: int | None
    maximum: int | None
    proposal: int
    raised_at: int
    handled: str


def warnings(read: Reader, site: bytes | None, limit: int = 50) -> list[WarningRow]:
    """The open warnings, the gravest first, and of those that are as grave the newest first."""
    here, params = (" AND a.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        WarningRow,
        f"SELECT a.n, a.subject_id, a.rule, p.part_no, {named('p')}, p.unit, s.on_hand - s.reserved, "
        "y.reorder_point, y.max_stock, s.proposal, a.raised_at, a.state FROM alert a "
        "JOIN part p ON p.id = a.subject_id JOIN part_stock s ON s.part_id = p.id AND s.site_id = a.site_id "
        "LEFT JOIN stock_policy y ON y.id = (SELECT id FROM stock_policy WHERE part_id = p.id AND +site_id = a.site_id "
        "AND deleted = 0 ORDER BY id DESC LIMIT 1) "
        f"WHERE a.cleared_at IS NULL AND a.rule LIKE 'stock.%' AND a.state <> 'closed'{here} "
        "ORDER BY CASE a.rule WHEN 'stock.negative' THEN 0 WHEN 'stock.out' THEN 1 WHEN 'stock.safety' THEN 2 "
        "WHEN 'stock.reorder' THEN 3 ELSE 4 END, a.raised_at DESC, p.part_no LIMIT ?",
        *params, limit,
    )  # fmt: skip
