"""What could be had, and what could not, over a span of time (缺货、满足率), from the movements in the order of their time.

out of stock   nothing on hand at a site over all of its bins; reservations are left out, since their past is not kept
event          the stock reached nothing (or was there when the span began); days count until it came back, or until the end
fill rate      of issues: those that the stock covered whole ÷ all; of quantity: what it covered ÷ what was issued
               what was taken back later was no request
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from app.inventory.signs import REQUESTED, signed
from app.names import named
from app.tx import Reader

DAY = 86_400_000


@dataclass(frozen=True)
class Had:
    """An active part at a site: quantities in thousandths, `out_ms` without anything on hand, `since` if it is out now.

    A part that never moved has no past: `out_ms` is None.
    """

    part_no: str
    name: str
    abc: str
    ved: str
    site: str
    on_hand: int
    out_ms: int | None = None
    #: When it ran out; one that was out when the span began counts at its beginning.
    began: tuple[int, ...] = ()
    since: int | None = None
    issues: int = 0
    short: int = 0
    asked: int = 0
    covered: int = 0

    @property
    def events(self) -> int:
        return len(self.began)

    @property
    def is_out(self) -> bool:
        return self.on_hand <= 0

    @property
    def out_days(self) -> int | None:
        """Days without stock in thousandths, to a tenth."""
        return None if self.out_ms is None else (self.out_ms * 20 + DAY) // (2 * DAY) * 100


@dataclass(frozen=True)
class Service:
    """The figures of all parts together; shares in tenths of a per cent, None where nothing was asked for."""

    parts: int
    out_now: int
    events: int
    out_days: int
    issues: int
    short: int
    asked: int
    covered: int

    @property
    def by_issues(self) -> int | None:
        return _share(self.issues - self.short, self.issues)

    @property
    def by_quantity(self) -> int | None:
        return _share(self.covered, self.asked)

    @property
    def out_share(self) -> int | None:
        """Active parts with nothing on hand now, of all."""
        return _share(self.out_now, self.parts)


def _share(part: int, whole: int) -> int | None:
    return (part * 2000 + whole) // (2 * whole) if whole else None


def availability(read: Reader, site: bytes | None, since: int, until: int) -> list[Had]:
    """Each active part at each of its sites over a span of time, by part number."""
    here, params = (" AND s.site_id = ?", [site]) if site else ("", [])
    parts = read.rows(
        f"SELECT s.part_id, s.site_id, p.part_no, {named('p')}, coalesce(p.abc_class, ''), coalesce(p.ved_class, ''), "
        "coalesce((SELECT code FROM site WHERE id = s.site_id), ''), s.on_hand FROM part_stock s JOIN part p ON p.id = s.part_id "
        f"WHERE p.deleted = 0 AND p.status = 'active'{here} ORDER BY p.part_no, 7",
        *params,
    )  # fmt: skip
    mine, more = (" AND m.site_id = ?", [site]) if site else ("", [])
    moves = read.rows(
        f"SELECT m.part_id, m.site_id, m.happened_at, {signed('m')}, {REQUESTED} FROM stock_movement m "
        f"WHERE m.happened_at < ?{mine} ORDER BY m.part_id, m.site_id, m.happened_at, m.n",
        until, *more,
    )  # fmt: skip
    past = {key: list(rows) for key, rows in groupby(moves, lambda row: (row[0], row[1]))}
    return [
        _had(facts, past.get((part, place), ()), since, until) for part, place, *facts in parts
    ]  # fmt: skip


def _had(facts: Sequence[Any], moves: Sequence[Sequence[Any]], since: int, until: int) -> Had:
    found = Had(*facts)
    if not moves:
        return found
    on_hand = out_ms = issues = short = asked = covered = 0
    empty: int | None = None
    began: list[int] = []
    for _part, _site, at, change, is_request in moves:
        if is_request and at >= since:
            there = max(on_hand, 0)
            issues, asked = issues + 1, asked - change
            short, covered = short + (there < -change), covered + min(there, -change)
        on_hand += change
        if on_hand <= 0 and empty is None:
            empty = at
        elif on_hand > 0 and empty is not None:
            if at > since:
                out_ms += at - max(empty, since)
                began.append(max(empty, since))
            empty = None
    if empty is not None:
        out_ms += until - max(empty, since)
        began.append(max(empty, since))
    return replace(
        found, out_ms=out_ms, began=tuple(began), since=empty, issues=issues, short=short, asked=asked, covered=covered
    )  # fmt: skip


def service_of(rows: Sequence[Had]) -> Service:
    """All parts together."""
    return Service(
        len(rows), sum(row.is_out for row in rows), sum(row.events for row in rows),
        sum(row.out_days or 0 for row in rows), sum(row.issues for row in rows), sum(row.short for row in rows),
        sum(row.asked for row in rows), sum(row.covered for row in rows),
    )  # fmt: skip
