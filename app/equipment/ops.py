"""What is done with a machine besides moving it on: move it, hang it under another, read its meter, use it, note something.

Each is a fact of its history (设备履历): written once, corrected only by a new entry.
"""

from collections.abc import Iterator

from app import values
from app.access import Actor, Permission
from app.equipment.machine import write_event
from app.errors import Objection
from app.generic import PatchRow, merge_fields
from app.ops import Envelope, Inverse, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_

_TOPICS = {"equipment"}


class _OnMachine(Op, frozen=True, kw_only=True):
    equipment: bytes

    def subject(self) -> Subject:
        return "equipment", self.equipment

    def _unknown(self, read: Reader) -> Iterator[Objection]:
        if read.get("equipment", self.equipment) is None:
            yield Objection("equipment", N_("This machine is not in the register."))


@operation("equipment.move", Permission.USE_EQUIPMENT, _TOPICS)
class Move(_OnMachine, frozen=True, kw_only=True):
    """A machine is taken to another place of its site."""

    base: bytes
    place: bytes
    remark: str = ""

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row, place = read.get("equipment", self.equipment), read.get("location", self.place)
        if row is None:
            yield from self._unknown(read)
        elif place is None or place["site_id"] != row["site_id"]:
            text = N_("This place is not at the machine's site. Choose another one.")
            yield Objection("place", text, field="location_id")

    def apply(self, tx: Tx) -> None:
        merge_fields(tx, "equipment", PatchRow(self.equipment, {"location_id": (self.base, self.place)}))
        row = tx.get("equipment", self.equipment)
        if row is not None and row["location_id"] == self.place:
            names = [(tx.get("location", place) or {}).get("name") for place in (self.base, self.place)]
            write_event(tx, row, "move", from_state=names[0], to_state=names[1], text=self.remark or None)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return Inverse([Move(equipment=self.equipment, base=self.place, place=self.base)])


def above(read: Reader, equipment: bytes) -> list[bytes]:
    """The machines that a machine is part of, the nearest first; safe even where two laptops made a ring."""
    found: list[bytes] = []
    row = read.get("equipment", equipment)
    while row and row["parent_id"] and row["parent_id"] not in found:
        found.append(row["parent_id"])
        row = read.get("equipment", row["parent_id"])
    return found


def parent_objections(
    read: Reader, equipment: bytes | None, site: bytes, parent: bytes | None
) -> Iterator[Objection]:
    """What speaks against a machine being part of another: another site, itself, or one of its own parts."""
    if parent is None:
        return
    row = read.get("equipment", parent)
    if row is None or row["site_id"] != site:
        text = N_("The machine that it is part of must be at the same site.")
        yield Objection("parent", text, field="parent_id")
    elif equipment is not None and (parent == equipment or equipment in above(read, parent)):
        text = N_("A machine cannot be part of itself or of one of its own parts.")
        yield Objection("ring", text, field="parent_id")


@operation("equipment.attach", Permission.EDIT_EQUIPMENT, _TOPICS)
class Attach(_OnMachine, frozen=True, kw_only=True):
    """A machine becomes part of another one, or stands by itself."""

    base: bytes | None = None
    parent: bytes | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get("equipment", self.equipment)
        if row is None:
            yield from self._unknown(read)
        else:
            yield from parent_objections(read, self.equipment, row["site_id"], self.parent)

    def apply(self, tx: Tx) -> None:
        merge_fields(tx, "equipment", PatchRow(self.equipment, {"parent_id": (self.base, self.parent)}))

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        return Inverse([Attach(equipment=self.equipment, base=self.parent, parent=self.base)])


@operation("equipment.read_meter", Permission.USE_EQUIPMENT, _TOPICS)
class ReadMeter(_OnMachine, frozen=True, kw_only=True):
    """A counter is read; the running hours of the machine are the last reading."""

    meter: str
    value: int
    read_at: int
    reader: bytes | None = None
    source: str = "manual"
    replaced: bool = False

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        yield from self._unknown(read)
        last = read.row(
            "SELECT value FROM meter_reading WHERE equipment_id = ? AND meter = ? AND read_at <= ? "
            "ORDER BY read_at DESC, n DESC LIMIT 1",
            self.equipment, self.meter, self.read_at,
        )  # fmt: skip
        if self.value < 0:
            yield Objection("negative", N_("A meter shows no value below zero."), field="value")
        elif last and self.value < last[0] and not self.replaced:
            text = N_("The last reading was {last}. A lower one is only right when the meter was replaced.")
            said = {"last": values.show_quantity(last[0])}
            yield Objection("lower", text, said, field="value")

    def apply(self, tx: Tx) -> None:
        row = tx.get("equipment", self.equipment)
        known = {"meter": self.meter, "value": self.value, "read_at": self.read_at}
        place = {"equipment_id": self.equipment, "site_id": row["site_id"] if row else None}
        how = {"reader_id": self.reader, "source": self.source, "replaced": int(self.replaced)}
        tx.insert("meter_reading", tx.made("reading"), known | place | how)
        if row is not None and self.meter == "run_hours":
            later = tx.value(
                "SELECT 1 FROM meter_reading WHERE equipment_id = ? AND meter = 'run_hours' AND read_at > ? LIMIT 1",
                self.equipment, self.read_at,
            )  # fmt: skip
            if not later:
                tx.update("equipment", self.equipment, {"run_hours": self.value})


@operation("equipment.use", Permission.USE_EQUIPMENT, _TOPICS)
class LogUse(_OnMachine, frozen=True, kw_only=True):
    """Somebody used a machine from when to when, and for what (使用记录)."""

    operator: bytes
    started_at: int
    ended_at: int | None = None
    hours: int | None = None
    purpose: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        yield from self._unknown(read)
        if self.ended_at is not None and self.ended_at < self.started_at:
            yield Objection("order", N_("The end lies before the start."), field="ended_at")

    def apply(self, tx: Tx) -> None:
        row = tx.get("equipment", self.equipment)
        hours = self.hours
        if hours is None and self.ended_at is not None:
            hours = (self.ended_at - self.started_at) // 3600  # ms of time to thousandths of an hour
        tx.insert(
            "equipment_use",
            tx.made("use"),
            {
                "equipment_id": self.equipment,
                "site_id": row["site_id"] if row else None,
                "operator_id": self.operator,
                "started_at": self.started_at,
                "ended_at": self.ended_at,
                "hours": hours,
                "purpose": self.purpose,
            },
        )


@operation("equipment.note", Permission.USE_EQUIPMENT, _TOPICS)
class Note(_OnMachine, frozen=True, kw_only=True):
    """An entry by hand: upkeep, a modification, a document, or a plain note, with what it cost."""

    event: str
    text: str
    cost: int | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        yield from self._unknown(read)
        if self.event not in HAND_WRITTEN:
            yield Objection("kind", N_("Choose what kind of entry this is."), field="event")
        if not self.text.strip():
            yield Objection("text", N_("Write down what is to be remembered."), field="text")

    def apply(self, tx: Tx) -> None:
        row = tx.get("equipment", self.equipment)
        if row is not None:
            write_event(tx, row, self.event, text=self.text, cost=self.cost)


#: The kinds of entries that a person may write by hand; the others come from what is done.
HAND_WRITTEN = ("maintenance", "modification", "document", "note")
