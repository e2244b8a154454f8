"""What people do with the register: the use cases, each one action."""

from collections.abc import Mapping
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.equipment.machine import LIFE
from app.equipment.ops import Attach, LogUse, Move, Note, ReadMeter, parent_objections
from app.errors import AppError, Objection, Refused
from app.generic import create, move_on, patch
from app.numbers import next_code
from app.words import N_
from db.ids import new_id


def _row(desk: Desk, equipment: bytes) -> dict[str, Any]:
    with desk.read() as read:
        row = read.get("equipment", equipment)
    if row is None:
        raise AppError(N_("This machine is not in the register."))
    return row


def register(desk: Desk, values: Mapping[str, Any]) -> bytes:
    """A new machine; its id."""
    with desk.read() as read:
        if found := list(parent_objections(read, None, values["site_id"], values.get("parent_id"))):
            raise Refused(found)
    made = new_id()
    desk.perform(create("equipment", made, **values))
    return made


def with_code(desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new machine; without a code it gets the next one of its class at its site."""
    if values.get("code"):
        return dict(values)
    alike = {name: values.get(name) for name in ("class_id", "site_id")}
    with desk.read() as read:
        owners = (read.get("site", alike["site_id"]), read.get("equipment_class", alike["class_id"]))
        stem = "".join(f"{row['code']}-" for row in owners if row)
    return {**values, "code": next_code(desk, "equipment", alike, stem or "E-")}


def objections(desk: Desk, values: Mapping[str, Any], equipment: bytes | None = None) -> list[Objection]:
    """What speaks against a new machine (or the edit of one), before anything is written."""
    known = {name: value for name, value in values.items() if value is not None}
    with desk.read() as read:
        found = list(parent_objections(read, equipment, values["site_id"], values.get("parent_id")))
        place = read.get("location", values.get("location_id"))
        if place and place["site_id"] != values["site_id"]:
            text = N_("This place is not at the machine's site. Choose another one.")
            found.append(Objection("place", text, field="location_id"))
        if equipment is None:
            made = create("equipment", new_id(), **known).check(read, desk.actor)
            found += [one for one in made if one.field != "code" or known.get("code")]
    return found


def edit(desk: Desk, equipment: bytes, values: Mapping[str, Any]) -> Done | None:
    """Changed fields of a machine; its place and what it is part of become entries of their own. None: no change."""
    row = _row(desk, equipment)
    plain = {k: v for k, v in values.items() if k not in {"status", "location_id", "parent_id"}}
    place, parent = values.get("location_id", row["location_id"]), values.get("parent_id", row["parent_id"])
    ops = [
        patch("equipment", row, **plain),
        Move(equipment=equipment, base=row["location_id"], place=place)
        if place != row["location_id"]
        else None,
        Attach(equipment=equipment, base=row["parent_id"], parent=parent)
        if parent != row["parent_id"]
        else None,
    ]
    return desk.perform(*ops) if any(ops) else None


def move(desk: Desk, equipment: bytes, place: bytes, remark: str = "") -> Done:
    """Take a machine to another place."""
    row = _row(desk, equipment)
    return desk.perform(Move(equipment=equipment, base=row["location_id"], place=place, remark=remark))


def attach(desk: Desk, equipment: bytes, parent: bytes | None) -> Done:
    """Make a machine part of another one, or let it stand by itself."""
    return desk.perform(Attach(equipment=equipment, base=_row(desk, equipment)["parent_id"], parent=parent))


def proceed(desk: Desk, equipment: bytes, target: str, remark: str = "", **values: Any) -> Done:
    """Move a machine on in its life (SM-06), with what the step must have."""
    return desk.perform(move_on(LIFE, _row(desk, equipment), target, remark, **values))


def read_meter(
    desk: Desk,
    equipment: bytes,
    meter: str,
    value: int,
    *,
    read_at: int | None = None,
    replaced: bool = False,
) -> Done:
    """Enter the reading of a counter."""
    at = desk.now() if read_at is None else read_at
    reader = desk.actor.staff_id
    return desk.perform(
        ReadMeter(equipment=equipment, meter=meter, value=value, read_at=at, reader=reader, replaced=replaced)
    )


def log_use(
    desk: Desk, equipment: bytes, operator: bytes, times: tuple[int, int | None], purpose: str = ""
) -> Done:
    """Enter that somebody used a machine from when to when."""
    begun, ended = times
    return desk.perform(
        LogUse(
            equipment=equipment, operator=operator, started_at=begun, ended_at=ended, purpose=purpose or None
        )
    )


def write_note(desk: Desk, equipment: bytes, event: str, text: str, cost: int | None = None) -> Done:
    """Write an entry into the history by hand."""
    return desk.perform(Note(equipment=equipment, event=event, text=text, cost=cost))
