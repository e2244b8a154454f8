"""All tables, and the fields that each declares. Plain declarations: SQLAlchemy's form of them is made by db.schema."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from db.models import equipment, inspections, inventory, oplog, people, sites, stock, supply, training, work
from db.models.base import BY_TABLE, SYSTEM_COLUMNS, About, Base, Column, Field, Synced

__all__ = ["BY_TABLE", "SYNCED", "About", "Base", "Column", "Field", "Synced", "fields_of", "table"]
__all__ += [
    "equipment",
    "inspections",
    "inventory",
    "oplog",
    "people",
    "sites",
    "stock",
    "supply",
    "training",
    "work",
]

#: The synced tables, in a fixed order (guards, digests, the wipe of the sample).
SYNCED: tuple[str, ...] = tuple(sorted(name for name, cls in BY_TABLE.items() if issubclass(cls, Synced)))


def table(name: str) -> type[Base]:
    """The declaration of a table. Raises KeyError for an unknown one."""
    return BY_TABLE[name]


@cache
def fields_of(name: str) -> Mapping[str, Field]:
    """Column name -> declared field, in the order of declaration, without the system columns."""
    columns = table(name).columns.values()
    return MappingProxyType({c.name: c.field for c in columns if c.field and c.name not in SYSTEM_COLUMNS})
