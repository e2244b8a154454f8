"""What the storekeeper says of parts that were taken without him (待仓管确认): right, another quantity, or never taken; and otherwise later.

A decision is a fact that follows the one before it, and moves the stock itself: the movement that stood is reversed, the one that
holds is booked, all stay in sight. A decision that does not know of the one before it (two laptops) moves nothing; a person looks again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app import values
from app.access import Actor, Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Objection
from app.inventory.booking import SERIES
from app.inventory.ops import MoveStock, balance, do_move, reversal_in, weigh_quantity
from app.inventory.signs import OPPOSITE
from app.ops import Envelope, Id, Inverse, MissingRowError, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import made_id, new_id

#: The decision that holds of a withdrawal `m`: nothing that counts has followed it. In SQL, on the alias `c`.
HOLDS = "c.late = 0 AND c.deleted = 0 AND NOT EXISTS (SELECT 1 FROM movement_check f WHERE f.after_id = c.id AND f.late = 0)"
#: `x` decided otherwise than the decision `c` that holds, and did not know of it.
OTHERWISE = (
    "x.movement_id = c.movement_id AND x.late = 1 AND x.after_id = c.id "
    "AND (x.decision <> c.decision OR coalesce(x.qty, 0) <> coalesce(c.qty, 0))"
)
#: The withdrawal `m` waits for the storekeeper: nobody has decided or taken it back, or two decided differently.
WAITS = (
    f"m.entry = 'self' AND m.reversal_of_id IS NULL AND (EXISTS (SELECT 1 FROM movement_check c JOIN movement_check x "
    f"ON {OTHERWISE} WHERE c.movement_id = m.id AND {HOLDS}) OR NOT EXISTS (SELECT 1 FROM movement_check c "
    f"WHERE c.movement_id = m.id AND c.decision <> 'open' AND {HOLDS}) AND NOT EXISTS (SELECT 1 FROM stock_movement r "
    f"WHERE r.reversal_of_id = coalesce((SELECT c.booked_id FROM movement_check c WHERE c.movement_id = m.id "
    f"AND {HOLDS} ORDER BY c.at LIMIT 1), m.id)))"
)
_NEEDS_REASON = frozenset({"corrected", "refused"})


@dataclass(frozen=True)
class Verdict:
    """What is said of a withdrawal; `qty` in thousandths of the right quantity, where that is another one."""

    decision: str
    qty: int | None = None
    reason: str = ""


@operation("stock.check", Permission.MOVE_STOCK, {"stock", "alerts"})
class CheckTaken(Op, frozen=True, kw_only=True):
    """The storekeeper says of a withdrawal that it is right, that it was another quantity, or that it never was; or that it waits again."""

    id: Id
    movement: Id
    site: Id
    decision: str
    at: int
    #: Of the movement that takes back what stood, and of the one that holds.
    numbers: tuple[str, str]
    qty: int | None = None
    reason: str | None = None
    #: The decision that the person saw; None where there was none.
    after: bytes | None = None
    #: It takes the decision before it back.
    undo: bool = False

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        taken, before = read.get("stock_movement", self.movement), holding(read, self.movement)
        if taken is None:
            yield Objection("stock.missing", N_("This movement is not in the ledger."))
            return
        if (before["id"] if before else None) != self.after:
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
        elif before and not self.undo and self._says_nothing_new(read, before):
            yield Objection("check.same", N_("It is decided so already: nothing was changed."))
        if before is None and reversal_in(read, self.movement):
            yield Objection("stock.reversed", N_("This movement has been reversed already."))
        wants_reason = self.after is not None or self.decision in _NEEDS_REASON
        if wants_reason and not self.undo and not (self.reason or "").strip():
            yield Objection("remark", N_("Please give the reason."), field="reason")
        if self.decision == "corrected" and not self.undo:
            yield from self._check_quantity(read, taken, before)

    def _says_nothing_new(self, read: Reader, before: dict[str, Any]) -> bool:
        """Whether it is what holds already, and nobody said otherwise."""
        sql = f"SELECT 1 FROM movement_check c, movement_check x WHERE c.id = ? AND {OTHERWISE}"
        same = (before["decision"], before["qty"]) == (self.decision, self.qty)
        return same and not read.value(sql, before["id"])

    def _check_quantity(
        self, read: Reader, taken: dict[str, Any], before: dict[str, Any] | None
    ) -> Iterator[Objection]:
        right = self._booking(taken, self.qty or 0)
        yield from weigh_quantity(right, read.get("part", taken["part_id"]) or {"unit": "", "part_no": "?"})
        stood = standing(read, taken, before)
        on_hand = balance(read, right.part, right.bin, right.batch) + (stood["qty"] if stood else 0)
        if right.qty > on_hand:
            text = N_("Only {quantity} on hand in this bin. Book it anyway?")
            said = {"quantity": values.show_quantity(on_hand)}
            yield Objection("stock.short", text, said, may_override=True, field="qty")

    def apply(self, tx: Tx) -> None:
        taken = tx.get("stock_movement", self.movement)  # two decisions on one withdrawal follow each other
        if taken is None:
            raise MissingRowError("a check of an unknown withdrawal")
        before = holding(tx, self.movement)
        late = (before["id"] if before else None) != self.after
        booked = None if late else self._follow(tx, taken, before)
        tx.insert(
            "movement_check",
            self.id,
            {
                "movement_id": self.movement, "site_id": self.site, "decision": self.decision, "at": self.at,
                "by_id": tx.op.actor, "qty": self.qty, "reason": self.reason, "late": int(late), "booked_id": booked,
                "after_id": before["id"] if before else None,
            },
        )  # fmt: skip

    def _follow(self, tx: Tx, taken: dict[str, Any], before: dict[str, Any] | None) -> bytes | None:
        """Let the books say what was decided; gives the movement that stands from now on."""
        stood = standing(tx, taken, before)
        if stood is None and (before is None or before["booked_id"]):
            return None  # it was taken back otherwise, and stays so
        wanted = self._wanted(taken)
        if stood and stood["qty"] == wanted:
            return bytes(stood["id"])
        if stood:
            do_move(tx, tx.made("reversal"), self._reversal(stood), "reversal event")
        if not wanted:
            return None
        gone = last_reversal(tx, taken["id"]) if wanted == taken["qty"] else None
        do_move(tx, tx.made("booking"), self._booking(taken, wanted, gone), "booking event")
        return tx.made("booking")

    def _wanted(self, taken: dict[str, Any]) -> int:
        if self.decision == "refused":
            return 0
        return (self.qty or 0) if self.decision == "corrected" else int(taken["qty"])

    def _reversal(self, row: dict[str, Any]) -> MoveStock:
        return self._as_move(row, self.numbers[0], OPPOSITE[row["type"]], row["qty"], reversal_of=row["id"])

    def _booking(self, taken: dict[str, Any], qty: int, gone: bytes | None = None) -> MoveStock:
        kept = {"slip": taken["slip_no"], "taken_how": taken["taken_how"], "again_of": gone}
        return self._as_move(taken, self.numbers[1], taken["type"], qty, expires=taken["expires_on"], **kept)

    def _as_move(self, row: dict[str, Any], number: str, kind: str, qty: int, **more: Any) -> MoveStock:
        """A movement like this one, at the moment of the decision."""
        return MoveStock(
            number=number, type=kind, part=row["part_id"], site=row["site_id"], bin=row["bin_id"], qty=qty,
            happened_at=self.at, batch=row["batch"], serial=row["serial"], unit_price=row["unit_price"],
            price_tax=row["price_tax"], tax_rate=row["tax_rate"], work_order=row["work_order_id"],
            equipment=row["equipment_id"], taken_by=row["taken_by_id"], reason=self.reason or row["reason"], **more,
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        now = holding(read, self.movement)
        if now is None or now["id"] != self.id:
            return Inverse([], (("stock_movement", self.movement),))
        former = read.get("movement_check", now["after_id"]) or {
            "decision": "open",
            "qty": None,
            "reason": None,
        }
        first, second = self.numbers
        back = CheckTaken(
            id=made_id("check taken back", self.id), movement=self.movement, site=self.site, decision=former["decision"],
            at=envelope.wall, numbers=(f"{first}-R", f"{second}-R"), qty=former["qty"], reason=former["reason"],
            after=self.id, undo=True,
        )  # fmt: skip
        return Inverse([back])

    def subject(self) -> Subject:
        return "stock_movement", self.movement


def holding(read: Reader, movement: bytes) -> dict[str, Any] | None:
    """The decision that holds of a withdrawal; None where there is none yet."""
    sql = f"SELECT c.id FROM movement_check c WHERE c.movement_id = ? AND {HOLDS} ORDER BY c.at, c.id LIMIT 1"
    return read.get("movement_check", read.value(sql, movement))


def standing(read: Reader, taken: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any] | None:
    """The movement that stands for a withdrawal; None where it was refused or taken back."""
    row = read.get("stock_movement", before["booked_id"]) if before else taken
    return None if row is None or reversal_in(read, row["id"]) else row


def last_reversal(read: Reader, movement: bytes) -> bytes | None:
    """The newest reversal of a movement that was reversed, brought back, and reversed again."""
    found = reversal_in(read, movement)
    while found:
        again = read.value("SELECT id FROM stock_movement WHERE again_of_id = ?", found)
        if again is None:
            break
        found = reversal_in(read, again)
    return found


def decide(
    desk: Desk, movement: bytes, verdict: Verdict, *, seen: bytes | None = None, anyway: str = ""
) -> Done:
    """Say what became of a withdrawal; `seen` is the decision that the person saw, which is put aside with a reason.

    Raises Refused where somebody has decided since.
    """
    with desk.read() as read:
        row = read.get("stock_movement", movement)
    if row is None:
        raise AppError(N_("This movement is not in the ledger."))
    op = CheckTaken(
        id=new_id(), movement=movement, site=row["site_id"], decision=verdict.decision, at=desk.now(),
        numbers=(desk.number(SERIES), desk.number(SERIES)), qty=verdict.qty, reason=verdict.reason.strip() or None,
        after=seen,
    )  # fmt: skip
    return desk.perform(op, reason=anyway)
