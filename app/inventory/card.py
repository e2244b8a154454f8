"""Everything about one part: where it lies, its policy and how that was worked out, suppliers, what it fits (R-4.4-a, e)."""

from dataclasses import dataclass, field
from typing import Any

from app.fields import from_json
from app.inventory.ledger import MovementRow, movements_of
from app.inventory.parts import PartRow, Word, part_rows
from app.inventory.reorder import Working, work_out
from app.inventory.stockcard import is_provisional, worth_of, worths_of
from app.names import named
from app.tx import Reader


@dataclass(frozen=True)
class Level:
    """What lies in one bin."""

    bin_id: bytes
    bin: str
    bin_name: str
    batch: str
    on_hand: int
    site: str


@dataclass(frozen=True)
class Source:
    """A supplier of the part and the number it has there."""

    id: bytes
    name: str
    sku: str
    unit_price: int | None
    preferred: bool


@dataclass(frozen=True)
class PartCard:
    """A part with all that belongs to it; `row` holds the columns of its table, `policy` those of its policy."""

    part: PartRow
    row: dict[str, Any]
    policy: dict[str, Any] | None
    levels: list[Level] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    classes: list[Word] = field(default_factory=list)
    movements: list[MovementRow] = field(default_factory=list)
    working: Working | None = None
    #: Quantity and value by moving average (ten-millionths), and whether a booking of it waits for the hub's order.
    worth: tuple[int, int] = (0, 0)
    provisional: bool = False
    #: The same by warehouse: its code, quantity and value.
    worths: list[tuple[str, int, int]] = field(default_factory=list)


def part_card(read: Reader, part: bytes, site: bytes | None) -> PartCard | None:
    """The card of a part; None for an unknown one."""
    row = read.get("part", part)
    if row is None:
        return None
    shown = part_rows(read, [row["n"]], site)[0]
    if shown is None:
        return None
    return PartCard(
        shown,
        row,
        policy_of(read, part, site),
        levels_of(read, part, site),
        _sources(read, part, row["preferred_supplier_id"]),
        _classes(read, row["applicable"]),
        movements_of(read, part),
        work_out(row["annual_usage"], row["lead_time_days"]),
        worth_of(read, part, site),
        is_provisional(read, part),
        worths_of(read, part, site),
    )


def policy_of(read: Reader, part: bytes, site: bytes | None) -> dict[str, Any] | None:
    """The policy of a part at the site in view (or its only one)."""
    here, params = (" AND +site_id = ?", [site]) if site else ("", [])
    found = read.value(
        f"SELECT id FROM stock_policy WHERE part_id = ? AND deleted = 0{here} ORDER BY id DESC LIMIT 1",
        part, *params,
    )  # fmt: skip
    return read.get("stock_policy", found)


def levels_of(read: Reader, part: bytes, site: bytes | None) -> list[Level]:
    """Where a part lies, the fullest bin first; bins that hold nothing are left out, those below nothing are not."""
    here, params = (" AND +s.site_id = ?", [site]) if site else ("", [])
    return read.as_(
        Level,
        f"SELECT s.bin_id, coalesce(l.code, ''), coalesce({named('l')}, ''), s.batch, s.on_hand, "
        "coalesce((SELECT code FROM site WHERE id = s.site_id), '') FROM stock_level s "
        f"LEFT JOIN location l ON l.id = s.bin_id WHERE s.part_id = ? AND s.on_hand <> 0{here} "
        "ORDER BY s.on_hand DESC, l.code",
        part, *params,
    )  # fmt: skip


def _sources(read: Reader, part: bytes, preferred: bytes | None) -> list[Source]:
    return read.as_(
        Source,
        f"SELECT u.id, {named('u')}, coalesce((SELECT sku FROM part_supplier WHERE part_id = ? AND supplier_id = u.id "
        "AND deleted = 0 LIMIT 1), ''), (SELECT unit_price FROM part_supplier WHERE part_id = ? AND supplier_id = u.id "
        "AND deleted = 0 LIMIT 1), u.id IS ? FROM supplier u WHERE u.id IS ? OR u.id IN (SELECT supplier_id FROM "
        "part_supplier WHERE part_id = ? AND deleted = 0) ORDER BY u.id IS ? DESC, u.code",
        part, part, preferred, preferred, part, preferred,
    )  # fmt: skip


def _classes(read: Reader, applicable: str | None) -> list[Word]:
    codes = [str(code) for code in from_json(applicable) or ()]
    words = dict(
        read.rows(
            f"SELECT c.code, {named('c')} FROM equipment_class c WHERE c.deleted = 0 AND c.code IN "
            f"({', '.join('?' * len(codes))})",
            *codes,
        )
    )
    return [Word(code, words.get(code, code)) for code in codes]
