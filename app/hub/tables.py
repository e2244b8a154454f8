"""What the hub keeps beside the tables of a site: devices, their chains, its own history, invitations."""

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from db.models import SYNCED

_ID, _HASH = LargeBinary(16), LargeBinary(32)
TABLES = MetaData()

Table(
    "hub_device",
    TABLES,
    Column("device_id", _ID, primary_key=True),
    Column("public_key", _HASH, nullable=False, unique=True),
    Column("code", Text, nullable=False, unique=True),
    Column("machine", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("seen_at", BigInteger),
    Column("clock_offset", BigInteger),
    Column("version", Text),
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
    Column("outcome", Text, nullable=False),
    Column("hash", _HASH, nullable=False),
)
# A row that moved to another bucket leaves the laptops that hold only the former one.
Table(
    "hub_left",
    TABLES,
    Column("n", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("hub_seq", BigInteger, nullable=False, index=True),
    Column("bucket", Text, nullable=False),
    Column("tbl", Text, nullable=False),
    Column("row_id", _ID, nullable=False),
    UniqueConstraint("hub_seq", "bucket", "tbl", "row_id"),
)
Table(
    "hub_invitation",
    TABLES,
    Column("code_hash", _HASH, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
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


def make_tables(engine: Engine) -> None:
    """Make what is missing, and the index on each synced table that the feed reads by."""
    TABLES.create_all(engine)
    with engine.begin() as connection:
        for name in SYNCED:
            connection.exec_driver_sql(f'CREATE INDEX IF NOT EXISTS "ix_feed_{name}" ON "{name}" (hub_seq)')
        connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_feed_op ON op (hub_seq)")
        connection.exec_driver_sql(
            "CREATE INDEX IF NOT EXISTS ix_quarantined ON op (hub_seq) WHERE outcome = 'quarantined'"
        )
