"""Many seeds of the simulator on all processors; the story of the first that fails, and how to play it again.

make simulate SEEDS=5000          make simulate SEED=17 (one, with its story)
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import textwrap
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from fleet import blank_files
from simulator import Simulation

from app.words import speaking

#: Memory serves as the disk where there is such a place: the simulator kills programs, it does not cut the power.
FAST = Path("/dev/shm")
#: Sets are walked in the same order each time.
FIXED = {"PYTHONHASHSEED": "0"}


@dataclass(frozen=True)
class Played:
    """One seed: what happened, and what did not hold in the end."""

    seed: int
    story: tuple[str, ...]
    fault: str
    trace: str = ""

    def __str__(self) -> str:
        lines = [f"{number:4} {line}" for number, line in enumerate(self.story, 1)]
        end = f"What did not hold: {self.fault}\n{self.trace}" if self.fault else "Everything held."
        told = "\n".join(textwrap.shorten(line, 300) for line in lines) if self.fault else "\n".join(lines)
        return f"Seed {self.seed}. What happened:\n{told}\n\n{end}\nPlay it again: make simulate SEED={self.seed}"


def quick_folder() -> Path | None:
    """Where many small files are written fastest; None for the usual place."""
    return FAST if os.access(FAST, os.W_OK) else None


def played(seed: int, blank: Path) -> Played:
    """Play a seed in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"seed-{seed}-", dir=quick_folder()))
    simulation = Simulation(seed, folder, blank)
    try:
        with speaking("en"):
            simulation.run()
    except Exception as error:  # noqa: BLE001 - whatever it trips over is told with its story
        trace = "".join(traceback.format_exception(error)[-6:])
        return Played(seed, tuple(simulation.story), f"{type(error).__name__}: {str(error)[:900]}", trace)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Played(seed, tuple(simulation.story), "")


def play(seeds: Iterable[int], *, processes: int = os.cpu_count() or 1) -> Iterator[Played]:
    """Play seeds in processes of their own, in order."""
    with tempfile.TemporaryDirectory(dir=quick_folder()) as place:
        blank = blank_files(Path(place))
        with fixed_hashes(), ProcessPoolExecutor(processes, get_context("spawn"), _quiet) as pool:
            yield from pool.map(played, (todo := list(seeds)), [blank] * len(todo), chunksize=4)


@contextmanager
def fixed_hashes() -> Iterator[None]:
    """While it lasts, new processes walk through sets in one order."""
    before = {name: os.environ.get(name) for name in FIXED}
    os.environ.update(FIXED)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _quiet() -> None:
    logging.disable(logging.CRITICAL)


def say(text: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=300, help="so many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone, with its story")
    asked = parser.parse_args(arguments)
    began, count = time.monotonic(), 0
    seeds = range(asked.first, asked.first + asked.seeds) if asked.seed is None else [asked.seed]
    for one in play(seeds):
        count += 1
        if one.fault or asked.seed is not None:
            say(str(one))
        if one.fault:
            return 1
        if count % 100 == 0:
            say(f"{count} seeds held, {time.monotonic() - began:.0f} s")
    say(f"{count} seeds: everything held ({time.monotonic() - began:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
