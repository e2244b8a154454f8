"""Lines that are to be counted again (复盘): something moved since, or was not known then. Each is an alert until it is counted anew.

Who counted is asked first; a storekeeper may ask somebody else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import values
from app.access import Actor, Permission
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.auth.people import permissions_of
from app.changes import ALERTS, Done
from app.desk import Desk
from app.errors import AppError, Objection
from app.fields import from_json
from app.inventory.signs import signed
from app.names import named
from app.ops import Envelope, Id, Inverse, Op, Subject, operation
from app.settle import settles
from app.stocktake.lines import Line
from app.tx import Derive, Reader, Tx
from app.words import N_, language


def _spoken(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    who = (language() == "en" and facts.get("who_en")) or facts.get("who") or "—"
    return {"who": who, "quantity": values.show_quantity(facts.get("counted"))}


RECOUNT = declare(
    Rule(
        "recount.line",
        N_("Count again"),
        N_("{name} in {bin}: {who} counted {quantity} {unit}, and it has moved since"),
        N_("Something was booked after the count, or was not known when it was counted."),
        N_("Count the line again in its stocktake; an approval without it needs a word."),
        _spoken,
    )
)
#: The lines of stock-takes under way of one part, the counts that stand and those that were replaced.
_LINES = f"""
SELECT l.id, l.count_id, l.bin_id, coalesce(l.batch, '') AS batch, l.counted, l.seen_balance, l.counted_at, l.counted_by, l.replaces,
  c.code, c.site_id, p.name, p.unit, coalesce(b.code, ''),
  (SELECT coalesce(sum({signed("m")}), 0) FROM stock_movement m WHERE m.part_id = l.part_id AND m.bin_id = l.bin_id
   AND coalesce(m.batch, '') = coalesce(l.batch, '') AND m.count_id IS DISTINCT FROM l.count_id),
  (SELECT min(m.happened_at) FROM stock_movement m WHERE m.part_id = l.part_id AND m.bin_id = l.bin_id
   AND coalesce(m.batch, '') = coalesce(l.batch, '') AND m.count_id IS DISTINCT FROM l.count_id AND m.happened_at > l.counted_at)
FROM count_line l JOIN stock_count c ON c.id = l.count_id JOIN part p ON p.id = l.part_id LEFT JOIN location b ON b.id = l.bin_id
WHERE l.part_id = ? AND l.deleted = 0 AND c.deleted = 0 AND c.status IN ('open', 'counted') ORDER BY l.counted_at, l.id"""
_TOUCHED = "SELECT id FROM temp.touched WHERE tbl = "
_PARTS = f"""
SELECT part_id FROM stock_movement WHERE id IN ({_TOUCHED}'stock_movement')
UNION SELECT part_id FROM count_line WHERE id IN ({_TOUCHED}'count_line')
UNION SELECT part_id FROM recount_task WHERE id IN ({_TOUCHED}'recount_task')
UNION SELECT part_id FROM count_line WHERE count_id IN ({_TOUCHED}'stock_count')"""
_ANY = (
    "SELECT 1 FROM stock_count WHERE status IN ('open', 'counted') AND deleted = 0 "
    "UNION ALL SELECT 1 FROM alert WHERE rule = ? AND cleared_at IS NULL LIMIT 1"
)
_ASKED = (
    "SELECT person_id FROM recount_task WHERE count_id = ? AND part_id = ? AND bin_id = ? AND coalesce(batch, '') = ? "
    "AND at >= ? AND deleted = 0 ORDER BY at DESC, id DESC LIMIT 1"
)
_NAME = (
    "SELECT coalesce(s.name, a.username), coalesce(s.name_en, '') FROM user_account a LEFT JOIN staff s ON s.id = a.staff_id "
    "WHERE a.id = ?"
)


@operation("count.assign", Permission.MOVE_STOCK, {"inventory", "alerts"})
class AssignRecount(Op, frozen=True, kw_only=True):
    """Somebody is asked to count a line again."""

    count: Id
    site: Id
    part: Id
    bin: Id
    at: int
    batch: str | None = None
    person: bytes | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        count = read.get("stock_count", self.count)
        if count is None or count["status"] not in {"open", "counted"}:
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "recount_task",
            tx.made("task"),
            {
                "count_id": self.count, "site_id": self.site, "part_id": self.part, "bin_id": self.bin, "batch": self.batch,
                "person_id": self.person, "at": self.at, "by_id": tx.op.actor,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        before = read.value(
            "SELECT person_id FROM recount_task WHERE count_id = ? AND part_id = ? AND bin_id = ? AND coalesce(batch, '') = ? "
            "AND at < ? ORDER BY at DESC, id DESC LIMIT 1",
            self.count, self.part, self.bin, self.batch or "", self.at,
        )  # fmt: skip
        back = AssignRecount(
            count=self.count,
            site=self.site,
            part=self.part,
            bin=self.bin,
            at=self.at + 1,
            batch=self.batch,
            person=before,
        )
        return Inverse([back])

    def subject(self) -> Subject:
        return "stock_count", self.count


@settles("recounts", {"stock_movement", "count_line", "stock_count", "recount_task"}, ALERTS, order=68)
def warn_of_recounts(derive: Derive) -> bool:
    """One alert for each count that something has overtaken."""
    if derive.value(_ANY, RECOUNT.code) is None:
        return False
    parts = sorted(part for (part,) in derive.rows(_PARTS))
    if not parts:
        return False
    found = [situation for part in parts for situation in _overtaken(derive, part)]
    return keep(derive, RECOUNT.code, found, subjects=frozenset(parts))


def _overtaken(derive: Derive, part: bytes) -> Iterator[Situation]:
    rows = derive.rows(_LINES, part)
    replaced = {one for row in rows for one in from_json(row[8]) or ()}
    last = {row[1:4]: row for row in rows if row[0].hex() not in replaced}
    for row in last.values():
        (
            made,
            count,
            place,
            batch,
            counted,
            seen,
            at,
            counter,
            _replaces,
            code,
            site,
            name,
            unit,
            bin_code,
            balance,
            since,
        ) = row
        if balance == seen and since is None:
            continue
        asked = derive.value(_ASKED, count, part, place, batch, at)
        person = asked or counter
        who, who_en = derive.row(_NAME, person) or ("", "")
        facts = {
            "count": count.hex(), "code": code, "name": name, "unit": unit, "bin": bin_code, "counted": int(counted), "who": who,
            "who_en": who_en, "person": person.hex() if person else "",
        }  # fmt: skip
        yield Situation(RECOUNT.code, (count, made), 3, "part", part, site, since or at, facts)


@dataclass(frozen=True)
class Asked:
    """What is to be counted again at a site: how many lines, how many of them by this person, and in which stock-take first."""

    lines: int = 0
    mine: int = 0
    count: bytes | None = None
    #: The counting of that stock-take is not closed.
    open: bool = False


def asked_of(read: Reader, desk: Desk) -> Asked:
    """The recounts that wait; the stock-take is that of one's own ones where there are any."""
    here, params = (" AND site_id = ?", [desk.site.id]) if desk.site else ("", [])
    found = [
        from_json(facts) or {}
        for (facts,) in read.rows(
            f"SELECT facts FROM alert WHERE rule = ? AND cleared_at IS NULL{here} ORDER BY raised_at, id",
            RECOUNT.code, *params,
        )
    ]  # fmt: skip
    me = desk.actor.user_id.hex() if desk.actor.user_id else None
    mine = [facts for facts in found if me and facts.get("person") == me]
    first = (mine or found or [{}])[0].get("count")
    if not first:
        return Asked()
    count = bytes.fromhex(first)
    return Asked(len(found), len(mine), count, (read.get("stock_count", count) or {}).get("status") == "open")


def counters(read: Reader) -> list[tuple[bytes, str]]:
    """Whose account may count: id and name."""
    rows = read.rows(
        f"SELECT a.id, coalesce({named('s')}, a.username), a.roles FROM user_account a LEFT JOIN staff s ON s.id = a.staff_id "
        "WHERE a.active = 1 AND a.deleted = 0 ORDER BY 2"
    )
    return [
        (account, name)
        for account, name, roles in rows
        if Permission.MOVE_STOCK in permissions_of(read, tuple(from_json(roles) or ()))
    ]


def assign(desk: Desk, count: bytes, lines: Sequence[Line], person: bytes) -> Done:
    """Ask somebody to count these lines again. Raises AppError where none of them has moved since its count."""
    with desk.read() as read:
        site = (read.get("stock_count", count) or {}).get("site_id")
    chosen = [line for line in lines if line.moved]
    if not chosen or site is None:
        raise AppError(N_("Choose lines that have moved since they were counted."))
    return desk.perform(
        *(
            AssignRecount(
                count=count, site=site, part=line.part_id, bin=line.bin_id, at=desk.now(), batch=line.batch or None,
                person=person,
            )
            for line in chosen
        )
    )  # fmt: skip
