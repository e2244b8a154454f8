"""What people do with rounds (巡检): start, answer, submit, review; and what the laptop does alone: missed rounds."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.access import local_administrator
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.fields import to_json
from app.inspections import ops, queries
from app.inspections.deviations import raise_work, take_back_work
from app.inspections.planned import BACK_MS, Planned, find_planned, planned
from app.inspections.rules import FAIL, LEVELS, NA, Item, Value, judge
from app.profile import Profile
from app.tx import Reader
from app.values import show_instant
from app.words import N_


@dataclass(frozen=True)
class Answered:
    """What a confirmed answer meant and what it set going."""

    state: str
    #: The level of the alert that stands now because of it, or None.
    alert: int | None = None
    alert_withdrawn: bool = False
    #: The fault and order numbers that it raised.
    raised: tuple[str, ...] = ()
    #: The numbers that it took back, and those that somebody has taken up, so that they stay.
    withdrawn: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class NotComplete(AppError):
    """A round cannot be submitted yet; `points` says what is open, in the order of the sheet."""

    def __init__(self, points: "list[queries.OpenPoint]") -> None:
        super().__init__(N_("{count} items are still open. Complete them, then submit."), count=len(points))
        self.points = points


def start_round(
    desk: Desk, round_id: bytes, *, late_reason: str = "", scanned_label: str = "", join: bool = True
) -> bytes:
    """Begin a due round or go on with one; the label that was scanned at the place is recorded. Returns the task's id."""
    now = desk.now()
    with desk.read() as read:
        row = read.get(ops.TASK, round_id)
        found = None if row else find_planned(read, round_id)
    if row is None and found is None:
        raise AppError(N_("This round is no longer due. Go back to the list of rounds."))
    if found:
        _in_time(desk, found, now, late_reason)
    round_ = found.round if found else ops.Round(**{name: (row or {})[name] for name in _ROUND})
    scanned = ops.Scanned(scanned_label, now) if scanned_label else None
    idle = (
        row is not None and row["status"] == "in_progress" and not (scanned and not row["scanned_at_place"])
    )
    if idle and (not join or _takes_part(desk, row or {})):
        return round_id
    desk.perform(ops.Start(round_, now, late_reason, scanned))
    return round_id


_ROUND = ops.Round.__struct_fields__


def _takes_part(desk: Desk, row: dict[str, Any]) -> bool:
    user = desk.actor.user_id
    return user is None or user.hex() in (row["executors"] or "")


def _in_time(desk: Desk, found: Planned, now: int, late_reason: str) -> None:
    if now < found.window.due_from:
        begin = show_instant(found.window.due_from, desk.timezone)
        raise AppError(N_("It is too early for this round: it can be started from {time}."), time=begin)
    if now >= found.window.last and not late_reason.strip():
        raise AppError(N_("Please say why this round is done late."))


def answer_item(
    desk: Desk,
    task_id: bytes,
    item_id: bytes,
    value: Value,
    remark: str = "",
    *,
    not_applicable: bool = False,
) -> Answered:
    """Confirm the answer of an item. A deviation becomes an alert, or a fault with its work order, in the same action;
    a corrected one withdraws them as long as nobody has taken them up.
    """
    with desk.read() as read:
        task, item = _both(read, task_id, item_id)
        state = NA if not_applicable else judge(item, value)
        answer = _answer(read, task, item, _Said(state or "", value, remark, desk.now()))
        more = _Consequences()
        if item.on_fail == "work_order":
            if state == FAIL:
                more.ops, more.raised = raise_work(read, desk, task, item, answer)
            else:
                more.ops, more.withdrawn, more.kept = take_back_work(read, task, item)
        alert_before = queries.open_alert(read, task_id, item_id)
    desk.perform(answer, *more.ops)
    level = LEVELS.get(item.on_fail) if state == FAIL else None
    withdrawn = alert_before and level is None
    return Answered(
        state or "", level, withdrawn, tuple(more.raised), tuple(more.withdrawn), tuple(more.kept)
    )


@dataclass
class _Consequences:
    ops: list[Any] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def _both(read: Reader, task_id: bytes, item_id: bytes) -> tuple[dict[str, Any], Item]:
    task, row = read.get(ops.TASK, task_id), read.get("inspection_item", item_id)
    if task is None or row is None:
        raise AppError(N_("This round is no longer there. Go back to the list of rounds."))
    return task, Item.of(row)


@dataclass(frozen=True)
class _Said:
    """What a person said about an item, and when."""

    state: str
    value: Value
    remark: str
    at: int


def _answer(read: Reader, task: dict[str, Any], item: Item, said: "_Said") -> ops.Answer:
    value = said.value if said.state != NA or not item.is_number else None
    return ops.Answer(
        task_id=task["id"],
        item_id=item.id,
        site_id=task["site_id"],
        equipment_id=item.equipment_id or queries.only_equipment(read, task["equipment"]),
        value_num=value if isinstance(value, int) else None,
        value_text=value if isinstance(value, str) and value else None,
        unit=item.unit or None,
        limit_low=item.limit_low,
        limit_high=item.limit_high,
        state=said.state,
        remark=said.remark.strip() or None,
        photos=tuple(sha.hex() for sha in queries.photo_hashes(read, task["id"], item.id)),
        measured_at=said.at,
    )


def submit_round(desk: Desk, task_id: bytes) -> Done:
    """Hand in a round: its latest answers are sealed with the template's version and the photos' hashes.

    Raises NotComplete with what is open.
    """
    with desk.read() as read:
        points = queries.open_points(read, task_id)
        if points:
            raise NotComplete(points)
        answers, seal = sealed(read, task_id)
        result = queries.result_of(read, task_id)
    return desk.perform(ops.Submit(task_id, desk.now(), tuple(answers), seal, result))


def sealed(read: Reader, task_id: bytes) -> tuple[list[bytes], bytes]:
    """The latest answers of a round and the SHA-256 over them, the template's version and the photos' hashes."""
    head = read.row(
        "SELECT p.code, p.version FROM inspection_task t JOIN inspection_template p ON p.id = t.template_id WHERE t.id = ?",
        task_id,
    )
    rows = queries.latest_answers(read, task_id)
    photos = sorted(sha.hex() for sha in queries.photo_hashes(read, task_id))
    said = [
        [a.id.hex(), a.item_id.hex(), a.value_num, a.value_text, a.state, a.remark, a.measured_at]
        for a in rows
    ]
    text = to_json({"template": list(head or ()), "answers": said, "photos": photos})
    return [a.id for a in rows], hashlib.sha256(text.encode()).digest()


def approve_round(desk: Desk, task_id: bytes, remark: str = "") -> Done:
    """The supervisor answers for a round."""
    return desk.perform(ops.Review(task_id, approved=True, at=desk.now(), remark=remark.strip()))


def return_round(desk: Desk, task_id: bytes, remark: str) -> Done:
    """The supervisor sends a round back, saying what is to be corrected."""
    return desk.perform(ops.Review(task_id, approved=False, at=desk.now(), remark=remark.strip()))


def mark_missed(profile: Profile) -> int:
    """Record the rounds whose window and grace have passed; only a laptop without a hub decides this. Returns how many.

    Nothing is recorded while the laptop's clock is behind the newest record.
    """
    if profile.store.clock_behind():
        return 0
    now = profile.clock.now()
    with profile.store.read() as read:
        if read.value("SELECT 1 FROM meta WHERE key = 'hub_id'"):
            return 0  # another laptop may have done it: only the hub can know
        missed = list(_missed(read, now))
    if missed:
        profile.store.perform(local_administrator(), *(ops.Miss(found.round, now) for found in missed))
    return len(missed)


def _missed(read: Reader, now: int) -> Iterator[Planned]:
    for found in planned(read, now - BACK_MS, now):
        if found.window.last <= now and read.get(ops.TASK, found.round.id) is None:
            yield found
