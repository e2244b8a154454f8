"""`sitewright check`: is the site file whole, does everything derive as it should (one sentence for each fault)."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from app import ops as operations
from app.anchor import misfit
from app.contents import damaged
from app.fields import about, fields_of
from app.ops import MalformedError
from app.profile import Profile
from app.replay import differences
from app.store import NO_HASH
from app.sync.witness import contradictions
from app.tx import Reader
from app.words import _
from db.models import SYNCED

Check = Callable[[Reader], Iterator[str]]


def check(profile: Profile) -> list[str]:
    """All faults found, as sentences; none: the file is in order."""
    faults: list[str] = []
    for inspect in (_integrity, _references, _door, _chain):
        faults += _tried(profile, inspect)
    if not faults:  # a broken log proves nothing
        faults += _tried(profile, lambda read: _end_of_log(profile, read))
        faults += _tried(profile, lambda _read: differences(profile))
    for inspect in (_levels, _values, _search, _dangling, contradictions):
        faults += _tried(profile, inspect)
    faults += _tried(profile, lambda _read: _files(profile))
    return faults


def _files(profile: Profile) -> Iterator[str]:
    """Photos and documents whose bytes on this disk are not what they were; the exchange fetches them again where the hub has them."""
    for sha256 in damaged(profile):
        with profile.store.read() as read:
            name = read.value(
                "SELECT coalesce(original_name, caption) FROM attachment WHERE sha256 = ?", sha256
            )
        yield _(
            "The file “{name}” is missing or damaged on this disk. Sync to fetch it from the hub."
        ).format(name=name or sha256.hex()[:12])


def _tried(profile: Profile, inspect: Check) -> list[str]:
    faults: list[str] = []
    try:
        with profile.store.read() as read:
            faults.extend(inspect(read))
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes the reader stumble over is a finding
        faults.append(_unreadable(error))
    return faults


def _end_of_log(profile: Profile, read: Reader) -> Iterator[str]:
    found = misfit(profile.folder, profile.meta, read.connection)
    if found:
        yield str(found)


def _unreadable(error: Exception) -> str:
    return _("The site file cannot be read: {reason}. Restore the newest backup.").format(reason=error)


def _integrity(read: Reader) -> Iterator[str]:
    for (line,) in read.rows("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield _("The site file is damaged: {reason}. Restore the newest backup.").format(reason=line)


def _references(read: Reader) -> Iterator[str]:
    for table, _row, parent, _key in read.rows("PRAGMA foreign_key_check"):
        yield _("A row of {table} points to a row of {parent} that is not there.").format(
            table=table, parent=parent
        )


def _door(read: Reader) -> Iterator[str]:
    if read.value("SELECT count(*) FROM sync_ctx"):
        yield _("The door for writes was left open. Restore the newest backup and tell the maker.")
    triggers = {name for (name,) in read.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    for table in SYNCED:
        if not {f"guard_{table}_{verb}" for verb in ("insert", "update", "delete")} <= triggers:
            yield _("The guard of the table {table} is missing.").format(table=table)


def _chain(read: Reader) -> Iterator[str]:
    heads: dict[bytes, tuple[int, bytes]] = {}
    for chain, seq, op_id, link, body, *columns in read.rows(
        "SELECT chain_id, seq, op_id, hash, body, kind, schema_v, site, actor, wall, hlc, action_id, entity, row_id FROM op "
        "ORDER BY chain_id, seq"
    ):
        last, head = heads.get(chain, (0, NO_HASH))
        if seq != last + 1:
            yield _("The log has a hole before record {seq}.").format(seq=seq)
            return
        if body is not None and not _right(head, op_id, link, body, columns):
            yield _("Record {seq} of the log was changed after it was written.").format(seq=seq)
            return
        heads[chain] = (seq, link)


def _right(head: bytes, op_id: bytes, link: bytes, body: Any, columns: list[Any]) -> bool:
    if not isinstance(body, bytes) or operations.link(head, op_id, body) != link:
        return False
    try:
        said, op = operations.decode(body)
    except MalformedError:
        return False
    subject = op.subject() or (None, None)
    told = (said.kind, said.schema_v, said.site, said.actor, said.wall, said.hlc, said.action_id, *subject)
    return tuple(columns) == told


_SUMS = """
SELECT p.part_no, l.code, coalesce(s.on_hand, 0), coalesce(m.total, 0)
FROM (SELECT part_id, bin_id, coalesce(batch, '') AS batch,
             sum(CASE WHEN type IN ('issue', 'transfer_out', 'adjust_loss', 'scrap', 'loan_out') THEN -qty ELSE qty END) AS total
      FROM stock_movement WHERE deleted = 0 GROUP BY 1, 2, 3) m
FULL JOIN stock_level s ON s.part_id = m.part_id AND s.bin_id = m.bin_id AND s.batch = m.batch
LEFT JOIN part p ON p.id = coalesce(m.part_id, s.part_id)
LEFT JOIN location l ON l.id = coalesce(m.bin_id, s.bin_id)
WHERE coalesce(s.on_hand, 0) <> coalesce(m.total, 0)
"""


def _levels(read: Reader) -> Iterator[str]:
    from app.values import show_quantity

    for part, place, shown, total in read.rows(_SUMS):
        yield _(
            "The stock of {part} in {place} is shown as {shown}, but its movements add up to {total}."
        ).format(part=part, place=place, shown=show_quantity(shown), total=show_quantity(total))


def _values(read: Reader) -> Iterator[str]:
    """The value of the stock is what the movements give; a closed month is what it was."""
    from app.inventory.closed import moved_closings
    from app.inventory.stores import store_code, strays_anywhere
    from app.inventory.value import cents
    from app.inventory.worth import differences as worths
    from app.values import show_money, show_quantity

    for found in worths(read):
        show = show_quantity if found.what == "qty" else lambda value: show_money(cents(value))
        yield _(
            "The value of {part} in {store} is kept as {shown}, but its movements give {total}. Rebuild it: sitewright check --rebuild"
        ).format(
            part=read.value("SELECT part_no FROM part WHERE id = ?", found.part),
            store=read.value(f"SELECT {store_code('?1')}", found.store),
            shown=show(found.kept),
            total=show(found.reckoned),
        )
    for code, store, month in moved_closings(read):
        yield _("The closed month {month} of {store} ({code}) is not what its movements give.").format(
            month=month, store=store, code=code
        )
    for place, count in strays_anywhere(read):
        yield _(
            "{count} items in {place} are in the books of another warehouse than the one it hangs in."
        ).format(count=count, place=place)


def _search(read: Reader) -> Iterator[str]:
    from app.search import SEARCHED

    for table in SEARCHED:
        rows = read.value(f"SELECT count(*) FROM {table} WHERE deleted = 0")
        found = read.value("SELECT count(*) FROM search_row WHERE tbl = ?", table)
        if rows != found:
            yield _(
                "The search index knows {found} of {rows} rows of {table}. Rebuild it: sitewright check --rebuild"
            ).format(found=found, rows=rows, table=_(about(table).title))
    try:
        read.rows("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        yield _("The search index is damaged. Rebuild it: sitewright check --rebuild")


def _dangling(read: Reader) -> Iterator[str]:
    for table in SYNCED:
        for name, field in fields_of(table).items():
            if field.kind != "ref" or field.target not in SYNCED:
                continue
            lost = read.value(
                f'SELECT count(*) FROM "{table}" t WHERE t.deleted = 0 AND t."{name}" IS NOT NULL '
                f'AND NOT EXISTS (SELECT 1 FROM "{field.target}" x WHERE x.id = t."{name}")'
            )
            if lost:
                yield _("{count} rows of {table} name a {field} that is not on this laptop.").format(
                    count=lost, table=_(about(table).title), field=_(field.label)
                )
