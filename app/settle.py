"""Derived rows: levels, alerts, due rounds, the search index are recomputed from synced rows in the same transaction.

A settler declares the tables that concern it. It works on the set of touched rows (temporary table `touched`), or on all
rows when `everything` is given (after a pull by mark-and-sweep, a restore, or on `check --rebuild`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.tx import Derive
from db.driver import Connection, scratch

Work = Callable[[Derive], bool]


@dataclass(frozen=True)
class Settler:
    """A rule for derived rows: runs after its `tables` were touched; says whether it changed its `topic`."""

    name: str
    tables: frozenset[str]
    topic: str
    work: Work
    order: int
    #: Runs at every tick of the clock, too (something became overdue).
    timed: bool


_settlers: list[Settler] = []


def settles(
    name: str, tables: Iterable[str], topic: str, *, order: int = 50, timed: bool = False
) -> Callable[[Work], Work]:
    """Declare a function that recomputes derived rows for the touched ones. Lower orders run first."""

    def declare(work: Work) -> Work:
        _settlers.append(Settler(name, frozenset(tables), topic, work, order, timed))
        _settlers.sort(key=lambda s: s.order)
        return work

    return declare


def settle(
    connection: Connection, touched: Mapping[str, set[bytes]], now: int, *, tick: bool = False
) -> set[str]:
    """Recompute what derives from the touched rows; returns the topics that changed."""
    scratch(connection, "touched", "tbl", "id", text=("tbl",))
    connection.executemany(
        "INSERT INTO temp.touched (tbl, id) VALUES (?, ?)",
        ((tbl, row) for tbl, rows in touched.items() for row in rows),
    )
    derive, topics = Derive(connection, touched, now), set()
    for settler in _settlers:
        concerned = settler.tables & touched.keys() or (tick and settler.timed)
        if concerned and settler.work(derive):
            topics.add(settler.topic)
    return topics


def everything(connection: Connection) -> dict[str, set[bytes]]:
    """All rows of all tables that some settler reads, for a full rebuild."""
    names = sorted({table for settler in _settlers for table in settler.tables})
    return {name: {row[0] for row in connection.execute(f'SELECT id FROM "{name}"')} for name in names}
