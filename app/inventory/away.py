"""What is away: how much of a loan is out and of a transfer on the way, and what taking one of their bookings back does to that.

A part that is lent is out by its movements: their reversals count by themselves. A transfer is followed by events that both sites
see; a reversal of its movements is such an event, too.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.errors import Objection
from app.inventory.signs import signed
from app.tx import Reader, Tx
from app.words import N_

if TYPE_CHECKING:
    from app.inventory.ops import MoveStock

#: What is still out of a loan, in SQL on its alias `l`; below nothing where more came back than was lent.
STILL_OUT = (
    "CASE l.direction WHEN 'out' THEN "
    f"coalesce((SELECT -sum({signed('v')}) FROM stock_movement v WHERE v.loan_id = l.id), 0) "
    "ELSE l.qty - coalesce((SELECT sum(e.qty) FROM loan_event e WHERE e.loan_id = l.id AND e.kind <> 'extended' "
    "AND e.deleted = 0), 0) END"
)
#: What of a transfer `t` has neither arrived, nor been written off, nor come back; below nothing where more did than was sent.
ON_THE_WAY = (
    "t.qty - coalesce((SELECT sum(CASE e.kind WHEN 'undone' THEN -e.qty ELSE e.qty END) "
    "FROM stock_transfer_event e WHERE e.transfer_id = t.id AND e.deleted = 0), 0)"
)


def out_of(read: Reader, loan: bytes) -> int:
    """How much of a loan is still out, in thousandths."""
    return int(read.value(f"SELECT {STILL_OUT} FROM loan l WHERE l.id = ?", loan) or 0)


def on_the_way(read: Reader, transfer: bytes) -> int:
    """How much of a transfer is still on the way, in thousandths."""
    return int(read.value(f"SELECT {ON_THE_WAY} FROM stock_transfer t WHERE t.id = ?", transfer) or 0)


def between_sites(read: Reader, transfer: bytes | None) -> bool:
    """Whether a transfer goes to another site, and so is followed by events."""
    return (
        transfer is not None and read.value("SELECT 1 FROM stock_transfer WHERE id = ?", transfer) is not None
    )


def weigh_taking_back(read: Reader, move: "MoveStock") -> Iterator[Objection]:
    """What speaks against taking back that something left: some of it has come back, or arrived, already."""
    if move.loan and move.type == "loan_back" and move.qty > out_of(read, move.loan):
        text = N_("Part of this loan has come back already. Take the return back first.")
        yield Objection("loan.returned", text)
    sent = move.transfer if move.type == "transfer_in" and between_sites(read, move.transfer) else None
    if sent and move.qty > on_the_way(read, sent):
        text = N_("Part of this transfer has arrived or was given up already. Take that back first.")
        yield Objection("transfer.arrived", text)


def follow_taking_back(tx: Tx, move: "MoveStock") -> None:
    """A movement of a transfer between sites was taken back, or booked again: both sites see it."""
    if not between_sites(tx, move.transfer):
        return
    back = "arrived" if move.again_of else "recalled"
    row = {
        "transfer_id": move.transfer, "kind": back if move.type == "transfer_in" else "undone", "qty": move.qty,
        "at": move.happened_at, "by_id": tx.op.actor, "reason": move.reason,
    }  # fmt: skip
    tx.insert("stock_transfer_event", tx.made("taken back"), row)
