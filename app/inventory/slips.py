"""Slips of the store: many lines that go out (领用单) or come back (退库单) at once, with who was there: by badge, by signature, by name."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import msgspec

from app.access import Permission
from app.changes import Done
from app.contents import bytes_of, keep_content
from app.desk import Desk
from app.errors import AppError, Objection, Refused
from app.inventory import booking
from app.inventory.ops import MoveStock, Signed
from app.tx import Reader
from app.words import N_

#: The series of slip numbers: issue slips, return slips.
SLIPS, RETURNS = "IS", "RS"
#: A drawing beyond this is no signature.
LARGEST, WIDEST = 256 * 1024, 2400
SMALL = (320, 120)
_NO_SIGNATURE = N_("This is not a signature that can be kept. Sign again.")


@dataclass(frozen=True)
class Taken:
    """A line of a slip: part, bin (None: where most of it lies), quantity in thousandths."""

    part: bytes
    bin: bytes | None
    qty: int
    batch: str | None = None
    serial: str | None = None


@dataclass(frozen=True)
class Signature:
    """What somebody wrote on the pad: a PNG, and the same small enough to travel with the record."""

    png: bytes
    small: bytes

    @property
    def sha256(self) -> bytes:
        """Under which the PNG is kept."""
        return hashlib.sha256(self.png).digest()


@dataclass(frozen=True)
class Receiver:
    """Who took the parts or brought them: shown by name, by badge, or by a signature."""

    staff: bytes | None = None
    how: str = "named"
    signature: Signature | None = None

    @property
    def shown_by(self) -> str | None:
        """How the person was shown; None where nobody is named."""
        return "signature" if self.signature else self.how if self.staff else None


@dataclass(frozen=True)
class Slip:
    """A slip as it is filled in. `paper` is the number of one written by hand, at `happened_at` its true time."""

    lines: Sequence[Taken]
    kind: str = "issue"
    work_order: bytes | None = None
    equipment: bytes | None = None
    receiver: Receiver = field(default_factory=Receiver)
    reason: str = ""
    happened_at: int | None = None
    paper: str | None = None


class LinesRefused(Refused):
    """Rules object to lines of a slip: which line, and what."""

    def __init__(self, by_line: Mapping[int, Sequence[Objection]]) -> None:
        super().__init__([objection for found in by_line.values() for objection in found])
        self.by_line = by_line


def read_signature(png: bytes) -> Signature:
    """A drawing as it is kept. Raises AppError where it is none."""
    import PIL.Image

    try:
        with PIL.Image.open(BytesIO(png), formats=("PNG",)) as found:
            if len(png) > LARGEST or found.width > WIDEST or found.height > WIDEST:
                raise AppError(_NO_SIGNATURE)
            flat = PIL.Image.new("L", found.size, 255)
            drawn = found.convert("RGBA")
            flat.paste(drawn.convert("L"), mask=drawn.getchannel("A"))
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        raise AppError(_NO_SIGNATURE) from None
    low, high = flat.getextrema()
    if low == high:
        raise AppError(N_("Nothing was written. Sign on the pad, or scan the badge."))
    flat.thumbnail(SMALL)
    stream = BytesIO()
    flat.quantize(16).save(stream, "PNG", optimize=True)
    return Signature(png, stream.getvalue())


def book_slip(desk: Desk, slip: Slip, anyway: str = "") -> tuple[Done, str]:
    """All lines of a slip as one action; with it the slip's number. Raises LinesRefused, AppError.

    Who may take parts but not keep the store takes them himself: that counts at once and waits for the storekeeper.
    """
    if not slip.lines:
        raise AppError(N_("The slip has no lines yet. Add a part first."))
    if slip.happened_at is not None and slip.happened_at > desk.now():
        raise AppError(N_("The time lies in the future. Type the time when the parts were taken."))
    number = (slip.paper or "").strip() or desk.number(SLIPS if slip.kind == "issue" else RETURNS)
    ops = [_line(desk, slip, line, number) for line in slip.lines]
    if signature := slip.receiver.signature:
        keep_content(desk.profile, signature.png, signature.sha256)
        signed = Signed(sha256=signature.sha256, size=len(signature.png), small=signature.small)
        ops[0] = msgspec.structs.replace(ops[0], signed=signed)
    _weigh(desk, ops, anyway)
    return desk.perform(*ops, reason=anyway), number


def _line(desk: Desk, slip: Slip, line: Taken, number: str) -> MoveStock:
    op = booking.taken_op(
        desk, slip.kind, line.part, line.bin, line.qty, batch=line.batch, work_order=slip.work_order, equipment=slip.equipment
    )  # fmt: skip
    own = slip.kind == "issue" and slip.paper is None and not desk.may(Permission.MOVE_STOCK)
    entry = "paper" if slip.paper is not None else "self" if own else None
    taken_by = slip.receiver.staff or (desk.actor.staff_id if own else None)
    return msgspec.structs.replace(
        op, serial=line.serial, taken_by=taken_by, taken_how=slip.receiver.shown_by, reason=slip.reason.strip() or None,
        entry=entry, slip=number, happened_at=op.happened_at if slip.happened_at is None else slip.happened_at,
    )  # fmt: skip


def _weigh(desk: Desk, ops: Sequence[MoveStock], anyway: str) -> None:
    """Say at which lines the rules object, before anything is booked; what only the sum of lines breaks is said after."""
    with desk.read() as read:
        found = {n: list(op.check(read, desk.actor)) for n, op in enumerate(ops)}
    by_line = {n: said for n, said in found.items() if said}
    if by_line and not (anyway and all(one.may_override for said in by_line.values() for one in said)):
        raise LinesRefused(by_line)


def signature_of(desk: Desk, read: Reader, slip: str) -> bytes | None:
    """The signature of a slip as a PNG: as it was written, or small where the file has not come yet; None without one."""
    found = read.row(
        "SELECT a.sha256, a.thumbnail FROM attachment a JOIN stock_movement m ON m.id = a.owner_id WHERE m.slip_no = ? "
        "AND a.owner_table = 'stock_movement' AND a.kind = 'signature' AND a.deleted = 0 ORDER BY m.n LIMIT 1",
        slip,
    )  # fmt: skip
    return (bytes_of(desk.profile, found[0]) or found[1]) if found else None
