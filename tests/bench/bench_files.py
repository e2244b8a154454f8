"""B7: a list to Excel, against the fastest writer known. B8: a PDF of 10,000 rows, against ten of 1,000 rows."""

import io
import pickle
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import Size, build, place_of
from openpyxl import load_workbook
from peers import Peer

from app.desk import Desk
from app.exchange.export import export_register
from app.reports.catalogue import spec_of
from app.reports.document import Group, Report, Table
from app.reports.pdf import render_pdf

if TYPE_CHECKING:
    from run import Measure

LIST = Size(machines=50, parts=100_000, people=20, results=0, movements=2_000)
SMALL_LIST = Size(machines=50, parts=10_000, people=20, results=0, movements=2_000)
PDF_ROWS = 10_000


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """Both lists as a user gets them, read from the site file."""
    with tempfile.TemporaryDirectory() as name:
        yield from _workbook(Path(name), size)
    yield from _paper(folder, size)


def _workbook(work: Path, size: Size) -> Iterator["Measure"]:
    from run import ROOM, Measure, in_turn, timed

    listed = LIST if size.parts >= 5_000 else SMALL_LIST
    profile = build(place_of(ROOM, listed), listed)
    desk, target = Desk.of_administrator(profile), work / "parts.xlsx"
    export_register(desk, "part", target)
    records = _cells(target)
    assert len(records) == listed.parts
    (work / "cells").write_bytes(pickle.dumps(records))
    peer = Peer("peer_xlsx.py", work / "cells")
    ours, reference, ratio = in_turn(
        timed(lambda: export_register(desk, "part", target)), lambda: peer.ask(str(work / "peer.xlsx")), 3
    )
    peer.close()
    profile.close()
    what = f"export {listed.parts:,} rows x {len(records[0])} columns to Excel, typed"
    yield Measure("B7", what, ours, reference, "s", ratio, 1.5)


def _cells(path: Path) -> list[dict[str, object]]:
    """What stands in a workbook, as the peer wants it: a mapping a row."""
    rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    heads = [str(head) for head in next(rows)]
    return [dict.fromkeys(heads) | dict(zip(heads, row, strict=False)) for row in rows]


def _paper(folder: Path, size: Size) -> Iterator["Measure"]:
    from run import Measure, in_turn

    count = PDF_ROWS if size.movements >= 100_000 else 1_000
    profile = build(folder, size)
    desk = Desk.of_administrator(profile)
    last = datetime.fromisoformat(desk.today())
    span = {
        "site": "BIG",
        "from": f"{last - timedelta(days=60 if count == PDF_ROWS else 500):%Y-%m-%d}",
        "to": desk.today(),
    }
    whole = spec_of("movement-ledger").build(desk, span)
    profile.close()
    long, short = _of_rows(whole, count), _of_rows(whole, count // 10)
    _printed(short)
    ours, reference, ratio = in_turn(
        lambda: _printed(long), lambda: sum(_printed(short) for _n in range(10)), 3
    )
    yield Measure(
        "B8",
        f"PDF of a list of {count:,} rows, against ten of {count // 10:,}",
        ours,
        reference,
        "s",
        ratio,
        1.2,
    )


def _printed(report: Report) -> float:
    begun = time.perf_counter()
    render_pdf(report, io.BytesIO())
    return time.perf_counter() - begun


def _of_rows(report: Report, count: int) -> Report:
    """The same report with so many rows in its one long table."""
    longest = max(report.tables, key=lambda table: len(table.rows))
    assert len(longest.rows) >= count, len(longest.rows)
    blocks = tuple(_cut(block, count) if block is longest else block for block in report.blocks)
    return replace(report, blocks=blocks)


def _cut(table: Table, count: int) -> Table:
    groups: list[Group] = []
    for group in table.groups:
        kept = group.rows[:count]
        count -= len(kept)
        if kept:
            groups.append(replace(group, rows=kept))
    return replace(table, groups=tuple(groups))
