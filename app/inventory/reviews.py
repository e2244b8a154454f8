"""Which reorder points no longer follow from use: the list that a storekeeper goes through from time to time (R-4.4-e)."""

from dataclasses import dataclass

from app.inventory.policy import Suggestion, suggest, use_of
from app.inventory.rules import rules_of
from app.names import named
from app.tx import Reader


@dataclass(frozen=True)
class Review:
    """A part whose policy at the site differs from what its use says; quantities in thousandths."""

    found: Suggestion
    n: int
    part_id: bytes
    part_no: str
    name: str
    unit: str
    abc: str
    ved: str
    safety: int | None
    reorder: int | None
    maximum: int | None
    method: str
    reason: str


def reviews(read: Reader, site: bytes, now: int) -> list[Review]:
    """The active parts of a site whose safety stock or reorder point is not what the working gives, the dearest use first."""
    rules, found = rules_of(read), []
    for row in read.rows(
        f"SELECT p.n, p.id, p.part_no, {named('p')}, p.unit, coalesce(p.abc_class, ''), coalesce(p.ved_class, ''), "
        "y.safety_stock, y.reorder_point, y.max_stock, coalesce(y.method, ''), coalesce(y.override_reason, '') "
        "FROM part p JOIN part_stock s ON s.part_id = p.id AND s.site_id = ?1 LEFT JOIN stock_policy y ON y.id = "
        "(SELECT id FROM stock_policy WHERE part_id = p.id AND +site_id = ?1 AND deleted = 0 ORDER BY id DESC LIMIT 1) "
        "WHERE p.deleted = 0 AND p.status = 'active' AND p.kind <> 'kit' "
        "ORDER BY coalesce(p.annual_usage * p.unit_price, 0) DESC, p.part_no",
        site,
    ):
        worked = suggest(use_of(read, row[1], site, now), rules=rules)
        if worked and (row[7], row[8]) != (worked.safety, worked.reorder_point):
            found.append(Review(worked, *row))
    return found
