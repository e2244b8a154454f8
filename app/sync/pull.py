"""What the hub has for a laptop: fetched page by page, taken in by slices between whole feed ops (operations.md, rule 24).

Each slice commits rows, cursors and the point of history together. What concerns pending ops, and what goes, waits in the inbox
for the last page and is done then, in groups of ops that share records.
"""

import sqlite3
from collections.abc import Callable, Sequence
from time import perf_counter

from app.changes import Done, all_topics
from app.ops import SCHEMA_VERSION
from app.profile import Profile
from app.settle import everything, settle
from app.sync import guard
from app.sync.line import Line
from app.sync.log import (
    advance,
    cursors_of,
    inbox_of,
    keep_page,
    keep_point,
    move_cursors,
    proof_of,
    remember,
)
from app.sync.protocol import MAX_PAGE, BadBytesError, Page, Pull
from app.sync.rebase import PENDING, News, Rebased, rebase, take_easy
from app.sync.scope import known_grant
from app.sync.slices import Groups, Splitter, is_empty, newest_op, next_limit, spots_in
from app.sync.tombstones import collect_here
from app.sync.transport import Lost
from app.sync.witness import note_durable
from app.tx import Reader

#: How far a long pull is: decisions of the hub taken in, and how many there are. May raise an AppError to stop it.
Progress = Callable[[int, int], None]
#: So long the feed tells who changed what; what is older stays here at a re-read.
AUDIT_MS = 90 * 86_400_000


class Puller:
    """One pull from the first page to the last."""

    def __init__(
        self, profile: Profile, line: Line, *, accept: bool = False, progress: Progress | None = None
    ) -> None:
        self._profile, self._store, self._line = profile, profile.store, line
        self._accept, self._progress = accept, progress
        self.rows = self.redone = 0
        self._limit = MAX_PAGE
        self._splitter: Splitter | None = None

    def run(self) -> None:
        """Fetch what is new after what waits in the inbox. Raises Lost, guard.Guarded."""
        with self._store.read() as read:
            pages, cursors, sweep = inbox_of(read), cursors_of(read), sweep_of(read)
            grant = known_grant(read)
        held = spots_in(pages)
        for page in pages:
            cursors |= {bucket: max(seq, cursors.get(bucket, 0)) for bucket, seq in page.cursors.items()}
        while True:
            page = self._ask(cursors, grant)
            try:
                if page.more and not sweep:
                    self._take_slice(page, held)
                else:
                    self._stash(page, cursors)
            except BadBytesError as error:
                raise Lost from error
            cursors = page.cursors
            if self._progress:
                self._progress(page.point.seq, page.point.seq + page.ahead)
            if not page.more:
                break
        self._finish(cursors)

    def _ask(self, cursors: dict[str, int], grant: int | None) -> Page:
        with self._store.read() as read:
            proof = proof_of(read)
        return self._line.ask(Pull(proof, cursors, self._limit, grant, SCHEMA_VERSION), Page)

    def _stash(self, page: Page, cursors: dict[str, int]) -> None:
        """Keep a page, and the point that the next question must prove: a hub restored between two pages shows."""
        News().add(page)  # unreadable: nothing is kept of it
        with self._store.local() as connection:
            if not is_empty(page) or page.receipts or page.cursors != cursors:
                keep_page(connection, page)
            keep_point(connection, page.point)
            note_durable(connection, page.durable_seq)

    def _take_slice(self, page: Page, held: set[tuple[str, bytes]]) -> None:
        """Take in what is easy now; rows, cursors and point in one transaction."""
        began = perf_counter()
        with self._store.local("pull") as connection:
            easy, hard = self._split_by(connection, held).split(page)
            done = take_easy(connection, easy)
            if done.touched:
                settle(connection, done.touched, self._profile.clock.now())
            if not is_empty(hard) or hard.receipts:
                keep_page(connection, hard)
            move_cursors(connection, page.cursors)
            keep_point(connection, page.point)
            note_durable(connection, page.durable_seq)
        self._limit = next_limit(self._limit, (perf_counter() - began) * 1000)
        self._tell(done)

    def _split_by(self, connection: sqlite3.Connection, held: set[tuple[str, bytes]]) -> Splitter:
        """What tells easy rows from others: read once a pull, and again after somebody has worked meanwhile."""
        if self._splitter is None or self._splitter.newest != newest_op(connection):
            self._splitter = Splitter(connection, held)
        return self._splitter

    def _finish(self, cursors: dict[str, int]) -> None:
        """Take in what waited for the last page; an empty pull touches nothing."""
        with self._store.read() as read:
            pages = inbox_of(read)
            settled = not read.value(f"SELECT 1 FROM op WHERE {PENDING} AND acked = 1 LIMIT 1")
            if not pages and settled and not _to_collect(read):
                return
        news = News()
        for page in pages:
            news.add(page)
        news.cursors = cursors
        self._take_in(news)

    def _take_in(self, news: News) -> None:
        with self._store.read() as read:
            sweep = sweep_of(read)
            if not self._accept:
                self._demand_acceptable(read, news, sweep)
            groups = Groups(read, news) if not sweep else None
        if groups and groups.many:
            for among, part in groups:
                self._rebase(part, among=among)
        self._rebase(news, sweep=sweep, last=True)

    def _demand_acceptable(self, read: Reader, news: News, sweep: Sequence[str]) -> None:
        try:
            guard.demand_acceptable(read, news, sweep)
        except guard.Guarded as guarded:
            with self._store.local() as connection:
                guard.note(connection, guarded)
            raise

    def _rebase(
        self,
        news: News,
        *,
        sweep: Sequence[str] = (),
        among: frozenset[bytes] | None = None,
        last: bool = False,
    ) -> None:
        now = self._profile.clock.now()
        with self._store.local("pull") as connection:
            done = rebase(
                connection,
                news,
                device=self._store.device,
                sweep=sweep,
                among=among,
                kept_before=max(0, now - AUDIT_MS),
            )
            if last:
                _collect(connection, done)
            if done.touched:
                settle(connection, concerned(connection, done, now), now)
            if last:
                advance(connection, news)
        self._tell(done)

    def _tell(self, done: Rebased) -> None:
        self.rows += done.rows
        self.redone += done.redone
        if done.touched:
            touched = {table: frozenset(ids) for table, ids in done.touched.items()}
            self._store.tell(Done(b"", (), all_topics(), touched))


def is_level(read: Reader, head: int | None, scope: Sequence[str]) -> bool:
    """Whether all that the hub has decided was taken in here, so that there is nothing to ask for."""
    if head is None or not scope or proof_of(read).seq != head or sweep_of(read) or _to_collect(read):
        return False
    cursors = cursors_of(read)
    if any(cursors.get(bucket) != head for bucket in scope):
        return False
    waits = f"SELECT 1 FROM op WHERE {PENDING} AND acked = 1 UNION ALL SELECT 1 FROM inbox LIMIT 1"
    return read.value(waits) is None


def sweep_of(read: Reader) -> tuple[str, ...]:
    """The buckets that are read anew; "*" for all."""
    found = read.value("SELECT value FROM meta WHERE key = 'hub_resync'")
    return tuple(found.split()) if found else ()


def _collect(connection: sqlite3.Connection, done: Rebased) -> None:
    """Deleted rows that the hub has collected go here, too, once it has said so."""
    if until := _to_collect(Reader(connection)) or (done.vanished and collected(Reader(connection))):
        for table, ids in collect_here(connection, until).items():
            done.touched.setdefault(table, set()).update(ids)
        remember(connection, collected_here=str(until))


def collected(read: Reader) -> int:
    """Up to here the hub keeps no deleted rows any more."""
    return int(read.value("SELECT value FROM meta WHERE key = 'hub_collected'") or 0)


def _to_collect(read: Reader) -> int:
    """How far deleted rows are still to be removed here; 0 where that is done."""
    until = collected(read)
    done = int(read.value("SELECT value FROM meta WHERE key = 'collected_here'") or 0)
    return until if until != done else 0


#: Alerts about the stock of a part at a site of which no row is left here, so that no settler looks at the two.
_CLEARED = (
    "UPDATE alert SET state = 'cleared', cleared_at = ? WHERE cleared_at IS NULL AND subject_table = 'part' "
    + "".join(
        f"AND NOT EXISTS (SELECT 1 FROM {table} s WHERE s.part_id = alert.subject_id AND s.site_id = alert.site_id) "
        for table in ("stock_movement", "stock_policy", "reservation", "purchase_line")
    )
    + "AND rule LIKE 'stock.%'"
)


def concerned(connection: sqlite3.Connection, done: Rebased, now: int) -> dict[str, set[bytes]]:
    """The rows that derived ones are recomputed from: those touched, or all where some vanished."""
    if not done.vanished:
        return done.touched
    # A bin whose last movement has gone is named by no row any more.
    for table in ("stock_level", "part_stock"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute(_CLEARED, (now,))
    found = everything(connection)
    for table, ids in done.touched.items():
        found.setdefault(table, set()).update(ids)
    return found
