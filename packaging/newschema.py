"""Remakes the migration of the first release from the models: `make schema`. Until that release there is only this one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ROOT / "db" / "migrations" / "versions"
TARGET = VERSIONS / "r0001_first_release.py"
SEARCH = """

    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search USING fts5(code, initials, words, content='search_row', content_rowid='n', "
            "tokenize='unicode61 remove_diacritics 0')"
        )


"""
NO_SEARCH = """def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search")
"""


def main() -> None:
    """Let alembic compare an empty database with the models, and add the search table, which it does not know."""
    sys.path.insert(0, str(ROOT))
    from alembic import command
    from sqlalchemy import create_engine

    from db.migrate import config

    TARGET.unlink(missing_ok=True)
    with create_engine("sqlite://").connect() as connection:
        command.revision(
            config(connection), "The tables of the first release", autogenerate=True, rev_id="r0001"
        )
    made = next(VERSIONS.glob("r0001*.py"))
    text = made.read_text(encoding="utf-8")
    made.unlink()
    # Alembic writes it at every column; it says something only where a whole number is the key.
    text = re.sub(r", autoincrement=False(?!, nullable=False\),\n\s+sa\.Column\('chain_hash)", "", text)
    up, down = text.split("def downgrade() -> None:\n")
    TARGET.write_text(up.rstrip() + SEARCH + NO_SEARCH + down, encoding="utf-8")


if __name__ == "__main__":
    main()
