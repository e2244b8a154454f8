"""What a pull does to the site file, in one transaction (sync.md 3.2, operations.md rules 21-24).

settled ops    the hub's rows hold them now (or it will not have them): no longer pending
restore        every row that they or the pull touch is set to the hub's state: the row that came, else the shadow
re-apply       pending ops of those rows are done again on top, in their order
"""

import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app import ops as operations
from app.ops import MalformedError
from app.sync.protocol import ALL, WITHOUT_EFFECT, Page, Receipt
from app.sync.reducer import apply_alone
from app.sync.wire import AUDIT, received, sent_columns
from app.tx import Reader, Tx, is_synced
from db.models import BY_TABLE, SYNCED

log = logging.getLogger(__name__)
Spot = tuple[str, bytes]
#: Child table, its column, parent table: the only enforced references (operations.md, rule 18).
_PARTS = [
    (name, c.name, c.parent) for name, cls in BY_TABLE.items() for c in cls.columns.values() if c.parent
]
_AUDIT = f"INSERT INTO audit ({', '.join(AUDIT)}) VALUES ({', '.join('?' * len(AUDIT))})"
PENDING = "acked IN (0, 1)"
#: The rows that each pending op wrote, and the one that it is about: what shares one is done in one transaction.
SPOTS = (
    f"SELECT a.op_id, a.tbl, a.row_id FROM op o JOIN audit a ON a.op_id = o.op_id WHERE o.{PENDING} "
    f"UNION SELECT op_id, entity, row_id FROM op WHERE {PENDING} AND row_id IS NOT NULL"
)


@dataclass
class News:
    """All pages of a pull, read: what the hub's rows are now."""

    rows: dict[str, dict[bytes, dict[str, Any]]] = field(default_factory=dict)
    left: set[Spot] = field(default_factory=set)
    audit: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    #: The cursors after the last page; every op up to the smallest of them is in these rows.
    cursors: dict[str, int] = field(default_factory=dict)
    _told: set[bytes] = field(default_factory=set)

    def add(self, page: Page) -> None:
        """Read one more page; a later state of a row takes the place of a former one."""
        for table, row_id in page.left:  # it may have come on an earlier page
            self.rows.get(table, {}).pop(row_id, None)
            self.left.add((table, row_id))
        for sent in page.rows:
            if not is_synced(sent.table):
                continue  # of a newer hub: read anew after the update
            rows = {row["id"]: row for row in received(sent)}
            self.rows.setdefault(sent.table, {}).update(rows)
            self.left -= {(sent.table, row_id) for row_id in rows}
        self._hear(list(received(page.audit)))
        self.receipts |= {receipt.op_id: receipt for receipt in page.receipts}
        self.cursors = page.cursors

    def _hear(self, told: list[dict[str, Any]]) -> None:
        """An op that was kept back and let in later is told of twice; the later word holds all of it."""
        again = {row["op_id"] for row in told}
        if not again.isdisjoint(self._told):
            self.audit = [row for row in self.audit if row["op_id"] not in again]
        self._told |= again
        self.audit += told

    @property
    def spots(self) -> set[Spot]:
        """The rows that came."""
        return {(table, row_id) for table, rows in self.rows.items() for row_id in rows}

    @property
    def seq(self) -> int:
        """Up to here the rows hold every op."""
        return min(self.cursors.values(), default=0)


@dataclass
class Rebased:
    """What a pull changed."""

    touched: dict[str, set[bytes]] = field(default_factory=dict)
    #: Rows vanished (an op was refused, a row moved away): what derives from them is found only by a full rebuild.
    vanished: bool = False
    rows: int = 0
    redone: int = 0


@dataclass(frozen=True)
class Pending:
    """Ops that the hub's rows do not hold yet, in order, and the rows that each wrote here."""

    bodies: dict[bytes, tuple[int, bytes]]
    spots: dict[bytes, set[Spot]]

    def closure(self, spots: set[Spot]) -> list[bytes]:
        """The ops that share a row with these, or with one another; their rows are added to the set."""
        by_spot: dict[Spot, list[bytes]] = {}
        for op_id, own in self.spots.items():
            for spot in own:
                by_spot.setdefault(spot, []).append(op_id)
        chosen: set[bytes] = set()
        todo = list(spots & by_spot.keys())
        while todo:
            for op_id in by_spot.pop(todo.pop(), ()):
                if op_id not in chosen:
                    chosen.add(op_id)
                    fresh = self.spots[op_id] - spots
                    spots |= fresh
                    todo += self.spots[op_id] & by_spot.keys()
        return sorted(chosen, key=lambda op_id: self.bodies[op_id][0])


def parents_of(tables: Iterable[str]) -> list[tuple[str, str, str]]:
    """Child table, column and parent table of the parts among these tables."""
    names = set(tables)
    return [part for part in _PARTS if part[0] in names]


def note_receipts(connection: sqlite3.Connection, receipts: Iterable[Receipt]) -> None:
    """Keep what the hub decided; the ops stay pending until a pull has passed them."""
    connection.executemany(
        "UPDATE op SET acked = max(acked, 1), outcome = ?, hub_seq = ?, reason = coalesce(nullif(?, ''), reason) "
        "WHERE op_id = ?",
        [(r.outcome, r.hub_seq, r.reason, r.op_id) for r in receipts],
    )


def rebase(
    connection: sqlite3.Connection,
    news: News,
    *,
    device: str,
    sweep: Sequence[str] = (),
    among: frozenset[bytes] | None = None,
    kept_before: int = 0,
) -> Rebased:
    """Bring the site file to the hub's rows with the pending ops on top.

    `sweep`: of these buckets ("*": of all) the news are all rows that the hub has. `among`: only these ops are settled now.
    `kept_before`: who changed what before this moment is not told by the feed any more and stays.
    """
    read, done = Reader(connection), Rebased()
    note_receipts(connection, news.receipts.values())
    settled = {op: held for op, held in settled_by(read, news).items() if among is None or op in among}
    pending = _pending(read, settled)
    spots = news.spots | news.left | _spots_of(read, settled)
    if not spots and not settled and not sweep:
        return done
    swept = _all_spots(read, sweep) if sweep else set()
    spots |= swept
    turned = any(row.get("old_id") for row in news.rows.get("code_alias", {}).values())
    if turned or sweep:  # records were merged: what waits here may name the one that was given up
        spots |= {spot for own in pending.spots.values() for spot in own}
    again = _concerned(read, pending, spots)
    if sweep:
        again = list(pending.bodies)
        _drop_audit(connection, sweep, kept_before)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    done.rows = sum(map(len, news.rows.values()))
    done.vanished = _restore(connection, news, spots, sweep=swept if sweep else None)
    _replace_audit(connection, news, settled, again)
    connection.execute("PRAGMA defer_foreign_keys = OFF")
    connection.executemany("UPDATE op SET acked = 2 WHERE op_id = ?", [(op_id,) for op_id in settled])
    tx = Tx(connection, device=device, keep_shadow=True)
    done.redone = _again(tx, pending, again)
    for table, row_id in spots:
        done.touched.setdefault(table, set()).add(row_id)
    for table, ids in tx.touched.items():
        done.touched.setdefault(table, set()).update(ids)
    return done


def take_easy(connection: sqlite3.Connection, news: News) -> Rebased:
    """Put rows that concern no pending op (app.sync.slices)."""
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for table, rows in news.rows.items():
        _put(connection, table, rows.values())
    connection.execute("PRAGMA defer_foreign_keys = OFF")
    _replace_audit(connection, news, {}, ())
    touched = {table: set(rows) for table, rows in news.rows.items()}
    return Rebased(touched, rows=sum(map(len, news.rows.values())))


def settled_by(read: Reader, news: News) -> dict[bytes, bool]:
    """Op -> whether the hub's rows hold it: what the cursors have passed, what the hub refused, what its audit names."""
    found = {}
    named = {row["op_id"] for row in news.audit}
    for op_id, outcome, hub_seq in read.rows(f"SELECT op_id, outcome, hub_seq FROM op WHERE {PENDING}"):
        passed = hub_seq is not None and hub_seq <= news.seq
        refused = hub_seq is not None and outcome in WITHOUT_EFFECT
        if passed or refused or op_id in named:
            found[op_id] = not refused
    return found


def _pending(read: Reader, settled: dict[bytes, bool]) -> Pending:
    bodies = {
        op_id: (n, body)
        for n, op_id, body in read.rows(f"SELECT n, op_id, body FROM op WHERE {PENDING} ORDER BY n")
        if op_id not in settled and body is not None
    }
    spots: dict[bytes, set[Spot]] = {op_id: set() for op_id in bodies}
    for op_id, table, row_id in read.rows(SPOTS):
        if op_id in spots:
            spots[op_id].add((table, row_id))
    return Pending(bodies, spots)


def _spots_of(read: Reader, settled: Iterable[bytes]) -> set[Spot]:
    """The rows that these ops wrote here."""
    return {
        (table, row_id)
        for op_id in settled
        for table, row_id in read.rows("SELECT tbl, row_id FROM audit WHERE op_id = ?", op_id)
    }


def _all_spots(read: Reader, buckets: Sequence[str]) -> set[Spot]:
    """The rows here that the hub would have in these buckets."""
    if ALL in buckets:
        return {(table, row_id) for table in SYNCED for (row_id,) in read.rows(f'SELECT id FROM "{table}"')}
    inside = f"bucket IN ({', '.join('?' * len(buckets))})"
    found = {
        (table, row_id)
        for table in SYNCED
        for (row_id,) in read.rows(f'SELECT id FROM "{table}" WHERE {inside}', *buckets)
    }
    for table, row_id, kept in read.rows('SELECT tbl, id, "row" FROM srv_shadow'):
        if kept is not None and msgspec.msgpack.decode(kept)["bucket"] not in buckets:
            found.discard((table, row_id))  # a pending op brought it into the bucket
        elif kept is not None:
            found.add((table, row_id))
    return found


def _concerned(read: Reader, pending: Pending, spots: set[Spot]) -> list[bytes]:
    """The pending ops to be done again; their rows, and the parts of those, are added to the set until none is missing."""
    while True:
        known = len(spots)
        _with_children(read, spots)
        again = pending.closure(spots)
        if len(spots) == known:
            return again


def _with_children(read: Reader, spots: set[Spot]) -> None:
    """Parts of aggregates go with their head: where that is not there any more, neither can they be."""
    for child, column, parent in _PARTS:
        for row_id in [row_id for table, row_id in spots if table == parent]:
            shadowed = read.rows(
                f'SELECT c.id FROM "{child}" c JOIN srv_shadow s ON s.tbl = ? AND s.id = c.id WHERE c."{column}" = ?',
                child,
                row_id,
            )
            spots |= {(child, found) for (found,) in shadowed}


def _restore(
    connection: sqlite3.Connection, news: News, spots: set[Spot], *, sweep: set[Spot] | None
) -> bool:
    """Set rows to the hub's state; whether any vanished. `sweep`: the rows that go unless they are among the news."""
    vanished = False
    for table, rows in news.rows.items():
        _put(connection, table, rows.values())
    for table, row_id in spots:
        if row_id in news.rows.get(table, ()):
            continue
        kept = connection.execute(
            'SELECT "row" FROM srv_shadow WHERE tbl = ? AND id = ?', (table, row_id)
        ).fetchone()
        gone = (table, row_id) in news.left or (sweep is not None and (table, row_id) in sweep)
        if gone or (kept and kept[0] is None):
            vanished |= bool(connection.execute(f'DELETE FROM "{table}" WHERE id = ?', (row_id,)).rowcount)
        elif kept:
            _put(connection, table, [msgspec.msgpack.decode(kept[0])])
    vanished |= drop_orphans(connection, spots)
    connection.executemany("DELETE FROM srv_shadow WHERE tbl = ? AND id = ?", spots)
    return vanished


def drop_orphans(connection: sqlite3.Connection, spots: set[Spot]) -> bool:
    """Parts of an aggregate whose head is in no bucket of this laptop cannot be held; one bad row must not stop a pull."""
    touched, dropped = {table for table, _id in spots}, 0
    for child, column, parent in _PARTS:
        if touched & {child, parent}:
            gone = connection.execute(
                f'DELETE FROM "{child}" WHERE NOT EXISTS (SELECT 1 FROM "{parent}" p WHERE p.id = "{child}"."{column}")'
            )
            dropped += gone.rowcount
    if dropped:
        log.warning("%d rows without the head of their aggregate were left out", dropped)
    return dropped > 0


def _put(connection: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Insert or overwrite rows, which keep their local numbers."""
    alike: dict[tuple[str, ...], list[list[Any]]] = {}
    for row in rows:
        names = tuple(name for name in sent_columns(table) if name in row)
        alike.setdefault(names, []).append([row[name] for name in names])
    for names, values in alike.items():
        listed = ", ".join(f'"{name}"' for name in names)
        news = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
        connection.executemany(
            f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join("?" * len(names))}) '
            f"ON CONFLICT (id) DO UPDATE SET {news}",
            values,
        )


def _drop_audit(connection: sqlite3.Connection, buckets: Sequence[str], kept_before: int) -> None:
    inside = "" if ALL in buckets else f"AND bucket IN ({', '.join('?' * len(buckets))})"
    params = () if ALL in buckets else tuple(buckets)
    connection.execute(f"DELETE FROM audit WHERE at >= ? {inside}", (kept_before, *params))


def _replace_audit(
    connection: sqlite3.Connection,
    news: News,
    settled: dict[bytes, bool],
    again: Iterable[bytes],
) -> None:
    """The hub's word on who changed what takes the place of our own; what is re-applied writes its own anew."""
    stale = {row["op_id"] for row in news.audit} | settled.keys() | set(again)
    connection.executemany("DELETE FROM audit WHERE op_id = ?", [(op_id,) for op_id in stale])
    connection.executemany(_AUDIT, [[row[name] for name in AUDIT] for row in news.audit])


def _again(tx: Tx, pending: Pending, again: list[bytes]) -> int:
    """Apply ops once more; one that cannot be applied now writes nothing and waits for the hub's word."""
    outcomes = []
    for op_id in again:
        _n, body = pending.bodies[op_id]
        try:
            envelope, op = operations.decode(body)
        except MalformedError:
            continue
        outcome, _reason = apply_alone(tx, envelope, op)
        outcomes.append(("applied" if outcome in WITHOUT_EFFECT else outcome, op_id))
    tx.flush()
    tx.connection.executemany("UPDATE op SET outcome = ? WHERE op_id = ? AND acked = 0", outcomes)
    return len(outcomes)


__all__ = [
    "PENDING",
    "News",
    "Pending",
    "Rebased",
    "drop_orphans",
    "note_receipts",
    "parents_of",
    "rebase",
    "settled_by",
    "take_easy",
]
