"""Finding any record by code, name or pinyin initials; Chinese by one character and more.

SQLite's tokenizers cannot find 水泵 (the trigram one needs three characters), so the index holds single characters and pairs.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from app.changes import SEARCH
from app.fields import about
from app.settle import settles
from app.tx import Derive, Reader
from db.driver import is_postgres

#: Table -> other columns whose words find the record.
SEARCHED: dict[str, tuple[str, ...]] = {
    "equipment": ("name_en", "model", "serial_no", "manufacturer"),
    "part": ("name_en", "spec", "maker_part_no", "category", "keywords"),
    "location": ("name_en",),
    "work_order": (),
    "fault": (),
    "inspection_template": ("name_en",),
    "staff": ("name_en", "job_title"),
    "supplier": ("name_en", "scope"),
    "course": ("name_en",),
    "site": ("name_en",),
    "purchase_order": (),
}
#: No code is longer; SQLite takes no pattern of any length.
_LONGEST = 200
_PLACED = frozenset({"equipment", "work_order", "fault"})
_RUNS = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+|[^\W_]+")
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")


class Found(NamedTuple):
    """A record that matches: which table and id, its code, name and place."""

    table: str
    id: bytes
    code: str
    title: str
    place: str


def normal(text: str) -> str:
    """Text as it is compared: full-width folded, lower case."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


def grams(text: str) -> Iterator[str]:
    """The tokens of a text: Latin words and digits, single Chinese characters and pairs."""
    if text.isascii():
        yield from _RUNS.findall(text.lower())
        return
    for run in _RUNS.findall(normal(text)):
        if not _HAN.match(run):
            yield run
            continue
        yield from run
        yield from (run[i : i + 2] for i in range(len(run) - 1))


@lru_cache(maxsize=50_000)
def initials(text: str) -> str:
    """The pinyin initials of a name: 银行行长 gives yhhz; Latin letters stay."""
    if not _HAN.search(text):
        return ""
    from pypinyin import Style, lazy_pinyin

    return "".join(
        part[0] for part in lazy_pinyin(normal(text), style=Style.FIRST_LETTER) if part.strip()
    ).replace(" ", "")


def match(text: str) -> str:
    """The FTS5 query for what a person typed; empty when nothing of it can be searched."""
    terms: list[str] = []
    for run in _RUNS.findall(normal(text)):
        if not _HAN.match(run):
            terms.append(f'"{run}"*')
        elif len(run) == 1:
            terms.append(f'"{run}"')
        else:
            terms += [f'"{run[i : i + 2]}"' for i in range(len(run) - 1)]
    return " AND ".join(terms)


def find(read: Reader, text: str, tables: Iterable[str] = tuple(SEARCHED), limit: int = 40) -> list[Found]:
    """Records for the jump box: an exact code first, then codes that begin so, then the rest."""
    query, wanted = match(text), tuple(tables)
    if not query or not wanted:
        return []
    code = normal(text).strip()
    among = "" if SEARCHED.keys() <= set(wanted) else f"AND r.tbl IN ({', '.join('?' * len(wanted))}) "
    # The code is folded and compared once for each record that fits: a single sign fits thousands.
    return read.as_(
        Found,
        "SELECT r.tbl, r.row_id, r.code, r.title, r.place FROM search s CROSS JOIN search_row r ON r.n = s.rowid "
        f"WHERE search MATCH ? {among}ORDER BY CASE WHEN r.code LIKE ? ESCAPE '!' THEN length(r.code) > ? ELSE 2 END, "
        "s.rank, r.code LIMIT ?",
        query, *(wanted if among else ()), _begins(code), len(code), limit,
    )  # fmt: skip


def _begins(code: str) -> str:
    """The pattern of codes that begin so, whatever signs are in it."""
    return re.sub(r"([!%_])", r"!\1", code[:_LONGEST]) + "%"


#: A condition on a list's rows (`n`) for the search text of a page; parameters: the table, then `match(text)`.
IN_SEARCH = "n IN (SELECT r.row_n FROM search s CROSS JOIN search_row r ON r.n = s.rowid WHERE r.tbl = ? AND search MATCH ?)"


@settles("search", SEARCHED, SEARCH, order=90)
def index(derive: Derive) -> bool:
    """Keep the search index in step with the touched records. A hub on PostgreSQL has none: people search on their laptops."""
    if is_postgres(derive.connection):
        return False
    for table in SEARCHED.keys() & derive.touched.keys():
        _drop(derive, table)
        _add(derive, table)
    return True


def _drop(derive: Derive, table: str) -> None:
    inside = "tbl = ? AND row_id IN (SELECT id FROM temp.touched WHERE tbl = ?)"
    derive.run(
        "INSERT INTO search (search, rowid, code, initials, words) SELECT 'delete', n, code, initials, words "
        f"FROM search_row WHERE {inside}",
        table, table,
    )  # fmt: skip
    derive.run(f"DELETE FROM search_row WHERE {inside}", table, table)


def _add(derive: Derive, table: str) -> None:
    declared = about(table)
    others = "".join(f", t.{column}" for column in SEARCHED[table])
    place = "(SELECT name FROM location WHERE id = t.location_id)" if table in _PLACED else "''"
    rows = derive.rows(
        f"SELECT t.n, t.id, t.{declared.key}, t.{declared.name or declared.key}, coalesce({place}, ''){others} FROM {table} t "
        "JOIN temp.touched x ON x.tbl = ? AND x.id = t.id WHERE t.deleted = 0",
        table,
    )
    last = derive.value("SELECT coalesce(max(n), 0) FROM search_row")
    made = [
        (number, table, row_id, n, code, title, where, initials(title), _words(code, code.replace("-", ""), title, *more))
        for number, (n, row_id, code, title, where, *more) in enumerate(rows, last + 1)
    ]  # fmt: skip
    derive.run_many(
        "INSERT INTO search_row (n, tbl, row_id, row_n, code, title, place, initials, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        made,
    )
    derive.run_many(
        "INSERT INTO search (rowid, code, initials, words) VALUES (?, ?, ?, ?)",
        [(m[0], m[4], m[7], m[8]) for m in made],
    )


def _words(*texts: str | None) -> str:
    """The tokens of all texts, each once."""
    tokens: list[str] = []
    for text in texts:
        if text:
            tokens += _grams_of(text)
    return " ".join(dict.fromkeys(tokens))


@lru_cache(maxsize=20_000)
def _grams_of(text: str) -> tuple[str, ...]:
    # A register says the same names and categories over and over.
    return tuple(grams(text))
