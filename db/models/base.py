"""How a table and its columns are declared: each field's name, type, label, unit, limits and allowed values are said once, here.

The form, the table header, the Excel sheet, the import check, the report and the audit trail read the `Field` that each
column carries in `info["field"]`, and the `About` of its table.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from resources.marks import N_

Choices = tuple[tuple[str, str], ...]

ID = LargeBinary(16)
INT = BigInteger
#: Text sorts by code point in both databases: PostgreSQL's locale would give another order than SQLite's.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
#: Row numbers are local and never synced; SQLite needs exactly INTEGER here.
NUMBER = BigInteger().with_variant(Integer, "sqlite")


@dataclass(frozen=True)
class Field:
    """One field of a register or record, as every part of the program reads it.

    `kind`: text, note, code, qty (thousandths), measure (thousandths), money (hundredths), price (ten-thousandths), int,
    day, instant, flag, choice, ref (id of a row of `target`), many (JSON list), map (JSON object), bytes.
    Fields of one `group` merge together (operations.md, rule 8).
    """

    kind: str
    label: str
    required: bool = False
    size: int | None = None
    unit: str = ""
    low: int | None = None
    high: int | None = None
    choices: Choices = ()
    target: str = ""
    group: str = ""
    hint: str = ""


@dataclass(frozen=True)
class About:
    """What a table is: its words, business key, name column, and the bucket that its rows sync in.

    `bucket`: "global", or "site" / "hr" followed by the row's `site_id` (global where that is empty).
    """

    title: str
    one: str
    key: str = ""
    name: str = ""
    bucket: str = "global"
    topic: str = ""
    #: A fact is only ever inserted, never changed.
    fact: bool = False


class Base(DeclarativeBase):
    """All tables of the site file and of the hub."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    about: ClassVar[About | None] = None


class Numbered:
    """A table with a local row number; lists and the search index use it."""

    n: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, sort_order=-20)


class Synced(Numbered):
    """The columns of every synced table; `Tx` alone fills them, from the op's envelope."""

    id: Mapped[bytes] = mapped_column(ID, unique=True, sort_order=-19)
    created_at: Mapped[int] = mapped_column(INT, sort_order=90)
    created_by: Mapped[bytes | None] = mapped_column(ID, sort_order=91)
    updated_at: Mapped[int] = mapped_column(INT, sort_order=92)
    updated_by: Mapped[bytes | None] = mapped_column(ID, sort_order=93)
    hub_seq: Mapped[int | None] = mapped_column(INT, sort_order=94)
    bucket: Mapped[str] = mapped_column(TEXT, sort_order=95)
    deleted: Mapped[int] = mapped_column(Integer, sort_order=96)
    extra: Mapped[str | None] = mapped_column(TEXT, sort_order=97)


SYSTEM_COLUMNS = frozenset(
    [
        "n",
        "id",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "hub_seq",
        "bucket",
        "deleted",
        "extra",
    ]
)


def _column(sql: Any, field: Field, *, index: bool = False, unique: bool = False) -> MappedColumn[Any]:
    return mapped_column(
        sql, nullable=not field.required, index=index, unique=unique or None, info={"field": field}
    )


def text(
    label: str, size: int = 80, *, required: bool = False, hint: str = "", group: str = ""
) -> MappedColumn[Any]:
    """A line of text."""
    return _column(TEXT, Field("text", label, required, size, hint=hint, group=group))


def note(label: str, size: int = 4000, *, required: bool = False) -> MappedColumn[Any]:
    """Text of several lines."""
    return _column(TEXT, Field("note", label, required, size))


def code(label: str, size: int = 32, *, required: bool = True) -> MappedColumn[Any]:
    """A business key: indexed, not UNIQUE, since two laptops may give the same one (sync.md, line 10)."""
    return _column(TEXT, Field("code", label, required, size), index=True)


def qty(label: str, *, required: bool = False, low: int | None = None, unit: str = "") -> MappedColumn[Any]:
    """A quantity in thousandths of the part's unit."""
    return _column(INT, Field("qty", label, required, low=low, unit=unit))


def measure(label: str, unit: str = "", *, required: bool = False, group: str = "") -> MappedColumn[Any]:
    """A measured value or limit in thousandths of `unit`."""
    return _column(INT, Field("measure", label, required, unit=unit, group=group))


def money(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """An amount in hundredths of the site's currency."""
    return _column(INT, Field("money", label, required, low=0, unit="CNY"))


def price(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """A unit price in ten-thousandths of the site's currency."""
    return _column(INT, Field("price", label, required, low=0, unit="CNY"))


def integer(
    label: str, unit: str = "", *, required: bool = False, low: int | None = None, high: int | None = None
) -> MappedColumn[Any]:
    """A whole number."""
    return _column(INT, Field("int", label, required, unit=unit, low=low, high=high))


def day(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """A calendar date at the site, ISO text."""
    return _column(TEXT, Field("day", label, required))


def instant(label: str, *, required: bool = False, index: bool = False) -> MappedColumn[Any]:
    """A moment in milliseconds UTC."""
    return _column(INT, Field("instant", label, required), index=index)


def flag(label: str) -> MappedColumn[Any]:
    """Yes or no."""
    return _column(Integer, Field("flag", label, required=True))


def choice(
    label: str, choices: Choices, *, required: bool = False, group: str = "", index: bool = False
) -> MappedColumn[Any]:
    """One code of a fixed list; the words stand beside the codes."""
    return _column(TEXT, Field("choice", label, required, choices=choices, group=group), index=index)


def ref(label: str, target: str, *, required: bool = False) -> MappedColumn[Any]:
    """The id of a row of another table: indexed, without a constraint between aggregates (operations.md, rule 18)."""
    return _column(ID, Field("ref", label, required, target=target), index=True)


def many(label: str, choices: Choices = (), *, required: bool = False) -> MappedColumn[Any]:
    """A list of short texts or codes, as JSON."""
    return _column(TEXT, Field("many", label, required, choices=choices))


def mapping(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """A mapping, as canonical JSON."""
    return _column(TEXT, Field("map", label, required))


def digest(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """A SHA-256 of 32 bytes."""
    return _column(LargeBinary(32), Field("bytes", label, required), index=True)


def blob(label: str) -> MappedColumn[Any]:
    """A few kilobytes of picture (a thumbnail)."""
    return _column(LargeBinary, Field("bytes", label))


YES_NO: Choices = (("1", N_("Yes")), ("0", N_("No")))
