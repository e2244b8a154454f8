"""The simulator is worth its time only if it finds broken rules: each mutant breaks one, and some seed must fail."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from simulator import Simulation

from app import generic
from app.hub import enrol, feed, ingest
from app.hub.hub import RefusedError, head_of
from app.ops import MissingRowError
from app.sync import client, pull, rebase
from app.sync.protocol import MALFORMED, Receipt
from app.tx import Tx

SEEDS = range(60)


def no_idempotency(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ingest, "_known", lambda _read, _op_ids: set())


def no_fork_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ingest, "_stands", lambda *_: True)
    patch.setattr(client, "is_ours", lambda *_: True)


def history_proved_in_hello_alone(patch: pytest.MonkeyPatch) -> None:
    for module in (ingest, feed):
        patch.setattr(module, "demand_history", lambda read, _proof: head_of(read))


def no_history_proof(patch: pytest.MonkeyPatch) -> None:
    history_proved_in_hello_alone(patch)
    patch.setattr(enrol, "demand_history", lambda read, _proof: head_of(read))


def rollback_checked_by_seq_only(patch: pytest.MonkeyPatch) -> None:
    def demand(read: Any, proof: Any) -> Any:
        head = head_of(read)
        if proof.epoch != head.epoch or proof.seq > head.seq:
            raise RefusedError("HISTORY")
        return head

    for module in (enrol, ingest, feed):
        patch.setattr(module, "demand_history", demand)


def acked_ops_forgotten(patch: pytest.MonkeyPatch) -> None:
    """After a restore of the hub, the laptop believes that everything which was acknowledged is still there."""
    ask = client.Exchange._ask_known

    def believe(self: Any, op_ids: list[bytes], proof: Any) -> Any:
        receipts, point = ask(self, op_ids, proof)
        if proof is None:
            receipts = [Receipt(op_id, "applied", point.seq) for op_id in op_ids]
        return receipts, point

    patch.setattr(client.Exchange, "_ask_known", believe)


def settled_at_the_receipt(patch: pytest.MonkeyPatch) -> None:
    """An op without a shadow any more, although the pull has not brought its rows yet."""
    note = client.note_receipts

    def settle(connection: Any, receipts: Any) -> None:
        note(connection, receipts)
        connection.executemany("UPDATE op SET acked = 2 WHERE op_id = ?", [(r.op_id,) for r in receipts])

    patch.setattr(client, "note_receipts", settle)


def cursor_saved_before_the_rows(patch: pytest.MonkeyPatch) -> None:
    take_in, advance = pull.Puller._take_in, pull.advance

    def early(self: Any, news: Any) -> None:
        with self._store.local() as connection:
            advance(connection, news)
        take_in(self, news)

    patch.setattr(pull.Puller, "_take_in", early)


def last_writer_wins(patch: pytest.MonkeyPatch) -> None:
    def overwrite(tx: Any, table: str, changed: Any) -> None:
        if tx.get(table, changed.id) is None:
            raise MissingRowError
        tx.update(table, changed.id, {name: new for name, (_base, new) in changed.fields.items()})

    patch.setattr(generic, "merge_fields", overwrite)


def poison_blocks_the_queue(patch: pytest.MonkeyPatch) -> None:
    read_op = ingest.read_op

    def choke(sent: Any) -> Any:
        judged = read_op(sent)
        if judged.envelope is None:
            raise RefusedError(MALFORMED)
        return judged

    patch.setattr(ingest, "read_op", choke)


def refused_ops_dropped(patch: pytest.MonkeyPatch) -> None:
    keep = ingest._keep
    patch.setattr(
        ingest, "_keep", lambda h, c, p, judged: keep(h, c, p, [j for j in judged if j.outcome != "rejected"])
    )


def no_leave_marker(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feed, "_left", lambda *_: [])


def no_shadow(patch: pytest.MonkeyPatch) -> None:
    """Pending work is done again on top of itself."""
    restore = rebase._restore
    patch.setattr(rebase, "_restore", lambda c, news, _spots, sweep: restore(c, news, set(), sweep=sweep))


def delete_resurrected_by_a_patch(patch: pytest.MonkeyPatch) -> None:
    """An edit of a deleted record brings it back, as if nobody had deleted it."""
    merge = generic.merge_fields

    def revive(tx: Any, table: str, changed: Any) -> None:
        row = tx.get(table, changed.id)
        if row and row["deleted"]:
            tx.retire(table, row["id"], deleted=False)
        merge(tx, table, changed)

    patch.setattr(generic, "merge_fields", revive)


def unique_key_rejects(patch: pytest.MonkeyPatch) -> None:
    """The second record of one number is refused, as a UNIQUE index would."""
    insert = Tx.insert

    def strict(self: Any, table: str, row_id: bytes, values: Any) -> None:
        if table == "supplier" and self.find("supplier", code=values["code"]):
            raise msgspec.ValidationError("the code exists")
        insert(self, table, row_id, values)

    patch.setattr(Tx, "insert", strict)


def last_writer_wins_by_row(patch: pytest.MonkeyPatch) -> None:
    """The newer patch writes all fields as its author saw them."""

    def overwrite(tx: Any, table: str, changed: Any) -> None:
        if tx.get(table, changed.id) is None:
            raise MissingRowError
        whole = {"name": None, "phone": None, "email": None} if table == "supplier" else {}
        row = whole | {name: new for name, (_base, new) in changed.fields.items()}
        tx.update(
            table, changed.id, {name: new for name, new in row.items() if new is not None or name != "name"}
        )

    patch.setattr(generic, "merge_fields", overwrite)


def deletion_asks_nobody(patch: pytest.MonkeyPatch) -> None:
    """A deletion takes what others edited meanwhile with it."""
    patch.setattr(generic, "fingerprint", lambda _table, _row: b"")


def alias_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What a laptop still does to a record that was merged away stays with the dead one."""
    patch.setattr(Tx, "kept", lambda _self, row_id: row_id)


def rings_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(generic, "closes_ring", lambda *_: False)


MUTANTS = (
    delete_resurrected_by_a_patch,
    unique_key_rejects,
    last_writer_wins_by_row,
    deletion_asks_nobody,
    alias_forgotten,
    rings_allowed,
    no_idempotency,
    no_fork_check,
    history_proved_in_hello_alone,
    no_history_proof,
    rollback_checked_by_seq_only,
    acked_ops_forgotten,
    settled_at_the_receipt,
    cursor_saved_before_the_rows,
    last_writer_wins,
    poison_blocks_the_queue,
    refused_ops_dropped,
    no_leave_marker,
    no_shadow,
)


@pytest.fixture
def _quiet_log() -> Iterator[None]:
    """A mutant may log what it likes."""
    return


@pytest.mark.usefixtures("_quiet_log")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.__name__)
def test_a_broken_rule_is_found(mutant, tmp_path, blank, monkeypatch):
    mutant(monkeypatch)
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            Simulation(seed, folder, blank).run()
        except Exception:  # noqa: BLE001 - whatever it trips over, it is found
            return
    pytest.fail(f"{mutant.__name__} survived {len(SEEDS)} seeds")
