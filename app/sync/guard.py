"""A pull that would retire or remove very much at once waits until a person has looked (sync.md, section 2: absence is no deletion)."""

import sqlite3
from collections.abc import Sequence

from app.errors import AppError
from app.fields import about, to_json
from app.sync.log import remember
from app.sync.protocol import ALL
from app.sync.rebase import News
from app.tx import Reader
from app.words import N_, _
from db.models import SYNCED

#: So many rows of a table, and more than this share of them (per cent), are not removed unasked.
MANY, SHARE = 50, 20


class Guarded(AppError):
    """The pull waits: too much would go at once."""


def demand_acceptable(read: Reader, news: News, sweep: Sequence[str]) -> None:
    """Raise Guarded where the news would remove or retire more than a fifth, and more than fifty, of a table's rows."""
    for table in SYNCED:
        going = _going(read, table, news, sweep)
        if going <= MANY:
            continue
        total = read.value(f'SELECT count(*) FROM "{table}" WHERE deleted = 0')
        if going * 100 > total * SHARE:
            raise Guarded(
                N_(
                    "The hub would remove {count} of {total} records here ({what}). Nothing was removed; your work was sent. "
                    "If that is right, accept it on the sync page or type: sitewright sync --accept"
                ),
                count=going,
                total=total,
                what=_(about(table).title),
            )


def _going(read: Reader, table: str, news: News, sweep: Sequence[str]) -> int:
    rows = news.rows.get(table, {})
    wanted = [row_id for row_id, row in rows.items() if row["deleted"]]
    wanted += [row_id for name, row_id in news.left if name == table]
    sql = f'SELECT 1 FROM "{table}" WHERE id = ? AND deleted = 0'
    count = sum(read.value(sql, row_id) is not None for row_id in wanted)
    if sweep:
        inside = "" if ALL in sweep else f"AND bucket IN ({', '.join('?' * len(sweep))})"
        here = read.rows(
            f'SELECT id FROM "{table}" t WHERE deleted = 0 {inside} AND NOT EXISTS '
            '(SELECT 1 FROM srv_shadow s WHERE s.tbl = ? AND s.id = t.id AND s."row" IS NULL)',
            *([] if ALL in sweep else sweep),
            table,
        )
        count += sum(row_id not in rows for (row_id,) in here)
    return count


def note(connection: sqlite3.Connection, guarded: Guarded) -> None:
    """Keep why the pull waits, for the sync page."""
    params = {key: str(value) for key, value in guarded.params.items()}
    remember(connection, hub_guard=to_json(params) or "")
