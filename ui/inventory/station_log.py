"""The last bookings of the scan station, refused scans among them."""

from dataclasses import dataclass

from app.desk import Desk
from app.inventory.ledger import MovementRow, last_movements
from app.inventory.scan_queue import Failed
from app.signs import Sign
from app.words import N_
from ui.inventory.tables import FixedSource, change, short_bin, since, site_of, type_sign, type_width
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks

LAST = 10


@dataclass(frozen=True)
class Line:
    """One of the last bookings, or a scan that was refused."""

    n: int
    at: int
    sign: Sign
    part: str
    qty: str
    what: str


class StationLog(Table):
    """The newest ten first."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        self._desk, self._worker = desk, tasks
        self._refused: list[Line] = []
        self.lines: list[Line] = []
        super().__init__(self._columns(), FixedSource(lambda: self.lines))
        self.count.hide()
        self.reload()

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("at", N_("Time"), "date", 84, sortable=False, value=lambda row: since(self._desk, row.at)),
            Column("sign", N_("Outcome"), "status", type_width(), sortable=False),
            Column("part", N_("Spare part"), width=240, stretch=True, sortable=False),
            Column("qty", N_("Quantity"), "number", 90, sortable=False),
            Column("what", N_("For / note"), width=260, sortable=False, compact=False),
        )

    def refuse(self, failed: Failed) -> None:
        """A scan that led to nothing is kept in sight."""
        sign = Sign("danger", "octagon-x", "×", N_("Refused"))
        self._add(Line(-failed.n, failed.at, sign, failed.text[:40], "", failed.sentence))

    def skipped(self, failed: Failed, reason: str) -> None:
        """It was dealt with otherwise."""
        sign = Sign("neutral", "check", "-", N_("Skipped"))
        self._refused = [one for one in self._refused if one.n != -failed.n]
        self._add(Line(-failed.n, failed.at, sign, failed.text[:40], "", reason))

    def _add(self, line: Line) -> None:
        self._refused.insert(0, line)
        del self._refused[LAST:]
        self.reload()

    def reload(self) -> None:
        """Read the last bookings again."""
        desk, site = self._desk, site_of(self._desk)

        def work() -> list[Line]:
            with desk.read() as read:
                return [_line(row) for row in last_movements(read, site, LAST)]

        self._worker.run(work, self._on_lines, owner=self, latest="lines")

    def _on_lines(self, lines: list[Line]) -> None:
        self.lines = sorted([*self._refused, *lines], key=lambda row: row.at, reverse=True)[:LAST]
        self.refresh()


def _line(row: MovementRow) -> Line:
    """A movement as the list shows it: a tick, or grey where it was taken back."""
    sign = type_sign(row)
    if row.state == "booked":
        sign = Sign("ok", "circle-check", "✓", sign.word)
    where = "·".join(filter(None, [row.what_for, short_bin(row.bin)]))
    return Line(row.n, row.happened_at, sign, f"{row.part_no} {row.name}", change(row.qty, row.unit), where)
