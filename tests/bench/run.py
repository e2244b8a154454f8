"""`make bench`: one table of ratios against a reference in the same run (budgets B1 to B14). Red rows stay red.

Ours and the reference run in turn, several times; the median of the ratios counts, since machines are shared and noisy.
`--small` takes a small site; `--only B5 B11` measures some budgets; `--markdown FILE` writes the table for docs/bench.md.
"""

import argparse
import gc
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent), str(HERE), str(HERE.parent / "support")]

import bench_camera
import bench_files
import bench_history
import bench_hub
import bench_import
import bench_labels
import bench_lists
import bench_many
import bench_ops
import bench_scan
import bench_search
import bench_start
import bench_sync
from large_site import FULL, Size, build, place_of

from ui import COLLECT

ROOM = HERE.parent.parent / "out" / "bench"
RED, GREEN, PLAIN = ("\x1b[31m", "\x1b[32m", "\x1b[0m") if sys.stdout.isatty() else ("", "", "")
SMALL = Size(machines=200, parts=500, people=40, results=20_000, movements=10_000)


@dataclass(frozen=True)
class Measure:
    """One row of the table: medians of ours and the reference in the unit given, and the median of the ratios."""

    id: str
    what: str
    ours: float
    reference: float
    unit: str
    ratio: float
    budget: float

    @property
    def met(self) -> bool:
        return self.ratio <= self.budget


def in_turn(
    ours: Callable[[], float], reference: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """Both measures taken in turn: median of ours, of the reference, and of their ratios."""
    pairs = [(ours(), reference()) for _ in range(rounds)]
    return (
        statistics.median(p[0] for p in pairs),
        statistics.median(p[1] for p in pairs),
        statistics.median(p[0] / p[1] for p in pairs),
    )


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Seconds that a piece of work takes."""

    def once() -> float:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun

    return once


#: Budgets -> what measures them.
BENCHES = {
    "B1": bench_start,
    "B2": bench_scan,
    "B3": bench_lists,
    "B4": bench_search,
    "B5": bench_ops,
    "B6": bench_import,
    "B7 B8": bench_files,
    "B9": bench_labels,
    "B10": bench_camera,
    "B11": bench_sync,
    "B12": bench_hub,
    "B13": bench_many,
    "B14": bench_history,
}


def main() -> int:
    gc.set_threshold(*COLLECT)  # as the program has it
    asked = argparse.ArgumentParser(description="Measure the budgets.")
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--only", nargs="+", default=[])
    asked.add_argument("--markdown", type=Path)
    asked.add_argument("--history", type=int)
    options = asked.parse_args()
    size = SMALL if options.small else FULL
    base = place_of(ROOM, size)
    say(
        f"The large site: {size.machines} machines, {size.parts} parts, {size.results} results, {size.movements} movements …"
    )
    build(base, size).close()
    rows: list[Measure] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "site"
        shutil.copytree(base, copy)
        for budgets, bench in BENCHES.items():
            if not options.only or set(options.only) & set(budgets.split()):
                for row in bench.measures(copy, size):
                    rows.append(row)
                    say(line(row))
    say("\n" + "\n".join([HEAD, *map(line, rows)]))
    say(f"\n{sum(r.met for r in rows)} of {len(rows)} budgets met.")
    if options.markdown:
        options.markdown.write_text("\n".join([*MARKDOWN, *map(_markdown, rows), ""]), encoding="utf-8")
    return 0


HEAD = f"{'id':4} {'what':58} {'ours':>10} {'reference':>10}      {'ratio':>6} {'budget':>6}"


def line(row: Measure) -> str:
    """One line of the table; red where the budget is not met."""
    colour, word = (GREEN, "") if row.met else (RED, "  OVER")
    return f"{row.id:4} {row.what:58} {row.ours:10.3f} {row.reference:10.3f} {row.unit:4} {colour}{row.ratio:6.2f}{PLAIN} {row.budget:6.2f}{word}"


MARKDOWN = (
    "| id | what | ours | reference | ratio | budget | |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
)


def _markdown(row: Measure) -> str:
    mark = "" if row.met else "**red**"
    unit = f" {row.unit}".rstrip()
    return f"| {row.id} | {row.what} | {row.ours:.3f}{unit} | {row.reference:.3f}{unit} | {row.ratio:.2f} | {row.budget:.2f} | {mark} |"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.modules["run"] = sys.modules["__main__"]
    sys.exit(main())
