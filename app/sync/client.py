"""One exchange of a laptop with its hub: hello, push what waits, pull what is new.

Every step is harmless when it is done twice; a request that got no answer is sent again by the next exchange.
The network is never waited for inside a transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app import ops as operations
from app.anchor import write_anchor
from app.changes import Done, all_topics
from app.errors import AppError, Busy
from app.profile import Profile, alone
from app.settle import everything, settle
from app.sync.blobs import Moved, carry
from app.sync.line import ForkError, GapError, HistoryError, Line, line_to
from app.sync.log import advance, chains_to_send, is_ours, keep_point, move_to_new_chain, next_batch, proof_of
from app.sync.protocol import (
    CONFLICT,
    MAX_KNOWN,
    QUARANTINED,
    REJECTED,
    AskDigest,
    BadBytesError,
    ChainHead,
    Digest,
    Hello,
    Known,
    Page,
    Point,
    Pull,
    Push,
    Receipt,
    Receipts,
    Welcome,
    pack,
    unpack,
)
from app.sync.rebase import News, Rebased, note_receipts, rebase
from app.sync.transport import Lost, Transport
from app.sync.wire import added_up, rows_of
from app.sync.witness import heed, kept_marks, note_durable
from app.tx import Reader
from app.version import VERSION
from app.words import N_
from db.models import SYNCED

#: How often one exchange begins anew when the hub's history or a chain turns out to be another.
TURNS = 6


@dataclass
class Report:
    """What one exchange did."""

    sent: int = 0
    received: int = 0
    conflicts: int = 0
    quarantined: int = 0
    rejected: int = 0
    redone: int = 0
    #: The hub was restored from a backup: what it lost was sent again.
    history: bool = False
    #: Another laptop writes with this one's identity, or an old copy was restored: a new chain was begun.
    forked: bool = False
    offset: int = 0
    #: Photos and documents, after the ops.
    files: Moved = field(default_factory=Moved)


def sync_once(profile: Profile, hub: "str | Transport | None" = None, *, files: bool = True) -> Report:
    """Exchange everything with the hub once: records first, then photos and documents (`files`: here, not by another thread).

    Raises Lost where the hub cannot be reached, Busy where another program syncs this profile, AppError with a sentence.
    """
    with line_to(profile, hub) as line:
        with only_one(profile):
            report = Exchange(profile, line).run()
        if files:
            report.files = carry(profile, line)
    return report


def differing_tables(profile: Profile, hub: "str | Transport | None" = None) -> list[str]:
    """The tables whose rows are not the hub's, by digests at the same point; none: all are equal. Raises Lost."""
    with line_to(profile, hub) as line:
        return Exchange(profile, line).differing()


@contextmanager
def only_one(profile: Profile) -> Iterator[None]:
    """Nobody else syncs this profile meanwhile. Raises Busy."""
    try:
        with alone(profile.folder / "sync.lock"):
            yield
    except BlockingIOError:
        raise Busy(N_("This site is being synced already. Wait until that is done.")) from None


class Exchange:
    """One exchange from end to end."""

    def __init__(self, profile: Profile, line: Line) -> None:
        self._profile = profile
        self._store = profile.store
        self._line = line
        self._report = Report()

    def run(self) -> Report:
        """Push, then pull; begin anew where history or chain prove to be another."""
        first: Callable[[], None] | None = None
        for _turn in range(TURNS):
            try:
                if first:
                    first()
                    first = None
                self.push()
                self.pull()
            except HistoryError:
                self._report.history, first = True, self._adopt_history
            except ForkError:
                self._report.forked, first = True, self._begin_new_chain
            else:
                self._profile.remember("synced_at", str(self._profile.clock.now()))
                return self._report
        raise AppError(N_("The hub's history keeps changing. Tell the administrator; nothing was lost here."))

    # --- push ---

    def push(self) -> None:
        """Send what waits of every chain, from where the hub has it."""
        with self._store.read() as read:
            chains = chains_to_send(read)
            proof = proof_of(read)
            newest, marks = kept_marks(read)
        now = self._profile.clock.now()
        hello = Hello(
            proof, chains, now, VERSION, operations.SCHEMA_VERSION,
            checkpoint_at=newest, marks=[mark.seq for mark in marks],
        )  # fmt: skip
        welcome = self._line.ask(hello, Welcome)
        heed(self._store, self._line, welcome, marks, now)
        self._report.offset = welcome.offset
        for head in welcome.chains:
            self._push_chain(head)

    def _push_chain(self, head: ChainHead) -> None:
        with self._store.read() as read:
            if not is_ours(read, head):
                raise ForkError
        last = head.seq
        while True:
            with self._store.read() as read:
                batch, proof = next_batch(read, head.chain, last), proof_of(read)
            if not batch:
                return
            try:
                answer = self._line.ask(Push(proof, head.chain, batch), Receipts)
            except GapError as gap:
                if gap.expected > last:
                    raise ForkError from None  # it expects what it has said to have
                last = gap.expected - 1
                continue
            self._note(answer, sent=len(batch))
            last = batch[-1].seq

    def _note(self, answer: Receipts, sent: int = 0) -> None:
        with self._store.local() as connection:
            note_receipts(connection, answer.receipts)
            keep_point(connection, answer.point)
        self._report.sent += sent
        self._count(answer.receipts)

    def _count(self, receipts: list[Receipt]) -> None:
        outcomes = [receipt.outcome for receipt in receipts]
        self._report.conflicts += outcomes.count(CONFLICT)
        self._report.quarantined += outcomes.count(QUARANTINED)
        self._report.rejected += outcomes.count(REJECTED)

    # --- pull ---

    def pull(self) -> None:
        """Fetch the pages that are new, after those that wait in the inbox, then take them all in at once."""
        news = News()
        with self._store.read() as read:
            cursors = dict(read.rows("SELECT bucket, seq FROM cursor"))
            for (payload,) in read.rows("SELECT payload FROM inbox ORDER BY page"):
                news.add(unpack(payload, Page))
        while True:
            with self._store.read() as read:
                proof = proof_of(read)
            page = self._line.ask(Pull(proof, news.cursors or cursors), Page)
            try:
                news.add(page)
            except BadBytesError as error:
                raise Lost from error
            self._stash(page)
            if not page.more:
                break
        self._take_in(news)

    def _stash(self, page: Page) -> None:
        """Keep a page, and the point that the next question must prove: a hub restored between two pages shows."""
        with self._store.local() as connection:
            connection.execute(
                "INSERT INTO inbox (page, payload) SELECT coalesce(max(page), 0) + 1, ? FROM inbox",
                (pack(page),),
            )
            keep_point(connection, page.point)
            note_durable(connection, page.durable_seq)

    def _take_in(self, news: News) -> None:
        now = self._profile.clock.now()
        with self._store.local("pull") as connection:
            sweep = bool(connection.execute("SELECT 1 FROM meta WHERE key = 'hub_resync'").fetchone())
            done = rebase(connection, news, device=self._store.device, sweep=sweep)
            if done.touched:
                settle(connection, _concerned(connection, done), now)
            advance(connection, news)
        self._report.received += done.rows
        self._report.redone += done.redone
        if done.touched:
            self._tell(done)

    def _tell(self, done: Rebased) -> None:
        touched = {table: frozenset(ids) for table, ids in done.touched.items()}
        self._store.tell(Done(b"", (), all_topics(), touched))

    # --- what other histories and chains ask for ---

    def _adopt_history(self) -> None:
        """The hub was restored: ask what it still has of ours, send the rest again, and read all of its rows anew."""
        with self._store.read() as read:
            mine = [op_id for (op_id,) in read.rows("SELECT op_id FROM op WHERE acked <> 0 ORDER BY n")]
        receipts, point = self._ask_known(mine, None)
        self._back_up()
        with self._store.local() as connection:
            connection.execute("UPDATE op SET acked = 0, hub_seq = NULL WHERE acked <> 0")
            connection.execute("UPDATE blob SET sent_to = 0")  # it is asked for every file anew
            note_receipts(connection, receipts)
            for table in ("cursor", "hist", "inbox"):
                connection.execute(f"DELETE FROM {table}")
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [("hub_resync", "1"), ("hub_epoch", point.epoch.hex()), ("hub_durable", "0")],
            )
            keep_point(connection, point)

    def _back_up(self) -> None:
        """What the hub lost of others goes from here, too, until they send it again: a copy keeps it."""
        from app.backup import back_up

        back_up(self._profile)

    def _ask_known(self, op_ids: list[bytes], proof: Point | None) -> tuple[list[Receipt], Point]:
        """What the hub has of these; each question proves the history that the one before it saw."""
        answer = self._line.ask(Known(proof, op_ids[:MAX_KNOWN]), Receipts)
        receipts = list(answer.receipts)
        for start in range(MAX_KNOWN, len(op_ids), MAX_KNOWN):
            answer = self._line.ask(Known(answer.point, op_ids[start : start + MAX_KNOWN]), Receipts)
            receipts += answer.receipts
        return receipts, answer.point

    def _begin_new_chain(self) -> None:
        """A clone or an old copy wrote here: keep what the hub knows, put the rest under a new chain with the same ids."""
        with self._store.read() as read:
            waiting = [op_id for (op_id,) in read.rows("SELECT op_id FROM op WHERE acked = 0 ORDER BY n")]
            proof = proof_of(read)
        receipts, point = self._ask_known(waiting, proof)
        with self._store.local() as connection:
            note_receipts(connection, receipts)
            keep_point(connection, point)
            chain = move_to_new_chain(connection)
        self._profile.meta["chain_id"] = chain.hex()
        with self._store.read() as read:
            write_anchor(self._profile.folder, self._profile.meta, read.connection)

    # --- proof ---

    def differing(self) -> list[str]:
        """The tables whose rows are not the hub's, by their digests at the same point; none: all are equal."""
        with self._store.read() as read:
            theirs = self._line.ask(AskDigest(proof_of(read)), Digest)
            if any(seq != theirs.point.seq for (seq,) in read.rows("SELECT seq FROM cursor")):
                raise Lost(N_("The hub has news meanwhile. Sync again, then compare."))
            mine = {table: found for table in SYNCED if (found := added_up(table, _hub_rows(read, table)))[0]}
        return sorted(t for t in mine.keys() | theirs.tables.keys() if mine.get(t) != theirs.tables.get(t))


def _concerned(connection: sqlite3.Connection, done: Rebased) -> dict[str, set[bytes]]:
    """The rows that derived ones are recomputed from: those touched, or all where some vanished."""
    if not done.vanished:
        return done.touched
    # A bin whose last movement has gone is named by no row any more.
    for table in ("stock_level", "part_stock"):
        connection.execute(f"DELETE FROM {table}")
    found = everything(connection)
    for table, ids in done.touched.items():
        found.setdefault(table, set()).update(ids)
    return found


def _hub_rows(read: Reader, table: str) -> Iterator[dict[str, Any]]:
    """The rows as the hub has them: those that no pending op touches, and the shadows of the others."""
    yield from rows_of(
        read,
        table,
        f'NOT EXISTS (SELECT 1 FROM srv_shadow s WHERE s.tbl = ? AND s.id = "{table}".id)',
        table,
    )
    for (kept,) in read.rows('SELECT "row" FROM srv_shadow WHERE tbl = ? AND "row" IS NOT NULL', table):
        yield msgspec.msgpack.decode(kept)
