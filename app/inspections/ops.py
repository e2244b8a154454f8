"""The ops of rounds (巡检): begin, answer, submit, review, miss, and the work that a deviation raises."""

from collections.abc import Iterator
from typing import Any

import msgspec

from app.access import Actor, Permission
from app.changes import ALERTS, ROUNDS
from app.errors import Objection
from app.fields import clean_row, fields_of, from_json, to_json
from app.inspections.machine import ROUNDS as LIFE
from app.ops import MissingRowError, Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_

TASK = "inspection_task"
_TOPICS = {"inspections", ROUNDS}
#: The words of the states for sentences; translated when they are shown.
_STATES = dict(fields_of(TASK)["status"].choices)
_CLOSED = N_("This round is not open: it is “{state}”. Go back to the list of rounds.")


class Round(msgspec.Struct, frozen=True):
    """Which round it is: made of its plan, so that every laptop names it alike."""

    id: bytes
    code: str
    template_id: bytes
    site_id: bytes
    due_from: int
    due_to: int
    plan_id: bytes | None = None
    location_id: bytes | None = None
    equipment: str | None = None
    assignee_id: bytes | None = None

    def row(self) -> dict[str, Any]:
        """The columns of the task."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if name != "id"}


class Scanned(msgspec.Struct, frozen=True):
    """A label that was scanned at the place, and when."""

    label: str
    at: int


@operation("inspection.start", Permission.DO_ROUNDS, _TOPICS)
class Start(Op, frozen=True):
    """Somebody begins a round or goes on with it; two who begin the same one share it."""

    round: Round
    at: int
    late_reason: str = ""
    scanned: Scanned | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get(TASK, self.round.id)
        if row and row["status"] in {"submitted", "reviewed", "cancelled"}:
            yield Objection("closed", _CLOSED, {"state": _STATES[row["status"]]})
        if row and row["status"] == "missed" and not self.late_reason.strip():
            yield Objection("late", N_("Please say why this round is done late."), field="late_reason")

    def apply(self, tx: Tx) -> None:
        row = tx.get(TASK, self.round.id)
        if row is None:
            opened = {
                "status": "in_progress",
                "started_at": self.at,
                "executors": to_json(_with_actor(tx, None)),
            }
            tx.insert(TASK, self.round.id, self.round.row() | opened | self._marks({}))
            return
        now = {"executors": to_json(_with_actor(tx, row["executors"]))} | self._marks(row)
        if LIFE.step(row["status"], "in_progress"):
            now |= {"status": "in_progress", "started_at": row["started_at"] or self.at}
        tx.update(TASK, self.round.id, now)

    def _marks(self, row: dict[str, Any]) -> dict[str, Any]:
        marks: dict[str, Any] = {}
        if self.late_reason and not row.get("late_reason"):
            marks["late_reason"] = self.late_reason
        if self.scanned and not row.get("scanned_at_place"):
            marks |= {"scanned_at_place": self.scanned.at, "scanned_label": self.scanned.label}
        return marks

    def subject(self) -> Subject:
        return TASK, self.round.id


def _with_actor(tx: Tx, executors: str | None) -> list[str]:
    """The people who did a round, in the order in which they came."""
    people: list[str] = from_json(executors) or []
    actor = tx.op.actor
    return people if actor is None or actor.hex() in people else [*people, actor.hex()]


@operation("inspection.answer", Permission.DO_ROUNDS, {"inspections", ALERTS})
class Answer(Op, frozen=True, kw_only=True):
    """One confirmed answer: a fact, with the unit and limits that held when it was given."""

    task_id: bytes
    item_id: bytes
    site_id: bytes
    state: str
    measured_at: int
    equipment_id: bytes | None = None
    value_num: int | None = None
    value_text: str | None = None
    unit: str | None = None
    limit_low: int | None = None
    limit_high: int | None = None
    remark: str | None = None
    photos: tuple[str, ...] = ()

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get(TASK, self.task_id)
        if row is None or row["status"] != "in_progress":
            yield Objection("closed", _CLOSED, {"state": _STATES[row["status"] if row else "scheduled"]})
        if self.state != "na" and self.value_num is None and not self.value_text:
            yield Objection("empty", N_("Give an answer first: an empty field is not 0."), field="value")
        if self.state == "fail" and not (self.remark or "").strip():
            yield Objection("remark", N_("Say what you see: a deviation needs a remark."), field="remark")
        if self.state == "na" and not (self.remark or "").strip():
            yield Objection("reason", N_("Please say why this does not apply."), field="remark")

    def apply(self, tx: Tx) -> None:
        values = msgspec.structs.asdict(self) | {
            "photos": to_json(self.photos) if self.photos else None,
            "measured_by": tx.op.actor,
        }
        tx.insert("inspection_result", tx.op.op_id, values)

    def subject(self) -> Subject:
        return TASK, self.task_id


@operation("inspection.raise", Permission.DO_ROUNDS, {"work"})
class Raise(Op, frozen=True, kw_only=True):
    """A deviation becomes a fault (故障) with its work order (工单); every laptop gives them the same ids."""

    fault_id: bytes
    order_id: bytes
    fault: dict[str, Any]
    order: dict[str, Any]

    def apply(self, tx: Tx) -> None:
        for table, row_id, row in (
            ("fault", self.fault_id, self.fault),
            ("work_order", self.order_id, self.order),
        ):
            values = clean_row(table, row)
            if not tx.has(table, row_id):
                tx.insert(table, row_id, values)

    def subject(self) -> Subject:
        return "fault", self.fault_id


@operation("inspection.submit", Permission.DO_ROUNDS, _TOPICS)
class Submit(Op, frozen=True):
    """A round is handed in: its answers are sealed. A second submission is kept as a conflict for the supervisor."""

    task_id: bytes
    at: int
    answers: tuple[bytes, ...]
    seal: bytes
    result: str

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get(TASK, self.task_id)
        if row is None or row["status"] != "in_progress":
            yield Objection("closed", _CLOSED, {"state": _STATES[row["status"] if row else "scheduled"]})

    def apply(self, tx: Tx) -> None:
        row = _task(tx, self.task_id)
        if row["status"] in {"submitted", "reviewed", "cancelled"}:
            if row["sealed"] != self.seal:
                tx.conflict(TASK, row | {"sealed": _hex(row["sealed"])}, "sealed", None, self.seal.hex())
            return
        sent = {"submitted_at": self.at, "submitted_by": tx.op.actor, "sealed": self.seal}
        tx.update(TASK, self.task_id, sent | {"status": "submitted", "result": self.result})

    def subject(self) -> Subject:
        return TASK, self.task_id


@operation("inspection.review", Permission.REVIEW_ROUNDS, _TOPICS)
class Review(Op, frozen=True):
    """The supervisor approves a round, or returns it with a remark."""

    task_id: bytes
    approved: bool
    at: int
    remark: str = ""

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get(TASK, self.task_id)
        if row is None or row["status"] != "submitted":
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
        elif not self.approved and not self.remark.strip():
            yield Objection("remark", N_("Please say what is to be corrected."), field="remark")

    def apply(self, tx: Tx) -> None:
        row, target = _task(tx, self.task_id), "reviewed" if self.approved else "returned"
        if row["status"] != "submitted":
            if row["status"] != target:
                tx.conflict(TASK, row, "status", "submitted", target)
            return
        done = {"status": target, "reviewed_at": self.at, "reviewed_by": tx.op.actor}
        tx.update(TASK, self.task_id, done | {"review_remark": self.remark or None})

    def subject(self) -> Subject:
        return TASK, self.task_id


@operation("inspection.miss", Permission.DO_ROUNDS, _TOPICS)
class Miss(Op, frozen=True):
    """Window and grace of a round have passed (漏检); one that was begun anywhere stays begun."""

    round: Round
    at: int

    def apply(self, tx: Tx) -> None:
        row = tx.get(TASK, self.round.id)
        if row is None:
            tx.insert(TASK, self.round.id, self.round.row() | {"status": "missed"})
        elif row["status"] == "scheduled":
            tx.update(TASK, self.round.id, {"status": "missed"})

    def subject(self) -> Subject:
        return TASK, self.round.id


def _task(tx: Tx, task_id: bytes) -> dict[str, Any]:
    row = tx.get(TASK, task_id)
    if row is None:
        raise MissingRowError("an op on an unknown round")
    return row


def _hex(value: bytes | None) -> str | None:
    return value.hex() if value is not None else None
