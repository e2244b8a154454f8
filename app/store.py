"""The one door for writes, and the readers of the site file.

perform(*ops) = one transaction: permission -> check -> append to the log -> apply -> settle -> commit -> tell who listens
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import Any

import msgspec

from app import ops as operations
from app.access import Actor
from app.changes import ALERTS, ROUNDS, SEARCH, STOCK, Done
from app.clock import Clock
from app.errors import AppError, Objection, Refused
from app.fields import about
from app.ops import Envelope, MalformedError, Op, Override
from app.settle import settle
from app.trouble import UNSTORABLE, translated
from app.tx import Reader, Tx
from app.words import N_
from db.ids import new_id
from db.pool import Pool, Pooled

log = logging.getLogger(__name__)
Listener = Callable[[Done], None]
Progress = Callable[[int], None]

NO_HASH = bytes(32)
#: A clock this much behind the newest record is asked about; nothing overdue is computed from it.
CLOCK_SLACK_MS = 5 * 60_000
#: What an undo notes on the ops it took back, and on its own.
UNDONE, UNDO = "undone", "undo"
_SAID = {
    UNDONE: N_("This action has been undone already."),
    UNDO: N_("An undo cannot be undone. Do the action again instead."),
}

_APPEND = (
    "INSERT INTO op (op_id, chain_id, seq, hash, kind, schema_v, entity, row_id, site, body, hlc, wall, mono, actor, action_id, "
    "acked, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
)
_HEAD = (
    "SELECT seq, hash, hlc FROM (SELECT hlc FROM op ORDER BY n DESC LIMIT 1) "
    "LEFT JOIN (SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1)"
)
#: The newest record after those of which a person has said that the clock is right by now.
_NEWEST = (
    "SELECT wall FROM op WHERE n > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'clock_checked'), 0) "
    "ORDER BY wall DESC LIMIT 1"
)


class Store:
    """A site file: reads on any thread, writes through one door."""

    def __init__(self, engine: Pool, *, clock: Clock, device: str) -> None:
        self._engine = engine
        self._clock = clock
        self._device = self._prefix = device
        self._door = threading.RLock()
        self._listeners: list[Listener] = []
        self._writing: Pooled | None = None

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def device(self) -> str:
        """The device code, the first part of the numbers that this laptop gives."""
        return self._device

    def take_prefix(self, code: str) -> None:
        """Give numbers under this code from now on (a clone, or the time before a restore, wrote under the former one)."""
        self._prefix = code

    def listen(self, listener: Listener) -> None:
        """Be told what each write changed (called on the writing thread)."""
        self._listeners.append(listener)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Rows as of now."""
        with translated(), self._connected() as connection:
            yield Reader(connection)

    @contextmanager
    def local(self, context: str | None = None) -> Iterator[sqlite3.Connection]:
        """A transaction on the laptop's own tables (secrets, drafts, preferences): nothing here is an op or travels.

        Only sync names a context ("pull"): what the hub gave goes into the synced tables past the ops.
        """
        with self._door, translated(), self._writer() as connection, transaction(connection, context):
            yield connection

    def perform(
        self,
        actor: Actor,
        *ops: Op,
        reason: str = "",
        more: Iterable[Op] = (),
        progress: Progress | None = None,
    ) -> Done:
        """Do one action: all of its ops in one transaction, or none.

        `reason` overrides the objections that may be overridden; `more` is a lazy continuation (an import) with `progress`
        called after each op, which may raise to cancel. Raises Denied, Refused or another AppError; then nothing happened.
        """
        with self._writing_action(actor, reason) as action:
            for count, op in enumerate(chain(ops, more), 1):
                action.do(op)
                if progress:
                    progress(count)
            done = action.finish()
        return self.tell(done)

    @contextmanager
    def _writing_action(self, actor: Actor, reason: str) -> Iterator["_Action"]:
        with self._door, translated(), self._writer() as connection, transaction(connection, "op"):
            try:
                yield _Action(connection, self, actor, reason)
            except (sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError) as error:
                raise MalformedError(str(error)) from error

    def objections(self, actor: Actor, *ops: Op) -> list[Objection]:
        """What the rules have to say about an action that is not done yet."""
        with self.read() as read:
            return [objection for op in ops for objection in op.check(read, actor)]

    def undoable(self, actor: Actor) -> tuple[bytes, str] | None:
        """The newest action of this person that can be taken back: its id and the kind of its first op."""
        with self.read() as read:
            found = read.row(
                "SELECT action_id, kind FROM op WHERE actor IS ? AND outcome = 'applied' AND reason IS NULL "
                "AND kind NOT IN ('auth.note', 'report.note', 'label.print') ORDER BY n DESC LIMIT 1",
                actor.user_id,
            )
        return (found[0], found[1]) if found else None

    def undo(self, actor: Actor, action_id: bytes) -> Done:
        """Take an action back by new ops; rows that others changed since are skipped and listed.

        Raises AppError where the action was taken back already, is itself an undo, or has no way back.
        """
        with self._writing_action(actor, "undo") as action:
            ops, skipped = action.inverses(action_id)
            if not ops:
                raise AppError(
                    N_("This action can no longer be undone: others have changed its records since.")
                )
            for op in ops:
                action.do(op)
            done = action.finish()
            action.mark(action_id, UNDONE)
            action.mark(done.action_id, UNDO)
        return self.tell(replace(done, skipped=skipped))

    def tick(self) -> Done | None:
        """Let time pass: recompute what the clock alone changes. None while the clock is behind the newest record."""
        if self.clock_behind():
            return None
        with self._door, translated(), self._writer() as connection, transaction(connection):
            topics = settle(connection, {}, self._clock.now(), tick=True)
        return self.tell(Done(b"", (), frozenset(topics))) if topics else None

    def rebuild(self) -> None:
        """Recompute all derived rows from the synced ones."""
        from app.settle import everything

        with self._door, translated(), self._writer() as connection, transaction(connection):
            settle(connection, everything(connection), self._clock.now(), tick=True)

    def clock_behind(self) -> int:
        """How many milliseconds the laptop's clock is behind the newest own record; 0 when it is right or was confirmed."""
        with self.read() as read:
            return clock_behind(read, self._clock.now())

    def trust_clock(self) -> None:
        """A person confirms that the clock is right now: records of a clock that ran ahead are not compared any more."""
        with self.local() as connection:
            connection.execute(
                "INSERT INTO meta SELECT 'clock_checked', coalesce(max(n), 0) FROM op WHERE true "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            )

    def number(self, series: str) -> str:
        """The next number of a series on this device: `WO-A7K-0043`. Never provisional, gaps allowed."""
        return self.numbers(series, 1)[0]

    def numbers(self, series: str, count: int) -> list[str]:
        """The next numbers of a series, drawn at once (an import)."""
        with self.local() as connection:
            connection.execute(
                "INSERT INTO counter (series, value) VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET value = value + excluded.value",
                (series, count),
            )
            last = connection.execute("SELECT value FROM counter WHERE series = ?", (series,)).fetchone()[0]
        return [f"{series}-{self._prefix}-{value:04d}" for value in range(last - count + 1, last + 1)]

    def tell(self, done: Done) -> Done:
        """Let the listeners know what a write (or a pull) changed."""
        for listener in self._listeners:
            try:
                listener(done)
            except Exception:  # what is committed must not look failed because somebody could not hear of it
                log.exception("a listener failed")
        return done

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        """The connection that all writes share, held open: taking one from the pool costs as much as a row."""
        if self._writing is None:
            self._writing = self._engine.raw_connection()
        yield self._writing.driver_connection

    def close(self) -> None:
        """Give up the writing connection; the next write takes another."""
        with self._door:
            if self._writing is not None:
                self._writing.close()
                self._writing = None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        pooled = self._engine.raw_connection()
        try:
            yield pooled.driver_connection
        finally:
            pooled.close()


@contextmanager
def transaction(connection: sqlite3.Connection, context: str | None = None) -> Iterator[None]:
    if connection.in_transaction:
        raise RuntimeError("a write inside a write: do it after the first, or in the same action")
    try:
        connection.execute("BEGIN IMMEDIATE")
        if context:
            connection.execute("INSERT INTO sync_ctx VALUES (?)", (context,))
        yield
        if context:
            connection.execute("DELETE FROM sync_ctx")
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def clock_behind(read: Reader, now: int) -> int:
    """How many milliseconds a time is before the newest own record that nobody confirmed; 0 where it is not."""
    behind = int(read.value(_NEWEST) or 0) - now
    return behind if behind > CLOCK_SLACK_MS else 0


class _Action:
    """One action on its way through the door."""

    def __init__(self, connection: sqlite3.Connection, store: Store, actor: Actor, reason: str) -> None:
        self._connection = connection
        self._store = store
        self._actor = actor
        self._reason = reason
        self._id = new_id()
        known = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('chain_id', 'hub_id')"))
        self._tx = Tx(connection, device=store.device, keep_shadow="hub_id" in known)
        self._wall = store.clock.now()
        self._doubts = (Override(operations.CLOCK, ""),) if clock_behind(self._tx, self._wall) else ()
        self._chain = bytes.fromhex(known["chain_id"])
        self._seq, self._hash, self._hlc = self._head()
        self._op_ids: list[bytes] = []
        self._topics: set[str] = set()

    def _head(self) -> tuple[int, bytes, int]:
        # Read inside BEGIN IMMEDIATE, never cached (operations.md, rule 29).
        seq, head, hlc = self._connection.execute(_HEAD, (self._chain,)).fetchone() or (0, NO_HASH, None)
        return seq or 0, head or NO_HASH, hlc or 0

    def do(self, op: Op) -> None:
        """Check, append and apply one op."""
        try:
            self._do(op)
        except (msgspec.ValidationError, KeyError) as error:
            raise MalformedError(f"{operations.spec_of(op).kind}: {error}") from error

    def _do(self, op: Op) -> None:
        op = op.prepared(self._tx)
        spec = operations.spec_of(op)
        self._actor.demand(op.needs(spec))
        raw = _encoded(op)
        overrides = self._weigh(list(op.check(self._tx, self._actor))) + self._doubts
        self._hlc = Clock.tick(self._hlc, self._wall)
        envelope = Envelope(
            op_id=new_id(),
            kind=spec.kind,
            schema_v=operations.SCHEMA_VERSION,
            actor=self._actor.user_id,
            site=self._actor.site_id,
            wall=self._wall,
            hlc=self._hlc,
            action_id=self._id,
            overrides=overrides,
            op=raw,
        )
        self._append(envelope, op)
        self._topics |= spec.topics

    def inverses(self, action_id: bytes) -> tuple[list[Op], tuple[tuple[str, bytes], ...]]:
        """The ops that take an action back, newest first, and the rows that stay since others changed them."""
        ops: list[Op] = []
        skipped: list[tuple[str, bytes]] = []
        for body, reason in self._tx.rows(
            "SELECT body, reason FROM op WHERE action_id = ? ORDER BY n DESC", action_id
        ):
            if reason in _SAID:
                raise AppError(_SAID[reason])
            envelope, op = operations.decode(body)
            inverse = op.inverse(self._tx, envelope)
            if inverse is None:
                raise AppError(N_("This action cannot be undone. Correct it by a new entry instead."))
            ops += inverse.ops
            skipped += inverse.skipped
        return ops, tuple(dict.fromkeys(skipped))

    def mark(self, action_id: bytes, reason: str) -> None:
        """Note what became of an action, so that it is not offered for undoing again."""
        self._connection.execute("UPDATE op SET reason = ? WHERE action_id = ?", (reason, action_id))

    def _weigh(self, objections: list[Objection]) -> tuple[Override, ...]:
        if objections and not (self._reason and all(o.may_override for o in objections)):
            raise Refused(objections)
        return tuple(Override(o.code, self._reason) for o in objections)

    def _append(self, envelope: Envelope, op: Op) -> None:
        body = operations.encode(envelope)
        if len(body) > operations.MAX_BODY:
            raise AppError(N_("This entry is too long to be saved in one piece. Shorten it or split it."))
        self._seq += 1
        self._hash = operations.link(self._hash, envelope.op_id, body)
        self._tx.begin(envelope)
        op.apply(self._tx)
        entity, row_id = op.subject() or (None, None)
        row: tuple[Any, ...] = (
            envelope.op_id,
            self._chain,
            self._seq,
            self._hash,
            envelope.kind,
            envelope.schema_v,
            entity,
            row_id,
            envelope.site,
        )
        row += (
            body,
            envelope.hlc,
            envelope.wall,
            Clock.mono(),
            envelope.actor,
            envelope.action_id,
            self._tx.outcome,
        )
        self._tx._buffer(_APPEND, row)  # noqa: SLF001 - the log is written by the same transaction
        self._op_ids.append(envelope.op_id)

    def finish(self) -> Done:
        """Send what is buffered, settle what derives; the caller commits."""
        self._tx.flush()
        topics = self._topics | {about(table).topic for table in self._tx.touched}
        topics |= settle(self._connection, self._tx.touched, self._wall)
        touched = {table: frozenset(rows) for table, rows in self._tx.touched.items()}
        return Done(self._id, tuple(self._op_ids), frozenset(topics), touched)


def _encoded(op: Op) -> msgspec.Raw:
    """The op's bytes, proved to be readable again. Raises AppError for texts that cannot be stored, or MalformedError."""
    try:
        raw = operations.encode_op(op)
    except UnicodeEncodeError:
        raise AppError(UNSTORABLE) from None
    except (msgspec.MsgspecError, TypeError, OverflowError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    if operations.holds_nul(raw):
        raise AppError(UNSTORABLE)
    operations.read_op(type(op), raw)
    return raw


__all__ = ["ALERTS", "ROUNDS", "SEARCH", "STOCK", "Done", "Store", "translated"]
