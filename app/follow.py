"""What goes along when a row of a register changes, beyond the row itself: a feature declares it, the one door of writes does it.

A bin that is hung elsewhere takes the stock in it along to the books of the other warehouse; nobody who changes places, imports
them, merges them or settles a conflict about them has to know.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.errors import Objection
    from app.tx import Reader, Tx

Work = Callable[["Tx", bytes], None]
Guard = Callable[["Reader", bytes, Mapping[str, Any]], Iterable["Objection"]]
Need = Callable[["Reader", bytes], Iterable["Objection"]]
Pairing = Callable[["Reader", bytes, bytes], Iterable["Objection"]]


@dataclass(frozen=True)
class Follower:
    """What goes along with a change of these columns, and what is to be said to the person before."""

    columns: frozenset[str]
    work: Work
    guard: Guard


_followers: dict[str, Follower] = {}


def follows(table: str, columns: Iterable[str], guard: Guard) -> Callable[[Work], Work]:
    """Declare what `apply` does after one of these columns of a row has changed; `guard` sees the new values before."""

    def declare(work: Work) -> Work:
        _followers[table] = Follower(frozenset(columns), work, guard)
        return work

    return declare


def follow(tx: "Tx", table: str, row_id: bytes, changed: Collection[str] | None = None) -> None:
    """Do what goes along with a change of a row; without columns, whatever they are (a merge)."""
    found = _followers.get(table)
    if found and (changed is None or not found.columns.isdisjoint(changed)):
        found.work(tx, row_id)


def guarded(read: "Reader", table: str, row_id: bytes, new: Mapping[str, Any]) -> Iterator["Objection"]:
    """What is to be said before a row gets new values."""
    found = _followers.get(table)
    if found and not found.columns.isdisjoint(new):
        yield from found.guard(read, row_id, new)


_needs: dict[str, Need] = {}
_pairings: dict[str, Pairing] = {}


def needs_row(table: str) -> Callable[[Need], Need]:
    """Declare for what a record of a table is still needed: said to who deletes it, and kept apart where another laptop did.

    It asks the synced tables alone, so that the hub finds the same.
    """
    return lambda need: _needs.setdefault(table, need)


def pairs_row(table: str) -> Callable[[Pairing], Pairing]:
    """Declare which two records of a table are not one, whatever a person thinks: the one given up, and the kept one."""
    return lambda pairing: _pairings.setdefault(table, pairing)


def needed(read: "Reader", table: str, row_id: bytes) -> Iterable["Objection"]:
    """For what a record is still needed."""
    need = _needs.get(table)
    return need(read, row_id) if need else ()


def unlike(read: "Reader", table: str, old: bytes, kept: bytes) -> Iterable["Objection"]:
    """Why two records cannot be merged."""
    pairing = _pairings.get(table)
    return pairing(read, old, kept) if pairing else ()
