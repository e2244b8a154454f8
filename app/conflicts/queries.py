"""Conflicts as people see them: the record, what was, what each of the two wanted, who and when, and what merged by itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app import ops as operations
from app.access import Actor, Permission
from app.audit import PROTECTED, name_of, word_of
from app.conflicts.words import (
    device_name,
    label_of_field,
    person_name,
    shown,
    value_of,
)
from app.fields import fields_of, from_json, to_json
from app.generic import DELETED, MERGED
from app.ops import MalformedError
from app.tx import Reader
from app.words import _
from app.workflow import machines
from db.models import SYNCED
from db.models.base import SYSTEM_COLUMNS

OPEN, DECIDED = "c.decision IS NULL", "c.decision IS NOT NULL"
MOST = 2000
_SEEN = (
    "(c.created_by IS ? OR EXISTS (SELECT 1 FROM audit a WHERE a.tbl = c.tbl AND a.row_id = c.row_id AND a.actor IS ? "
    "AND instr(a.changes, '\"' || c.field || '\"')))"
)
_COLUMNS = "c.id, c.tbl, c.row_id, c.field, c.op_id, c.created_at, c.decision, c.decided_by, c.decided_at"


@dataclass(frozen=True)
class Line:
    """One conflict in the list: a field, or fields that belong together, of one record."""

    ids: tuple[bytes, ...]
    table: str
    row_id: bytes
    code: str
    name: str
    #: What such a record is called, and the labels of its fields.
    word: str
    fields: str
    at: int
    decision: str
    decided_by: str
    decided_at: int | None

    @property
    def id(self) -> bytes:
        """The conflict that stands for all of its fields."""
        return self.ids[0]


@dataclass(frozen=True)
class Side:
    """One of the values: what (a text for each field), who, when, on which computer, and why."""

    texts: tuple[str, ...]
    who: str = ""
    account: bytes | None = None
    at: int | None = None
    device: str = ""
    here: bool = False
    why: str = ""
    #: It is known who set the value.
    known: bool = True


@dataclass(frozen=True)
class Merged:
    """A field that was merged without asking, and whose value it has now."""

    label: str
    text: str
    mine: bool


@dataclass(frozen=True)
class Case:
    """A conflict whole: `theirs` stands in the record now, `mine` came later and waits."""

    line: Line
    names: tuple[str, ...]
    labels: tuple[str, ...]
    base: Side
    theirs: Side
    mine: Side
    #: The record was deleted meanwhile.
    gone: bool
    #: The conflict is about the state of a record.
    state: bool
    merged: tuple[Merged, ...]
    #: What stands after the decision.
    chosen: tuple[str, ...]


def _visible(actor: Actor) -> tuple[str, list[Any]]:
    terms = ["c.deleted = 0"]
    params: list[Any] = []
    for table, needed in PROTECTED.items():
        if not actor.may(needed):
            terms.append("c.tbl <> ?")
            params.append(table)
    if actor.sites:
        terms.append(f"(c.site_id IS NULL OR c.site_id IN ({', '.join('?' * len(actor.sites))}))")
        params += sorted(actor.sites)
    if not actor.may(Permission.SETTLE_CONFLICTS):
        terms.append(_SEEN)
        params += [actor.user_id, actor.user_id]
    return " AND ".join(terms), params


def _grouped(rows: Iterable[tuple[Any, ...]]) -> list[list[tuple[Any, ...]]]:
    """Rows of the same op and record whose fields merge together."""
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        _id, table, row_id, name, op_id = row[:5]
        if table in SYNCED:
            field = fields_of(table).get(name)
            together = field.group if field and field.group else name
            groups.setdefault((op_id, table, row_id, together, row[6], row[8]), []).append(row)
    return list(groups.values())


def _rows(read: Reader, actor: Actor, state: str, order: str, most: int) -> list[list[tuple[Any, ...]]]:
    where, params = _visible(actor)
    return _grouped(
        read.rows(
            f"SELECT {_COLUMNS} FROM conflict c WHERE {state} AND {where} ORDER BY {order} LIMIT ?",
            *params,
            most,
        )
    )


def count_open(read: Reader, actor: Actor) -> int:
    """How many conflicts wait that concern this person."""
    return len(_rows(read, actor, OPEN, "c.n", MOST))


def lines(
    read: Reader, actor: Actor, *, decided: bool = False, since: int = 0, most: int = MOST
) -> list[Line]:
    """The conflicts that wait, oldest first; with `decided` those that were settled since then, newest first."""
    if not decided:
        return [_line(read, group) for group in _rows(read, actor, OPEN, "c.n", most)]
    order = "c.decided_at DESC, c.n"
    found = [_line(read, group) for group in _rows(read, actor, DECIDED, order, most)]
    return [line for line in found if (line.decided_at or 0) >= since]


def _line(read: Reader, group: Sequence[tuple[Any, ...]]) -> Line:
    _id, table, row_id, _name, _op, at, decision, decided_by, decided_at = group[0]
    code, name = name_of(read, table, row_id)
    labels = _(", ").join(label_of_field(table, row[3]) for row in group)
    by = person_name(read, decided_by) if decision else ""
    return Line(
        tuple(row[0] for row in group), table, row_id, code, name, word_of(table), labels, at, decision or "", by, decided_at
    )  # fmt: skip


def case(read: Reader, actor: Actor, conflict: bytes, timezone: str) -> Case | None:
    """One conflict with both values; None where it is not here or does not concern this person."""
    where, params = _visible(actor)
    found = read.row(
        f"SELECT c.op_id, c.row_id FROM conflict c WHERE c.id = ? AND {where}", conflict, *params
    )
    if found is None:
        return None
    rows = read.rows(
        f"SELECT {_COLUMNS} FROM conflict c WHERE c.op_id = ? AND c.row_id = ? AND c.deleted = 0 ORDER BY c.n",
        *found,
    )
    group = next((g for g in _grouped(rows) if any(row[0] == conflict for row in g)), None)
    return _Reading(read, timezone, group).case() if group else None


class _Reading:
    """The making of one case from the log, the audit rows and the record."""

    def __init__(self, read: Reader, timezone: str, group: Sequence[tuple[Any, ...]]) -> None:
        self._read, self._zone = read, timezone
        self._line = _line(read, group)
        self._op_id = group[0][4]
        self._table, self._row_id = self._line.table, self._line.row_id
        self._conflicts = [read.get("conflict", one) or {} for one in self._line.ids]
        self._names = tuple(row["field"] for row in self._conflicts)
        self._record = read.get(self._table, self._row_id)
        self._trail = read.rows(
            "SELECT op_id, at, actor, device, verb, changes FROM audit WHERE tbl = ? AND row_id = ? ORDER BY n DESC",
            self._table,
            self._row_id,
        )
        self._here = read.value("SELECT value FROM meta WHERE key = 'device_code'") or ""

    def case(self) -> Case:
        machine = machines().get(self._table)
        gone = bool(self._record and self._record["deleted"])
        theirs, their_op = self._theirs(gone=gone)
        return Case(
            line=self._line,
            names=self._names,
            labels=tuple(label_of_field(self._table, name) for name in self._names),
            base=self._origin(self._texts("base"), "base", {self._op_id})[0],
            theirs=theirs,
            mine=self._mine(),
            gone=gone,
            state=machine is not None and machine.column in self._names,
            merged=tuple(self._merged(their_op)),
            chosen=self._chosen(),
        )

    def _text(self, name: str, value: Any) -> str:
        return shown(self._read, self._table, name, value, self._zone)

    def _texts(self, which: str) -> tuple[str, ...]:
        return tuple(
            self._text(row["field"], value_of(self._table, row["field"], row[which]))
            for row in self._conflicts
        )

    def _mine(self) -> Side:
        row = self._conflicts[0]
        device = self._read.value(
            "SELECT device FROM audit WHERE tbl = 'conflict' AND row_id = ? AND verb = 'insert'", row["id"]
        )
        return self._side(
            self._texts("mine"), row["created_by"], row["created_at"], device or "", self._op_id
        )

    def _theirs(self, *, gone: bool) -> tuple[Side, bytes | None]:
        """What stands in the record, and the op that put it there; of a deleted record who deleted it."""
        if self._names == (DELETED,) and not gone and not self._line.decision:
            return self._edited()
        if self._names == (MERGED,):
            return self._joined(), None
        if gone and (entry := next((e for e in self._trail if e[4] == "retire"), None)):
            return self._side(self._texts("theirs"), entry[2], entry[1], entry[3], entry[0]), None
        if self._line.decision or self._record is None:
            return self._origin(self._texts("theirs"), "theirs", {self._op_id})
        texts = tuple(self._text(name, self._record.get(name)) for name in self._names)
        return self._origin(texts, None, {self._op_id})

    def _joined(self) -> Side:
        """Who merged one of the two with a third record, and with which."""
        entry = self._read.row(
            "SELECT created_by, created_at FROM code_alias WHERE target_id = ? AND old_id IS NOT NULL ORDER BY created_at DESC",
            self._row_id,
        )
        texts = self._texts("theirs")
        return (
            Side(texts, person_name(self._read, entry[0]), entry[0], entry[1])
            if entry
            else Side(texts, known=False)
        )

    def _edited(self) -> tuple[Side, bytes | None]:
        """Who changed the record that somebody else deletes, and which fields: it stays until a person decides."""
        for op_id, at, actor, device, verb, changes in self._trail:
            if op_id != self._op_id and verb in {"insert", "update"}:
                names = [name for name in from_json(changes) or {} if name in fields_of(self._table)]
                what = _(", ").join(label_of_field(self._table, name) for name in names)
                text = _("Stays; changed: {fields}").format(fields=what) if what else _("Stays")
                return self._side((text,), actor, at, device, op_id), op_id
        return Side((_("Stays"),), known=False), None

    def _origin(
        self, texts: tuple[str, ...], which: str | None, without: set[bytes]
    ) -> tuple[Side, bytes | None]:
        """Who set these values last: found in the audit trail by the value, else who made the record."""
        name, row = self._names[0], self._conflicts[0]
        record = self._record or {}
        wanted = value_of(self._table, name, row[which]) if which else record.get(name)
        for op_id, at, actor, device, verb, changes in self._trail:
            pair = (from_json(changes) or {}).get(name)
            if op_id in without or (pair is None and verb != "insert"):
                continue
            if pair is None or value_of(self._table, name, to_json(pair[1])) == wanted:
                return self._side(texts, actor, at, device, op_id), op_id if pair else None
        return Side(texts, known=False), None

    def _side(self, texts: tuple[str, ...], actor: bytes | None, at: int, device: str, op_id: bytes) -> Side:
        return Side(
            texts, person_name(self._read, actor), actor, at, device_name(self._read, device),
            here=device == self._here, why=self._why(op_id),
        )  # fmt: skip

    def _why(self, op_id: bytes) -> str:
        """The remark of an op, or the reason for which it overrode a rule; only ops of this computer are here whole."""
        body = self._read.value("SELECT body FROM op WHERE op_id = ?", op_id)
        try:
            envelope, op = operations.decode(body) if body else (None, None)
        except MalformedError:
            return ""
        reasons = [override.reason for override in envelope.overrides] if envelope else []
        return next(filter(None, [getattr(op, "remark", ""), *reasons]), "")

    def _merged(self, their_op: bytes | None) -> Iterator[Merged]:
        """Other fields of the record that the same two ops changed: both changes stand."""
        known = fields_of(self._table)
        asked = {
            name
            for (name,) in self._read.rows(
                "SELECT field FROM conflict WHERE row_id = ? AND deleted = 0", self._row_id
            )
        }
        seen = asked | SYSTEM_COLUMNS
        for op_id, _at, _actor, _device, verb, changes in self._trail:
            if verb != "update" or op_id not in {self._op_id, their_op}:
                continue
            for name, pair in (from_json(changes) or {}).items():
                if name not in seen and name in known and known[name].kind != "bytes":
                    seen.add(name)
                    text = self._text(name, value_of(self._table, name, to_json(pair[1])))
                    yield Merged(label_of_field(self._table, name), text, op_id == self._op_id)

    def _chosen(self) -> tuple[str, ...]:
        decision = self._line.decision
        if decision in {"mine", "theirs"}:
            return self._texts(decision)
        settled = self._read.value(
            "SELECT op_id FROM audit WHERE tbl = 'conflict' AND row_id = ? AND verb = 'update' ORDER BY n DESC",
            self._line.id,
        )
        changed = next(
            (from_json(e[5]) or {} for e in self._trail if e[0] == settled and e[4] == "update"), {}
        )
        if not decision:
            return ()
        return tuple(
            self._text(name, value_of(self._table, name, to_json(changed[name][1])))
            if name in changed
            else ""
            for name in self._names
        )
