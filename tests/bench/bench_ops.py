"""B5: one durable action after another, against the same rows in one raw sqlite3 transaction with the same pragmas."""

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import NOW, Size, build

from app.desk import Desk
from app.inventory.ops import MoveStock
from db.ids import made_id

if TYPE_CHECKING:
    from run import Measure

COUNT = 200


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """Actions through the door, one commit each."""
    from run import Measure, in_turn, timed

    profile = build(folder, size)
    desk = Desk.of_administrator(profile)
    raw = Raw(folder, size)
    work = Ours(desk, size)
    ours, reference, ratio = in_turn(timed(work), timed(raw), 7)
    profile.close()
    yield Measure(
        "B5",
        f"{COUNT} stock movements, each its own durable action",
        ours * 1000 / COUNT,
        reference * 1000 / COUNT,
        "ms",
        ratio,
        2.0,
    )


class Ours:
    """Receipts of parts, one action each."""

    def __init__(self, desk: Desk, size: Size) -> None:
        self._desk, self._size, self._count = desk, size, 0

    def __call__(self) -> None:
        for _ in range(COUNT):
            self._count += 1
            part = self._count % self._size.parts
            self._desk.perform(
                MoveStock(
                    number=f"M-BENCH-{self._count}", type="receipt", part=made_id("bench", "part", part), site=made_id("bench", "site"),
                    bin=made_id("bench", "bin", part % 120), qty=1000, happened_at=NOW, unit_price=100,
                )
            )  # fmt: skip


class Raw:
    """What an action must write anyway: movement, op, shadow, level and alert rows, with prepared SQL and no rules."""

    def __init__(self, folder: Path, size: Size) -> None:
        copy = folder.parent / "raw.db"
        with sqlite3.connect(folder / "site.db") as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        self._connection = sqlite3.connect(copy, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            self._connection.execute(f"PRAGMA {pragma}")
        for (name,) in self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            self._connection.execute(f'DROP TRIGGER "{name}"')
        self._size, self._count, self._seq = size, 0, time.time_ns()

    def __call__(self) -> None:
        run, body = self._connection.execute, os.urandom(500)
        for _ in range(COUNT):
            self._count += 1
            part, op_id = made_id("bench", "part", self._count % self._size.parts), os.urandom(16)
            place, site = (
                made_id("bench", "bin", self._count % self._size.parts % 120),
                made_id("bench", "site"),
            )
            run("BEGIN IMMEDIATE")
            run(
                "INSERT INTO op (op_id, chain_id, seq, hash, kind, schema_v, body, hlc, wall, mono, action_id, acked) VALUES (?, ?, ?, ?, 'stock.move', 1, ?, 1, ?, 1, ?, 0)",
                (op_id, b"c" * 16, self._seq + self._count, b"h" * 32, body, NOW, op_id),
            )
            run(
                "INSERT INTO stock_movement (id, movement_no, type, part_id, site_id, bin_id, qty, unit_price, happened_at, created_at, updated_at, bucket, deleted) "
                "VALUES (?, ?, 'receipt', ?, ?, ?, 1000, 100, ?, ?, ?, 'site', 0)",
                (op_id, f"M-{self._count}", part, site, place, NOW, NOW, NOW),
            )
            run("INSERT INTO srv_shadow (tbl, id, \"row\") VALUES ('stock_movement', ?, NULL)", (op_id,))
            run(
                "UPDATE stock_level SET on_hand = on_hand + 1000, last_move_at = ? WHERE part_id = ? AND bin_id = ? AND batch = ''",
                (NOW, part, place),
            )
            run(
                "UPDATE part_stock SET on_hand = on_hand + 1000, last_move_at = ? WHERE part_id = ? AND site_id = ?",
                (NOW, part, site),
            )
            run("UPDATE alert SET raised_at = raised_at WHERE subject_id = ?", (part,))
            run("COMMIT")
