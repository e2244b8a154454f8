"""What the hub keeps beside the tables of a site: devices, their chains, its own history, invitations."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from db.models import SYNCED
from db.schema import SORTED_TEXT

_ID, _HASH = LargeBinary(16), LargeBinary(32)
TABLES = MetaData()

Table(
    "hub_device",
    TABLES,
    Column("device_id", _ID, primary_key=True),
    Column("public_key", _HASH, nullable=False, unique=True),
    Column("code", SORTED_TEXT, nullable=False, unique=True),
    Column("machine", SORTED_TEXT, nullable=False),
    Column("scope", SORTED_TEXT, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("seen_at", BigInteger),
    Column("clock_offset", BigInteger),
    Column("version", SORTED_TEXT),
    # How often its scope was changed, and how far it has read.
    Column("grant_v", BigInteger, nullable=False, default=0, server_default="0"),
    Column("cursor_seq", BigInteger),
    # What it said at its last exchange: the schema of its records, and how far each of its chains goes there.
    Column("schema_v", BigInteger),
    Column("heads", SORTED_TEXT),
)
# The scopes that a laptop had before, and how far its chains went when it heard of each new one.
Table(
    "hub_grant",
    TABLES,
    Column("device_id", _ID, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("scope", SORTED_TEXT, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
)
Table(
    "hub_told",
    TABLES,
    Column("device_id", _ID, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("chain_id", _ID, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
# Verifiers of passwords: here alone, in no op and no feed.
Table(
    "hub_verifier",
    TABLES,
    Column("user_id", _ID, primary_key=True),
    Column("verifier", SORTED_TEXT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("set_by", _ID),
    Column("received_at", BigInteger, nullable=False),
)
# Deleted rows that were removed for good: their ids never come back.
Table(
    "hub_gone",
    TABLES,
    Column("tbl", SORTED_TEXT, primary_key=True),
    Column("row_id", _ID, primary_key=True),
    Column("bucket", SORTED_TEXT, nullable=False),
    Column("hub_seq", BigInteger, nullable=False),
)
# Numbers that were given to laptops ahead.
Table(
    "hub_series",
    TABLES,
    Column("series", SORTED_TEXT, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
Table(
    "hub_block",
    TABLES,
    Column("series", SORTED_TEXT, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("device_id", _ID, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
Table(
    "hub_chain_head",
    TABLES,
    Column("chain_id", _ID, primary_key=True),
    Column("device_id", _ID, nullable=False, index=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", _HASH, nullable=False),
)
# Where each op stands in the chains that brought it: one op may come by several (a clone, a chain begun anew).
Table(
    "hub_position",
    TABLES,
    Column("chain_id", _ID, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", _HASH, nullable=False),
    Column("op_id", _ID, nullable=False, index=True),
    Column("received_at", BigInteger, nullable=False),
)
# The one row that is written last in every ingest: the head of the hub's history.
Table(
    "hub_counter",
    TABLES,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    Column("hash", _HASH, nullable=False),
)
# Every decision in its order; an op that was quarantined and is let in later is decided about twice.
Table(
    "hub_history",
    TABLES,
    Column("hub_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("op_id", _ID, nullable=False, index=True),
    Column("outcome", SORTED_TEXT, nullable=False),
    Column("hash", _HASH, nullable=False),
)
# A row that moved to another bucket leaves the laptops that hold only the former one.
Table(
    "hub_left",
    TABLES,
    Column("n", BigInteger().with_variant(Integer(), "sqlite"), Identity(), primary_key=True),
    Column("hub_seq", BigInteger, nullable=False, index=True),
    Column("bucket", SORTED_TEXT, nullable=False),
    Column("tbl", SORTED_TEXT, nullable=False),
    Column("row_id", _ID, nullable=False),
    UniqueConstraint("hub_seq", "bucket", "tbl", "row_id"),
)
Table(
    "hub_invitation",
    TABLES,
    Column("code_hash", _HASH, primary_key=True),
    Column("scope", SORTED_TEXT, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    # What the hub's page knows of it: for how many it was, whom it is for, who made it; `form` keeps a repeated click from making two.
    Column("machines", Integer),
    Column("remark", SORTED_TEXT),
    Column("made_by", SORTED_TEXT),
    Column("form", SORTED_TEXT, unique=True),
)
# The files of photos and documents that are all here, and since when no record has named one (app/hub/blobs.py).
Table(
    "hub_blob",
    TABLES,
    Column("sha256", _HASH, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
    Column("stored_by", _ID),
    Column("unnamed_since", BigInteger),
    Column("backed_up_at", BigInteger),
)
# Batch files that were brought in, and the records of them that wait for others which have not come.
Table(
    "hub_bundle",
    TABLES,
    Column("sha256", _HASH, primary_key=True),
    Column("bundle_id", _ID, nullable=False, index=True),
    Column("device_id", _ID, nullable=False, index=True),
    Column("name", SORTED_TEXT, nullable=False),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("ops", BigInteger, nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
)
Table(
    "hub_bundle_push",
    TABLES,
    Column("sha256", _HASH, primary_key=True),
    Column("chain_id", _ID, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("device_id", _ID, nullable=False, index=True),
    Column("why", SORTED_TEXT, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
# The hub's own key where no file can hold it for all of its processes (PostgreSQL).
Table(
    "hub_secret",
    TABLES,
    Column("name", SORTED_TEXT, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

# Verified backups, the newest first to be asked; `host` is the machine that made one and can look whether it is still there.
Table(
    "hub_backup",
    TABLES,
    Column("made_at", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", _ID, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", _HASH, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("path", SORTED_TEXT, nullable=False),
    Column("host", SORTED_TEXT, nullable=False),
    # When somebody had it proved once more.
    Column("checked_at", BigInteger),
)
# What the hub does by itself: when it is due again, and why it did not work. One process of several takes it.
Table(
    "hub_job",
    TABLES,
    Column("name", SORTED_TEXT, primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("error", SORTED_TEXT),
)

# Administrators of the hub's page (app/hub/pages): their sign-in is the hub's own, no account of a site.
Table(
    "hub_admin",
    TABLES,
    Column("name", SORTED_TEXT, primary_key=True),
    Column("verifier", SORTED_TEXT, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", SORTED_TEXT),
    Column("password_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
)
# Codes by which the first administrator makes the own account; every process that starts prints one.
Table(
    "hub_admin_setup",
    TABLES,
    Column("code_hash", _HASH, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)
Table(
    "hub_admin_session",
    TABLES,
    Column("token_hash", _HASH, primary_key=True),
    Column("name", SORTED_TEXT, nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("peer", SORTED_TEXT, nullable=False),
    Column("agent", SORTED_TEXT, nullable=False),
    # A sentence for the next page.
    Column("notice", SORTED_TEXT),
)
# Wrong entries by account and by address, both as hashes: what was typed as a name may be a password.
Table(
    "hub_admin_try",
    TABLES,
    Column("key", _HASH, primary_key=True),
    Column("spent", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
# What administrators did.
Table(
    "hub_admin_log",
    TABLES,
    Column("n", BigInteger().with_variant(Integer(), "sqlite"), Identity(), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("name", SORTED_TEXT),
    Column("peer", SORTED_TEXT, nullable=False),
    Column("action", SORTED_TEXT, nullable=False),
    Column("subject", SORTED_TEXT, nullable=False),
    Column("detail", SORTED_TEXT, nullable=False),
)
# Answers to batch files that were brought in by the page, until they are fetched; `file` is below the folder of files.
Table(
    "hub_return",
    TABLES,
    Column("id", _ID, primary_key=True),
    Column("device_id", _ID, nullable=False),
    Column("file", SORTED_TEXT, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", SORTED_TEXT, nullable=False),
)


def make_tables(engine: Engine) -> None:
    """Make what is missing in a hub's file, and the index on each synced table that the feed reads by."""
    with engine.begin() as connection:
        make_missing(connection)


def make_missing(connection: Connection) -> None:
    """The same inside a transaction. What is there is not touched: a CREATE IF NOT EXISTS would wait for all writers."""
    TABLES.create_all(connection)
    there = {name for (name,) in connection.exec_driver_sql(_INDEXES[connection.dialect.name])}
    for name, on in _indexes().items():
        if name not in there:
            connection.exec_driver_sql(f'CREATE INDEX "{name}" ON {on}')


_INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
}


def _indexes() -> dict[str, str]:
    feed = {f"ix_feed_{name}": f'"{name}" (hub_seq)' for name in (*SYNCED, "op")}
    return feed | {"ix_quarantined": "op (hub_seq) WHERE outcome = 'quarantined'"}
