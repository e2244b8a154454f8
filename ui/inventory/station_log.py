"""The last bookings of the scan station, refused scans among them."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from app.desk import Desk
from app.inventory.ledger import MovementRow, last_movements
from app.inventory.scan_queue import Failed
from app.signs import Sign
from app.words import N_
from ui.inventory.booking import may_book
from ui.inventory.tables import (
    FixedSource,
    change,
    short_bin,
    since,
    site_of,
    status_width,
    type_sign,
    type_width,
)
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks

LAST = 10
_HEAD, _ROW = 34, 28
_BACK = Sign("info", "undo-2", "", N_("Take it back"))


@dataclass(frozen=True)
class Line:
    """One of the last bookings, or a scan that was refused."""

    n: int
    at: int
    sign: Sign
    part: str
    qty: str
    what: str
    #: The movement that can be taken back; empty where there is nothing to take back.
    movement: bytes = b""
    booked_at: int = 0
    place: int = 0
    back: Sign | None = None


class StationLog(Table):
    """The newest ten first; each has its own way back: the sign at its end, or Alt and its number."""

    back_wanted = Signal(object)
    """A `Line` is to be taken back."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        self._desk, self._worker = desk, tasks
        self._refused: list[Line] = []
        self.lines: list[Line] = []
        super().__init__(self._columns(), FixedSource(lambda: self.lines))
        for part in (self.count, self.legend):
            part.hide()
        for row in self.findChildren(QHBoxLayout):
            row.setContentsMargins(0, 0, 0, 0)  # nothing stands at the foot
        self.setMaximumHeight(_HEAD + LAST * _ROW)
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the keyboard stays in the field
        self.view.clicked.connect(self._on_clicked)
        self.reload()

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("place", N_("No."), "code", 44, sortable=False),
            Column("at", N_("Time"), "date", 84, sortable=False, value=lambda row: since(self._desk, row.at)),
            Column("sign", N_("Outcome"), "status", type_width(), sortable=False),
            Column("part", N_("Spare part"), width=280, sortable=False),
            Column("qty", N_("Quantity"), "number", 90, sortable=False),
            Column("what", N_("For / note"), width=240, stretch=True, sortable=False, compact=False),
            Column(
                "back",
                N_("Undo"),
                "status",
                status_width([_BACK]),
                sortable=False,
                value=lambda row: row.back or "",
            ),
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
                rows = _whole(last_movements(read, site, 2 * LAST))[:LAST]
                return [_line(row, may_back=_may_back(desk, row)) for row in rows]

        self._worker.run(work, self._on_lines, owner=self, latest="lines")

    def _on_lines(self, lines: list[Line]) -> None:
        found = sorted([*self._refused, *lines], key=lambda row: row.at, reverse=True)[:LAST]
        self.lines = [replace(line, place=place) for place, line in enumerate(found, 1)]
        self.refresh()
        self.view.scrollToTop()

    def line(self, place: int) -> Line | None:
        """The line of this number, if it can be taken back."""
        found = next((one for one in self.lines if one.place == place), None)
        return found if found and found.back else None

    def current_line(self) -> Line | None:
        """The line that is selected, if it can be taken back."""
        chosen = self.current_id()
        return next((one for one in self.lines if one.n == chosen and one.back), None)

    def _on_clicked(self, index: QModelIndex) -> None:
        line = next((one for one in self.lines if one.n == self.model.ids[index.row()]), None)
        if self.model.columns[index.column()].key == "back" and line and line.back:
            self.back_wanted.emit(line)


def _whole(rows: list[MovementRow]) -> list[MovementRow]:
    """Of a transfer within the site the half that left stands for both."""
    left = {(row.part_id, row.happened_at) for row in rows if row.type == "transfer_out"}
    return [row for row in rows if row.type != "transfer_in" or (row.part_id, row.happened_at) not in left]


def _may_back(desk: Desk, row: MovementRow) -> bool:
    return row.state == "booked" and may_book(desk, row.type)


def _line(row: MovementRow, *, may_back: bool) -> Line:
    """A movement as the list shows it: a tick, or grey where it was taken back."""
    sign = type_sign(row)
    if row.state == "booked":
        sign = Sign("ok", "circle-check", "✓", sign.word)
    where = "·".join(filter(None, [row.what_for, short_bin(row.bin)]))
    if row.type == "transfer_out" and row.what_for:
        where = f"{short_bin(row.bin)} → {short_bin(row.what_for)}"
    told = (f"{row.part_no} {row.name}", change(row.qty, row.unit), where)
    return Line(row.n, row.happened_at, sign, *told, row.id, row.booked_at, back=_BACK if may_back else None)
