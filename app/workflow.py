"""State machines as tables: the buttons, the step bar, the refusals and the documentation are drawn from them.

The machines' ids (SM-01 ... SM-20) are those of the requirements catalogue, section 1.S.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access import Actor, Permission
from app.errors import Objection
from app.fields import fields_of
from app.words import N_, _

if TYPE_CHECKING:
    from app.tx import Reader, Tx

Record = Callable[["Tx", Mapping[str, Any], str, str], None]
Weigh = Callable[["Reader", Mapping[str, Any], str, Actor], Iterator[Objection]]


@dataclass(frozen=True)
class Step:
    """One allowed move: from where to where, who may, which fields must be filled in, the word on its button."""

    source: str
    target: str
    word: str
    who: Permission
    must: tuple[str, ...] = ()
    remark: bool = False
    #: Asks for confirmation and is drawn as a danger.
    grave: bool = False


@dataclass(frozen=True)
class Machine:
    """The life of a kind of record."""

    id: str
    table: str
    steps: tuple[Step, ...]
    #: The main line of states, as the step bar shows it.
    line: tuple[str, ...]
    column: str = "status"
    #: Writes what else history keeps of a move (the equipment's life, say); deterministic.
    record: Record | None = None
    #: What the rules of the trade say of a move besides what must be filled in.
    weigh: Weigh | None = None
    #: Undo takes a move back also where no step leads back; it needs the permission of the move.
    undoable: bool = False

    def step(self, source: str, target: str) -> Step | None:
        """The move between two states, if there is one."""
        return next((s for s in self.steps if (s.source, s.target) == (source, target)), None)

    def steps_from(self, source: str, actor: Actor) -> list[Step]:
        """The moves that this person may make from a state: the buttons."""
        return [s for s in self.steps if s.source == source and actor.may(s.who)]

    def word(self, state: str) -> str:
        """The word of a state in the spoken language."""
        return _(dict(fields_of(self.table)[self.column].choices)[state])

    def missing(self, source: str, target: str, row: Mapping[str, Any], remark: str) -> Iterator[Objection]:
        """What must be filled in before the move; an objection for each."""
        step = self.step(source, target)
        if step is None:
            yield Objection("step", N_("This step is not allowed from here."))
            return
        fields = fields_of(self.table)
        for name in step.must:
            if row.get(name) in (None, ""):
                yield Objection(
                    "required", N_("{field}: please fill this in."), {"field": fields[name].label}, field=name
                )
        if step.remark and not remark.strip():
            yield Objection("remark", N_("Please give the reason."), field="remark")


def remarked(table: str, tx: "Tx", old: Mapping[str, Any], target: str, remark: str) -> None:
    """What was said when a record was moved on stays with it, for everybody: the `record` of a machine, given its table."""
    if remark.strip():
        tx.insert(
            "step_note",
            tx.made(f"step:{old['id'].hex()}"),
            {
                "site_id": old["site_id"], "owner_table": table, "owner_id": old["id"], "from_state": old["status"],
                "to_state": target, "text": remark.strip(), "at": tx.op.wall, "by_id": tx.op.actor,
            },
        )  # fmt: skip


_machines: dict[str, Machine] = {}


def declare(machine: Machine) -> Machine:
    """Register the machine of a table."""
    _machines[machine.table] = machine
    return machine


def machine_of(table: str) -> Machine:
    """The machine of a table. Raises KeyError where records have no states."""
    return _machines[table]


def machines() -> dict[str, Machine]:
    """All declared machines by table."""
    return dict(_machines)
