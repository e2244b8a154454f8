"""Rules of sync broken one at a time: the simulator is worth its time only if some seed notices each.

python tests/support/mutants.py tells how many seeds each took (from the project's folder, with PYTHONPATH=.).
"""

import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from fleet import Laptop, blank_files
from play import fixed_hashes, played, quick_folder, say

from app import generic, leaving
from app import ops as operations
from app.hub import bundles, enrol, feed, ingest
from app.hub.hub import RefusedError, head_of
from app.inventory.ops import MoveStock
from app.inventory.signs import signed
from app.ops import MissingRowError
from app.sync import client, pull, rebase
from app.sync.protocol import MALFORMED, Receipt
from app.tx import Tx

Patch = pytest.MonkeyPatch
#: So many seeds may a broken rule survive: as many as each run of all tests plays.
SEEDS = 300
MUTANTS: dict[str, Callable[[Patch], None]] = {}
#: The first seed that noticed each of them, to be tried first.
NOTICED: dict[str, int] = {
    "no_idempotency": 1062, "no_fork_check": 4, "no_anchor_and_a_hash_without_the_op": 7, "history_checked_only_in_hello": 19,
    "acked_ops_forgotten": 2, "settled_at_the_receipt": 1, "cursor_saved_before_the_rows": 4, "scope_change_drops_ops": 4,
    "last_writer_wins_by_field": 5, "last_writer_wins_by_row": 2, "delete_resurrected_by_a_patch": 17, "deletion_asks_nobody": 3,
    "alias_forgotten": 38, "rings_allowed": 5, "unique_key_rejects": 24,
}  # fmt: skip


def mutant(function: Callable[[Patch], None]) -> Callable[[Patch], None]:
    MUTANTS[function.__name__] = function
    return function


# --- each op once, in one order ---


@mutant
def no_idempotency(patch: Patch) -> None:
    patch.setattr(ingest, "_known", lambda _read, _op_ids: set())


@mutant
def no_fork_check(patch: Patch) -> None:
    patch.setattr(ingest, "_stands", lambda *_: True)
    patch.setattr(client, "is_ours", lambda *_: True)


@mutant
def no_anchor_and_a_hash_without_the_op(patch: Patch) -> None:
    """Two clones' ops of one kind look like one op that came again."""

    def link(previous: bytes, _op_id: bytes, body: bytes) -> bytes:
        try:
            kind = operations.decode(body)[0].kind.encode()
        except operations.MalformedError:
            kind = b"?"
        return sha256(previous + kind).digest()

    for module in (operations, bundles):
        patch.setattr(module, "link", link)


@mutant
def poison_blocks_the_queue(patch: Patch) -> None:
    read_op = ingest.read_op

    def choke(sent: Any) -> Any:
        judged = read_op(sent)
        if judged.envelope is None:
            raise RefusedError(MALFORMED)
        return judged

    patch.setattr(ingest, "read_op", choke)


@mutant
def refused_ops_dropped(patch: Patch) -> None:
    keep = ingest._keep
    patch.setattr(
        ingest, "_keep", lambda h, c, p, judged: keep(h, c, p, [j for j in judged if j.outcome != "rejected"])
    )


# --- a hub that was restored ---


@mutant
def history_checked_only_in_hello(patch: Patch) -> None:
    for module in (ingest, feed):
        patch.setattr(module, "demand_history", lambda read, _proof: head_of(read))


@mutant
def no_epoch(patch: Patch) -> None:
    """Nor the hash of the history, which stands in for it."""
    history_checked_only_in_hello(patch)
    patch.setattr(enrol, "demand_history", lambda read, _proof: head_of(read))


@mutant
def rollback_checked_by_seq_only(patch: Patch) -> None:
    def demand(read: Any, proof: Any) -> Any:
        head = head_of(read)
        if proof.epoch != head.epoch or proof.seq > head.seq:
            raise RefusedError("HISTORY")
        return head

    for module in (enrol, ingest, feed):
        patch.setattr(module, "demand_history", demand)


@mutant
def acked_ops_forgotten(patch: Patch) -> None:
    """After a restore of the hub, the laptop believes that everything which was acknowledged is still there."""
    ask = client.Exchange._ask_known

    def believe(self: Any, op_ids: list[bytes], proof: Any) -> Any:
        receipts, point = ask(self, op_ids, proof)
        if proof is None:
            receipts = [Receipt(op_id, "applied", point.seq) for op_id in op_ids]
        return receipts, point

    patch.setattr(client.Exchange, "_ask_known", believe)


# --- what a pull does ---


@mutant
def settled_at_the_receipt(patch: Patch) -> None:
    """An op without a shadow any more, although the pull has not brought its rows yet."""
    note = client.note_receipts

    def settle(connection: Any, receipts: Any) -> None:
        note(connection, receipts)
        connection.executemany("UPDATE op SET acked = 2 WHERE op_id = ?", [(r.op_id,) for r in receipts])

    patch.setattr(client, "note_receipts", settle)


@mutant
def cursor_saved_before_the_rows(patch: Patch) -> None:
    take_in, advance = pull.Puller._take_in, pull.advance

    def early(self: Any, news: Any) -> None:
        with self._store.local() as connection:
            advance(connection, news)
        take_in(self, news)

    patch.setattr(pull.Puller, "_take_in", early)


@mutant
def no_shadow(patch: Patch) -> None:
    """Pending work is done again on top of itself."""
    restore = rebase._restore
    patch.setattr(rebase, "_restore", lambda c, news, _spots, sweep: restore(c, news, set(), sweep=sweep))


@mutant
def no_leave_marker(patch: Patch) -> None:
    patch.setattr(feed, "_left", lambda *_: [])


@mutant
def scope_change_drops_ops(patch: Patch) -> None:
    """With the rows of a site, what was recorded there and not sent goes, too."""
    heed = client.heed

    def forgetful(store: Any, line: Any, welcome: Any, *more: Any) -> None:
        with store.read() as read:
            other = client.known_grant(read) not in (None, welcome.grant)
        if other:
            with store.local() as connection:
                connection.execute("DELETE FROM op WHERE acked = 0")
        heed(store, line, welcome, *more)

    patch.setattr(client, "heed", forgetful)


# --- merging ---


def _overwrite(patch: Patch, fields: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    def overwrite(tx: Any, table: str, changed: Any) -> None:
        if tx.get(table, changed.id) is None:
            raise MissingRowError
        pairs = generic._typed(table, changed.fields)
        tx.update(table, changed.id, fields(table, {name: new for name, (_base, new) in pairs.items()}))

    patch.setattr(generic, "merge_fields", overwrite)


@mutant
def last_writer_wins_by_field(patch: Patch) -> None:
    _overwrite(patch, lambda _table, new: new)


@mutant
def last_writer_wins_by_row(patch: Patch) -> None:
    """The newer patch writes all fields, as if its author had seen none in the others."""

    def whole(table: str, new: dict[str, Any]) -> dict[str, Any]:
        return {"phone": None, "email": None} | new if table == "supplier" else new

    _overwrite(patch, whole)


@mutant
def delete_resurrected_by_a_patch(patch: Patch) -> None:
    """An edit of a deleted record brings it back, as if nobody had deleted it."""
    merge = generic.merge_fields

    def revive(tx: Any, table: str, changed: Any) -> None:
        row = tx.get(table, changed.id)
        if row and row["deleted"]:
            tx.retire(table, row["id"], deleted=False)
        merge(tx, table, changed)

    patch.setattr(generic, "merge_fields", revive)


@mutant
def deletion_asks_nobody(patch: Patch) -> None:
    """A deletion takes what others edited meanwhile with it."""
    patch.setattr(leaving, "fingerprint", lambda _table, _row: b"")


@mutant
def alias_forgotten(patch: Patch) -> None:
    """What a laptop still does to a record that was merged away stays with the dead one."""
    patch.setattr(Tx, "kept", lambda _self, row_id: row_id)


@mutant
def rings_allowed(patch: Patch) -> None:
    patch.setattr(generic, "closes_ring", lambda *_: False)


@mutant
def unique_key_rejects(patch: Patch) -> None:
    """The second record of one number is refused, as a UNIQUE index would."""
    insert = Tx.insert

    def strict(self: Any, table: str, row_id: bytes, values: Any) -> None:
        if table == "supplier" and self.find("supplier", code=values["code"]):
            raise msgspec.ValidationError("the code exists")
        insert(self, table, row_id, values)

    patch.setattr(Tx, "insert", strict)


@mutant
def quantity_synced_as_a_number(patch: Patch) -> None:
    """A movement says what shall lie there afterwards, as its author saw it, not how much came or went."""
    moved, apply = Laptop.moved, MoveStock.apply
    lies = (
        f"SELECT coalesce(sum({signed('m')}), 0) FROM stock_movement m WHERE m.part_id = ? AND m.bin_id = ?"
    )

    def seen(self: Laptop, kind: str, quantity: int, reason: str = "test") -> MoveStock:
        op = moved(self, kind, quantity, reason)
        change = op.qty if kind == "receipt" else -op.qty
        return msgspec.structs.replace(op, reason=str(int(self.value(lies, op.part, op.bin) or 0) + change))

    def put(self: MoveStock, tx: Tx) -> None:
        tx.flush()
        change = int(self.reason) - int(tx.value(lies, self.part, self.bin))
        kind = "receipt" if change > 0 else "issue"
        if change:
            apply(msgspec.structs.replace(self, type=kind, qty=abs(change)), tx)

    patch.setattr(Laptop, "moved", seen)
    patch.setattr(MoveStock, "apply", put)


# --- hunting them ---

OF_THE_MUTANT = ("TypeError", "NameError", "AttributeError")


@dataclass(frozen=True)
class Hunted:
    """The seed that noticed a mutant, the how manieth it was (0: none), and what did not hold; `broken`: it does not run."""

    name: str
    seed: int
    seeds: int
    fault: str
    broken: str = ""


def hunt(name: str, blank: Path, seeds: int = SEEDS) -> Hunted:
    """Play seeds until one notices the mutant; the same seed must hold without it."""
    logging.disable(logging.CRITICAL)
    likely = NOTICED.get(name, 0)
    for count, seed in enumerate([likely, *(n for n in range(seeds) if n != likely)], 1):
        with Patch.context() as patch:
            MUTANTS[name](patch)
            one = played(seed, blank)
        if one.fault:
            own = one.fault.startswith(OF_THE_MUTANT) and "mutants.py" in one.trace
            broken = one.trace if own else played(seed, blank).fault
            return Hunted(name, seed, count, one.fault.splitlines()[0][:160], broken)
    return Hunted(name, -1, 0, "")


def hunt_all(names: list[str] | None = None) -> Iterator[Hunted]:
    """All mutants, on all processors."""
    names = names or list(MUTANTS)
    with TemporaryDirectory(dir=quick_folder()) as place:
        blank = blank_files(Path(place))
        with fixed_hashes(), ProcessPoolExecutor(cpu_count(), get_context("spawn")) as pool:
            yield from pool.map(hunt, names, [blank] * len(names))


def main() -> int:
    survived = 0
    for one in hunt_all(sys.argv[1:]):
        survived += not one.seeds or bool(one.broken)
        say(f"{one.seed if one.seeds else 'SURVIVED':>8}  {one.name}: {one.broken or one.fault}")
    return survived


if __name__ == "__main__":
    sys.exit(main())
