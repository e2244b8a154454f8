"""The import itself: one action of many ops, whole or not at all, taken back in one step."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Denied
from app.exchange.dryrun import dry_run
from app.exchange.plan import PLAIN, Options, Plan, Progress
from app.generic import MAX_ROWS, Create, NewRow, Patch, PatchRow
from app.ops import MAX_BODY, Op
from app.words import N_

#: A slice of rows stays below the size of one op, envelope included.
_SLICE = MAX_BODY * 3 // 4
_encoded = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Imported:
    """What an import did; `action_id` takes it back. None where the file changed nothing."""

    done: Done | None
    new: int
    changed: int
    same: int
    left_out: int

    @property
    def action_id(self) -> bytes | None:
        return self.done.action_id if self.done else None


def commit(
    desk: Desk,
    plan: Plan,
    *,
    only_good: bool = False,
    options: Options = PLAIN,
    progress: Progress | None = None,
) -> Imported:
    """Bring the rows of a dry run in. `progress` may raise to cancel; then nothing happened.

    Raises AppError while the file has errors (unless `only_good`), or when records changed since the dry run.
    """
    if not desk.may(Permission.IMPORT):
        raise Denied
    bad = plan.count("error")
    if bad and not only_good:
        raise AppError(N_("{count} rows have errors. Mend them, or import only the good rows."), count=bad)
    plan = _still_true(desk, plan, options)
    counts = (plan.count("new"), plan.count("changed"), plan.count("same"), bad)
    if not plan.changes:
        return Imported(None, *counts)
    ops = list(_ops(desk, plan, options))
    total = len(ops)
    done = desk.perform(
        reason="import", more=ops, progress=(lambda count: progress(count, total)) if progress else None
    )
    return Imported(done, *counts)


def _still_true(desk: Desk, plan: Plan, options: Options) -> Plan:
    """The plan, tried again where something was written since the dry run."""
    with desk.read() as read:
        now = read.value("SELECT coalesce(max(n), 0) FROM op")
    if now == plan.seen:
        return plan
    again = dry_run(desk, plan.sheet, plan.mapping, options=options)
    if [line.verdict for line in again.lines] != [line.verdict for line in plan.lines] or _patched(
        again
    ) != _patched(plan):
        raise AppError(N_("Records of this file have changed since the check. Check the file again."))
    return again


def _patched(plan: Plan) -> list[Any]:
    return [line.patches for line in plan.lines if line.patches]


def _ops(desk: Desk, plan: Plan, options: Options) -> Iterator[Op]:
    lines = [line for line in plan.lines if not line.bad]
    for table, rows in plan.extra.items():
        yield from creates(table, rows.items())
    for table in dict.fromkeys(spec.table for spec in plan.target.rows):
        yield from creates(table, ((i, v) for line in lines for t, i, v in line.creates if t == table))
        yield from patches(table, ((i, f) for line in lines for t, i, f in line.patches if t == table))
    openings = [line.opening for line in lines if line.opening]
    at = options.happened_at or desk.now()
    for opening, number in zip(openings, desk.numbers("SM", len(openings)), strict=True):
        yield opening.op(number, at)


def creates(table: str, rows: Iterable[tuple[bytes, dict[str, Any]]]) -> Iterator[Create]:
    """New rows in ops of at most 500 rows and a size that travels."""
    made = (NewRow(i, {k: v for k, v in values.items() if v is not None}) for i, values in rows)
    yield from (Create(table, tuple(batch)) for batch in _slices(made))


def patches(table: str, rows: Iterable[tuple[bytes, dict[str, tuple[Any, Any]]]]) -> Iterator[Patch]:
    """Changed rows in ops of at most 500 rows and a size that travels."""
    made = (PatchRow(i, fields) for i, fields in rows)
    yield from (Patch(table, tuple(batch)) for batch in _slices(made))


def _slices(rows: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    size = 0
    for row in rows:
        weight = len(_encoded(row)) + 1
        if batch and (len(batch) == MAX_ROWS or size + weight > _SLICE):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    if batch:
        yield batch
