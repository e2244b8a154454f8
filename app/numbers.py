"""Numbers that must be unique in the whole fleet: drawn from blocks that the hub reserved ahead (operations.md, rule 5).

A certificate's number comes from a block only. A register's code (equipment, parts) that the program proposes comes from a block
where there is one; else it is provisional, carries the laptop's own code, and is replaced after the next exchange: the
provisional code stays as another code of the record, so that labels and scans of it go on working.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.fields import about
from app.generic import create, patch
from app.ops import Op
from app.store import Store
from app.tx import Reader
from app.words import N_
from db.ids import made_id

WIDTH = 4
#: Fewer than this left of a series: the next exchange asks for more.
FEW, MANY = 10, 40
NONE_LEFT = N_(
    "No certificate number is reserved for this laptop any more. Sync with the hub once, then file the certificate."
)


def series_of(table: str, prefix: str) -> str:
    """The series of a register's codes with one prefix."""
    return f"{table}:{prefix}"[:32]


def draw(store: Store, series: str, now: int) -> int | None:
    """The next reserved number of a series; None where none is left or all have expired."""
    with store.local() as connection:
        found = connection.execute(
            "SELECT n, next FROM number_block WHERE series = ? AND next <= last AND (expires_at IS NULL OR expires_at > ?) "
            "ORDER BY n LIMIT 1",
            (series, now),
        ).fetchone()
        if found is None:
            return None
        connection.execute("UPDATE number_block SET next = next + 1 WHERE n = ?", (found[0],))
    return int(found[1])


def want(store: Store, series: str) -> None:
    """Note that numbers of a series are used here: the next exchange reserves some."""
    with store.local() as connection:
        connection.execute(
            "INSERT INTO number_block (series, first, last, next, expires_at) SELECT ?, 1, 0, 1, 0 "
            "WHERE NOT EXISTS (SELECT 1 FROM number_block WHERE series = ?)",
            (series, series),
        )


def certificate_number(desk: Desk, series: str) -> str:
    """The number of a new certificate. Raises AppError where a laptop with a hub has none left: the certificate waits."""
    if "hub_id" not in desk.profile.meta:
        return desk.number(series)
    number = draw(desk.profile.store, series, desk.now())
    if number is None:
        want(desk.profile.store, series)
        raise AppError(NONE_LEFT)
    return f"{series}-{number:06d}"


def prefix_of(read: Reader, table: str, alike: Mapping[str, Any]) -> str:
    """What stands before the number in most codes of the newest records that are alike (of its class, at its site); "" for none."""
    key, known = about(table).key, {name: value for name, value in alike.items() if value is not None}
    terms = "".join(f' AND "{name}" = ?' for name in known)
    sql = f'SELECT "{key}" FROM "{table}" WHERE deleted = 0{terms} ORDER BY n DESC LIMIT 20'
    found = (_NUMBERED.fullmatch(str(code)) for (code,) in read.rows(sql, *known.values()))
    most = Counter(match[1] for match in found if match).most_common(1)
    return most[0][0] if most else ""


def next_code(desk: Desk, table: str, alike: Mapping[str, Any], otherwise: str) -> str:
    """A code for a new record, like those of its kind; `otherwise`: the prefix where it is the first one."""
    with desk.read() as read:
        prefix = prefix_of(read, table, alike) or otherwise
    return propose(desk, table, prefix)


def propose(desk: Desk, table: str, prefix: str) -> str:
    """The next code of a register with a prefix: after the highest one here, from a block, or provisional."""
    with desk.read() as read:
        last = highest(read, table, prefix)
        width = max((len(tail) for tail in _tails(read, table, prefix)), default=WIDTH)
    if "hub_id" not in desk.profile.meta:
        return f"{prefix}{last + 1:0{width}d}"
    series, store = series_of(table, prefix), desk.profile.store
    number = draw(store, series, desk.now())
    if number is None:
        want(store, series)
        return desk.number(prefix.rstrip("-"))
    return f"{prefix}{number:0{width}d}"


#: A code that ends in a number.
_NUMBERED = re.compile(r"(.*?[^0-9])[0-9]{1,9}", re.ASCII)


def _tails(read: Reader, table: str, prefix: str) -> list[str]:
    """What stands behind a prefix in a register, where it is a number."""
    key = about(table).key
    found = read.rows(f'SELECT "{key}" FROM "{table}" WHERE substr("{key}", 1, ?) = ?', len(prefix), prefix)
    tails = (str(code)[len(prefix) :] for (code,) in found)
    return [tail for tail in tails if tail.isascii() and tail.isdigit() and len(tail) <= 9]


def highest(read: Reader, table: str, prefix: str) -> int:
    """The highest number that a register holds behind a prefix."""
    return max(map(int, _tails(read, table, prefix)), default=0)


def provisional(desk: Desk, table: str, prefix: str) -> list[tuple[bytes, str]]:
    """The records of a register that still have a code which this laptop gave for want of a reserved one."""
    key, stem = about(table).key, prefix.rstrip("-")
    codes = {desk.profile.meta["device_code"], desk.profile.meta.get("number_code", "")} - {""}
    fits = re.compile(rf"{re.escape(stem)}-(?:{'|'.join(map(re.escape, sorted(codes)))})-\d{{4,}}")
    with desk.read() as read:
        rows = read.rows(f'SELECT id, "{key}" FROM "{table}" WHERE deleted = 0 ORDER BY n')
    return [(row_id, code) for row_id, code in rows if fits.fullmatch(str(code))]


def replace_provisional(desk: Desk) -> Done | None:
    """Give reserved codes to the records with provisional ones; the old code still finds its record. None: nothing to do."""
    with desk.read() as read:
        wanted = [
            series for (series,) in read.rows("SELECT DISTINCT series FROM number_block ORDER BY series")
        ]
    ops: list[Op] = []
    for series in wanted:
        table, colon, prefix = series.partition(":")
        for row_id, old in provisional(desk, table, prefix) if colon else ():
            number = draw(desk.profile.store, series, desk.now())
            if number is None:
                break
            ops += _replaced(desk, table, row_id, old, f"{prefix}{number:0{WIDTH}d}")
    return desk.perform(*ops) if ops else None


def _replaced(desk: Desk, table: str, row_id: bytes, old: str, new: str) -> list[Op]:
    key = about(table).key
    with desk.read() as read:
        row = read.get(table, row_id) or {}
    change = patch(table, row, **{key: new})
    alias = create(
        "code_alias",
        made_id("code_alias", table, row_id, old),
        code=old,
        target_table=table,
        target_id=row_id,
    )
    return [change, alias] if change else []
