"""One op applied alone: what fails in it is undone with it and blocks nobody else. The same on laptop and hub."""

import logging
import sqlite3
from collections.abc import Callable

import msgspec

from app.ops import Envelope, MissingRowError, Op
from app.sync.protocol import QUARANTINED, REJECTED
from app.tx import Tx
from db.driver import TakenError

log = logging.getLogger(__name__)
#: Why an op is quarantined that speaks of a record which is not here: it is tried again when others have come.
WAITS = "waits for a record that is not here"
#: Failures that speak of the op, not of the disk.
_OF_THE_OP = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)
_EXPECTED = (msgspec.ValidationError, KeyError, OverflowError, sqlite3.InterfaceError, *_OF_THE_OP)


class KeptApartError(Exception):
    """An op that went where its sender may not write: it is undone, and kept until a person decides."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_poison(error: Exception) -> bool:
    """Whether an error is the fault of an op (and will come again), not of the database or the disk."""
    return not isinstance(error, sqlite3.DatabaseError) or isinstance(error, _OF_THE_OP)


def said(error: Exception) -> str:
    """A reason that any database can store, whatever the op held."""
    text = f"{type(error).__name__}: {error}"[:500]
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def misses_a_row(error: Exception) -> bool:
    """Whether an op speaks of a record that is not here (yet)."""
    return isinstance(error, MissingRowError) or "FOREIGN KEY" in str(error)


def apply_alone(
    tx: Tx, envelope: Envelope, op: Op, then: Callable[[], object] | None = None, *, again: bool = True
) -> tuple[str, str]:
    """Apply one op in a savepoint: its outcome; where it could not be applied, "rejected" (or "quarantined") and why.

    `then` belongs to it: what fails there undoes the op, too.
    """
    tx.flush()
    connection = tx.connection
    connection.execute("SAVEPOINT one_op")
    try:
        tx.begin(envelope)
        op.apply(tx)
        tx.flush()
        if then:
            then()
    except Exception as error:
        if not is_poison(error):
            raise
        tx.forget()
        connection.execute("ROLLBACK TO one_op")
        connection.execute("RELEASE one_op")
        if isinstance(error, KeptApartError):
            return QUARANTINED, error.reason
        if isinstance(error, TakenError) and again:  # somebody made the row a moment ago: now it is seen
            return apply_alone(tx, envelope, op, then, again=False)
        if not isinstance(error, _EXPECTED):
            log.exception("an op of kind %s cannot be applied", envelope.kind)
        if misses_a_row(error):
            return QUARANTINED, WAITS
        return REJECTED, said(error)
    connection.execute("RELEASE one_op")
    return tx.outcome, ""
