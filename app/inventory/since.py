"""Since when a warning of the store holds: read from the movements, so that every laptop says the same moment."""

from app.inventory.signs import signed
from app.tx import Reader

_MOVES = (
    f"SELECT m.bin_id, coalesce(m.batch, ''), m.happened_at, {signed('m')} FROM stock_movement m "
    "WHERE m.part_id = ? AND +m.site_id = ? AND m.deleted = 0 ORDER BY m.happened_at, m.id"
)


def since_low(read: Reader, part: bytes, site: bytes, limit: int) -> int:
    """The first movement since which the stock of a part was at or below a limit without a break; 0 where none moved."""
    return _began([(at, qty) for _bin, _batch, at, qty in read.rows(_MOVES, part, site)], limit, 1)


def since_high(read: Reader, part: bytes, site: bytes, limit: int) -> int:
    """The first movement since which the stock was above a limit."""
    return _began([(at, qty) for _bin, _batch, at, qty in read.rows(_MOVES, part, site)], -limit - 1, -1)


def since_negative(read: Reader, part: bytes, site: bytes) -> int:
    """The first movement since which a bin shows less than nothing; of several bins the first."""
    lines: dict[tuple[bytes, str], list[tuple[int, int]]] = {}
    for place, batch, at, qty in read.rows(_MOVES, part, site):
        lines.setdefault((place, batch), []).append((at, qty))
    below = [line for line in lines.values() if sum(qty for _at, qty in line) < 0]
    return min((_began(line, -1, 1) for line in below), default=0)


def _began(moves: list[tuple[int, int]], limit: int, sign: int) -> int:
    """The time from which sign x balance stayed at or below the limit."""
    balance = began = 0
    within = False
    for at, qty in moves:
        balance += sign * qty
        if balance <= limit and not within:
            began = at
        within = balance <= limit
    return began if within else 0
