"""One exchange of a laptop with its hub: hello, push what waits, pull what is new.

Every step is harmless when it is done twice; a request that got no answer is sent again by the next exchange.
The network is never waited for inside a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app import ops as operations
from app.anchor import renumber, write_anchor
from app.changes import Done, all_topics
from app.errors import AppError, Busy
from app.profile import Profile, alone
from app.settle import settle
from app.sync import verifiers
from app.sync.blobs import carry
from app.sync.line import ForkError, GapError, HistoryError, Line, ResyncError, Revoked, ScopeError, line_to
from app.sync.log import (
    chains_to_send,
    cursors_of,
    heads_of,
    is_ours,
    keep_point,
    move_to_new_chain,
    next_batch,
    proof_of,
    remember,
)
from app.sync.numbers import refill
from app.sync.proof import differing_tables, prove_daily
from app.sync.protocol import (
    ALL,
    CONFLICT,
    MAX_KNOWN,
    QUARANTINED,
    REJECTED,
    Auth,
    ChainHead,
    Hello,
    Known,
    Point,
    Push,
    Receipt,
    Receipts,
    Verifiers,
    Welcome,
)
from app.sync.pull import Progress, Puller, concerned, is_level
from app.sync.rebase import Rebased, note_receipts
from app.sync.report import Report
from app.sync.scope import known_grant, read_anew, take_scope
from app.sync.transport import Transport
from app.sync.witness import heed, kept_marks
from app.version import VERSION
from app.words import N_

#: How often one exchange begins anew when the hub's history or a chain turns out to be another.
TURNS = 6


def sync_once(
    profile: Profile,
    hub: "str | Transport | None" = None,
    *,
    files: bool = True,
    accept: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Exchange everything with the hub once: records first, then photos and documents (`files`: here, not by another thread).

    `accept`: a person has agreed that the hub removes very much here; `progress` may raise an AppError to stop a long pull.
    Raises Lost where the hub cannot be reached, Busy where another program syncs this profile, Guarded, AppError with a sentence.
    """
    with line_to(profile, hub) as line:
        with only_one(profile):
            exchange = Exchange(profile, line, accept=accept, progress=progress)
            report = exchange.run()
            exchange.prove()
        if files:
            report.files = carry(profile, line)
    return report


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

    def __init__(
        self, profile: Profile, line: Line, *, accept: bool = False, progress: Progress | None = None
    ) -> None:
        self._profile = profile
        self._store = profile.store
        self._line = line
        self._accept, self._progress = accept, progress
        self._report = Report()

    def run(self) -> Report:
        """Push, then pull; begin anew where history or chain prove to be another."""
        first: Callable[[], None] | None = None
        for _turn in range(TURNS):
            try:
                if first:
                    first()
                    first = None
                if not self.push():
                    self.pull()
            except HistoryError:
                self._report.history, first = True, self._adopt_history
            except ForkError:
                self._report.forked, first = True, self._begin_new_chain
            except ScopeError:
                continue  # the next hello says which sites are left
            except Revoked:
                self._profile.remember("hub_revoked", str(self._profile.clock.now()))
                raise
            else:
                self._profile.remember("synced_at", str(self._profile.clock.now()))
                return self._report
        raise AppError(N_("The hub's history keeps changing. Tell the administrator; nothing was lost here."))

    # --- push ---

    def push(self) -> bool:
        """Send what waits of every chain, from where the hub has it; True where the hub has no news either."""
        with self._store.read() as read:
            chains = chains_to_send(read)
            proof = proof_of(read)
            newest, marks = kept_marks(read)
            heads, cursors = heads_of(read, chains), cursors_of(read)
        now = self._profile.clock.now()
        hello = Hello(
            proof, chains, now, VERSION, operations.SCHEMA_VERSION, heads, cursors,
            checkpoint_at=newest, marks=[mark.seq for mark in marks],
        )  # fmt: skip
        welcome = self._line.ask(hello, Welcome)
        heed(self._store, self._line, welcome, marks, now)
        self._report.offset = welcome.offset
        for head in welcome.chains:
            self._push_chain(head)
        self._heed(welcome)
        with self._store.read() as read:
            return not self._report.sent and is_level(read, welcome.head, welcome.scope)

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

    # --- what the hub has ---

    def pull(self) -> None:
        """Fetch the pages that are new and take them in."""
        try:
            self._pull_all()
        except ResyncError:  # away for longer than deleted rows are kept
            self._read_anew((ALL,))
            self._pull_all()

    def prove(self) -> None:
        """Once a day: are all rows the hub's? What is not is read anew once."""
        self._report.differing = prove_daily(self._profile, self._line, self._repair)

    def _pull_all(self) -> None:
        puller = Puller(self._profile, self._line, accept=self._accept, progress=self._progress)
        try:
            puller.run()
        finally:
            self._report.received += puller.rows
            self._report.redone += puller.redone

    def _repair(self, bucket: str) -> None:
        self._read_anew((bucket,))
        self._pull_all()

    def _read_anew(self, buckets: tuple[str, ...]) -> None:
        with self._store.local() as connection:
            read_anew(connection, buckets)

    def _heed(self, welcome: Welcome) -> None:
        """What the hub said besides: other sites, collected deletions, passwords."""
        with self._store.read() as read:
            other = known_grant(read) != welcome.grant
            schema = read.value("SELECT value FROM meta WHERE key = 'sync_schema'")
        with self._store.local("pull") as connection:
            went = bool(other and welcome.scope) and take_scope(connection, welcome.scope, welcome.grant)
            if went:
                now = self._profile.clock.now()
                settle(connection, concerned(connection, Rebased(vanished=True), now), now)
            if schema and schema != str(operations.SCHEMA_VERSION):
                read_anew(connection)  # columns that this program did not know came without a place
            facts = {"sync_schema": str(operations.SCHEMA_VERSION), "hub_collected": str(welcome.collected)}
            remember(connection, **facts)
        if went:
            self._report.left = True
            self._store.tell(Done(b"", (), all_topics(), {}))
        if welcome.scope:
            self._exchange_passwords(welcome)
        if welcome.scope and type(self._line) is Line:
            refill(self._store, self._line, self._profile.clock.now())

    def _exchange_passwords(self, welcome: Welcome) -> None:
        with self._store.read() as read:
            sent, known, proof = verifiers.unsent(read), verifiers.known_sum(read), proof_of(read)
        if type(self._line) is not Line:
            sent = []  # a file carries nothing to the hub
        if sent or known != welcome.verifiers:
            answer = self._line.ask(Auth(proof, sent), Verifiers)
            with self._store.local() as connection:
                verifiers.take(connection, answer, sent)

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
            remember(connection, hub_resync=ALL, hub_epoch=point.epoch.hex(), hub_durable="0")
            connection.execute("DELETE FROM meta WHERE key = 'hub_grant'")
            verifiers.send_again(connection)
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
            self._profile.meta["number_code"] = renumber(connection)
        self._profile.meta["chain_id"] = chain.hex()
        self._store.take_prefix(self._profile.meta["number_code"])
        with self._store.read() as read:
            write_anchor(self._profile.folder, self._profile.meta, read.connection)


__all__ = ["Exchange", "Report", "differing_tables", "sync_once"]
