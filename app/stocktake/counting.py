"""What is done in a stock-take: open it, count a line, explain a difference, choose between two counts, close, approve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.inventory.booking import SERIES as MOVEMENTS
from app.inventory.booking import mean_price
from app.inventory.ops import balance
from app.inventory.rules import limit_of
from app.inventory.signs import signed
from app.ops import Op
from app.stocktake.adjust import AdjustStock, adjustment_id
from app.stocktake.approval import barred
from app.stocktake.counts import due_parts
from app.stocktake.lines import Counted, Key, Line, Lines, lines_of, standing
from app.stocktake.ops import (
    ApproveCount,
    CancelCount,
    CloseCount,
    CountPart,
    OpenCount,
    ReopenCount,
)
from app.tx import Reader
from app.words import N_, _, pgettext
from db.ids import new_id

SERIES = "PD"
#: Why a line may differ; the text of another reason is typed.
REASONS = {
    "not_booked": N_("Issued without booking"),
    "not_received": N_("Receipt not booked"),
    "wrong_bin": N_("Lay in another bin"),
    "wrong_unit": N_("Wrong unit or pack size"),
    "mixed_up": N_("Mixed up with another part"),
    "damaged": N_("Damaged, thrown away"),
    "lost": N_("Lost"),
    "last_count": N_("Miscounted last time"),
}
SCOPE_LENGTH = 200


@dataclass(frozen=True)
class Paper:
    """A count that was written down first: when it was counted, by whom, and whether it was typed in or read from Excel."""

    at: int
    by: str = ""
    entry: str = "paper"


def reason_word(reason: str) -> str:
    """A reason in the spoken language."""
    return _(REASONS[reason]) if reason in REASONS else reason


def open_count(
    desk: Desk,
    kind: str,
    *,
    bins: Sequence[bytes] = (),
    classes: Sequence[str] = (),
    blind: bool = True,
    remark: str = "",
    most: int = 0,
) -> tuple[bytes, Done]:
    """Begin a stock-take at the site in view; gives its id. A count of the cycle takes what is due (`most`: the most urgent)."""
    if desk.site is None:
        raise AppError(N_("Choose a site first: a stocktake belongs to a site."))
    count = new_id()
    parts: tuple[bytes, ...] = ()
    with desk.read() as read:
        if kind == "cycle":
            found = due_parts(read, desk.site.id, desk.now(), classes)
            parts = tuple(due.part_id for due in (found[:most] if most > 0 else found))
        scope = _scope(read, kind, bins, classes)
    op = OpenCount(
        id=count, code=desk.number(SERIES), site=desk.site.id, kind=kind, scope=scope, blind=blind, parts=parts,
        opened_at=desk.now(), bins=tuple(bins), classes=tuple(classes), remark=remark or None,
    )  # fmt: skip
    return count, desk.perform(op)


def _scope(read: Reader, kind: str, bins: Sequence[bytes], classes: Sequence[str]) -> str:
    """What is counted, in codes that are read in any language."""
    if kind in {"classes", "cycle"}:
        return " ".join(classes) or "*"
    if kind != "bins":
        return "*"
    codes = sorted((read.get("location", place) or {}).get("code", "?") for place in bins)
    text = " ".join(codes) or "-"
    return text if len(text) <= SCOPE_LENGTH else f"{codes[0]} ~ {codes[-1]} ({len(codes)})"


def scope_word(kind: str, scope: str) -> str:
    """What is counted, in words."""
    if kind == "full":
        return _("Everything in stock")
    codes = pgettext("list", ", ").join(scope.split(" ")) if "~" not in scope else scope
    if kind == "cycle":
        due = _("What is due")
        return due if scope == "*" else _("{what}: class {classes}").format(what=due, classes=codes)
    return _("Class {classes}").format(classes=codes) if kind == "classes" else codes


def count_line(
    desk: Desk,
    count: bytes,
    key: Key,
    counted: int,
    *,
    how: str = "ask",
    reason: str = "",
    anyway: str = "",
    paper: Paper | None = None,
) -> Done:
    """So much lies there; on paper, so much lay there then. `how` says what happens to an earlier count of the line: `ask` (refuse), `replace`, `add`."""
    with desk.read() as read:
        before = standing(read, count, key)
        op = counted_op(desk, read, count, key, counted, paper=paper)
    if before and how == "add":
        # What was counted first was compared with the books of that moment; so is the sum.
        last = before[-1]
        op = _with(op, counted=last.counted + counted, seen_balance=last.seen, counted_at=last.at)
    if how != "ask":
        op = _with(op, replaces=tuple(found.id for found in before))
    return desk.perform(_with(op, reason=reason or None), reason=anyway)


def count_empty(desk: Desk, count: bytes, lines: Iterable[Line]) -> Done:
    """Nothing lies there any more of these lines that were not counted yet."""
    with desk.read() as read:
        ops = [counted_op(desk, read, count, line.key, 0) for line in lines if not line.counts]
    if not ops:
        raise AppError(N_("Every line of this bin has been counted."))
    return desk.perform(*ops)


def explain(desk: Desk, count: bytes, lines: Iterable[Line], reason: str) -> Done:
    """Say why lines differ; the counts stay as they are."""
    if not reason.strip():
        raise AppError(N_("Please give the reason."))
    ops = [
        _again(desk, count, line, last, reason.strip())
        for line in lines
        if (last := line.last) and line.difference and last.reason != reason.strip()
    ]
    if not ops:
        raise AppError(N_("Choose lines with a difference."))
    return desk.perform(*ops)


def choose(desk: Desk, count: bytes, line: Line, chosen: bytes) -> Done:
    """Of two counts of one line this one holds."""
    found = next((made for made in line.counts if made.id == chosen), None)
    if found is None:
        raise AppError(N_("This count was replaced meanwhile. Look at the line again."))
    return desk.perform(_again(desk, count, line, found, found.reason))


def close_count(desk: Desk, count: bytes, anyway: str = "") -> Done:
    """The counting is over."""
    return desk.perform(CloseCount(count=count, at=desk.now()), reason=anyway)


def reopen_count(desk: Desk, count: bytes) -> Done:
    """Counting goes on."""
    return desk.perform(ReopenCount(count=count, at=desk.now()))


def cancel_count(desk: Desk, count: bytes, reason: str) -> Done:
    """Nothing comes of it."""
    return desk.perform(CancelCount(count=count, at=desk.now(), reason=reason))


def approve_count(desk: Desk, count: bytes, anyway: str = "") -> Done:
    """A second person agrees: one adjusting movement for each line that differs, all in one action."""
    with desk.read() as read:
        lines = lines_of(read, count)
        turns = {line.key: _turn(read, count, line) for line in lines.different}
        limit = limit_of(read, lines.count["site_id"])
    small = not desk.may(Permission.APPROVE_STOCK) and limit > 0
    step = ApproveCount(count=count, at=desk.now(), small=small, limit=limit)
    if found := desk.profile.store.objections(desk.actor, step):
        hard = [objection for objection in found if not objection.may_override]
        if hard or not anyway:
            raise Refused(hard or found)
    numbers = desk.numbers(MOVEMENTS, len(lines.different))
    moves: list[Op] = [
        _adjustment(desk, lines, line, number, turns[line.key], small=small)
        for line, number in zip(lines.different, numbers, strict=True)
    ]
    return desk.perform(step, *moves, reason=anyway)


def may_approve(desk: Desk, lines: Lines) -> bool:
    """Whether who is at the desk may agree with these differences: the role allows it, or they are within the limit."""
    if desk.may(Permission.APPROVE_STOCK):
        return True
    if not desk.may(Permission.MOVE_STOCK):
        return False
    with desk.read() as read:
        found = barred(read, lines.count, desk.actor.user_id, small=True)
    return found is None or found[1].code != "count.limit"


def _adjustment(desk: Desk, lines: Lines, line: Line, number: str, turn: int, *, small: bool) -> AdjustStock:
    return AdjustStock(
        number=number, count=lines.count["id"], part=line.part_id, site=lines.count["site_id"], bin=line.bin_id,
        difference=line.difference or 0, happened_at=desk.now(), batch=line.batch or None,
        unit_price=line.price, reason=reason_word(line.reason), turn=turn, small=small,
    )  # fmt: skip


def _turn(read: Reader, count: bytes, line: Line) -> int:
    """How many adjustments of this line were taken back before."""
    turn = 0
    while read.value(
        "SELECT 1 FROM stock_movement WHERE reversal_of_id = ?",
        adjustment_id(count, line.part_id, line.bin_id, line.batch, turn),
    ):
        turn += 1
    return turn


def counted_op(
    desk: Desk, read: Reader, count: bytes, key: Key, counted: int, *, paper: Paper | None = None
) -> CountPart:
    """The count of a line with what the books say of its moment, the average price, and how much of the log was known."""
    part, place, batch = key
    row, stock = read.get("stock_count", count), read.get("part", part)
    if row is None or stock is None:
        raise AppError(N_("This part or bin is not in the register any more. Look it up again."))
    own = read.value(
        "SELECT max(seq) FROM op WHERE chain_id = (SELECT chain_id FROM op ORDER BY n DESC LIMIT 1)"
    )
    seen = book_at(read, key, paper.at) if paper else balance(read, part, place, batch)
    op = CountPart(
        count=count, site=row["site_id"], part=part, bin=place, batch=batch or None, counted=counted,
        seen_balance=seen, counted_at=desk.now(), counter=desk.actor.user_id,
        seen_hub_seq=read.value("SELECT max(seq) FROM hist"), last_own_seq=own,
        unit_price=price_of(read, part, place, stock["unit_price"]),
    )  # fmt: skip
    if paper is None:
        return op
    told = {"entry": paper.entry, "paper_name": paper.by or None, "typed_at": op.counted_at}
    return _with(op, counted_at=paper.at, **told)


def book_at(read: Reader, key: Key, moment: int) -> int:
    """What the books say that lay there at a moment, by all that is known now."""
    part, place, batch = key
    return int(
        read.value(
            f"SELECT coalesce(sum({signed()}), 0) FROM stock_movement WHERE part_id = ? AND bin_id = ? "
            "AND coalesce(batch, '') = ? AND happened_at <= ?",
            part, place, batch, moment,
        )
    )  # fmt: skip


def price_of(read: Reader, part: bytes, place: bytes, listed: int | None) -> int | None:
    """The moving average of a part in the store of a bin; what came in without a price is reckoned at its listed one."""
    row = read.get("location", place)
    return (mean_price(read, part, row) if row else None) or listed


def _again(desk: Desk, count: bytes, line: Line, made: Counted, reason: str) -> CountPart:
    """The same count once more, with its reason, in the place of all that stand."""
    with desk.read() as read:
        op = counted_op(desk, read, count, line.key, made.counted)
    return _with(
        op, seen_balance=made.seen, counted_at=made.at, counter=made.by_id, unit_price=made.price,
        entry=made.entry or None, paper_name=made.paper_name or None, typed_at=made.typed_at,
        reason=reason or None, replaces=tuple(found.id for found in line.counts),
    )  # fmt: skip


def _with(op: CountPart, **more: object) -> CountPart:
    return msgspec.structs.replace(op, **more)
