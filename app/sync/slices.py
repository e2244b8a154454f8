"""A page of a long pull in two parts: what can be taken in at once, and what must wait for the last page (operations.md, rule 24).

Easy rows concern no pending op, delete nothing, and have the head of their aggregate here. All else is held in the inbox and
taken in at the end, where it is done together with the settling of pending ops: nobody sees half of the own work.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from app.sync.protocol import Page, Rows
from app.sync.rebase import PENDING, SPOTS, News, Spot, parents_of, settled_by
from app.sync.wire import received
from app.tx import Reader, is_synced

#: A slice that takes longer than this makes the next page smaller.
SLICE_MS = 150
SMALLEST, LARGEST = 100, 2000
#: So many ops are settled in one transaction.
GROUP = 400


def next_limit(limit: int, took_ms: float) -> int:
    """The size of the next page, so that a scan never waits longer than for one slice."""
    if took_ms > SLICE_MS:
        return max(SMALLEST, limit // 2)
    return min(LARGEST, limit * 2) if took_ms < SLICE_MS / 3 else limit


class Splitter:
    """Tells easy rows from those that wait; remembers what waits already."""

    def __init__(self, connection: sqlite3.Connection, held: set[Spot]) -> None:
        self._connection = connection
        self._held = held
        self.newest = newest_op(connection)
        self._pending = set(connection.execute("SELECT tbl, id FROM srv_shadow").fetchall())
        self._pending |= set(
            connection.execute(
                f"SELECT a.tbl, a.row_id FROM op o JOIN audit a ON a.op_id = o.op_id WHERE o.{PENDING} "
                f"UNION SELECT entity, row_id FROM op WHERE {PENDING} AND row_id IS NOT NULL"
            ).fetchall()
        )
        self._own = {op_id for (op_id,) in connection.execute(f"SELECT op_id FROM op WHERE {PENDING}")}

    def split(self, page: Page) -> tuple[News, Page]:
        """What can be taken in now, and the page of what waits."""
        self._held |= set(
            page.left
        )  # a row that went and came by the same page waits together with its going
        decoded = {
            sent.table: list(zip(sent.rows, received(sent), strict=True)) for sent in page.rows if known(sent)
        }
        easy: dict[str, dict[bytes, dict[str, Any]]] = {}
        for table, rows in decoded.items():
            easy[table] = {row["id"]: row for _raw, row in rows if self._is_easy(table, row)}
        self._drop_parts(easy)
        hard = []
        for sent in page.rows:
            if not known(sent):
                continue
            waits = [raw for raw, row in decoded[sent.table] if row["id"] not in easy[sent.table]]
            self._held |= {
                (sent.table, row["id"])
                for _raw, row in decoded[sent.table]
                if row["id"] not in easy[sent.table]
            }
            if waits:
                hard.append(Rows(sent.table, sent.columns, waits))
        told = list(zip(page.audit.rows, received(page.audit), strict=True))
        mine = Rows("audit", page.audit.columns, [raw for raw, row in told if row["op_id"] in self._own])
        news = News(rows={t: r for t, r in easy.items() if r}, cursors=page.cursors)
        news.audit = [row for _raw, row in told if row["op_id"] not in self._own]
        return news, msgspec.structs.replace(page, rows=hard, audit=mine)

    def _is_easy(self, table: str, row: Mapping[str, Any]) -> bool:
        spot = (table, row["id"])
        if spot in self._held or spot in self._pending:
            return False
        if table == "code_alias" and row.get("old_id") and self._own:
            return False  # records were merged: what waits here may name the one that was given up
        return not row["deleted"] or not self._is_live(*spot)

    def _is_live(self, table: str, row_id: bytes) -> bool:
        sql = f'SELECT 1 FROM "{table}" WHERE id = ? AND deleted = 0'
        return self._connection.execute(sql, (row_id,)).fetchone() is not None

    def _drop_parts(self, easy: dict[str, dict[bytes, dict[str, Any]]]) -> None:
        """Parts whose head neither lies here nor comes with this slice wait for it, with their own parts."""
        while True:
            count = sum(map(len, easy.values()))
            for child, column, parent in parents_of(easy):
                heads = easy.get(parent, {})
                for row_id in [i for i, row in easy[child].items() if row[column] not in heads]:
                    if not self._exists(parent, easy[child][row_id][column]):
                        del easy[child][row_id]
            if count == sum(map(len, easy.values())):
                return

    def _exists(self, table: str, row_id: bytes) -> bool:
        sql = f'SELECT 1 FROM "{table}" WHERE id = ?'
        return self._connection.execute(sql, (row_id,)).fetchone() is not None


def newest_op(connection: sqlite3.Connection) -> int:
    """What waits is known by it: until the end of a pull nothing is settled, so only an op of a person adds to it."""
    return int(connection.execute("SELECT coalesce(max(n), 0) FROM op").fetchone()[0])


def known(sent: Rows) -> bool:
    """Whether this program has the table; a newer hub may send others, which are read after the update."""
    return is_synced(sent.table)


def spots_in(pages: Iterable[Page]) -> set[Spot]:
    """The rows that wait in the inbox."""
    found: set[Spot] = set()
    for page in pages:
        found |= {(table, row_id) for table, row_id in page.left}
        for sent in page.rows:
            if known(sent):
                found |= {(sent.table, row["id"]) for row in received(sent)}
    return found


def is_empty(page: Page) -> bool:
    """Whether nothing of a page waits."""
    return not (page.rows or page.left or page.audit.rows)


class Groups:
    """The pending ops that the news settle, in groups that share no record, each with the news of its records."""

    def __init__(self, read: Reader, news: News) -> None:
        self._news = news
        self._settled = settled_by(read, news)
        #: More than one transaction is worth it.
        self.many = len(self._settled) > GROUP
        self._spots: dict[bytes, set[Spot]] = {op_id: set() for op_id in self._settled} if self.many else {}
        if self.many:
            for op_id, table, row_id in read.rows(SPOTS):
                if op_id in self._spots:
                    self._spots[op_id].add((table, row_id))

    def __iter__(self) -> Iterator[tuple[frozenset[bytes], News]]:
        """All groups but what is left for the last transaction, which moves the cursors."""
        size = max(GROUP, len(self._settled) // 20)
        ops: set[bytes] = set()
        spots: set[Spot] = set()
        for members in self._components():
            ops |= members
            spots |= {spot for op_id in members for spot in self._spots[op_id]}
            if len(ops) >= size:
                yield frozenset(ops), self._part(ops, spots)
                ops, spots = set(), set()

    def _components(self) -> Iterator[set[bytes]]:
        """Ops that share a record, or do so by way of others."""
        by_spot: dict[Spot, list[bytes]] = {}
        for op_id, own in self._spots.items():
            for spot in own:
                by_spot.setdefault(spot, []).append(op_id)
        left = dict.fromkeys(self._spots)
        while left:
            todo, found = [next(iter(left))], set()
            while todo:
                op_id = todo.pop()
                if op_id in left:
                    del left[op_id]
                    found.add(op_id)
                    todo += [other for spot in self._spots[op_id] for other in by_spot.pop(spot, ())]
            yield found

    def _part(self, ops: set[bytes], spots: set[Spot]) -> News:
        """The news of these ops and records; they are news no more."""
        news, part = self._news, News(cursors=self._news.cursors)
        for table, row_id in spots:
            if row_id in news.rows.get(table, ()):
                part.rows.setdefault(table, {})[row_id] = news.rows[table].pop(row_id)
            elif (table, row_id) in news.left:
                news.left.discard((table, row_id))
                part.left.add((table, row_id))
        part.audit = [row for row in news.audit if row["op_id"] in ops]
        news.audit = [row for row in news.audit if row["op_id"] not in ops]
        part.receipts = {op_id: news.receipts.pop(op_id) for op_id in ops & news.receipts.keys()}
        return part
