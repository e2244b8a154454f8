"""B4: search as you type, Chinese and Latin, one character and more, against the bare FTS5 query with the same order."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import Size, build

from app.desk import Desk
from app.finder import look_up
from app.search import match

if TYPE_CHECKING:
    from run import Measure

TYPED = ("泵", "水泵", "精密空调控制板", "s", "sb", "p-0012", "big-eq-017")
LIMIT = 40
BARE = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?"


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """What the jump box asks at each key, over all registers."""
    from run import Measure, in_turn, timed

    profile = build(folder, size)
    desk = Desk.of_administrator(profile)
    with closing(sqlite3.connect(folder / "site.db")) as raw:
        raw.execute("PRAGMA cache_size=-16000")
        for typed in TYPED:

            def ours(typed: str = typed) -> object:
                with desk.read() as read:
                    return look_up(read, typed)

            def bare(typed: str = typed) -> object:
                return raw.execute(BARE, (match(typed), LIMIT)).fetchall()

            assert ours() or size.parts < 5_000
            took, reference, ratio = in_turn(timed(ours), timed(bare), 15)
            yield Measure(
                "B4", f"search as you type: {typed}", took * 1000, reference * 1000, "ms", ratio, 2.0
            )
    profile.close()
