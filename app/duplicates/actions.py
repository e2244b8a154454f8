"""Two records become one, by a person who has looked at both."""

from collections.abc import Mapping
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.generic import Merge, patch
from app.words import N_


def merge_records(desk: Desk, table: str, old: bytes, kept: bytes, chosen: Mapping[str, Any]) -> Done:
    """Give one record up for another; `chosen`: the values that the kept one shall have. One action, one line of history.

    Raises AppError where one of the two is not there any more.
    """
    with desk.read() as read:
        row = read.get(table, kept)
    if row is None:
        raise AppError(N_("One of the two records is not there any more. Look at the list again."))
    changed = patch(table, row, **chosen)
    ops = [Merge(table, old, kept)]
    return desk.perform(*ops, *([changed] if changed else []))
