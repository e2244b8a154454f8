"""Scans that led to nothing and were skipped: which code, why it was refused, and what the person said (R-4.4-g)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Permission
from app.desk import Desk
from app.inventory.scan_queue import Booking, Failed
from app.names import person
from app.ops import Id, Op, Subject, operation
from app.tx import Reader, Tx
from app.values import show_quantity
from db.ids import new_id

_LONGEST = 200


@dataclass(frozen=True)
class SkippedRow:
    """A scan that was skipped, as the list shows it."""

    scanned_at: int
    code: str
    refusal: str
    reason: str
    by: str


@operation("scan.skip", Permission.TAKE_PARTS, {"stock"})
class SkipScan(Op, frozen=True, kw_only=True):
    """A person says why a scan is not booked."""

    id: Id
    code: str
    refusal: str
    reason: str
    scanned_at: int
    at: int
    site: bytes | None = None

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "skipped_scan",
            self.id,
            {
                "site_id": self.site, "code": self.code, "refusal": self.refusal, "reason": self.reason,
                "scanned_at": self.scanned_at, "at": self.at, "by_id": tx.op.actor,
            },
        )  # fmt: skip

    def subject(self) -> Subject:
        return "skipped_scan", self.id


def note_skipped(desk: Desk, scans: Sequence[Failed | Booking], reason: str) -> None:
    """Keep why scans were not booked. Raises AppError."""
    desk.perform(*(_note(desk, scan, reason) for scan in scans))


def _note(desk: Desk, scan: Failed | Booking, reason: str) -> SkipScan:
    booking = scan if isinstance(scan, Booking) else scan.booking
    code, refusal = ("", "") if isinstance(scan, Booking) else (scan.text, scan.sentence)
    if booking:
        code = f"{booking.part_no} × {show_quantity(booking.qty)} {booking.goal}".strip()
    return SkipScan(
        id=new_id(), code=code[:_LONGEST], refusal=refusal[:_LONGEST], reason=reason[:_LONGEST], scanned_at=scan.at,
        at=desk.now(), site=desk.site.id if desk.site else None,
    )  # fmt: skip


def skipped(read: Reader, site: bytes | None, limit: int = 100) -> list[SkippedRow]:
    """The scans that were skipped, the newest first."""
    here, params = (" AND (s.site_id = ? OR s.site_id IS NULL)", [site]) if site else ("", [])
    return read.as_(
        SkippedRow,
        f"SELECT s.scanned_at, s.code, coalesce(s.refusal, ''), s.reason, coalesce({person('s.by_id')}, '') "
        f"FROM skipped_scan s WHERE s.deleted = 0{here} ORDER BY s.at DESC, s.n DESC LIMIT ?",
        *params, limit,
    )  # fmt: skip
