"""A week of the large site (issue 3, "Done when"): `make week`, with the report in out/week/report.md.

20 laptops with weeks offline, three cloned disks, two restored laptops, one hub restore, one site reached by files alone.
By option on a PostgreSQL server: make week DATABASE=postgresql (a private one is started); another seed: make week SEED=7.
"""

import argparse
import logging
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from fleet import blank_files
from large_site import FULL, build, place_of
from pg_server import running
from play import quick_folder, say
from stores import ServerStore, template
from week import Plan, Week

from app.words import speaking

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--laptops", type=int, default=20)
    parser.add_argument(
        "--history",
        type=int,
        default=1,
        help="per cent of the large site's three years (its registers are whole)",
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--to", type=Path, default=ROOT / "out" / "week")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    size = replace(
        FULL, results=FULL.results * asked.history // 100, movements=FULL.movements * asked.history // 100
    )
    with ExitStack() as stack:
        stack.enter_context(speaking("en"))
        large = place_of(ROOT / "build" / "week", size)
        build(large, size).close()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=quick_folder())))
        store = None
        if asked.database == "postgresql":
            server = stack.enter_context(running())
            store = ServerStore(server, template(server))
        (folder / "blank").mkdir()
        week = Week(
            asked.seed,
            folder,
            blank_files(folder / "blank"),
            Plan(laptops=asked.laptops),
            store=store,
            large=large,
        )
        return _played(week, asked.to)


def _played(week: Week, to: Path) -> int:
    fault: Exception | None = None
    week.watch = lambda text: say(f"{datetime.now().astimezone():%H:%M:%S} {text}")
    try:
        week.run()
    except Exception as error:  # noqa: BLE001 - the report says what did not hold
        fault = error
    to.mkdir(parents=True, exist_ok=True)
    told = week.report() + (
        f"\n**It did not hold:** {type(fault).__name__}: {str(fault)[:2000]}\n" if fault else ""
    )
    (to / "report.md").write_text(told, encoding="utf-8")
    (to / "story.txt").write_text("\n".join(week.story) + "\n", encoding="utf-8")
    say(told)
    if fault:
        logging.disable(logging.NOTSET)
        raise fault
    return 0


if __name__ == "__main__":
    sys.exit(main())
