"""What the ops on the rows of any register have in common."""

import msgspec

from app.access import Permission, editor_of
from app.ops import Op, Spec
from app.tx import is_synced

#: What a conflict about the record as a whole names instead of a field.
DELETED, MERGED = "deleted", "merged"


class TableOp(Op, frozen=True):
    """An op on rows of one register; who may edit it may do this."""

    table: str

    def needs(self, spec: Spec) -> Permission | None:
        return editor_of(synced(self.table))


def synced(table: str) -> str:
    """The table, where ops may change it. Raises msgspec.ValidationError for the laptop's own tables and unknown ones."""
    if not is_synced(table):
        raise msgspec.ValidationError(f"unknown table {table!r}")
    return table
