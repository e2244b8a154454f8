"""Makes one body for each kind of op of the present schema: python -m tests.golden.make. Bodies of former schemas are never made anew."""

from pathlib import Path
from typing import Any

from msgspec import inspect

import app.bootstrap
import app.conflicts.held
from app import ops as operations
from app.generic import NewRow, PatchRow
from db.ids import made_id

#: Importing them registers every kind of op, those of the hub alone too.
REGISTERED = (app.bootstrap, app.conflicts.held)
AT = 1_795_318_860_000
#: Ops whose fields are free by type, but speak of a table.
GIVEN: dict[str, dict[str, Any]] = {
    "create": {
        "table": "supplier",
        "rows": (NewRow(made_id("golden", "supplier"), {"code": "G1", "name": "供应商", "active": 1}),),
    },
    "patch": {
        "table": "supplier",
        "rows": (PatchRow(made_id("golden", "supplier"), {"name": ("供应商", "供应商甲")}),),
    },
    "transition": {
        "table": "work_order",
        "id": made_id("golden", "order"),
        "source": "open",
        "target": "assigned",
        "fields": {},
    },
    "retire": {"table": "supplier", "ids": (made_id("golden", "supplier"),)},
    "merge": {"table": "supplier", "old": made_id("golden", "old"), "kept": made_id("golden", "supplier")},
    "conflict.settle": {"table": "supplier", "fields": {}},
    "conflict.reopen": {"table": "supplier"},
}


def folder(version: int) -> Path:
    """Where the bodies of a schema lie."""
    return Path(__file__).resolve().parent / f"v{version}"


def bodies() -> dict[str, bytes]:
    """Kind -> the body of an op with every field filled in."""
    return {kind: _body(kind) for kind in sorted(operations.BY_KIND)}


def _body(kind: str) -> bytes:
    cls = operations.BY_KIND[kind].cls
    known = inspect.type_info(cls)
    assert isinstance(known, inspect.StructType)
    fields = {f.name: _value(f.type, f"{kind}.{f.name}") for f in known.fields}
    op = cls(**{**fields, **GIVEN.get(kind, {})})
    return operations.encode(
        operations.Envelope(
            op_id=made_id("golden", kind),
            kind=kind,
            schema_v=operations.SCHEMA_VERSION,
            actor=None,
            site=None,
            wall=AT,
            hlc=AT << 16,
            action_id=made_id("golden", "action"),
            overrides=(operations.Override("code", "理由"),),
            op=operations.encode_op(op),
        )
    )


def _value(kind: inspect.Type, name: str) -> Any:
    if isinstance(kind, inspect.UnionType):
        return _value(next(t for t in kind.types if not isinstance(t, inspect.NoneType)), name)
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.BytesType):
        return made_id("golden", name) * (2 if (kind.min_length or 16) > 16 else 1)
    if isinstance(kind, inspect.BoolType):
        return True
    if isinstance(kind, inspect.IntType):
        return 1000
    if isinstance(kind, inspect.StrType):
        return "2026-11-22"
    if isinstance(kind, inspect.DictType):
        return {}
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return (_value(kind.item_type, name),)
    if isinstance(kind, inspect.TupleType):
        return tuple(_value(one, name) for one in kind.item_types)
    if isinstance(kind, inspect.StructType):
        return kind.cls(**{f.name: _value(f.type, f"{name}.{f.name}") for f in kind.fields})
    return None


def main() -> None:
    """Write what is missing; a body that is there is what a released program wrote, and stays."""
    made = folder(operations.SCHEMA_VERSION)
    made.mkdir(exist_ok=True)
    for kind, body in bodies().items():
        path = made / f"{kind}.json"
        if not path.exists():
            path.write_bytes(body)


if __name__ == "__main__":
    main()
