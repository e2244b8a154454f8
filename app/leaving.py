"""The ops by which a record leaves its register: retired, or merged with another one."""

from collections.abc import Iterator
from typing import Any

import msgspec

from app.access import Actor, Permission, creator_of
from app.aliases import merge_rows
from app.errors import Objection
from app.fields import about, fingerprint
from app.follow import needed, unlike
from app.ops import Envelope, Inverse, MissingRowError, Spec, Subject, operation
from app.table_op import DELETED, MERGED, TableOp, synced
from app.tx import Reader, Tx
from app.words import N_


def _last_op(read: Reader, table: str, row_id: bytes) -> Any:
    return read.value(
        "SELECT op_id FROM audit WHERE tbl = ? AND row_id = ? ORDER BY n DESC LIMIT 1", table, row_id
    )


@operation("retire", None)
class Retire(TableOp, frozen=True):
    """Rows leave the lists (or come back); they stay in the history."""

    ids: tuple[bytes, ...]
    back: bool = False
    #: A fingerprint of each row as the person saw it; filled in where the op is made.
    seen: tuple[bytes, ...] = ()

    def prepared(self, read: Reader) -> "Retire":
        if self.back or self.seen:
            return self
        rows = [read.get(synced(self.table), row_id) for row_id in self.ids]
        seen = tuple(fingerprint(self.table, row) if row else b"" for row in rows)
        return msgspec.structs.replace(self, seen=seen)

    def needs(self, spec: Spec) -> Permission | None:
        return creator_of(synced(self.table))

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        for row_id in () if self.back else self.ids:
            yield from needed(read, self.table, row_id)

    def apply(self, tx: Tx) -> None:
        seen = dict(zip(self.ids, self.seen, strict=False))
        for row_id in self.ids:
            row = tx.exactly(synced(self.table), row_id)
            if row is None:
                raise MissingRowError(f"retiring an unknown row of {self.table}")
            if tx.kept(row_id) != row_id:
                continue  # it is one with another record, which nobody meant
            known, goes = seen.get(row_id), not self.back and not row["deleted"]
            changed = known and known != fingerprint(self.table, row)
            if goes and (changed or any(needed(tx, self.table, row_id))):
                tx.conflict(self.table, row, DELETED, 0, 1)
            else:
                tx.retire(self.table, row_id, deleted=not self.back)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        kept: list[bytes] = []
        skipped: list[Subject] = []
        for row_id in self.ids:
            now = read.get(self.table, row_id)
            if (
                now is not None
                and bool(now["deleted"]) != self.back
                and _last_op(read, self.table, row_id) == envelope.op_id
            ):
                kept.append(row_id)
            else:
                skipped.append((self.table, row_id))
        return Inverse([Retire(self.table, tuple(kept), not self.back)] if kept else [], tuple(skipped))

    def subject(self) -> Subject | None:
        return (self.table, self.ids[0]) if len(self.ids) == 1 else None


@operation("merge", None)
class Merge(TableOp, frozen=True):
    """Two records are one: the code of the old one finds the kept one from now on."""

    old: bytes
    kept: bytes

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        rows = [read.get(self.table, one) for one in (self.old, self.kept)]
        if self.old == self.kept or not all(row and not row["deleted"] for row in rows):
            yield Objection("merge", N_("Choose two different records to merge."))
        elif not about(self.table).key:
            yield Objection("merge", N_("Records of this register cannot be merged."))
        else:
            yield from unlike(read, self.table, self.old, self.kept)

    def apply(self, tx: Tx) -> None:
        old, kept = tx.get(synced(self.table), self.old), tx.get(self.table, self.kept)
        if old is None or kept is None or not about(self.table).key:
            raise MissingRowError(f"merge of an unknown row of {self.table}")
        if old["id"] == kept["id"]:
            return  # they are one already
        if old["id"] != self.old or kept["deleted"]:
            # Somebody merged it with a third, or deleted the kept one, meanwhile: a person looks again.
            theirs = old["id"].hex() if old["id"] != self.old else None
            tx.conflict(self.table, old | {MERGED: theirs}, MERGED, None, self.kept.hex())
            return
        merge_rows(tx, self.table, self.old, kept["id"])

    def subject(self) -> Subject:
        return self.table, self.kept
