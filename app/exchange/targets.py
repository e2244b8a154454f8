"""What can be imported: the columns come from the declared fields, plus those that lie in a neighbouring table."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from app.access import Actor, Permission, editor_of
from app.fields import Field, about, fields_of
from app.words import N_

#: The row of a target that its columns fill unless they say otherwise.
MAIN = ""
#: The columns of an opening balance; they become a movement.
OPENING = "opening"


@dataclass(frozen=True)
class Column:
    """A thing that a column of a file can mean. `row` names the row it fills: the main one, an attached one, or the opening balance."""

    name: str
    field: Field
    row: str = MAIN
    #: Headers of other programs and ledgers that mean this column.
    words: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column in the table of its row."""
        return self.name.rpartition(".")[2] if self.row else self.name


@dataclass(frozen=True)
class RowSpec:
    """A row that one line of the file makes or changes: its table, what identifies it, and what it takes from other rows."""

    name: str
    table: str
    key: tuple[str, ...]
    #: Field -> "id" (the main row's id) or the main row's column of that name.
    links: Mapping[str, str] = field(default_factory=dict)
    #: Values of a new row where the file gives none.
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A kind of table that people bring in."""

    name: str
    title: str
    rows: tuple[RowSpec, ...]
    columns: tuple[Column, ...]

    @property
    def main(self) -> RowSpec | None:
        """The row that the line of the file stands for; none for movements."""
        return self.rows[0] if self.rows and self.rows[0].name == MAIN else None

    @property
    def needs(self) -> Permission:
        """The permission that the main rows demand."""
        return editor_of(self.main.table) if self.main else Permission.MOVE_STOCK

    def columns_for(self, actor: Actor) -> tuple[Column, ...]:
        """The columns that a person may bring in or take out: health dates need a right of their own."""
        shut = {spec.name for spec in self.rows if not actor.may(editor_of(spec.table))}
        return tuple(c for c in self.columns if c.row not in shut)

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        return next_of(self.columns, name)

    def required(self) -> list[Column]:
        """The columns without which no new row can be made."""
        return [
            c for c in self.columns if c.field.required and c.row in (MAIN, OPENING) and not self._given(c)
        ]

    def _given(self, column: Column) -> bool:
        return column.row == MAIN and self.main is not None and column.column in self.main.defaults

    def references(self) -> dict[str, list[Column]]:
        """Table -> the columns that point to its rows."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.field.kind == "ref":
                found.setdefault(column.field.target, []).append(column)
        return found


def next_of(columns: tuple[Column, ...], name: str) -> Column:
    """The column of this name. Raises KeyError."""
    for column in columns:
        if column.name == name:
            return column
    raise KeyError(name)


#: Columns that a person does not bring in a file.
_LEFT_OUT = {
    "equipment": {"rated"},
    "part": {"replaced_by_id"},
    "staff_certificate": {"file_id"},
    "training_record": {"session_id"},
    "stock_policy": {"inputs"},
}


def _columns(table: str, row: str = MAIN, *, only: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The columns of a table's declared fields; a reference is named without its _id."""
    prefix = f"{row}." if row else ""
    return tuple(
        Column(prefix + name, declared, row, synonyms(table, name))
        for name, declared in fields_of(table).items()
        if (not only or name in only)
        and name not in _LEFT_OUT.get(table, ())
        and declared.kind not in ("bytes", "map")
    )


def _named(table: str, ref: str, *names: str) -> tuple[Column, ...]:
    """What a referenced record is called when it is created on the way: `cert_type_id.name`."""
    target = fields_of(table)[ref].target
    return tuple(
        Column(f"{ref}.{n}", replace(fields_of(target)[n], required=False), f"new:{ref}", synonyms(target, n))
        for n in names
    )


@cache
def _synonyms() -> dict[tuple[str, str], tuple[str, ...]]:
    text = (files("resources") / "exchange" / "headers.csv").read_text("utf-8-sig")
    return {
        (r["table"], r["column"]): tuple(w for w in r["words"].split("|") if w)
        for r in csv.DictReader(text.splitlines())
    }


def synonyms(table: str, column: str) -> tuple[str, ...]:
    """Other headers that mean a column, in both languages."""
    return _synonyms().get((table, column), ()) + _synonyms().get(("*", column), ())


@cache
def total_words() -> frozenset[str]:
    """What stands before a row of totals."""
    return frozenset(word.casefold() for word in _synonyms()["*", "#total"])


@cache
def value_words() -> dict[tuple[str, str, str], str]:
    """(table, column, word) -> the code of a choice that other programs write so."""
    text = (files("resources") / "exchange" / "values.csv").read_text("utf-8-sig")
    rows = csv.DictReader(text.splitlines())
    return {(r["table"], r["column"], w.casefold()): r["code"] for r in rows for w in r["words"].split("|")}


def _register(
    table: str,
    *more: Column,
    rows: tuple[RowSpec, ...] = (),
    defaults: Mapping[str, Any] | None = None,
    key: tuple[str, ...] = (),
) -> Target:
    spec = RowSpec(MAIN, table, key or (about(table).key,), defaults=defaults or {})
    return Target(table, about(table).title, (spec, *rows), (*_columns(table), *more))


_POLICY = RowSpec(
    "policy",
    "stock_policy",
    ("part_id", "site_id"),
    {"part_id": "id"},
    {"safety_stock": 0, "reorder_point": 0, "method": "manual"},
)
_FIT = RowSpec(
    "fit", "staff_private", ("staff_id",), {"staff_id": "id", "site_id": "site_id"}, {"fit_status": "fit"}
)


def _optional(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    return tuple(replace(c, field=replace(c.field, required=False)) for c in columns)


_FLAGS = {"part": {"kind": "spare", "serialised": 0, "batch_tracked": 0, "status": "active"}}


def _opening(*only: str, optional: bool = False) -> tuple[Column, ...]:
    columns = _columns("stock_movement", OPENING, only=only)
    return _optional(columns) if optional else columns


@cache
def targets() -> dict[str, Target]:
    """All targets by name, in the order in which a new site is filled."""
    made = (
        _register("site", defaults={"timezone": "Asia/Shanghai", "active": 1, "site_type": "other"}),
        _register("location", defaults={"qr_label": 1, "location_type": "room"}),
        _register("supplier", defaults={"active": 1}),
        _register("equipment_class", defaults={"group": "facility", "statutory_inspection": 0}),
        _register(
            "staff", *_columns("staff_private", "fit", only=("fit_status", "fit_until")), rows=(_FIT,), defaults={"role_code": "technician", "status": "active"}
        ),
        _register("equipment", defaults={"status": "in_service", "criticality": "C"}),
        _register(
            "part",
            *_optional(
                _columns("stock_policy", "policy", only=("site_id", "bin_id", "safety_stock", "reorder_point", "max_stock", "order_multiple"))
            ),
            *_opening("qty", optional=True),
            rows=(_POLICY,),
            defaults=_FLAGS["part"],
        ),
        _register("part_supplier", key=("part_id", "supplier_id", "sku")),
        _register("price_break", key=("part_supplier_id", "from_qty")),
        _register("kit_part", key=("kit_id", "part_id")),
        _register("equipment_part", key=("part_id", "equipment_id", "class_id")),
        Target("stock", N_("Opening balances"), (), _opening("part_id", "site_id", "bin_id", "qty", "batch", "serial", "expires_on", "unit_price", "reason")),
        _register("course", defaults={"category": "special", "assessments": '["theory"]', "pass_score": 60_000}),
        _register("staff_certificate", *_named("staff_certificate", "cert_type_id", "name", "name_en"), defaults={"revoked": 0}),
        _register("training_record", defaults={"passed": 1, "retake": 0}),
        _register("inspection_template", defaults={"version": 1, "kind": "condition", "status": "published"}),
        _register("inspection_item", defaults={"required": 1, "photo_required": 0, "on_fail": "record", "seq": 1}),
        _register("inspection_plan", defaults={"interval": 1, "window_before_days": 0, "grace_days": 0, "active": 1}),
    )  # fmt: skip
    return {target.name: target for target in made}
