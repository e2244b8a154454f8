"""B1: start to the first usable list on the large site, against an empty PySide6 window with a QTableView."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import Size

if TYPE_CHECKING:
    from run import Measure

HERE = Path(__file__).resolve().parent
ROUNDS = 5


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """Time and memory of both programs, started in turn."""
    from run import Measure

    _run("child_ours.py", str(folder))  # compiled once, as an installed program is
    pairs = [(_run("child_ours.py", str(folder)), _run("child_bare.py")) for _ in range(ROUNDS)]
    for index, what, unit, budget in ((0, "time", "s", 1.5), (1, "memory", "MB", 1.6)):
        ours, bare = [p[0][index] for p in pairs], [p[1][index] for p in pairs]
        ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        yield Measure(
            "B1",
            f"start to the first usable list: {what}",
            statistics.median(ours),
            statistics.median(bare),
            unit,
            ratio,
            budget,
        )


def _run(script: str, *arguments: str) -> tuple[float, float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return time.perf_counter() - begun, int(done.stdout) / 1024
