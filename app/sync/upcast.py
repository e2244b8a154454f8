"""Ops of earlier schemas in today's form: a laptop that was not updated for months, or an op that waited for as long, is understood.

When a release changes an op (a field renamed, split, made required), raise `app.ops.SCHEMA_VERSION`, write one function

    @up("inspection.answer", 1)
    def up_1_to_2(fields): ...; return "inspection.answer", fields

and make the golden bodies of the new schema: python -m tests.golden.make. The function gets the op's own JSON as a mapping and
returns kind and fields of the next schema; it reads no clock and no table. A body itself is never changed: it is hashed.
"""

from collections.abc import Callable

from app.ops import UPCASTS, Upcast


def up(kind: str, version: int) -> Callable[[Upcast], Upcast]:
    """Declare what brings ops of a kind from a schema to the next one."""

    def declare(work: Upcast) -> Upcast:
        if (kind, version) in UPCASTS:
            raise ValueError(f"two ways for {kind} from schema {version}")
        UPCASTS[(kind, version)] = work
        return work

    return declare
