"""Is the log as it was written? The hash chain of the ops, the audit rows beside it, and all rows by doing the ops again."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from app import ops as operations
from app.anchor import misfit, write_anchor
from app.ops import MalformedError
from app.profile import Profile
from app.store import NO_HASH
from app.tx import Reader, Tx, columns_of
from app.words import _, ngettext
from db.models import SYNCED

_OPS = (
    "SELECT n, chain_id, seq, op_id, hash, body, kind, schema_v, actor, site, wall, hlc, action_id, entity, row_id "
    "FROM op ORDER BY chain_id, seq"
)
_AUDIT = "op_id, action_id, at, actor, device, kind, tbl, row_id, verb, changes, bucket, doubt"
#: What the hub stamps on a row later is no part of what its ops say.
_STAMPED = {"n", "hub_seq"}


def verify_chain(read: Reader, folder: Path | None = None) -> list[str]:
    """What was changed in the log after it was written, a sentence for each; none: it is whole.

    `folder` is the profile's, whose device.json knows the last record of a former moment: a log cut off at its end is found.
    """
    faults = list(_links(read))
    faults += _beside(read)
    if folder is not None:
        faults += _tail(read, folder)
    return faults


def _links(read: Reader) -> Iterator[str]:
    heads: dict[bytes, tuple[int, int, bytes]] = {}
    for n, chain, seq, op_id, link, body, *header in read.rows(_OPS):
        last_n, last, head = heads.get(chain, (0, 0, NO_HASH))
        if seq != last + 1:
            yield _("The log has a hole before record {seq}.").format(seq=seq)
        elif n <= last_n:
            yield _("Record {seq} of the log stands in the wrong place.").format(seq=seq)
        elif not isinstance(body, bytes):
            yield _("Record {seq} of the log has lost its content.").format(seq=seq)
        elif operations.link(head, op_id, body) != link or not _says(op_id, body, header):
            yield _("Record {seq} of the log was changed after it was written.").format(seq=seq)
        heads[chain] = (n, seq, link if isinstance(link, bytes) else NO_HASH)


def _says(op_id: bytes, body: bytes, header: Iterable[Any]) -> bool:
    """Whether the columns beside the body are what the body says."""
    try:
        envelope, op = operations.decode(body)
    except MalformedError:
        return False
    said = (
        envelope.kind,
        envelope.schema_v,
        envelope.actor,
        envelope.site,
        envelope.wall,
        envelope.hlc,
        envelope.action_id,
        *(op.subject() or (None, None)),
    )
    return envelope.op_id == op_id and said == tuple(header)


def _beside(read: Reader) -> Iterator[str]:
    """Audit rows that do not belong to an op of the log as it stands."""
    if read.value("SELECT 1 FROM meta WHERE key = 'hub_id'"):
        return  # the feed brings the audit rows of others without their ops
    count = read.value(
        "SELECT count(*) FROM audit a LEFT JOIN op o ON o.op_id = a.op_id WHERE o.op_id IS NULL "
        "OR a.action_id IS NOT o.action_id OR a.at IS NOT o.wall OR a.actor IS NOT o.actor OR a.kind IS NOT o.kind"
    )
    if count:
        yield ngettext(
            "{count} entry of the audit log does not belong to a record of the log.",
            "{count} entries of the audit log do not belong to a record of the log.",
            count,
        ).format(count=count)


def _tail(read: Reader, folder: Path) -> Iterator[str]:
    """What device.json knows of the log's end and the site file does not hold."""
    if fault := misfit(folder, dict(read.rows("SELECT key, value FROM meta")), read.connection):
        yield str(fault)


def record_head(profile: Profile) -> None:
    """Keep the number and hash of the newest own record in device.json (also done when the profile is closed)."""
    with profile.store.read() as read:
        write_anchor(profile.folder, profile.meta, read.connection)


def verify_rows(read: Reader) -> list[str]:
    """Do all ops again in an empty copy and compare: rows and audit entries that were changed past the log.

    Takes about as long as the work itself took to record; for a profile with a hub it says nothing.
    """
    if read.value("SELECT 1 FROM meta WHERE key = 'hub_id'"):
        return []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for table, sql in read.rows(
            "SELECT tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
        ):
            if table in SYNCED or table == "audit":
                connection.execute(sql)
        faults = list(_again(read, connection))
        again = Reader(connection)
        faults += _compared(read, again, "audit", _AUDIT.split(", "))
        for table in SYNCED:
            faults += _compared(read, again, table, [c for c in columns_of(table) if c not in _STAMPED])
    return faults


def _again(read: Reader, connection: sqlite3.Connection) -> Iterator[str]:
    device = str(read.value("SELECT value FROM meta WHERE key = 'device_code'"))
    tx = Tx(connection, device=device, keep_shadow=False)
    connection.execute("BEGIN")
    for seq, body in read.rows("SELECT seq, body FROM op WHERE body IS NOT NULL ORDER BY n"):
        try:
            envelope, op = operations.decode(body)
            tx.begin(envelope)
            op.apply(tx)
        except (MalformedError, msgspec.ValidationError, KeyError, sqlite3.Error):
            yield _("Record {seq} of the log cannot be read.").format(seq=seq)
    tx.flush()
    connection.execute("COMMIT")


def _compared(read: Reader, again: Reader, table: str, columns: list[str]) -> Iterator[str]:
    listed = ", ".join(f'"{name}"' for name in columns)
    order = "n" if table == "audit" else "id"
    sql = f'SELECT {listed} FROM "{table}" ORDER BY {order}'
    found, wanted = set(read.rows(sql)), set(again.rows(sql))
    if count := max(len(found - wanted), len(wanted - found)):
        yield ngettext(
            "{count} row of the table {table} is not as the log says.",
            "{count} rows of the table {table} are not as the log says.",
            count,
        ).format(count=count, table=table)
