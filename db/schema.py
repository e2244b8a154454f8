"""The declared tables as SQLAlchemy metadata: for migrations, the hub and the tests; the laptop's start does without."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from db.models import BY_TABLE
from db.models import Column as Declared
from db.models.base import BLOB, HASH, ID, INT, NUMBER, SMALL, TEXT

#: Text sorts by code point in both databases: PostgreSQL's locale would give another order than SQLite's.
SORTED_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_TYPES: dict[str, Any] = {
    ID: LargeBinary(16),
    HASH: LargeBinary(32),
    BLOB: LargeBinary(),
    INT: BigInteger(),
    SMALL: Integer(),
    TEXT: SORTED_TEXT,
    # Row numbers are local and never synced; SQLite needs exactly INTEGER here.
    NUMBER: BigInteger().with_variant(Integer(), "sqlite"),
}
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@cache
def metadata() -> MetaData:
    """All tables with their keys and indexes."""
    made = MetaData(naming_convention=_NAMES)
    for name, cls in BY_TABLE.items():
        uniques = [UniqueConstraint(*columns) for columns in cls.uniques]
        indexes = [Index(index, *columns) for index, *columns in cls.indexes]
        Table(name, made, *map(_column, cls.columns.values()), *uniques, *indexes)
    return made


def _column(column: Declared) -> Column[Any]:
    keys: list[Any] = [ForeignKey(f"{column.parent}.id")] if column.parent else []
    if column.type == NUMBER:
        keys.append(Identity())
    return Column(
        column.name,
        _TYPES[column.type],
        *keys,
        nullable=column.null,
        primary_key=column.primary,
        index=column.index or None,
        unique=column.unique or None,
        autoincrement=column.type == NUMBER,
    )
