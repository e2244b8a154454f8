"""A decision about a conflict: it sets the record by the same merge rules as any change and closes the conflict, in one op."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from app.access import Actor, Permission
from app.aliases import merge_rows
from app.errors import Objection
from app.fields import about, check_row, clean_row
from app.generic import DELETED, MERGED, PatchRow, merge_fields
from app.ops import Envelope, Id, Inverse, MissingRowError, Op, Subject, operation
from app.tx import Reader, Tx, is_synced
from app.words import N_
from app.workflow import machines

Decision = Literal["mine", "theirs", "other"]
Ids = Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=20)]
Pairs = dict[str, tuple[Any, Any]]
#: Decisions about a record as a whole, which name no field of it.
WHOLE = frozenset({DELETED, MERGED})

UNKNOWN = N_("This conflict is not on this laptop any more. Sync, then look again.")
GONE = N_("The record of this conflict is not on this laptop.")
APPROVED = N_(
    "A stocktake is approved on its own page, where its differences are booked. Let stand here what stands."
)
FACT = N_("A booking is never changed. Keep what stands, and correct it in the ledger.")
SETTLED = N_("Somebody has settled this conflict meanwhile. Look at it again.")


class _OfCase(Op, frozen=True, kw_only=True):
    """About the conflicts of one record that are settled together."""

    table: str
    row_id: Id
    conflicts: Ids
    #: Field -> (the value that stood, the value that shall stand).
    fields: Pairs

    def subject(self) -> Subject:
        return self.table, self.row_id

    def _record(self, tx: Tx) -> dict[str, Any]:
        row = tx.get(self.table, self.row_id) if is_synced(self.table) else None
        if row is None:
            raise MissingRowError(f"a conflict of an unknown row of {self.table!r}")
        return row

    def _rows(self, read: Reader) -> list[dict[str, Any]]:
        """The conflicts themselves; one that is about another record (a restored hub merged in another order) is none of them."""
        found = [row for row in (read.get("conflict", one) for one in self.conflicts) if row is not None]
        return [row for row in found if (row["tbl"], row["row_id"]) == (self.table, self.row_id)]

    def _typed(self) -> Pairs:
        own = {name: pair for name, pair in self.fields.items() if name not in WHOLE}
        new = clean_row(self.table, {name: pair[1] for name, pair in own.items()})
        old = clean_row(self.table, {name: pair[0] for name, pair in own.items() if pair[0] is not None})
        return {
            name: (old.get(name), new[name]) if name in own else self.fields[name] for name in self.fields
        }

    def _merge(self, tx: Tx, old: bytes, kept: Any) -> None:
        """Merge after all, where both records are still two."""
        into = tx.get(self.table, bytes.fromhex(kept)) if isinstance(kept, str) else None
        if into is not None and into["id"] != old:
            merge_rows(tx, self.table, old, into["id"])

    def _set(self, tx: Tx, row: Mapping[str, Any], pairs: Pairs) -> None:
        """Set fields by the merge rules; a change of state is noted in the record's life like every other."""
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if DELETED in changed:
            tx.retire(self.table, row["id"], deleted=bool(changed.pop(DELETED)[1]))
        if MERGED in changed:
            self._merge(tx, row["id"], changed.pop(MERGED)[1])
        if not changed:
            return
        merge_fields(tx, self.table, PatchRow(self.row_id, changed))
        machine = machines().get(self.table)
        if machine and machine.record and machine.column in changed:
            target = changed[machine.column][1]
            now = tx.get(self.table, self.row_id) or {}
            if row[machine.column] != target and now.get(machine.column) == target:
                machine.record(tx, row, target, "")


@operation("conflict.settle", Permission.SETTLE_CONFLICTS, {"sync"})
class Settle(_OfCase, frozen=True, kw_only=True):
    """A person decides: mine, theirs, or another value. The first decision stays; a second one is a new conflict."""

    decision: Decision
    #: The record was deleted meanwhile and is brought back.
    back: bool = False

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        rows = self._rows(read)
        if len(rows) < len(self.conflicts) or any(row["deleted"] for row in rows):
            yield Objection("conflict", UNKNOWN)
        elif read.get(self.table, self.row_id) is None:
            yield Objection("record", GONE)
        elif any(row["decision"] for row in rows):
            yield Objection("settled", SETTLED)
        elif about(self.table).fact and self.decision != "theirs":
            yield Objection("fact", FACT)
        else:
            new = {name: value for name, (_base, value) in self.fields.items() if name not in WHOLE}
            yield from check_row(self.table, new, complete=False)
            if self.table == "stock_count" and new.get("status") == "approved" and self.decision != "theirs":
                yield Objection("approve", APPROVED)

    def apply(self, tx: Tx) -> None:
        row, pairs, rows = self._record(tx), self._typed(), self._rows(tx)
        free = {found["field"] for found in rows if not found["decision"] and not found["deleted"]}
        if pairs.keys() != free or len(rows) != len(self.conflicts):
            self._too_late(tx, row, pairs)
            return
        if self.back:
            tx.retire(self.table, self.row_id, deleted=False)
        self._set(tx, row, pairs)
        decided = {"decision": self.decision, "decided_by": tx.op.actor, "decided_at": tx.op.wall}
        for found in rows:
            tx.update("conflict", found["id"], decided)

    def _too_late(self, tx: Tx, row: Mapping[str, Any], pairs: Pairs) -> None:
        """Another decision came first: where it says something else, both wait for a person again."""
        lost = self.back and row["deleted"]
        for name, (base, new) in pairs.items():
            if row.get(name) != new or lost:
                tx.conflict(self.table, row, name, base, new)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse:
        now = read.get(self.table, self.row_id) or {}
        pairs = self._typed()
        mine = all(
            (row["decided_at"], row["decided_by"]) == (envelope.wall, envelope.actor)
            for row in self._rows(read)
        )
        moved = any(now.get(name) != new for name, (_base, new) in pairs.items())
        if not mine or moved or MERGED in pairs or (self.back and now.get("deleted")):
            return Inverse([], ((self.table, self.row_id),))
        back = Reopen(
            table=self.table,
            row_id=self.row_id,
            conflicts=self.conflicts,
            fields={name: (new, base) for name, (base, new) in pairs.items()},
            at=envelope.wall,
            by=envelope.actor,
            gone=self.back,
        )
        return Inverse([back])


@operation("conflict.reopen", Permission.SETTLE_CONFLICTS, {"sync"})
class Reopen(_OfCase, frozen=True, kw_only=True):
    """A decision is taken back: the record is as before, and the conflict waits again."""

    #: The decision that is taken back: when and by whom. A decision of somebody else stays.
    at: int
    by: Id | None
    gone: bool = False

    def apply(self, tx: Tx) -> None:
        row, rows = self._record(tx), self._rows(tx)
        decided = [(found["decided_at"], found["decided_by"]) for found in rows]
        if decided != [(self.at, self.by)] * len(self.conflicts):
            return
        self._set(tx, row, self._typed())
        if self.gone:
            tx.retire(self.table, self.row_id)
        for found in rows:
            tx.update("conflict", found["id"], dict.fromkeys(("decision", "decided_by", "decided_at")))


def ids_of(rows: Sequence[Mapping[str, Any]]) -> tuple[bytes, ...]:
    """The ids of conflict rows in their order."""
    return tuple(row["id"] for row in rows)
