"""Two records side by side: what each says, what differs, and what would move."""

from dataclasses import dataclass
from typing import Any

from app.aliases import MERGEABLE, references
from app.conflicts.words import person_name, shown
from app.fields import about, fields_of
from app.names import label_of
from app.tx import Reader
from app.words import _
from db.models.base import SYSTEM_COLUMNS


@dataclass(frozen=True)
class Value:
    """One field of both records; `differs` asks for a choice."""

    name: str
    label: str
    left: str
    right: str
    values: tuple[Any, Any]

    @property
    def differs(self) -> bool:
        return bool(self.values[0] != self.values[1])


@dataclass(frozen=True)
class Side:
    """Which of the two it is, who made it and when, and how much refers to it."""

    id: bytes
    title: str
    who: str
    at: int
    named: int


@dataclass(frozen=True)
class Pair:
    """Two records that may be one."""

    table: str
    code: str
    left: Side
    right: Side
    values: tuple[Value, ...]


def pairs(read: Reader) -> list[tuple[str, str, tuple[bytes, ...]]]:
    """The numbers that more than one record bears: table, number, ids in the order in which they were made."""
    found: list[tuple[str, str, tuple[bytes, ...]]] = []
    for table in MERGEABLE:
        key, groups = about(table).key, dict[str, list[bytes]]()
        for code, row_id in read.rows(
            f'SELECT "{key}", id FROM "{table}" WHERE deleted = 0 AND "{key}" IN (SELECT "{key}" FROM "{table}" '
            f"WHERE deleted = 0 GROUP BY 1 HAVING count(*) > 1) ORDER BY 1, created_at, id"
        ):
            groups.setdefault(code, []).append(row_id)
        found += [(table, code, tuple(ids)) for code, ids in groups.items()]
    return found


def pair(read: Reader, table: str, left: bytes, right: bytes, timezone: str) -> Pair | None:
    """Two records of one register field by field; None where one is not here any more."""
    rows = [read.get(table, one) for one in (left, right)]
    first, second = rows
    if first is None or second is None or first["deleted"] or second["deleted"]:
        return None
    values = []
    for name, field in fields_of(table).items():
        both = first[name], second[name]
        if name in SYSTEM_COLUMNS or field.kind == "bytes" or both == (None, None):
            continue
        texts = [shown(read, table, name, value, timezone) for value in both]
        values.append(Value(name, _(field.label), texts[0], texts[1], both))
    return Pair(
        table, first[about(table).key], _side(read, table, first), _side(read, table, second), tuple(values)
    )


def _side(read: Reader, table: str, row: dict[str, Any]) -> Side:
    title = " ".join(label_of(read, table, row["id"]).split())
    named = sum(1 for _found in references(read, table, row["id"]))
    return Side(row["id"], title, person_name(read, row["created_by"]), row["created_at"], named)


def moves(read: Reader, table: str, old: bytes) -> list[tuple[str, int]]:
    """What would name the kept record instead: the word of each register and how many of its records, the most first."""
    counts: dict[str, int] = {}
    for other, _column, _id in references(read, table, old):
        word = _(about(other).title)
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda found: (-found[1], found[0]))
