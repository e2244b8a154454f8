"""The adjustment of the books to what was counted: counted - seen, so that what moved since is not eaten."""

from collections.abc import Iterator

import msgspec

from app.access import Actor, Permission
from app.errors import Objection
from app.inventory.ops import MoveStock, record
from app.inventory.signs import OPPOSITE
from app.ops import Envelope, Id, Inverse, MissingRowError, Op, Spec, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import made_id

_COUNTED = (
    "SELECT 1 FROM count_line WHERE count_id = ? AND part_id = ? AND bin_id = ? AND coalesce(batch, '') = ? "
    "AND counted - seen_balance = ? LIMIT 1"
)


@operation("stock.adjust", Permission.APPROVE_STOCK, {"stock", "alerts"})
class AdjustStock(Op, frozen=True, kw_only=True):
    """The books of one line follow what was counted: one movement, however many people approve it.

    `turn` counts the adjustments of this line that were taken back before.
    """

    number: str
    count: Id
    part: Id
    site: Id
    bin: Id
    difference: int
    happened_at: int
    batch: str | None = None
    unit_price: int | None = None
    reason: str | None = None
    turn: int = 0
    #: It belongs to an approval within the limit.
    small: bool = False

    def needs(self, spec: Spec) -> Permission:
        return Permission.MOVE_STOCK if self.small else Permission.APPROVE_STOCK

    @property
    def movement(self) -> bytes:
        """The id of the movement, alike wherever the line is approved."""
        return adjustment_id(self.count, self.part, self.bin, self.batch, self.turn)

    @property
    def _line(self) -> tuple[bytes, bytes, bytes, str]:
        return self.count, self.part, self.bin, self.batch or ""

    def _as_move(self) -> MoveStock:
        return MoveStock(
            number=self.number, type="adjust_gain" if self.difference > 0 else "adjust_loss", part=self.part,
            site=self.site, bin=self.bin, qty=abs(self.difference), happened_at=self.happened_at,
            batch=self.batch, unit_price=self.unit_price, count=self.count, reason=self.reason,
        )  # fmt: skip

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get("stock_count", self.count)
        if row is None or row["status"] != "approved":
            yield Objection("count.approved", N_("Only an approved stocktake moves stock."))
        if not self.difference:
            yield Objection("stock.none", N_("The quantity must be more than nothing."), field="qty")

    def apply(self, tx: Tx) -> None:
        count = tx.get("stock_count", self.count)
        if count is None:
            raise MissingRowError("an adjustment by an unknown stock-take")
        if count["status"] != "approved" or not tx.value(_COUNTED, *self._line, self.difference):
            return  # what nobody may have approved, or nobody counted, moves nothing
        move, there = self._as_move(), tx.get("stock_movement", self.movement)
        if there is not None:
            if (there["type"], there["qty"]) != (move.type, move.qty):
                tx.conflict("stock_movement", there, "qty", None, move.qty)
            return
        record(tx, self.movement, move)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        there = read.get("stock_movement", self.movement)
        done = read.value("SELECT 1 FROM stock_movement WHERE reversal_of_id = ?", self.movement)
        if done or there is None or there["movement_no"] != self.number:
            return Inverse([], (("stock_movement", self.movement),))
        move = self._as_move()
        back = msgspec.structs.replace(
            move, number=self.number + "-R", type=OPPOSITE[move.type], happened_at=envelope.wall,
            reversal_of=self.movement,
        )  # fmt: skip
        return Inverse([back])

    def subject(self) -> Subject:
        return "part", self.part


def adjustment_id(count: bytes, part: bytes, place: bytes, batch: str | None, turn: int = 0) -> bytes:
    """The id of the movement that adjusts a line of a stock-take."""
    parts = ("stock.adjust", count, part, place, batch or "")
    return made_id(*parts, turn) if turn else made_id(*parts)
