"""Names of records in the language that is spoken, as SQL: the English name where there is one and English is spoken."""

from app.fields import about
from app.search import IN_SEARCH, SEARCHED, match
from app.tx import Reader
from app.words import language
from db.models import table as table_of


def named(alias: str) -> str:
    """The name column of a table alias (location, equipment, part, staff ...) in the spoken language."""
    return f"{alias}.name" if language() != "en" else f"coalesce(nullif({alias}.name_en, ''), {alias}.name)"


def person(account: str) -> str:
    """The name of who holds an account, from the column with the account's id; its user name where nobody does."""
    return (
        f"(SELECT coalesce({named('ps')}, pu.username) FROM user_account pu LEFT JOIN staff ps ON ps.id = pu.staff_id "
        f"WHERE pu.id = {account})"
    )


def label_of(read: Reader, table: str, row_id: bytes | None) -> str:
    """How a field shows the record that it points to: code and name; empty for none."""
    found = _labels(read, table, "t.id = ?", row_id) if row_id else []
    return found[0][1] if found else ""


def candidates(
    read: Reader, table: str, text: str, *, site: bytes | None = None, limit: int = 48
) -> list[tuple[bytes, str]]:
    """The records that a typed text may mean, as id and label; an empty text offers the first ones."""
    where = "t.deleted = 0"
    params: list[object] = []
    if site is not None and "site_id" in table_of(table).columns:
        where += " AND (t.site_id = ? OR t.site_id IS NULL)"
        params.append(site)
    if not text.strip():
        return _labels(read, table, where, *params, limit=limit)
    key = about(table).key
    if table in SEARCHED:
        return _labels(
            read, table, f"{where} AND t.{IN_SEARCH}", *params, table, match(text) or '""', limit=limit
        )
    like = f"{where} AND (instr(lower(t.{key}), lower(?)) OR instr(lower({_name(table)}), lower(?)))"
    return _labels(read, table, like, *params, text.strip(), text.strip(), limit=limit)


def _name(table: str) -> str:
    declared = about(table)
    return named("t") if "name_en" in table_of(table).columns else f"t.{declared.name or declared.key}"


def _labels(read: Reader, table: str, where: str, *params: object, limit: int = 1) -> list[tuple[bytes, str]]:
    key = about(table).key
    rows = read.rows(
        f"SELECT t.id, t.{key}, {_name(table)} FROM {table} t WHERE {where} ORDER BY t.{key} LIMIT ?",
        *params,
        limit,
    )
    return [(row_id, f"{code}  {name}" if code != name else code) for row_id, code, name in rows]
