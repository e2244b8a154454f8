"""The ops of a stock-take. A count is a fact; only the approval moves stock (operations.md, rule 11).

count.open      which bins or classes are counted, and whether blind
count.line      so much lies there; it carries what the books said at that moment
count.close     the counting is over, the differences are looked at      count.reopen   back to counting
count.approve   a second person agrees      count.cancel   nothing comes of it
stock.adjust    one movement for a line that differs (app.stocktake.adjust)
"""

from collections.abc import Iterator
from typing import Any

from app import values
from app.access import Actor, Permission
from app.errors import Objection
from app.fields import to_json
from app.generic import Retire
from app.inventory.ops import ABSURD
from app.inventory.signs import is_piece
from app.ops import Envelope, Id, Inverse, MissingRowError, Op, Spec, Subject, operation
from app.stocktake.approval import barred, demand_second
from app.stocktake.lines import Lines, lines_of
from app.tx import Reader, Tx
from app.words import N_

TOPICS = frozenset({"inventory", "stock"})


@operation("count.open", Permission.MOVE_STOCK, TOPICS)
class OpenCount(Op, frozen=True, kw_only=True):
    """A stock-take begins: all of a site, some bins, or some ABC classes."""

    id: Id
    code: str
    site: Id
    kind: str
    scope: str
    blind: bool
    opened_at: int
    bins: tuple[Id, ...] = ()
    classes: tuple[str, ...] = ()
    #: The parts of a count of the cycle: what was due when it was begun.
    parts: tuple[Id, ...] = ()
    remark: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if self.kind == "bins" and not self.bins:
            yield Objection("count.bins", N_("Choose at least one bin."), field="bins")
        if self.kind == "classes" and not self.classes:
            yield Objection("count.classes", N_("Choose at least one class."), field="classes")
        if self.kind == "cycle" and not self.parts:
            yield Objection(
                "count.due", N_("Nothing is due to be counted. Choose another kind."), field="classes"
            )

    def apply(self, tx: Tx) -> None:
        if tx.has("stock_count", self.id):
            return
        tx.insert(
            "stock_count",
            self.id,
            {
                "code": self.code, "site_id": self.site, "kind": self.kind, "scope": self.scope,
                "bins": to_json([row.hex() for row in self.bins]), "classes": to_json(list(self.classes)),
                "parts": to_json([row.hex() for row in self.parts]) if self.parts else None,
                "blind": int(self.blind), "status": "open", "opened_at": self.opened_at, "remark": self.remark,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        counted = read.value("SELECT 1 FROM count_line WHERE count_id = ? AND deleted = 0", self.id)
        if counted:
            return Inverse([], (("stock_count", self.id),))
        return Inverse([Retire("stock_count", (self.id,))])

    def subject(self) -> Subject:
        return "stock_count", self.id


@operation("count.line", Permission.MOVE_STOCK, TOPICS)
class CountPart(Op, frozen=True, kw_only=True):
    """So much of a part lies in a bin. `replaces` names the earlier counts that a person put aside for it."""

    count: Id
    site: Id
    part: Id
    bin: Id
    counted: int
    seen_balance: int
    counted_at: int
    batch: str | None = None
    seen_hub_seq: int | None = None
    last_own_seq: int | None = None
    counter: Id | None = None
    unit_price: int | None = None
    reason: str | None = None
    replaces: tuple[Id, ...] = ()
    #: How it came in ("paper", "file"; none: by scan), who counted on paper, when it was typed in.
    entry: str | None = None
    paper_name: str | None = None
    typed_at: int | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        count, part = read.get("stock_count", self.count), read.get("part", self.part)
        place = read.get("location", self.bin)
        if count is None or not self._is_open(read, count["status"]):
            yield Objection("count.closed", N_("This stocktake is closed. Open it again to count."))
            return
        if part is None:
            yield Objection("stock.part", N_("This spare part is not in the register."), field="part_id")
            return
        if place is None or place["site_id"] != self.site:
            text = N_("This bin is not at this site. Choose another one.")
            yield Objection("stock.bin", text, field="bin_id")
            return
        if self.typed_at is not None and self.counted_at > self.typed_at:
            text = N_("The time of the count lies ahead. Type when it was counted.")
            yield Objection("count.ahead", text, field="counted_at")
        yield from self._check_quantity(part)
        yield from self._check_before(read, part)

    def _is_open(self, read: Reader, status: str) -> bool:
        """Counting needs an open count; explaining and choosing between counts goes on until the approval."""
        return status == "open" or (status == "counted" and bool(self.replaces))

    def _check_quantity(self, part: dict[str, Any]) -> Iterator[Objection]:
        if self.counted < 0:
            text = N_("There cannot be less than nothing. Type 0 if the place is empty.")
            yield Objection("count.less", text, field="counted")
        elif self.counted > ABSURD:
            text = N_("{quantity} cannot be right. Type the quantity again.")
            said = {"quantity": values.show_quantity(self.counted)}
            yield Objection("stock.absurd", text, said, field="counted")
        elif self.counted % values.THOUSAND and is_piece(part["unit"]):
            text = N_("{part} is counted in whole pieces. Enter {quantity} anyway?")
            said = {"part": part["part_no"], "quantity": values.show_quantity(self.counted)}
            yield Objection("stock.fraction", text, said, may_override=True, field="counted")

    def _check_before(self, read: Reader, part: dict[str, Any]) -> Iterator[Objection]:
        standing = read.rows(
            STANDING + " AND l.part_id = ? AND l.bin_id = ? AND coalesce(l.batch, '') = ?",
            self.count, self.part, self.bin, self.batch or "",
        )  # fmt: skip
        if {row for row, _counted in standing} - set(self.replaces):
            text = N_("{part} was counted already: {quantity}. Count it again, or add to it?")
            said = {"part": part["part_no"], "quantity": values.show_quantity(standing[-1][1])}
            yield Objection("count.again", text, said, field="counted")

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "count_line",
            tx.op.op_id,
            {
                "count_id": self.count, "site_id": self.site, "part_id": self.part, "bin_id": self.bin,
                "batch": self.batch, "counted": self.counted, "seen_balance": self.seen_balance,
                "seen_hub_seq": self.seen_hub_seq, "last_own_seq": self.last_own_seq,
                "counted_at": self.counted_at, "counted_by": self.counter, "unit_price": self.unit_price,
                "reason": self.reason, "replaces": to_json([row.hex() for row in self.replaces]), "entry": self.entry,
                "paper_name": self.paper_name, "typed_at": self.typed_at,
            },
        )  # fmt: skip

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        status = (read.get("stock_count", self.count) or {}).get("status")
        replaced = read.value(REPLACED, self.count, envelope.op_id.hex())
        if status not in {"open", "counted"} or replaced:
            return Inverse([], (("count_line", envelope.op_id),))
        return Inverse([Retire("count_line", (envelope.op_id,))])

    def subject(self) -> Subject:
        return "part", self.part


#: The counts that stand: no later one was put in their place.
STANDING = """
SELECT l.id, l.counted FROM count_line l WHERE l.count_id = ? AND l.deleted = 0 AND NOT EXISTS (
  SELECT 1 FROM count_line r, json_each(r.replaces) e
  WHERE r.count_id = l.count_id AND r.deleted = 0 AND e.value = lower(hex(l.id)))"""
REPLACED = """
SELECT 1 FROM count_line r, json_each(r.replaces) e WHERE r.count_id = ? AND r.deleted = 0 AND e.value = ?"""


class _Step(Op, frozen=True, kw_only=True):
    """A stock-take moves to another state at a moment."""

    count: Id
    at: int

    def _moves(self) -> tuple[frozenset[str], str]:
        """From which states, to which."""
        raise NotImplementedError

    def _more(self, tx: Tx) -> dict[str, Any]:
        return {}

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get("stock_count", self.count)
        if row is None or row["status"] not in self._moves()[0]:
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
            return
        yield from self._weigh(read, lines_of(read, self.count), actor)

    def _weigh(self, read: Reader, lines: Lines, actor: Actor) -> Iterator[Objection]:
        yield from ()

    def apply(self, tx: Tx) -> None:
        sources, target = self._moves()
        row = tx.get("stock_count", self.count)
        if row is None:
            raise MissingRowError("a step of an unknown stock-take")
        if row["status"] in sources:
            tx.update("stock_count", self.count, {"status": target} | self._more(tx))
        elif row["status"] != target:
            tx.conflict("stock_count", row, "status", min(sources), target)

    def subject(self) -> Subject:
        return "stock_count", self.count


@operation("count.close", Permission.MOVE_STOCK, TOPICS)
class CloseCount(_Step, frozen=True, kw_only=True):
    """The counting is over: the differences go to whoever approves."""

    def _moves(self) -> tuple[frozenset[str], str]:
        return frozenset({"open"}), "counted"

    def _more(self, tx: Tx) -> dict[str, Any]:
        return {"counted_at": self.at, "counted_by": tx.op.actor}

    def _weigh(self, read: Reader, lines: Lines, actor: Actor) -> Iterator[Objection]:
        if not lines.counted:
            yield Objection("count.empty", N_("Nothing has been counted yet."))
        elif lines.open:
            text = N_("Expected, but not counted: {count} lines. Their books stay as they are. Close anyway?")
            yield Objection("count.open_lines", text, {"count": len(lines.open)}, may_override=True)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return _back(read, self.count, "counted", ReopenCount(count=self.count, at=envelope.wall))


@operation("count.reopen", Permission.MOVE_STOCK, TOPICS)
class ReopenCount(_Step, frozen=True, kw_only=True):
    """Counting goes on; with `approved` an approval is taken back first."""

    approved: bool = False
    #: The approval was within the limit of a second storekeeper.
    small: bool = False

    def needs(self, spec: Spec) -> Permission:
        return Permission.APPROVE_STOCK if self.approved and not self.small else Permission.MOVE_STOCK

    def _moves(self) -> tuple[frozenset[str], str]:
        return (frozenset({"approved"}), "counted") if self.approved else (frozenset({"counted"}), "open")

    def _more(self, tx: Tx) -> dict[str, Any]:
        gone = "approved" if self.approved else "counted"
        return {f"{gone}_at": None, f"{gone}_by": None}


@operation("count.approve", Permission.APPROVE_STOCK, TOPICS)
class ApproveCount(_Step, frozen=True, kw_only=True):
    """A second person agrees with the differences; the adjustments are ops of the same action.

    `small`: the differences are within the `limit` (hundredths) that was seen, up to which a second storekeeper approves. Whether
    they are, and whether who counted does not approve himself, is asked again where the op arrives, of the rows as they are there.
    """

    small: bool = False
    limit: int = 0

    def needs(self, spec: Spec) -> Permission:
        return Permission.MOVE_STOCK if self.small else Permission.APPROVE_STOCK

    def _moves(self) -> tuple[frozenset[str], str]:
        return frozenset({"counted"}), "approved"

    def _more(self, tx: Tx) -> dict[str, Any]:
        return {"approved_at": self.at, "approved_by": tx.op.actor}

    def _weigh(self, read: Reader, lines: Lines, actor: Actor) -> Iterator[Objection]:
        found = barred(read, lines.count, actor.user_id, small=self.small, name=actor.name)
        if found:
            yield found[1]
        if lines.twice:
            text = N_("Counted twice with different results: {count}. Choose first.")
            yield Objection("count.twice", text, {"count": len(lines.twice)})
        if unexplained := [line for line in lines.different if not line.reason]:
            text = N_("Differences without a reason: {count}, the first is {part}.")
            said = {"count": str(len(unexplained)), "part": unexplained[0].part_no}
            yield Objection("count.reason", text, said)
        if lines.recount:
            text = N_("Moved since they were counted: {count}. Recount them, or approve anyway?")
            yield Objection("count.moved", text, {"count": len(lines.recount)}, may_override=True)

    def apply(self, tx: Tx) -> None:
        row = tx.get("stock_count", self.count)
        if row and row["status"] in self._moves()[0]:
            demand_second(tx, row, small=self.small)
        super().apply(tx)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        back = ReopenCount(count=self.count, at=envelope.wall, approved=True, small=self.small)
        return _back(read, self.count, "approved", back)


@operation("count.cancel", Permission.MOVE_STOCK, TOPICS)
class CancelCount(_Step, frozen=True, kw_only=True):
    """Nothing comes of it; what was counted stays to be read, no stock moves."""

    reason: str

    def _moves(self) -> tuple[frozenset[str], str]:
        return frozenset({"open", "counted"}), "cancelled"

    def _more(self, tx: Tx) -> dict[str, Any]:
        return {"remark": self.reason}

    def _weigh(self, read: Reader, lines: Lines, actor: Actor) -> Iterator[Objection]:
        if not self.reason.strip():
            yield Objection("remark", N_("Please give the reason."), field="remark")


def _back(read: Reader, count: bytes, state: str, op: Op) -> Inverse:
    if (read.get("stock_count", count) or {}).get("status") != state:
        return Inverse([], (("stock_count", count),))
    return Inverse([op])
