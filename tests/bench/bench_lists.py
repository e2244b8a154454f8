"""B3: any list opens, sorts, filters, scrolls, against the same SELECTs by sqlite3 with the rows thrown away."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from large_site import Size, build

from app.alerts.queries import alert_ids, alert_rows
from app.desk import Desk
from app.equipment.lists import machine_ids, machine_rows
from app.inspections import queries
from app.inspections.lists import RoundSource
from app.inventory.ledger import movement_ids, movement_rows
from app.inventory.parts import part_ids, part_rows
from app.training.matrix import matrix
from db.ids import made_id

if TYPE_CHECKING:
    from run import Measure

PAGE = 200


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """The lists of the program, each way of looking at them."""
    from run import Measure, in_turn, timed

    profile = build(folder, size)
    desk = Desk.of_administrator(profile)
    for what, work in _works(desk).items():
        statements = _spied(desk, work)

        def ours(work: Callable[[], object] = work) -> object:
            return work()

        with closing(sqlite3.connect(folder / "site.db")) as raw:
            raw.execute("PRAGMA cache_size=-16000")
            ours_s, reference, ratio = in_turn(
                timed(ours), timed(lambda raw=raw, statements=statements: _replay(raw, statements)), 9
            )
        yield Measure("B3", what, ours_s * 1000, reference * 1000, "ms", ratio, 2.0)
    with desk.read() as read:
        ids = part_ids(read, None)
    yield Measure(
        "B3", "bytes of memory a row of the list", float(ids.itemsize), 16.0, "B", ids.itemsize / 16, 1.0
    )
    profile.close()


def _works(desk: Desk) -> dict[str, Callable[[], object]]:
    """What is measured -> the queries that a page sends to show it: the numbers of all rows, then one page of rows."""
    return {**_parts(desk), **_registers(desk), **_history(desk), **_cards(desk)}


def _parts(desk: Desk) -> dict[str, Callable[[], object]]:
    def opened(sort: str = "", text: str = "", **filters: object) -> Callable[[], object]:
        def work() -> object:
            with desk.read() as read:
                ids = part_ids(read, None, sort, filters=filters, text=text)
                return part_rows(read, ids[:PAGE], None)

        return work

    return {
        "parts: open, most urgent first, one page of rows": opened(),
        "parts: sort by name": opened("name"),
        "parts: sort by price": opened("price"),
        "parts: filter by what needs action": opened(urgent=True),
        "parts: search 水泵": opened(text="水泵"),
    }


def _registers(desk: Desk) -> dict[str, Callable[[], object]]:
    def machines(sort: str = "", text: str = "") -> object:
        with desk.read() as read:
            ids = machine_ids(read, sort, {}, text, descending=False, today=desk.today())
            return machine_rows(read, ids[:PAGE], desk.today())

    def people() -> object:
        with desk.read() as read:
            return matrix(read, desk.actor, desk.today())

    return {
        "equipment: open, by code": machines,
        "equipment: sort by name": lambda: machines("name"),
        "equipment: search 水泵": lambda: machines(text="水泵"),
        "training matrix: open, all people and courses": people,
    }


def _history(desk: Desk) -> dict[str, Callable[[], object]]:
    rounds = RoundSource(desk)

    def moved(sort: str = "", **filters: object) -> object:
        with desk.read() as read:
            ids = movement_ids(read, None, sort, filters=filters)
            return movement_rows(read, ids[:PAGE])

    def alerts() -> object:
        with desk.read() as read:
            ids = alert_ids(read, "", {}, "", descending=False, actor=desk.actor)
            return alert_rows(read, ids[:PAGE])

    return {
        "rounds: open, most urgent first": lambda: rounds.rows(rounds.ids("", False, {}, "")[:PAGE]),
        "rounds: sort by number": lambda: rounds.rows(rounds.ids("code", False, {}, "")[:PAGE]),
        "movements: open, newest first": moved,
        "movements: sort by part number": lambda: moved("part_no"),
        "movements: filter by receipts": lambda: moved(type="receipt"),
        "alerts: open, worst first": alerts,
    }


def _cards(desk: Desk) -> dict[str, Callable[[], object]]:
    def sheet_of_round() -> object:
        with desk.read() as read:
            return queries.sheet(read, made_id("bench", "task", 7))

    def values_before() -> object:
        with desk.read() as read:
            item = queries.items_of(read, made_id("bench", "template"))[3]
            return queries.last_values(read, made_id("bench", "task", 7), item)

    return {
        "a round: open its sheet of 50 answers": sheet_of_round,
        "a round: earlier values of an item": values_before,
    }


def _spied(desk: Desk, work: Callable[[], object]) -> list[str]:
    """The SELECTs that a piece of work sends, with their values."""
    seen: list[str] = []
    with desk.profile.store._connected() as connection:
        connection.set_trace_callback(seen.append)
    work()
    with desk.profile.store._connected() as connection:
        connection.set_trace_callback(None)
    return [s for s in seen if s.lstrip().upper().startswith(("SELECT", "WITH"))]


def _replay(raw: sqlite3.Connection, statements: list[str]) -> None:
    for statement in statements:
        for _row in raw.execute(statement):
            pass
