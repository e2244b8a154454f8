"""Short lists for the fields of a booking: parts, bins, what it is for, who took it, which purchase line."""

from collections.abc import Sequence

from app.names import named
from app.search import find
from app.tx import Reader
from app.values import show_quantity

Found = Sequence[tuple[bytes, str]]


def find_parts(read: Reader, text: str) -> Found:
    """Parts by number, name or pinyin."""
    return [(found.id, f"{found.code} {found.title}") for found in find(read, text, ("part",))]


def find_purposes(read: Reader, text: str) -> Found:
    """Work orders and machines by number, title or name; without text, the open orders."""
    if text:
        return [
            (found.id, f"{found.code} {found.title}")
            for found in find(read, text, ("work_order", "equipment"))
        ]
    return read.rows(
        "SELECT id, code || ' ' || title FROM work_order WHERE deleted = 0 "
        "AND status NOT IN ('done', 'verified', 'closed', 'cancelled') ORDER BY n DESC LIMIT 20"
    )


def find_staff(read: Reader, text: str) -> Found:
    """People by number or name."""
    if text:
        return [(found.id, f"{found.code} {found.title}") for found in find(read, text, ("staff",))]
    return read.rows(
        f"SELECT id, staff_no || ' ' || {named('staff')} FROM staff WHERE deleted = 0 AND status = 'active' ORDER BY staff_no LIMIT 40"
    )


def find_bins(read: Reader, text: str, site: bytes | None) -> Found:
    """Bins by code or name."""
    here, params = (" AND site_id = ?", [site]) if site else ("", [])
    like = f"%{text}%"
    return read.rows(
        f"SELECT id, code || ' ' || {named('location')} FROM location WHERE location_type = 'bin' AND deleted = 0 "
        f"AND (code LIKE ? OR name LIKE ? OR name_en LIKE ?){here} ORDER BY code LIMIT 48",
        like, like, like, *params,
    )  # fmt: skip


def bins_of_part(read: Reader, part: bytes, site: bytes | None) -> Found:
    """The bins where a part lies, the fullest first, and its usual one."""
    here, params = (" AND l.site_id = ?", [site]) if site else ("", [])
    return read.rows(
        f"SELECT l.id, l.code || ' ' || {named('l')} FROM location l LEFT JOIN (SELECT bin_id, sum(on_hand) AS on_hand "
        "FROM stock_level WHERE part_id = ? GROUP BY 1) s ON s.bin_id = l.id WHERE (s.on_hand <> 0 OR l.id IN "
        f"(SELECT bin_id FROM stock_policy WHERE part_id = ? AND deleted = 0)){here} ORDER BY s.on_hand DESC, l.code",
        part, part, *params,
    )  # fmt: skip


def other_sites(read: Reader, here: bytes | None) -> Found:
    """The sites that parts can be sent to."""
    sql = f"SELECT s.id, {named('s')} FROM site s WHERE s.deleted = 0 AND s.active = 1 ORDER BY s.code"
    return [(site, name) for site, name in read.rows(sql) if site != here]


def on_hand_in(read: Reader, part: bytes, place: bytes) -> int:
    """What lies in a bin of a part, over its batches."""
    sql = "SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ? AND bin_id = ?"
    return int(read.value(sql, part, place))


def on_hand(read: Reader, part: bytes) -> int:
    """What there is of a part, everywhere."""
    return int(read.value("SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ?", part))


def open_lines(read: Reader, part: bytes, site: bytes | None) -> Found:
    """The purchase lines that still bring this part: order and how much is to come."""
    here, params = (" AND +l.site_id = ?", [site]) if site else ("", [])
    rows = read.rows(
        "SELECT l.id, o.code, l.qty FROM purchase_line l JOIN purchase_order o ON o.id = l.order_id "
        f"WHERE l.part_id = ? AND l.deleted = 0 AND o.status IN ('ordered', 'part_received'){here} ORDER BY o.code",
        part, *params,
    )  # fmt: skip
    return [(row, f"{code} × {show_quantity(qty)}") for row, code, qty in rows]


def is_order(read: Reader, row: bytes) -> bool:
    """Whether what a booking is for is a work order (else a machine)."""
    return read.value("SELECT 1 FROM work_order WHERE id = ?", row) is not None
