"""Opening a SQLite file as SQLAlchemy does: for migrations and the hub; the laptop's own connections are those of db.pool."""

from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from db.pool import WAIT_MS, prepare


def sqlite_engine(path: Path) -> Engine:
    """An engine on a site file; transactions are begun by hand (`BEGIN IMMEDIATE` for the one writer)."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # a folder's name may hold ? and #
        poolclass=QueuePool,
        pool_size=6,
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": WAIT_MS / 1000,
            "cached_statements": 512,
        },
    )
    event.listen(engine, "connect", prepare)
    return engine
