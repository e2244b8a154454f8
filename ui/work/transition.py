"""Moving a record on: the buttons of its machine, and a dialog that asks exactly for what the step still lacks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from app.desk import Desk
from app.errors import Objection
from app.fields import fields_of
from app.words import _
from app.workflow import Machine, Step
from ui.declared import form_fields, from_form, to_form, unreadable
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField


def lacking(step: Step, row: Mapping[str, Any]) -> list[str]:
    """The fields that the step must have and the record does not have yet."""
    return [name for name in step.must if row.get(name) in (None, "")]


def asks(step: Step, row: Mapping[str, Any]) -> bool:
    """Whether the step has something to ask before it is done."""
    return bool(lacking(step, row)) or step.remark or step.grave


def _remark(step: Step) -> FormField:
    return FormField("remark", _("Reason") if step.remark else _("Remarks"), "lines", required=step.remark)


@dataclass(frozen=True)
class Moving:
    """A record about to take a step of its machine, with values to propose for what it lacks."""

    machine: Machine
    row: Mapping[str, Any]
    step: Step
    proposed: Mapping[str, Any] = field(default_factory=dict)
    #: What speaks against the values that were typed; a warning is overridden by a remark.
    weigh: Callable[[Mapping[str, Any]], Sequence[Objection]] | None = None
    #: What is to be known before the step is done; it is asked about then.
    note: str = ""


def ask_step(parent: QWidget, desk: Desk, moving: Moving) -> tuple[str, dict[str, Any]] | None:
    """The remark and the values that the step needs; None when the person thought better of it.

    A step that has nothing to ask is not asked about: undo is the way back.
    """
    if not asks(moving.step, moving.row) and not moving.note:
        return "", {}
    table, step = moving.machine.table, moving.step
    names = lacking(step, moving.row)
    typed = FormDialog.ask(
        parent,
        f"{_(step.word)} · {moving.row.get('code', '')}",
        [*form_fields(desk, table, names, required=names), _remark(step)],
        to_form(desk, table, {name: moving.proposed.get(name) for name in names}),
        check=lambda found: unreadable(desk, table, found) or _weighed(desk, moving, found),
        do=_(step.word),
        text="\n".join(filter(None, [_move_words(moving), moving.note])),
    )
    if typed is None:
        return None
    return typed.pop("remark", None) or "", from_form(desk, table, typed)


def _move_words(moving: Moving) -> str:
    old, new = moving.machine.word(moving.step.source), moving.machine.word(moving.step.target)
    return _("Status: {old} → {new}").format(old=old, new=new)


def _weighed(desk: Desk, moving: Moving, typed: dict[str, Any]) -> dict[str, str]:
    if moving.weigh is None:
        return {}
    found = moving.weigh(from_form(desk, moving.machine.table, typed))
    open_ones = [o for o in found if not (o.may_override and typed.get("remark"))]
    made: dict[str, str] = {}
    for objection in open_ones:
        where = objection.field or ""
        made[where] = "\n".join(filter(None, [made.get(where), str(objection)]))
    if open_ones and all(o.may_override for o in open_ones):
        made["remark"] = _("Give the reason here to do it anyway.")
    return made


def step_buttons(
    machine: Machine, state: str, desk: Desk, chosen: Callable[[Step], object]
) -> list[QPushButton]:
    """The buttons of the moves that this person may make: the first is primary, grave ones are drawn as danger."""
    made = []
    for place, step in enumerate(machine.steps_from(state, desk.actor)):
        kind = "danger" if step.grave else "default" if place else "primary"
        one = button(_(step.word), kind=kind)
        one.clicked.connect(lambda _checked=False, wanted=step: chosen(wanted))
        made.append(one)
    return made


def state_choices(machine: Machine) -> list[tuple[str, str]]:
    """The states of a machine and their words, for a filter."""
    return [(code, _(word)) for code, word in fields_of(machine.table)[machine.column].choices]
