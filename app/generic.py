"""The ops that serve every register: create, patch, transition, retire, merge. A new register is a declaration, not a program."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.access import Actor, Permission, creator_of, editor_of
from app.aliases import closes_ring, ring_columns
from app.errors import Objection
from app.fields import about, check_row, clean_row, fields_of
from app.follow import guarded
from app.leaving import Merge, Retire
from app.ops import Envelope, Inverse, MissingRowError, Spec, Subject, operation
from app.table_op import DELETED, MERGED, TableOp, synced
from app.tx import Reader, Tx
from app.words import N_
from app.workflow import Machine, machine_of

__all__ = [
    "DELETED", "MAX_ROWS", "MERGED", "RING", "Create", "Merge", "NewRow", "Patch", "PatchRow", "Retire", "Transition",
    "create", "creates", "merge_fields", "move_on", "patch",
]  # fmt: skip
MAX_ROWS = 500
RING = N_("This would lie under itself. Choose another place for it.")
#: Tables whose records carry labels with their code.
_LABELLED = frozenset({"equipment", "location", "part", "work_order", "staff", "purchase_order"})


class NewRow(msgspec.Struct, frozen=True):
    """A row to create, with the id that its maker chose."""

    id: bytes
    values: dict[str, Any]


class PatchRow(msgspec.Struct, frozen=True):
    """Fields of one row: name -> (the value it was based on, the new value)."""

    id: bytes
    fields: dict[str, tuple[Any, Any]]


@operation("create", None)
class Create(TableOp, frozen=True):
    """New rows of one register (at most 500): a form saved, or a slice of an import."""

    rows: tuple[NewRow, ...]

    def needs(self, spec: Spec) -> Permission | None:
        return creator_of(synced(self.table))

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        for row in self.rows:
            yield from check_row(self.table, row.values, complete=True)
        if (key := about(self.table).key) and not about(self.table).shared_key:
            label = fields_of(self.table)[key].label
            text = N_("{field}: “{value}” exists already. Choose another one.")
            for value in _taken(read, self.table, key, [row.values.get(key) for row in self.rows]):
                yield Objection("duplicate", text, {"field": label, "value": value}, field=key)

    def apply(self, tx: Tx) -> None:
        # What several devices make alike arrives more than once: the first row stands.
        there = tx.those_of(self.table, [row.id for row in self.rows])
        for row in self.rows:
            values = clean_row(self.table, row.values)
            if row.id not in there:
                there.add(row.id)
                tx.insert(self.table, row.id, values)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        changed = [row.id for row in self.rows if _changed_since(read, self.table, row.id, envelope.op_id)]
        kept = tuple(row.id for row in self.rows if row.id not in set(changed))
        return Inverse(
            [Retire(self.table, kept)] if kept else [], tuple((self.table, row_id) for row_id in changed)
        )

    def subject(self) -> Subject | None:
        return (self.table, self.rows[0].id) if len(self.rows) == 1 else None


def _taken(read: Reader, table: str, key: str, wanted: Sequence[Any]) -> list[str]:
    """The business keys that are in the register already."""
    values = [value for value in wanted if isinstance(value, str) and value]
    marks = ", ".join("?" * len(values))
    return [
        value
        for (value,) in read.rows(
            f'SELECT "{key}" FROM "{table}" WHERE "{key}" IN ({marks}) AND deleted = 0', *values
        )
    ]


def _changed_since(read: Reader, table: str, row_id: bytes, op_id: bytes) -> bool:
    found = read.value(
        "SELECT 1 FROM audit WHERE tbl = ? AND row_id = ? AND op_id <> ? LIMIT 1", table, row_id, op_id
    )
    return found is not None


@operation("patch", None)
class Patch(TableOp, frozen=True):
    """Changed fields of rows of one register, each with the value it was based on."""

    rows: tuple[PatchRow, ...]

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        for row in self.rows:
            yield from check_row(
                self.table, {name: new for name, (_base, new) in row.fields.items()}, complete=False
            )
            typed = _typed(self.table, row.fields)
            for name in ring_columns(self.table):
                if name in typed and closes_ring(read, self.table, row.id, name, typed[name][1]):
                    yield Objection("ring", RING, field=name)
            yield from guarded(read, self.table, row.id, {name: new for name, (_base, new) in typed.items()})

    def apply(self, tx: Tx) -> None:
        for row in self.rows:
            merge_fields(tx, self.table, row)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        back, skipped = [], []
        for row in self.rows:
            now = read.get(self.table, row.id) or {}
            if any(now.get(name) != new for name, (_base, new) in _typed(self.table, row.fields).items()):
                skipped.append((self.table, row.id))
            else:
                back.append(PatchRow(row.id, {name: (new, base) for name, (base, new) in row.fields.items()}))
        return Inverse([Patch(self.table, tuple(back))] if back else [], tuple(skipped))

    def subject(self) -> Subject | None:
        return (self.table, self.rows[0].id) if len(self.rows) == 1 else None


def _typed(table: str, fields: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    # A base may be null even for a required field (the row came from an older schema), so only the new value is strict.
    new = clean_row(table, {name: pair[1] for name, pair in fields.items()})
    base = clean_row(table, {name: pair[0] for name, pair in fields.items() if pair[0] is not None})
    return {name: (base.get(name), new[name]) for name in fields}


def merge_fields(tx: Tx, table: str, patch: PatchRow) -> None:
    """Merge a patch field by field: fields of one group stay together; a field that others changed becomes a conflict."""
    if about(table).fact:
        raise msgspec.ValidationError(f"{table} holds facts, which are corrected by new ones")
    fields, now = _typed(table, patch.fields), tx.get(table, patch.id)
    if now is None:
        raise MissingRowError(f"patch of an unknown row of {table}")
    groups: dict[str, list[str]] = {}
    for name in fields:
        groups.setdefault(fields_of(table)[name].group or name, []).append(name)
    taken: dict[str, Any] = {}
    for names in groups.values():
        clash = now["deleted"] or any(
            now[n] not in fields[n] or _bars(tx, table, patch.id, now, (n, fields[n][1])) for n in names
        )
        for name in names:
            base, mine = fields[name]
            if not clash:
                taken[name] = mine
            elif now[name] != mine:
                tx.conflict(table, now, name, base, mine)
    if taken:
        tx.update(table, now["id"], taken)
        _keep_code(tx, table, now, taken)


def _bars(tx: Tx, table: str, meant: bytes, now: Mapping[str, Any], change: tuple[str, Any]) -> bool:
    """Whether a value cannot stand: the record would lie under itself, or the code was meant for one merged away since."""
    name, mine = change
    if name in ring_columns(table) and mine is not None and now[name] != mine:
        return closes_ring(tx, table, now["id"], name, tx.kept(mine))
    return name == about(table).key and now["id"] != meant and now[name] != mine


def _keep_code(tx: Tx, table: str, row: Mapping[str, Any], taken: Mapping[str, Any]) -> None:
    """The label with the code that a record had finds it for ever."""
    key = about(table).key
    if table in _LABELLED and key and row[key] and (taken.get(key) or row[key]) != row[key]:
        alias = {"code": row[key], "target_table": table, "target_id": row["id"]}
        tx.insert("code_alias", tx.made(f"alias:{row['id'].hex()}"), alias)


@operation("transition", None)
class Transition(TableOp, frozen=True, kw_only=True):
    """A record moves to another state of its machine, with what the transition must have."""

    table: str
    id: bytes
    source: str
    target: str
    fields: dict[str, tuple[Any, Any]] = msgspec.field(default_factory=dict)
    remark: str = ""
    #: Takes the opposite move back, of a machine whose moves are undoable.
    undo: bool = False

    def needs(self, spec: Spec) -> Permission | None:
        machine = machine_of(self.table)
        taken = (self.target, self.source) if self._undoes(machine) else (self.source, self.target)
        step = machine.step(*taken)
        return step.who if step else editor_of(self.table)

    def _undoes(self, machine: Machine) -> bool:
        """Whether this takes back a move that there is."""
        return self.undo and machine.undoable and machine.step(self.target, self.source) is not None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        machine, row = machine_of(self.table), read.get(self.table, self.id)
        if row is None or row[machine.column] != self.source:
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
            return
        new = {name: value for name, (_base, value) in self.fields.items()}
        yield from check_row(self.table, new, complete=False)
        if self._undoes(machine):
            return
        yield from machine.missing(self.source, self.target, row | new, self.remark)
        if machine.weigh and machine.step(self.source, self.target):
            yield from machine.weigh(read, row | new, self.target, actor)

    def apply(self, tx: Tx) -> None:
        machine, row = machine_of(self.table), tx.get(self.table, self.id)
        if row is None:
            raise MissingRowError(f"transition of an unknown row of {self.table}")
        if row[machine.column] != self.source or row["deleted"]:
            self._clash(tx, machine.column, row)
            return
        if self.fields:
            merge_fields(tx, self.table, PatchRow(self.id, self.fields))
        tx.update(self.table, self.id, {machine.column: self.target})
        if machine.record:
            machine.record(tx, row, self.target, self.remark)

    def _clash(self, tx: Tx, column: str, row: Mapping[str, Any]) -> None:
        """Somebody moved the record elsewhere, or deleted it: both states wait for a person, what was written besides merges."""
        fields, typed = fields_of(self.table), _typed(self.table, self.fields)
        group = fields[column].group
        apart = {name for name in typed if not group or fields[name].group != group}
        if apart:
            merge_fields(tx, self.table, PatchRow(self.id, {n: p for n, p in typed.items() if n in apart}))
        states = {column: (self.source, self.target)} | {n: p for n, p in typed.items() if n not in apart}
        for name, (base, mine) in states.items():
            if row[name] != mine or row["deleted"]:
                tx.conflict(self.table, row, name, base, mine)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse | None:
        machine = machine_of(self.table)
        back, now = machine.step(self.target, self.source), read.get(self.table, self.id) or {}
        if not machine.undoable and (back is None or (back.remark and not self.remark)):
            return None
        if now.get(machine.column) != self.target:
            return Inverse([], ((self.table, self.id),))
        set_here = _typed(self.table, self.fields)
        return Inverse(
            [
                Transition(
                    table=self.table, id=self.id, source=self.target, target=self.source, remark=self.remark,
                    undo=machine.undoable, fields={n: (new, base) for n, (base, new) in set_here.items() if now.get(n) == new},
                )
            ]
        )  # fmt: skip

    def subject(self) -> Subject:
        return self.table, self.id


def create(table: str, row_id: bytes, **values: Any) -> Create:
    """One new row, empty values left out."""
    return Create(table, (NewRow(row_id, {k: v for k, v in values.items() if v is not None}),))


def creates(table: str, rows: Iterable[tuple[bytes, dict[str, Any]]]) -> Iterator[Create]:
    """Many new rows in ops of at most 500."""
    batch: list[NewRow] = []
    for row_id, values in rows:
        batch.append(NewRow(row_id, {k: v for k, v in values.items() if v is not None}))
        if len(batch) == MAX_ROWS:
            yield Create(table, tuple(batch))
            batch = []
    if batch:
        yield Create(table, tuple(batch))


def patch(table: str, old: Mapping[str, Any], **new: Any) -> Patch | None:
    """The patch from a row as it was read to the new values; None where nothing changes."""
    fields = {name: (old[name], value) for name, value in new.items() if old[name] != value}
    return Patch(table, (PatchRow(old["id"], fields),)) if fields else None


def move_on(
    machine: Machine, old: Mapping[str, Any], target: str, remark: str = "", **new: Any
) -> Transition:
    """The transition of a row as it was read to another state, with new values of fields."""
    fields = {name: (old[name], value) for name, value in new.items() if old[name] != value}
    return Transition(
        table=machine.table,
        id=old["id"],
        source=old[machine.column],
        target=target,
        fields=fields,
        remark=remark,
    )
