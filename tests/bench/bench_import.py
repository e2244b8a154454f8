"""B6: import of 100,000 rows x 12 columns from Excel (dry run with every error, then commit), against calamine + executemany."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import NOW, Size
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import guess
from app.exchange.read import read_table
from app.exchange.targets import targets
from db.ids import made_id

if TYPE_CHECKING:
    from run import Measure

HEAD = (
    "Part number", "Name", "Specification", "Unit", "Category", "Kind", "ABC class", "VED class", "Unit price", "Lead time", "Status",
    "Keywords",
)  # fmt: skip
COLUMNS = (
    "part_no", "name", "spec", "unit", "category", "kind", "abc_class", "ved_class", "unit_price", "lead_time_days", "status", "keywords",
)  # fmt: skip


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """The whole way of a large file."""
    from run import Measure, in_turn

    count = 100_000 if size.results > 100_000 else 10_000
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        book = _book(work / "parts.xlsx", count)
        empty = found(work / "empty", clock=Clock.pinned(NOW), device="IMP")
        empty.close()
        ours, reference, ratio = in_turn(
            lambda: _ours(work, book, count), lambda: _reference(work, book), 1 if count > 50_000 else 3
        )
    yield Measure(
        "B6",
        f"import {count:,} rows x 12 columns from Excel: dry run, commit",
        ours,
        reference,
        "s",
        ratio,
        3.0,
    )


def _book(path: Path, count: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("parts")
    sheet.append(HEAD)
    for n in range(count):
        sheet.append(
            (
                f"X-{n:06d}",
                f"轴承 {n % 977}",
                f"{n % 400} x 12",
                "个",
                "机械",
                "spare",
                "ABC"[n % 3],
                "VED"[n % 3],
                n % 9000 + 0.5,
                14,
                "active",
                "bench",
            )
        )
    book.save(path)
    return path


def _ours(work: Path, book: Path, count: int) -> float:
    target = work / "ours"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(work / "empty", target)
    profile = start(target, Clock.pinned(NOW))
    desk = Desk.of_administrator(profile)
    begun = time.perf_counter()
    sheet = read_table(book)
    plan = dry_run(desk, sheet, guess(targets()["part"], sheet.header))
    if plan.good != count:
        raise RuntimeError(f"{plan.good} good rows of {count}: {[p.said for p in plan.problems[:3]]}")
    commit(desk, plan)
    taken = time.perf_counter() - begun
    profile.close()
    return taken


def _reference(work: Path, book: Path) -> float:
    target = work / "raw.db"
    target.unlink(missing_ok=True)
    shutil.copy(work / "empty" / "site.db", target)
    with closing(sqlite3.connect(target, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous=FULL")
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        begun = time.perf_counter()
        rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()[1:]
        fields = ", ".join(COLUMNS)
        raw.execute("BEGIN")
        raw.executemany(
            f"INSERT INTO part ({fields}, id, created_at, updated_at, bucket, deleted, serialised, batch_tracked) "
            f"VALUES ({', '.join('?' * len(COLUMNS))}, ?, 1, 1, 'global', 0, 0, 0)",
            [(*row, made_id("raw", n)) for n, row in enumerate(rows)],
        )
        raw.execute("COMMIT")
        return time.perf_counter() - begun
