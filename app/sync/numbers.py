"""Reserving numbers while there is a line to the hub, ahead of going offline."""

from app.numbers import FEW, MANY, highest
from app.store import Store
from app.sync.line import Line
from app.sync.log import proof_of
from app.sync.protocol import Block, Reserve
from app.tx import Reader, is_synced

#: Series that every laptop keeps some numbers of.
ALWAYS = ("CT",)


def refill(store: Store, line: Line, now: int) -> None:
    """Ask for numbers of each series that is used here and has few left."""
    with store.read() as read:
        left = dict.fromkeys(ALWAYS, 0) | _left(read, now)
        asked = {series: _used(read, series) for series, count in left.items() if count < FEW}
        proof = proof_of(read)
    for series, used in asked.items():
        block = line.ask(Reserve(proof, series, MANY, used), Block)
        with store.local() as connection:
            connection.execute(
                "DELETE FROM number_block WHERE series = ? AND (next > last OR expires_at <= ?)",
                (series, now),
            )
            connection.execute(
                "INSERT INTO number_block (series, first, last, next, expires_at) VALUES (?, ?, ?, ?, ?)",
                (series, block.first, block.last, block.first, block.expires_at),
            )


def _left(read: Reader, now: int) -> dict[str, int]:
    rows = read.rows(
        "SELECT series, sum(CASE WHEN expires_at > ? AND next <= last THEN last - next + 1 ELSE 0 END) "
        "FROM number_block GROUP BY series",
        now,
    )
    return {series: int(count) for series, count in rows}


def _used(read: Reader, series: str) -> int:
    """Up to which number this laptop has seen a series used, whoever typed it."""
    table, colon, prefix = series.partition(":")
    if colon:
        return highest(read, table, prefix) if is_synced(table) else 0
    found = read.rows(
        "SELECT certificate_id FROM staff_certificate WHERE certificate_id LIKE ?", f"{series}-%"
    )
    tails = [str(code).rpartition("-")[2] for (code,) in found if str(code).count("-") == 1]
    return max(
        (int(tail) for tail in tails if tail.isascii() and tail.isdigit() and len(tail) <= 9), default=0
    )
