"""Two records become one, by a person who has looked at both."""

from collections.abc import Mapping
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.generic import Merge, patch
from app.ops import Op
from app.words import N_


def merge_records(
    desk: Desk, table: str, old: bytes, kept: bytes, chosen: Mapping[str, Any], *before: Op
) -> Done:
    """Give one record up for another; `chosen`: the values that the kept one shall have. One action, one line of history.

    `before`: what has to be done first, since the kept record would else have it twice.
    Raises AppError where one of the two is not there any more.
    """
    with desk.read() as read:
        row = read.get(table, kept)
    if row is None:
        raise AppError(N_("One of the two records is not there any more. Look at the list again."))
    changed = patch(table, row, **chosen)
    return desk.perform(*before, Merge(table, old, kept), *([changed] if changed else []))
