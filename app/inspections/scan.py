"""Opening the right round by the label at the place (R-4.2-e)."""

from dataclasses import dataclass
from typing import Any

from app.desk import Desk
from app.errors import AppError
from app.fields import from_json
from app.inspections.lists import RoundLine, rounds_to_do
from app.inspections.rules import spoken
from app.labels.payload import Kind, Payload, read_scan
from app.tx import Reader
from app.words import N_


@dataclass(frozen=True)
class FoundRound:
    """The round that a label opens, and the label as it is recorded."""

    line: RoundLine
    label: str


def task_for_scan(desk: Desk, text: str) -> FoundRound | None:
    """The round that is due where this place or equipment label hangs; None when the label is of another kind.

    Raises AppError with a sentence when the place or machine is unknown or no round is due there.
    """
    payload = read_scan(text).payload
    if payload is None or payload.kind not in (Kind.LC, Kind.EQ):
        return None
    lines = [line for line in rounds_to_do(desk, everybody=True) if line.can_start]
    with desk.read() as read:
        row = _labelled(read, payload)
        name = spoken(row["name"], row["name_en"])
        places, codes = _around(read, payload, row)
        there = [line for line in lines if _is_there(read, line.id, places, codes)]
        # A label at a place means the round of the place, one on a machine the round of the machine.
        there.sort(key=lambda line: bool(_machines_of(read, line.id)) == (payload.kind is Kind.LC))
    if there:
        return FoundRound(there[0], row["code"])
    raise AppError(
        N_("No round is due at {name} ({code}) now. The list of rounds shows what is due."),
        name=name,
        code=row["code"],
    )


def _labelled(read: Reader, payload: Payload) -> dict[str, Any]:
    table = "location" if payload.kind is Kind.LC else "equipment"
    row_id = read.value(
        f"SELECT id FROM {table} WHERE upper(code) = ? AND deleted = 0 ORDER BY n", payload.code.upper()
    )
    if row_id is None:
        alias = "SELECT target_id FROM code_alias WHERE upper(code) = ? AND target_table = ? AND deleted = 0"
        row_id = read.value(alias, payload.code.upper(), table)
    row = read.get(table, row_id)
    if row is None:
        raise AppError(
            N_("The label says {code}, but this site knows nothing of that code. Check the label."),
            code=payload.code,
        )
    return row


def _around(read: Reader, payload: Payload, row: dict[str, Any]) -> tuple[list[bytes], list[str]]:
    """The place of the label with the places it lies in, nearest first, and the machine's code."""
    place = row["id"] if payload.kind is Kind.LC else row["location_id"]
    codes = [row["code"]] if payload.kind is Kind.EQ else []
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
