"""Opening the right round by the label at the place (R-4.2-e)."""

from dataclasses import dataclass
from typing import Any

from app.desk import Desk
from app.errors import AppError
from app.fields import from_json
from app.inspections.lists import RoundLine, rounds_to_do
from app.inspections.rules import spoken
from app.labels.codes import named_by
from app.labels.payload import Kind, Scan, read_scan
from app.tx import Reader
from app.words import N_


@dataclass(frozen=True)
class FoundRound:
    """The round that a label opens, and the label as it is recorded."""

    line: RoundLine
    label: str


def task_for_scan(desk: Desk, text: str) -> FoundRound | None:
    """The round that is due where this label hangs: of a place, of a machine, or a blank or foreign one that was bound to either.

    None when the label is of another kind. Raises AppError with a sentence when the place or machine is unknown or no
    round is due there.
    """
    scan = read_scan(text)
    with desk.read() as read:
        spot = _labelled(read, scan)
    if spot is None:
        return None
    lines = [line for line in rounds_to_do(desk, everybody=True) if line.can_start]
    with desk.read() as read:
        name = spoken(spot.row["name"], spot.row["name_en"])
        places, codes = _around(read, spot)
        there = [line for line in lines if _is_there(read, line.id, places, codes)]
        # A label at a place means the round of the place, one on a machine the round of the machine.
        there.sort(key=lambda line: bool(_machines_of(read, line.id)) == (spot.table == "location"))
    if there:
        return FoundRound(there[0], spot.row["code"])
    raise AppError(
        N_("No round is due at {name} ({code}) now. The list of rounds shows what is due."),
        name=name,
        code=spot.row["code"],
    )


@dataclass(frozen=True)
class _Spot:
    """The place or machine that a label names."""

    table: str
    row: dict[str, Any]


def _labelled(read: Reader, scan: Scan) -> _Spot | None:
    """What the label hangs at; merged records lead to the one that was kept. None for what is no place and no machine."""
    for one in named_by(read, scan):
        if one.table in {"location", "equipment"} and (row := read.get(one.table, one.id)):
            return _Spot(one.table, row)
    if scan.payload and scan.payload.kind in {Kind.LC, Kind.EQ}:
        raise AppError(
            N_("The label says {code}, but this site knows nothing of that code. Check the label."),
            code=scan.payload.code,
        )
    return None


def _around(read: Reader, spot: _Spot) -> tuple[list[bytes], list[str]]:
    """The place of the label with the places it lies in, nearest first, and the machine's code."""
    of_place = spot.table == "location"
    place = spot.row["id"] if of_place else spot.row["location_id"]
    codes = [] if of_place else [spot.row["code"]]
    places: list[bytes] = []
    while place is not None and place not in places:
        places.append(place)
        place = read.value("SELECT parent_id FROM location WHERE id = ?", place)
    return places, codes


def _machines_of(read: Reader, round_id: bytes) -> list[str]:
    found = read.value(
        "SELECT equipment FROM inspection_task WHERE id = ?1 UNION ALL SELECT p.equipment FROM due_round d "
        "JOIN inspection_plan p ON p.id = d.plan_id WHERE d.id = ?1",
        round_id,
    )
    return from_json(found) or []


def _is_there(read: Reader, round_id: bytes, places: list[bytes], codes: list[str]) -> bool:
    """Whether a round has to do with the labelled machine, or leads to the labelled place."""
    found = read.row(
        "SELECT template_id, location_id, equipment FROM inspection_task WHERE id = ?1 UNION ALL "
        "SELECT d.template_id, p.location_id, p.equipment FROM due_round d JOIN inspection_plan p ON p.id = d.plan_id "
        "WHERE d.id = ?1",
        round_id,
    )
    if found is None:
        return False
    template_id, location_id, equipment = found
    if set(codes) & set(from_json(equipment) or []):
        return True
    items = read.rows(
        "SELECT coalesce(i.location_id, e.location_id), e.code FROM inspection_item i "
        "LEFT JOIN equipment e ON e.id = i.equipment_id WHERE i.template_id = ? AND i.deleted = 0",
        template_id,
    )
    if codes and set(codes) & {code for _place, code in items}:
        return True
    listed = [
        read.value("SELECT location_id FROM equipment WHERE code = ?", c) for c in from_json(equipment) or []
    ]
    stops = {location_id, *listed, *(place for place, _code in items)} - {None}
    # A label inside a place of the round counts; so does the label of a place that holds its stops.
    return bool(stops & set(places)) or (
        not codes and any(places[0] in _up(read, stop) for stop in stops if stop)
    )


def _up(read: Reader, place: bytes) -> set[bytes]:
    seen: set[bytes] = set()
    now: bytes | None = place
    while now is not None and now not in seen:
        seen.add(now)
        now = read.value("SELECT parent_id FROM location WHERE id = ?", now)
    return seen
