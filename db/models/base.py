"""How a table and its columns are declared: each field's name, type, label, unit, limits and allowed values are said once, here.

The form, the table header, the Excel sheet, the import check, the report and the audit trail read the `Field` that each
column carries in `info["field"]`, and the `About` of its table.
"""

from dataclasses import dataclass
from typing import ClassVar

from resources.marks import N_

Choices = tuple[tuple[str, str], ...]

#: Types of columns; db.schema gives each its form in both databases.
ID, HASH, INT, SMALL, TEXT, BLOB, NUMBER = "id", "hash", "int", "small", "text", "blob", "number"


@dataclass(frozen=True)
class Field:
    """One field of a register or record, as every part of the program reads it.

    `kind`: text, note, code, qty (thousandths), measure (thousandths), money (hundredths), price (ten-thousandths),
    rate (millionths), int, day, instant, flag, choice, ref (id of a row of `target`), many (JSON list), map (JSON object), bytes.
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
    #: Several records may bear one key: two suppliers sell the same number of the maker.
    shared_key: bool = False


@dataclass(frozen=True)
class Column:
    """A column as it is declared; a plain value, so that the program starts without a mapper."""

    type: str
    field: Field | None = None
    null: bool = False
    index: bool = False
    unique: bool = False
    primary: bool = False
    #: The table that this aggregate belongs to: an enforced foreign key on its id.
    parent: str = ""
    name: str = ""


class Base:
    """A table of the site file and of the hub: its columns in order, indexes, and what it is about."""

    __tablename__: ClassVar[str] = ""
    about: ClassVar[About | None] = None
    #: Name and columns of each further index; columns of each further unique constraint.
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    uniques: ClassVar[tuple[tuple[str, ...], ...]] = ()
    columns: ClassVar[dict[str, Column]] = {}
    before: ClassVar[dict[str, Column]] = {}
    after: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}
        found = {**cls.before, **own, **cls.after}
        cls.columns = {name: _named(column, name) for name, column in found.items()}
        if cls.__tablename__:
            BY_TABLE[cls.__tablename__] = cls


def _named(column: Column, name: str) -> Column:
    # Thirteen hundred at every start: `dataclasses.replace` takes five times as long.
    return Column(
        column.type,
        column.field,
        column.null,
        column.index,
        column.unique,
        column.primary,
        column.parent,
        name,
    )


#: Table name -> its declaration.
BY_TABLE: dict[str, type[Base]] = {}


def local(
    type_: str, *, null: bool = False, index: bool = False, unique: bool = False, primary: bool = False
) -> Column:
    """A column of a table that never travels."""
    return Column(type_, None, null, index, unique, primary)


#: A place in the hub's order that a row is given once: a merge numbers the row anew, what is reckoned in that order stays.
PLACE = local(INT, null=True)


class Numbered:
    """A table with a local row number; lists and the search index use it."""

    before: ClassVar = {"n": local(NUMBER, primary=True)}


class Synced(Numbered):
    """The columns of every synced table; `Tx` alone fills them, from the op's envelope."""

    before: ClassVar = {**Numbered.before, "id": local(ID, unique=True)}
    after: ClassVar = {
        "created_at": local(INT),
        "created_by": local(ID, null=True),
        "updated_at": local(INT),
        "updated_by": local(ID, null=True),
        "hub_seq": local(INT, null=True),
        "bucket": local(TEXT),
        "deleted": local(SMALL),
        "extra": local(TEXT, null=True),
    }


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


def _column(type_: str, field: Field, *, index: bool = False) -> Column:
    return Column(type_, field, null=not field.required, index=index)


def part_of(label: str, parent: str) -> Column:
    """The id of the aggregate that a row is part of: the one kind of reference that is enforced (operations.md, rule 18)."""
    return Column(ID, Field("ref", label, required=True, target=parent), index=True, parent=parent)


def text(label: str, size: int = 80, *, required: bool = False, hint: str = "", group: str = "") -> Column:
    """A line of text."""
    return _column(TEXT, Field("text", label, required, size, hint=hint, group=group))


def note(label: str, size: int = 4000, *, required: bool = False) -> Column:
    """Text of several lines."""
    return _column(TEXT, Field("note", label, required, size))


def code(label: str, size: int = 32, *, required: bool = True) -> Column:
    """A business key: indexed, not UNIQUE, since two laptops may give the same one (sync.md, line 10)."""
    return _column(TEXT, Field("code", label, required, size), index=True)


def qty(label: str, *, required: bool = False, low: int | None = None, unit: str = "") -> Column:
    """A quantity in thousandths of the part's unit."""
    return _column(INT, Field("qty", label, required, low=low, unit=unit))


def tax(label: str) -> Column:
    """A rate of tax in thousandths of a per cent."""
    return _column(INT, Field("measure", label, unit="%", low=0, high=100_000))


def measure(label: str, unit: str = "", *, required: bool = False, group: str = "") -> Column:
    """A measured value or limit in thousandths of `unit`."""
    return _column(INT, Field("measure", label, required, unit=unit, group=group))


def money(label: str, *, required: bool = False, unit: str = "CNY") -> Column:
    """An amount in hundredths of the site's currency; without a unit, in that of its record."""
    return _column(INT, Field("money", label, required, low=0, unit=unit))


def price(label: str, *, required: bool = False, unit: str = "CNY") -> Column:
    """A unit price in ten-thousandths of the site's currency; without a unit, in that of its record."""
    return _column(INT, Field("price", label, required, low=0, unit=unit))


def rate(label: str, *, group: str = "") -> Column:
    """What one unit of a currency costs in that of the site, in millionths."""
    return _column(INT, Field("rate", label, low=1, group=group))


def integer(
    label: str, unit: str = "", *, required: bool = False, low: int | None = None, high: int | None = None
) -> Column:
    """A whole number."""
    return _column(INT, Field("int", label, required, unit=unit, low=low, high=high))


def day(label: str, *, required: bool = False, group: str = "") -> Column:
    """A calendar date at the site, ISO text."""
    return _column(TEXT, Field("day", label, required, group=group))


def instant(label: str, *, required: bool = False, index: bool = False) -> Column:
    """A moment in milliseconds UTC."""
    return _column(INT, Field("instant", label, required), index=index)


def flag(label: str) -> Column:
    """Yes or no."""
    return _column(SMALL, Field("flag", label, required=True))


def choice(
    label: str, choices: Choices, *, required: bool = False, group: str = "", index: bool = False
) -> Column:
    """One code of a fixed list; the words stand beside the codes."""
    return _column(TEXT, Field("choice", label, required, choices=choices, group=group), index=index)


def ref(label: str, target: str, *, required: bool = False, index: bool = True, group: str = "") -> Column:
    """The id of a row of another table, without a constraint between aggregates (operations.md, rule 18)."""
    return _column(ID, Field("ref", label, required, target=target, group=group), index=index)


def many(label: str, choices: Choices = (), *, required: bool = False) -> Column:
    """A list of short texts or codes, as JSON."""
    return _column(TEXT, Field("many", label, required, choices=choices))


def mapping(label: str, *, required: bool = False) -> Column:
    """A mapping, as canonical JSON."""
    return _column(TEXT, Field("map", label, required))


def digest(label: str, *, required: bool = False) -> Column:
    """A SHA-256 of 32 bytes."""
    return _column(HASH, Field("bytes", label, required), index=True)


def blob(label: str) -> Column:
    """A few kilobytes of picture (a thumbnail)."""
    return _column(BLOB, Field("bytes", label))


YES_NO: Choices = (("1", N_("Yes")), ("0", N_("No")))
