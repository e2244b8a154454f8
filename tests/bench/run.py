"""`make bench`: one table of ratios against a reference in the same run (budgets B1, B3, B5, B6, B12). Red rows stay red.

Ours and the reference run in turn, several times; the median of the ratios counts, since machines are shared and noisy.
"""

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
sys.path[:0] = [str(HERE.parent.parent), str(HERE)]

import bench_hub
import bench_import
import bench_lists
import bench_ops
import bench_start
from large_site import FULL, Size, build

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


def main() -> int:
    size = SMALL if "--small" in sys.argv else FULL
    base = HERE.parent.parent / "out" / "bench" / f"large-{size.results}"
    base.mkdir(parents=True, exist_ok=True)
    say(
        f"The large site: {size.machines} machines, {size.parts} parts, {size.results} results, {size.movements} movements …"
    )
    build(base, size).close()
    rows: list[Measure] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "site"
        shutil.copytree(base, copy)
        for measure in (
            bench_start.measures,
            bench_lists.measures,
            bench_ops.measures,
            bench_import.measures,
            bench_hub.measures,
        ):
            for row in measure(copy, size):
                rows.append(row)
                say(line(row))
    say("\n" + "\n".join([HEAD, *map(line, rows)]))
    say(f"\n{sum(r.met for r in rows)} of {len(rows)} budgets met.")
    return 0


HEAD = f"{'id':4} {'what':58} {'ours':>10} {'reference':>10}      {'ratio':>6} {'budget':>6}"


def line(row: Measure) -> str:
    """One line of the table; red where the budget is not met."""
    colour, word = (GREEN, "") if row.met else (RED, "  OVER")
    return f"{row.id:4} {row.what:58} {row.ours:10.3f} {row.reference:10.3f} {row.unit:4} {colour}{row.ratio:6.2f}{PLAIN} {row.budget:6.2f}{word}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.modules["run"] = sys.modules["__main__"]
    sys.exit(main())
