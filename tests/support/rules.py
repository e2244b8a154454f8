"""Suppliers and the tree of machines by the rules alone: a few lines against which a hub's rows are compared."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.conflicts import Reopen, Settle
from app.fields import fingerprint
from app.generic import Create, Merge, Patch, Retire

#: An op whose value waits for a decision, and the field.
Case = tuple[bytes, str]


def above(parents: dict[bytes, bytes | None], machine: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = parents.get(machine)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


class Model:
    """Suppliers and the tree of machines by the rules alone: no database, no settling, no sync."""

    def __init__(self, cases: Mapping[bytes, tuple[Case, bytes]] | None = None) -> None:
        #: The name of each conflict -> the op whose value waits, and the field; the record.
        self.cases = cases or {}
        self.rows: dict[bytes, dict[str, Any]] = {}
        self.conflicts: set[Case] = set()
        self.decided: set[Case] = set()
        self.merged: dict[bytes, bytes] = {}
        self.parents: dict[bytes, bytes | None] = {}

    def meant(self, row_id: bytes) -> bytes:
        while row_id in self.merged:
            row_id = self.merged[row_id]
        return row_id

    def follow(self, op: object, op_id: bytes) -> None:
        table = getattr(op, "table", "")
        if table == "equipment" and isinstance(op, Patch):
            self._hang(op)
        elif table == "supplier":
            steps = {
                Create: self._create, Retire: self._retire, Patch: self._patch, Merge: self._merge, Settle: self._settle,
                Reopen: self._reopen,
            }  # fmt: skip
            steps[type(op)](op, op_id)

    def _settle(self, op: Settle, op_id: bytes) -> None:
        """The first decision stands; a second one that says something else is a conflict of its own."""
        row = self.rows[self.meant(op.row_id)]
        known = [self.cases[one] for one in op.conflicts if one in self.cases]
        cases = [case for case, about in known if case in self.conflicts and about == op.row_id]
        free = {case[1] for case in cases if case not in self.decided}
        if op.fields.keys() != free or len(cases) < len(op.conflicts):
            lost = op.back and row["deleted"]
            self.conflicts |= {
                (op_id, name) for name, (_base, new) in op.fields.items() if row.get(name) != new or lost
            }
            return
        if op.back:
            row["deleted"] = 0
        self.decided |= set(cases)
        changed = {name: pair for name, pair in op.fields.items() if pair[0] != pair[1]}
        if "deleted" in changed:
            row["deleted"] = int(changed.pop("deleted")[1])
        if "merged" in changed:
            self._merge_after_all(op.row_id, changed.pop("merged")[1])
        if changed:
            self._merge_fields(row, changed, op_id)

    def _merge_after_all(self, old: bytes, wanted: Any) -> None:
        old, kept = self.meant(old), self.meant(bytes.fromhex(wanted)) if wanted else None
        if kept in self.rows and kept != old:
            self.rows[old]["deleted"], self.merged[old] = 1, kept

    def _reopen(self, op: Reopen, op_id: bytes) -> None:
        """One decision on a supplier is taken back, by the person who made it."""
        row = self.rows[self.meant(op.row_id)]
        self._merge_fields(row, {name: pair for name, pair in op.fields.items() if pair[0] != pair[1]}, op_id)
        if op.gone:
            row["deleted"] = 1
        self.decided -= {self.cases[one][0] for one in op.conflicts if one in self.cases}

    def _create(self, op: Create, _op_id: bytes) -> None:
        for made in op.rows:
            self.rows.setdefault(msgspec.convert(made.id, bytes), {"deleted": 0} | made.values)

    def _retire(self, op: Retire, op_id: bytes) -> None:
        for row_id, seen in zip(op.ids, op.seen or [b""] * len(op.ids), strict=True):
            row = self.rows.get(row_id)
            if row is None or row_id in self.merged:
                continue
            if not op.back and not row["deleted"] and seen != fingerprint("supplier", row):
                self.conflicts.add((op_id, "deleted"))
            else:
                row["deleted"] = int(not op.back)

    def _patch(self, op: Patch, op_id: bytes) -> None:
        for changed in op.rows:
            self._merge_fields(self.rows[self.meant(changed.id)], changed.fields, op_id)

    def _merge_fields(self, row: dict[str, Any], fields: Mapping[str, tuple[Any, Any]], op_id: bytes) -> None:
        for name, (base, new) in fields.items():
            if not row["deleted"] and row.get(name) in (base, new):
                row[name] = new
            elif row.get(name) != new:
                self.conflicts.add((op_id, name))

    def _merge(self, op: Merge, op_id: bytes) -> None:
        old, kept = self.meant(op.old), self.meant(op.kept)
        if old == kept:
            return
        if old != op.old or self.rows[kept]["deleted"]:
            self.conflicts.add((op_id, "merged"))
        else:
            self.rows[old]["deleted"], self.merged[old] = 1, kept

    def _hang(self, op: Patch) -> None:
        for changed in op.rows:
            if "parent_id" not in changed.fields:
                continue
            base, new = (
                msgspec.convert(value, bytes | None, strict=False) for value in changed.fields["parent_id"]
            )
            now = self.parents.setdefault(changed.id, None)
            ring = new == changed.id or (new is not None and changed.id in above(self.parents, new))
            if now in (base, new) and not ring:
                self.parents[changed.id] = new
