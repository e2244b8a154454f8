"""A dry run as people read it: old and new values side by side, and the list of problems as a file to send to whoever keeps the table."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.desk import Desk
from app.exchange.cells import ERROR
from app.exchange.plan import Plan
from app.exchange.texts import guarded
from app.fields import Field, about, fields_of, show
from app.files import write_safely
from app.tx import Reader
from app.words import _


@dataclass(frozen=True)
class Change:
    """One field of a record that the file changes."""

    row: int
    key: str
    field: str
    old: str
    new: str


def changes(desk: Desk, plan: Plan, limit: int = 10_000) -> list[Change]:
    """What would change in records that exist, in the order of the file."""
    with desk.read() as read:
        found = _changes(read, plan)
        return [change for _count, change in zip(range(limit), found, strict=False)]


def _changes(read: Reader, plan: Plan) -> Iterator[Change]:
    made = {row_id: values for rows in plan.extra.values() for row_id, values in rows.items()}
    for line in plan.lines:
        if line.bad:
            continue
        for table, _row_id, fields in line.patches:
            declared = fields_of(table)
            for name, (old, new) in fields.items():
                words = [_shown(read, declared[name], value, made) for value in (old, new)]
                yield Change(line.row, line.key, _(declared[name].label), *words)


def _shown(read: Reader, declared: Field, value: Any, made: dict[bytes, dict[str, Any]]) -> str:
    if declared.kind != "ref" or value is None:
        return show(declared, value)
    row = made.get(value) or read.get(declared.target, value) or {}
    return str(row.get(about(declared.target).key, ""))


def write_problems(plan: Plan, path: Path) -> int:
    """The problems as a CSV file; returns how many."""
    heads = [_("Row"), _("Column"), _("In the file"), _("Grade"), _("Problem"), _("How to mend it")]
    with write_safely(path) as stream:
        text = io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(heads)
        for p in plan.problems:
            level = _("Error") if p.level == ERROR else _("Notice")
            writer.writerow([p.row, *map(guarded, (p.column, p.value, level, p.said, p.advice))])
        text.flush()
        text.detach()
    return len(plan.problems)
