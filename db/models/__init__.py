"""All tables, and the fields that each declares."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from sqlalchemy import Table

from db.models import equipment, inspections, inventory, oplog, people, sites, training, work
from db.models.base import SYSTEM_COLUMNS, About, Base, Field, Synced

__all__ = ["BY_TABLE", "SYNCED", "About", "Base", "Field", "fields_of", "metadata", "table"]
__all__ += ["equipment", "inspections", "inventory", "oplog", "people", "sites", "training", "work"]

metadata = Base.metadata

#: Table name -> model class.
BY_TABLE: dict[str, type[Base]] = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers}
#: The synced tables, in a fixed order (guards, digests, the wipe of the sample).
SYNCED: tuple[str, ...] = tuple(sorted(name for name, cls in BY_TABLE.items() if issubclass(cls, Synced)))


def table(name: str) -> Table:
    """The table of this name."""
    return metadata.tables[name]


@cache
def fields_of(name: str) -> Mapping[str, Field]:
    """Column name -> declared field, in the order of declaration, without the system columns."""
    columns = table(name).columns
    return MappingProxyType(
        {c.name: c.info["field"] for c in columns if c.name not in SYSTEM_COLUMNS and "field" in c.info}
    )
