"""The rules of the store: limits of ABC, service level by VED, how often each class is counted, what an order costs.

One row for all sites, made alike on every laptop; until a supervisor changes it, the usual values hold. A site may have its own
limit of approval.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import Objection, Refused
from app.fields import from_json, to_json
from app.generic import Retire, create, patch
from app.inventory.reorder import Z
from app.ops import Op
from app.tx import Reader
from app.values import THOUSAND
from app.words import N_
from db.ids import made_id

ROW = made_id("stock rules", "all sites")
#: 100 % in thousandths of a per cent.
WHOLE = 100 * THOUSAND


@dataclass(frozen=True)
class Rules:
    """The rules as they hold: shares in thousandths of a per cent, days, money in hundredths; groups as "AV", "AE" ..."""

    a_to: int = 70_000
    b_to: int = 95_000
    group_1: tuple[str, ...] = ("AV", "AE", "BV", "CV")
    group_3: tuple[str, ...] = ("CD",)
    service_v: int = 99_000
    service_e: int = 95_000
    service_d: int = 90_000
    count_days_a: int = 90
    count_days_b: int = 180
    count_days_c: int = 365
    #: Differences of a stock-take, surplus and shortage added up, that a second storekeeper may approve; 0: none.
    count_limit: int = 0
    #: What it costs to place and receive an order, and to keep stock for a year (share of its value).
    order_cost: int = 20_000
    holding_rate: int = 20_000

    def service(self, ved: str) -> int:
        """The service level of a class of criticality in per cent; without a class that of E."""
        level = {"V": self.service_v, "D": self.service_d}.get(ved, self.service_e)
        return level // THOUSAND

    def limits(self) -> tuple[Decimal, Decimal]:
        """The shares up to which a part is A, and B."""
        return Decimal(self.a_to) / WHOLE, Decimal(self.b_to) / WHOLE

    def group(self, abc: str, ved: str) -> int:
        """How much care a cell of the matrix needs: 1 most, 3 least."""
        cell = abc + ved
        return 1 if cell in self.group_1 else 3 if cell in self.group_3 else 2

    def count_days(self) -> dict[str, int]:
        """Class -> within how many days each part is counted (循环盘点)."""
        return {"A": self.count_days_a, "B": self.count_days_b, "C": self.count_days_c}


#: The fields of the form for what a site rules by itself: its limit of approval, and who approves its orders.
OWN_LIMIT, APPROVAL = "own_limit", "order_approval"
_LISTS = frozenset({"group_1", "group_3"})


def rules_of(read: Reader) -> Rules:
    """The rules that hold now."""
    row = read.get("stock_rules", ROW)
    if row is None or row["deleted"]:
        return Rules()
    found = {one.name: row[one.name] for one in fields(Rules)}
    for name in _LISTS:
        found[name] = tuple(str(cell) for cell in from_json(found[name]) or ())
    return Rules(**found)


def own_limit(read: Reader, site: bytes) -> int | None:
    """The site's own limit of approval in hundredths; None where that of all sites holds."""
    row = read.get("site_stock_rules", _of_site(site))
    return None if row is None or row["deleted"] else row["count_limit"]


def approval_of(read: Reader, site: bytes) -> str:
    """Who approves the purchase orders of a site: another person than the writer where nothing else was said."""
    row = read.get("site", site)
    return str((row and row["order_approval"]) or "second")


def limit_of(read: Reader, site: bytes) -> int:
    """Up to which sum of differences a second storekeeper approves a stock-take of a site; 0: always a supervisor."""
    own = own_limit(read, site)
    return rules_of(read).count_limit if own is None else own


def _of_site(site: bytes) -> bytes:
    return made_id("site stock rules", site)


def _limit_op(read: Reader, site: bytes, limit: int | None) -> Op | None:
    row = read.get("site_stock_rules", _of_site(site))
    if row:
        return patch("site_stock_rules", row, count_limit=limit)
    return (
        None if limit is None else create("site_stock_rules", _of_site(site), site_id=site, count_limit=limit)
    )


def change_rules(
    desk: Desk, new: Mapping[str, Any], own: int | None = None, *, here: bool = False, approval: str = ""
) -> Done | None:
    """Other rules for all sites; None where nothing changes. Raises Refused with the fields to mend.

    `here`: `own` is the limit of approval of the site in view (None: that of all sites); `approval`: who approves its orders.
    """
    with desk.read() as read:
        row, old = read.get("stock_rules", ROW), rules_of(read)
        site = read.get("site", desk.site.id) if here and desk.site else None
        limit = _limit_op(read, site["id"], own) if site else None
        other = site and approval and approval != approval_of(read, site["id"])
    of_site = patch("site", site, order_approval=approval) if site and other else None
    wanted = {one.name: new.get(one.name, getattr(old, one.name)) for one in fields(Rules)}
    if objections := [*_weigh(wanted), *_weigh_limit(own or 0, OWN_LIMIT)]:
        raise Refused(objections)
    stored = {name: to_json(list(value)) if name in _LISTS else value for name, value in wanted.items()}
    if row is None:
        ops: list[Op | None] = [
            None if Rules(**wanted) == old else create("stock_rules", ROW, **stored),
            limit,
            of_site,
        ]
    else:
        back = Retire("stock_rules", (ROW,), back=True) if row["deleted"] else None
        ops = [back, patch("stock_rules", row, **stored), limit, of_site]
    return desk.perform(*ops) if any(ops) else None


def _weigh(wanted: Mapping[str, Any]) -> Iterator[Objection]:
    if not 0 < wanted["a_to"] < wanted["b_to"] <= WHOLE:
        text = N_("The limit of A must be below that of B, and both between 0 and 100 %.")
        yield Objection("limits", text, field="b_to")
    for name in ("service_v", "service_e", "service_d"):
        if wanted[name] not in {level * THOUSAND for level in Z}:
            text = N_("Choose one of the service levels: {levels} %.")
            yield Objection("service", text, {"levels": ", ".join(map(str, Z))}, field=name)
    yield from _weigh_limit(wanted["count_limit"], "count_limit")
    if wanted["holding_rate"] <= 0:
        text = N_("The holding cost must be more than nothing: else no order would be too large.")
        yield Objection("holding", text, field="holding_rate")
    if set(wanted["group_1"]) & set(wanted["group_3"]):
        yield Objection("group", N_("A cell belongs to one group only."), field="group_3")


def _weigh_limit(limit: int, name: str) -> Iterator[Objection]:
    if limit < 0:
        yield Objection("limit", N_("A limit cannot be less than nothing."), field=name)
