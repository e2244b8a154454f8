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
from app.exchange.quiet import uncollected
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


@uncollected()
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
    feed = _Feed(desk, plan, options)
    told = (lambda _count: progress(feed.done, feed.total)) if progress else None
    done = desk.perform(reason="import", more=feed.ops(), progress=told)
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


class _Feed:
    """The ops of an import, made one by one while the action runs; a large file is never twice in memory."""

    def __init__(self, desk: Desk, plan: Plan, options: Options) -> None:
        self._plan = plan
        self._lines = [line for line in plan.lines if not line.bad]
        self._openings = [line.opening for line in self._lines if line.opening]
        # Drawn before the action begins: its transaction holds the file.
        self._numbers = desk.numbers("SM", len(self._openings))
        self._at = options.happened_at or desk.now()
        rows = sum(len(line.creates) + len(line.patches) for line in self._lines)
        self.done, self.total = 0, rows + len(self._openings) + sum(map(len, plan.extra.values()))

    def ops(self) -> Iterator[Op]:
        """What is missing first, then the rows table by table, then the balances."""
        for table, made in self._plan.extra.items():
            yield from self._counted(creates(table, made.items()))
        for table in dict.fromkeys(spec.table for spec in self._plan.target.rows):
            new = ((i, values) for line in self._lines for t, i, values in line.creates if t == table)
            yield from self._counted(creates(table, new))
            old = ((i, fields) for line in self._lines for t, i, fields in line.patches if t == table)
            yield from self._counted(patches(table, old))
        for opening, number in zip(self._openings, self._numbers, strict=True):
            self.done += 1
            yield opening.op(number, self._at)

    def _counted(self, ops: Iterator[Create] | Iterator[Patch]) -> Iterator[Op]:
        for op in ops:
            self.done += len(op.rows)
            yield op


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
