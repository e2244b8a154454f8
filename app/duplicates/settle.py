"""What derives from business keys: an alert for each number that two records bear, and nothing for records merged away."""

from collections.abc import Iterator
from typing import Any

from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.aliases import MERGEABLE
from app.changes import ALERTS, STOCK
from app.fields import about
from app.settle import settles
from app.tx import Derive
from app.words import N_
from db.models import table as table_of

RULE = "duplicate.key"
LEVEL = 2
_FIGURES = (
    ("stock_level", "part_id"),
    ("stock_level", "bin_id"),
    ("part_stock", "part_id"),
    ("stock_worth", "part_id"),
)
_GIVEN_UP = "SELECT old_id FROM code_alias WHERE old_id IS NOT NULL AND deleted = 0"

declare(
    Rule(
        RULE,
        N_("Two records, one number"),
        N_("{count} records bear the number {code}: {names}"),
        N_("Two laptops gave the same number while they were apart. Both records were kept."),
        N_("Look at both. Merge them if they are the same thing, or give one another number."),
    )
)


@settles("duplicate keys", MERGEABLE, ALERTS, order=80)
def duplicate_keys(derive: Derive) -> bool:
    """Raise an alert for each number that more than one record bears; it is over when only one does."""
    touched = derive.touched.keys() & set(MERGEABLE)
    if not touched:
        return False
    return keep(derive, RULE, (s for table in MERGEABLE for s in _doubled(derive, table)))


def _doubled(derive: Derive, table: str) -> Iterator[Situation]:
    key, name = about(table).key, about(table).name
    site = "t.site_id" if "site_id" in table_of(table).columns else "NULL"
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for code, *row in derive.rows(
        f'SELECT t."{key}", t.id, t."{name}", {site}, t.created_at FROM "{table}" t JOIN '
        f'(SELECT "{key}" AS code FROM "{table}" WHERE deleted = 0 GROUP BY 1 HAVING count(*) > 1) d ON d.code = t."{key}" '
        "WHERE t.deleted = 0 ORDER BY t.created_at, t.id"
    ):
        groups.setdefault(code, []).append(tuple(row))
    for code, rows in groups.items():
        facts = {
            "code": code,
            "names": " / ".join(row[1] for row in rows),
            "count": len(rows),
            "table": table,
        }
        # The situation began when the second of them was made: the same moment on every laptop.
        yield Situation(RULE, (table, code), LEVEL, table, rows[-1][0], rows[-1][2], rows[1][3], facts)


@settles("levels of merged records", {"code_alias"}, STOCK, order=19)
def levels_of_merged(derive: Derive) -> bool:
    """Where a part or a bin was given up, its movements lie under the kept one: the figures of the old one go."""
    gone = 0
    for table, column in _FIGURES:
        gone += derive.run(f"DELETE FROM {table} WHERE {column} IN ({_GIVEN_UP})")
    return gone > 0


@settles("alerts of merged records", {"code_alias"}, ALERTS, order=90)
def alerts_of_merged(derive: Derive) -> bool:
    """An alert about a record that was given up is over since the merge; the kept one has its own."""
    return (
        derive.run(
            "UPDATE alert SET state = 'cleared', cleared_at = (SELECT min(created_at) FROM code_alias "
            "WHERE old_id = alert.subject_id AND deleted = 0) "
            f"WHERE cleared_at IS NULL AND subject_id IN ({_GIVEN_UP})"
        )
        > 0
    )
