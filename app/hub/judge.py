"""What comes of the ops of a push, one after another: weighed, done, and the figures worked out; what spoils the rest is found by halves."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from app.hub.admit import GONE, Grants, Judged, read_op
from app.hub.held import accepted, hold
from app.hub.hub import DeviceRow, device_row
from app.settle import settle
from app.sync.protocol import QUARANTINED, SentOp
from app.sync.reducer import WAITS, apply_alone, is_poison
from app.tx import Tx
from db.driver import Connection, skip_locked

_WAITING = (
    "SELECT o.op_id, o.seq, o.hash, o.body, c.device_id, o.chain_id, p.received_at FROM op o JOIN hub_chain_head c ON c.chain_id = o.chain_id "
    "JOIN hub_position p ON p.chain_id = o.chain_id AND p.seq = o.seq "
    "WHERE o.outcome = 'quarantined' AND o.reason = ? ORDER BY o.hub_seq LIMIT 200"
)
Then = Callable[[Tx], object]


def judge_all(
    connection: Connection, device: DeviceRow, fresh: list[Judged], *, alone: bool
) -> tuple[list[Judged], Tx]:
    """Weigh and do ops of one laptop, as sets or each in a savepoint of its own."""
    tx = Tx(connection, device=device.code, keep_shadow=False)
    grants = Grants(tx, device)
    judged = [judge(tx, grants, one, alone=alone) for one in fresh]
    tx.flush()
    return judged, tx


def judge(tx: Tx, grants: Grants, one: Judged, *, alone: bool, then: Then | None = None) -> Judged:
    """Weigh and do one op; `then` is done with it or not at all."""
    if one.envelope is None or one.op is None:
        return one
    envelope, op = one.envelope, one.op
    outcome, reason = grants.admit(envelope, op, one)
    if not outcome and alone:

        def end() -> None:
            grants.demand_inside(tx, one, envelope)
            if then:
                then(tx)

        outcome, reason = apply_alone(tx, envelope, op, end)
    elif not outcome:
        tx.begin(envelope)
        op.apply(tx)
        grants.demand_inside(tx, one, envelope)
        outcome = tx.outcome
    if outcome == QUARANTINED and reason not in {GONE, WAITS}:
        hold(tx, one, reason)
    return replace(one, outcome=outcome, reason=reason)


def tried_again(tx: Tx, device: DeviceRow, judged: list[Judged]) -> list[Judged]:
    """Those of this push that wait for a record: another push may have brought it while we waited for the counter."""
    if not any(one.reason == WAITS for one in judged):
        return judged
    grants = Grants(tx, device)
    return [judge(tx, grants, one, alone=True) if one.reason == WAITS else one for one in judged]


def let_in(tx: Tx, device: DeviceRow, then: Then | None = None) -> list[Judged]:
    """Do what a supervisor has let in, and what waited for a record that may have come now."""
    if not tx.touched:
        return []
    return accepted(tx, device, then) + _come_now(tx, then)


def _come_now(tx: Tx, then: Then | None) -> list[Judged]:
    found = []
    for op_id, seq, link, body, device_id, chain, at in tx.rows(
        _WAITING + skip_locked(tx.connection, "o"), WAITS
    ):
        device = device_row(tx, device_id)
        one = replace(read_op(SentOp(op_id, seq, link, blob=body)), chain=chain, at=at)
        if device is None or one.envelope is None:
            continue
        own = Tx(tx.connection, device=device.code, keep_shadow=False)
        one = judge(own, Grants(own, device), one, alone=True, then=then)
        if one.outcome != QUARANTINED:
            found.append(replace(one, again=True))
            for table, ids in own.touched.items():
                tx.touched.setdefault(table, set()).update(ids)
    return found


def salvaged(connection: Connection, device: DeviceRow, fresh: list[Judged], now: int) -> list[Judged]:
    """Ops of which one spoils the figures: that one is rejected, found by halves, and the others are done."""

    def figures(tx: Tx) -> None:
        tx.flush()
        try:
            settle(connection, tx.touched, now)
        except Exception as error:
            if not is_poison(error):
                raise
            raise msgspec.ValidationError(f"its figures cannot be worked out: {error}") from error

    judged, again = (
        _by_halves(connection, device, fresh, figures),
        Tx(connection, device=device.code, keep_shadow=False),
    )
    again.touch("held_op", b"")
    return judged + let_in(again, device, figures)


def _by_halves(connection: Connection, device: DeviceRow, fresh: list[Judged], figures: Then) -> list[Judged]:
    if not fresh:
        return []
    if len(fresh) == 1:
        tx = Tx(connection, device=device.code, keep_shadow=False)
        one = judge(tx, Grants(tx, device), fresh[0], alone=True, then=figures)
        figures(tx)  # what is told of an op that is kept back
        return [one]
    connection.execute("SAVEPOINT halves")
    try:
        judged, tx = judge_all(connection, device, fresh, alone=False)
        figures(tx)
    except Exception as error:
        if not is_poison(error):
            raise
        connection.execute("ROLLBACK TO halves")
        connection.execute("RELEASE halves")
        middle = len(fresh) // 2
        return [
            one
            for part in (fresh[:middle], fresh[middle:])
            for one in _by_halves(connection, device, part, figures)
        ]
    connection.execute("RELEASE halves")
    return judged
