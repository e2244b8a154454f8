"""Opening balances: booked once per part, bin, batch and serial number; the same file again changes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import values
from app.exchange.cells import NOTE, Problem
from app.inventory.ops import MoveStock
from app.tx import Reader
from app.words import N_

if TYPE_CHECKING:
    from app.exchange.plan import Line

Place = tuple[bytes, bytes, str, str]


@dataclass(frozen=True)
class Opening:
    """What lies in a bin before the first movement."""

    part: bytes
    site: bytes
    bin: bytes
    qty: int
    batch: str | None = None
    serial: str | None = None
    expires_on: str | None = None
    unit_price: int | None = None
    reason: str | None = None

    @property
    def place(self) -> Place:
        """What one balance is of."""
        return self.part, self.bin, self.batch or "", self.serial or ""

    def op(self, number: str, happened_at: int) -> MoveStock:
        """The movement that books it."""
        return MoveStock(
            number=number, type="opening", part=self.part, site=self.site, bin=self.bin, qty=self.qty, happened_at=happened_at,
            batch=self.batch, serial=self.serial, expires=self.expires_on, unit_price=self.unit_price, reason=self.reason,
        )  # fmt: skip


def weigh_openings(read: Reader, lines: Sequence["Line"], heading: str) -> list[Problem]:
    """Leave out what is booked already; say where the file and the books differ."""
    groups: dict[Place, list[Line]] = defaultdict(list)
    for line in lines:
        if line.opening and not line.bad:
            groups[line.opening.place].append(line)
    problems: list[Problem] = []
    booked = _booked(read) if groups else {}
    for place, members in groups.items():
        before = booked.get(place)
        wanted = sum(line.opening.qty for line in members if line.opening)
        if before is None:
            for line in members:
                line.new = True
            continue
        for line in members:
            line.opening = None
        if before != wanted:
            text = N_(
                "An opening balance of {booked} is booked already; the file says {wanted}. It stays as it is."
            )
            said = {"booked": values.show_quantity(before), "wanted": values.show_quantity(wanted)}
            mend = N_("Count the bin and book the difference by a stocktake.")
            problems += [
                Problem(line.row, heading, values.show_quantity(wanted), NOTE, text, mend, said)
                for line in members[:1]
            ]
    return problems


def _booked(read: Reader) -> dict[Place, int]:
    """The opening balances in the books, without those that were reversed."""
    rows = read.rows(
        "SELECT m.part_id, m.bin_id, coalesce(m.batch, ''), coalesce(m.serial, ''), sum(m.qty) FROM stock_movement m "
        "WHERE m.type = 'opening' AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reversal_of_id = m.id) GROUP BY 1, 2, 3, 4"
    )
    return {(part, place, batch, serial): int(qty) for part, place, batch, serial, qty in rows}
