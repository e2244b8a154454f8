"""Tools that are calibrated (检定校准): until when each holds, the next to end first, and what was recorded before."""

from dataclasses import dataclass
from datetime import date

from app.inventory.away import STILL_OUT
from app.inventory.loans import CALIBRATION_AHEAD
from app.names import named, person
from app.tx import Reader


@dataclass(frozen=True)
class ToolRow:
    """A tool with its newest calibration; `lent_to` says who has it now."""

    part_id: bytes
    part_no: str
    name: str
    serial: str
    done_on: str
    valid_until: str
    certificate: str
    lent_to: str

    def days(self, today: str) -> int:
        """Days until the calibration ends; negative when it has."""
        return (date.fromisoformat(self.valid_until) - date.fromisoformat(today)).days

    def state(self, today: str) -> str:
        """ended, ending (within 30 days) or valid."""
        left = self.days(today)
        return "ended" if left < 0 else "ending" if left <= CALIBRATION_AHEAD else "valid"


def tools(read: Reader, _site: bytes | None = None) -> list[ToolRow]:
    """The tools of which a calibration is recorded, the next to end first; tools belong to no site."""
    return read.as_(
        ToolRow,
        f"SELECT p.id, p.part_no, {named('p')}, coalesce(c.serial, ''), c.done_on, c.valid_until, coalesce(c.certificate, ''), "
        f"coalesce((SELECT coalesce((SELECT {named('t')} FROM staff t WHERE t.id = l.staff_id), l.party, '') FROM loan l "
        "WHERE l.part_id = p.id AND coalesce(l.serial, '') = coalesce(c.serial, '') AND l.direction = 'out' AND l.deleted = 0 "
        f"AND {STILL_OUT} > 0 "
        "ORDER BY l.lent_at DESC LIMIT 1), '') "
        "FROM tool_calibration c JOIN part p ON p.id = c.part_id AND p.deleted = 0 WHERE c.deleted = 0 AND NOT EXISTS "
        "(SELECT 1 FROM tool_calibration x WHERE x.part_id = c.part_id AND coalesce(x.serial, '') = coalesce(c.serial, '') "
        "AND x.deleted = 0 AND (x.valid_until > c.valid_until OR x.valid_until = c.valid_until AND x.n > c.n)) "
        "ORDER BY c.valid_until, p.part_no, 4",
    )


@dataclass(frozen=True)
class CalibrationRow:
    """A calibration as it was recorded."""

    done_on: str
    valid_until: str
    certificate: str
    by: str


def calibrations_of(read: Reader, part: bytes, serial: str = "") -> list[CalibrationRow]:
    """The calibrations of a tool, the newest first."""
    return read.as_(
        CalibrationRow,
        f"SELECT c.done_on, c.valid_until, coalesce(c.certificate, ''), coalesce({person('c.created_by')}, '') "
        "FROM tool_calibration c WHERE c.part_id = ? AND coalesce(c.serial, '') = ? AND c.deleted = 0 "
        "ORDER BY c.valid_until DESC, c.n DESC",
        part, serial,
    )  # fmt: skip
