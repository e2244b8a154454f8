"""The columns and rows of the equipment register."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from app import equipment
from app.desk import Desk
from app.equipment import MachineRow
from app.signs import Sign
from app.words import N_
from ui.kit.lazy import Column


def life_value(row: MachineRow) -> Any:
    """Per cent of the life that has gone; a warning where the planned retirement is near."""
    if row.life_used is None:
        return None
    words = f"{row.life_used} %"
    return Sign("warn", "triangle-alert", "", words) if row.ending else words


COLUMNS = (
    Column("code", N_("Code"), "code", 104, compact=False),
    Column("name", N_("Name"), width=108, stretch=True, second=lambda row: row.code),
    Column("place", N_("Location"), width=86, compact=False, tone="text_2"),
    Column("status", N_("Status"), "status", 116),
    Column("criticality", N_("Criticality"), width=76, compact=False),
    Column("life_used", N_("Life used"), width=84, value=life_value, compact=False),
    Column("warranty_until", N_("Warranty until"), "date", 92, compact=False),
    Column("retires_on", N_("Planned retirement"), "date", 100, compact=False, hidden=True),
    Column("class_name", N_("Class"), width=110, compact=False, hidden=True, tone="text_2"),
)


#: What stands among the states of the filter although it is none.
SWITCHES = {"open_faults": N_("Faults not closed"), "ending": N_("Life is ending")}


class MachineSource:
    """The register as the table asks it; the tree at the left narrows it down."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        #: What the tree has chosen: `place` or `machine`, and its id.
        self.inside: dict[str, bytes] = {}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        wanted = dict(filters)
        if wanted.get("status") in SWITCHES:
            wanted[wanted.pop("status")] = True
        site = {"site": self._desk.site.id} if self._desk.site and not self.inside else {}
        with self._desk.read() as read:
            return equipment.machine_ids(
                read,
                sort,
                {**site, **wanted, **self.inside},
                text,
                descending=descending,
                today=self._desk.today(),
            )

    def rows(self, ids: Sequence[int]) -> Sequence[MachineRow | None]:
        with self._desk.read() as read:
            return equipment.machine_rows(read, ids, self._desk.today())

    def total(self) -> int:
        """How many machines there are at the site in view."""
        with self._desk.read() as read:
            every, here = equipment.machine_total(read, self._desk.site.id if self._desk.site else None)
        return here if self._desk.site else every
