"""Who changed what, old and new (审计日志), and whether the log is as it was written (R-7.4-a)."""

from array import array
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access import Actor, Permission
from app.auth.record import NOBODY, AuthNote
from app.desk import Desk
from app.fields import Field, about, fields_of, from_json, show
from app.tx import Reader
from app.words import N_, _
from db.models import BY_TABLE, SYNCED

#: Rows of these tables are shown only to whom the permission is given; looking at them is written down.
PROTECTED = {"staff_private": Permission.SEE_PRIVATE}

#: What nearly every record refers to says little about it.
_COMMON = frozenset({"site", "user_account"})
VERBS = {
    "insert": N_("Created"),
    "update": N_("Changed"),
    "retire": N_("Deleted"),
    "restore": N_("Brought back"),
}


@dataclass(frozen=True)
class Filter:
    """What of the log is wanted; empty means all."""

    table: str = ""
    row_id: bytes | None = None
    actor: bytes | None = None
    verb: str = ""
    since: int | None = None
    until: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Entry:
    """One record that one action touched."""

    n: int
    at: int
    actor: str
    device: str
    kind: str
    verb: str
    table: str
    row_id: bytes
    action_id: bytes
    #: The record as a person knows it: code and name.
    code: str
    title: str
    #: The names of the changed fields.
    fields: str


@dataclass(frozen=True)
class Change:
    """A field with what it was and what it became, as a person reads it."""

    label: str
    old: str
    new: str


def ids(read: Reader, actor: Actor, wanted: Filter = Filter(), *, oldest_first: bool = False) -> "array[int]":
    """The entries that this person may see, newest first. Raises Denied for who may not see the log."""
    actor.demand(Permission.SEE_AUDIT)
    terms, params = _visible(actor)
    for term, value in _terms(wanted):
        terms.append(term)
        params += value
    order = "ASC" if oldest_first else "DESC"
    return array(
        "q",
        (
            n
            for (n,) in read.rows(
                f"SELECT n FROM audit WHERE {' AND '.join(terms)} ORDER BY n {order}", *params
            )
        ),
    )


def _visible(actor: Actor) -> tuple[list[str], list[Any]]:
    terms, params = ["1 = 1"], []
    for table, needed in PROTECTED.items():
        if not actor.may(needed):
            terms.append("tbl <> ?")
            params.append(table)
    if actor.sites:
        marks = ", ".join("?" * len(actor.sites))
        terms.append(f"(instr(bucket, ':') = 0 OR substr(bucket, instr(bucket, ':') + 1) IN ({marks}))")
        params += sorted(site.hex() for site in actor.sites)
    return terms, params


def _terms(wanted: Filter) -> Iterator[tuple[str, list[Any]]]:
    for term, value in (
        ("tbl = ?", wanted.table),
        ("row_id = ?", wanted.row_id),
        ("actor = ?", wanted.actor),
        ("verb = ?", wanted.verb),
        ("at >= ?", wanted.since),
        ("at < ?", wanted.until),
    ):
        if value not in ("", None):
            yield term, [value]
    if wanted.text:
        like = "%" + wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        yield (
            (
                "(changes LIKE ? ESCAPE '\\' OR (tbl, row_id) IN (SELECT tbl, row_id FROM search_row "
                "WHERE code LIKE ? ESCAPE '\\' OR title LIKE ? ESCAPE '\\'))"
            ),
            [like, like, like],
        )


_ROWS = (
    "SELECT a.n, a.at, coalesce(s.name, u.username), a.device, a.kind, a.verb, a.tbl, a.row_id, a.action_id, a.changes, a.doubt "
    "FROM audit a LEFT JOIN user_account u ON u.id = a.actor LEFT JOIN staff s ON s.id = u.staff_id WHERE a.n IN ({marks})"
)


def rows(read: Reader, wanted: Sequence[int]) -> list[Entry | None]:
    """The entries of these numbers, in their order; None for one that has gone."""
    found: dict[int, Entry] = {}
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        for row in read.rows(_ROWS.format(marks=", ".join("?" * len(part))), *part):
            found[row[0]] = _entry(read, row)
    return [found.get(n) for n in wanted]


def _entry(read: Reader, row: tuple[Any, ...]) -> Entry:
    n, at, person, device, kind, verb, table, row_id, action_id, changes, doubt = row
    code, title = name_of(read, table, row_id)
    changed = from_json(changes) or {}
    labels = (
        {key: _(declared.label) for key, declared in fields_of(table).items()} if table in BY_TABLE else {}
    )
    words = _(", ").join(labels[key] for key in changed if key in labels)
    if doubt:
        words = " · ".join(filter(None, [_("time to be confirmed"), words]))
    nobody = NOBODY.name if kind == "auth.note" else N_("Local administrator")
    return Entry(n, at, person or _(nobody), device, kind, verb, table, row_id, action_id, code, title, words)


def name_of(read: Reader, table: str, row_id: bytes) -> tuple[str, str]:
    """The code and the name by which a person knows a record; empty where it has none."""
    if table == "auth_event":
        return _auth_name(read, row_id)
    declared = about(table) if table in SYNCED else None
    if declared is None:
        return "", ""
    if not declared.key:
        return _owner_name(read, table, row_id)
    row = read.get(table, row_id) or {}
    code, name = row.get(declared.key), row.get(declared.name or declared.key)
    return str(code or ""), str(name or "") if name != code else ""


def _owner_name(read: Reader, table: str, row_id: bytes) -> tuple[str, str]:
    """The record that a row without a code of its own belongs to: the round of an answer, the part of a policy."""
    row = read.get(table, row_id) or {}
    for name, declared in fields_of(table).items():
        target = declared.target
        if declared.kind == "ref" and target in SYNCED and target not in _COMMON and about(target).key:
            return name_of(read, target, row[name]) if row.get(name) else ("", "")
    return "", ""


def _auth_name(read: Reader, row_id: bytes) -> tuple[str, str]:
    found = read.row(
        "SELECT u.username, e.what FROM auth_event e LEFT JOIN user_account u ON u.id = e.user_id WHERE e.id = ?",
        row_id,
    )
    if found is None:
        return "", ""
    return found[0] or _("unknown account"), show(fields_of("auth_event")["what"], found[1])


def verb_of(entry: Entry) -> str:
    """What was done; a fact (a movement, a sign-in) is written down, not created."""
    fact = entry.verb == "insert" and entry.table in SYNCED and about(entry.table).fact
    return _(N_("Written down") if fact else VERBS.get(entry.verb, entry.verb))


def word_of(table: str) -> str:
    """What a record of a table is called."""
    return _(about(table).one) if table in SYNCED else table


def tables(read: Reader, actor: Actor) -> list[str]:
    """The tables that the log speaks of and this person may see."""
    return [
        table
        for (table,) in read.rows("SELECT DISTINCT tbl FROM audit")
        if table in SYNCED and actor.may(PROTECTED.get(table))
    ]


def people(read: Reader) -> list[tuple[bytes, str]]:
    """Who has changed something: account and name."""
    return read.rows(
        "SELECT u.id, coalesce(s.name, u.username) FROM user_account u LEFT JOIN staff s ON s.id = u.staff_id "
        "WHERE u.id IN (SELECT DISTINCT actor FROM audit) ORDER BY 2"
    )


def changes_of(desk: Desk, n: int) -> list[Change]:
    """The fields of an entry with old and new values. Looking at protected data is itself written down."""
    with desk.read() as read:
        found = read.row("SELECT tbl, row_id, verb, changes FROM audit WHERE n = ?", n)
        if found is None:
            return []
        table, row_id, verb, changes = found
        desk.actor.demand(PROTECTED.get(table))
        if verb == "insert":
            pairs = {
                key: [None, value]
                for key, value in _as_created(read, n, table, row_id).items()
                if value is not None
            }
        else:
            pairs = {key: pair for key, pair in (from_json(changes) or {}).items() if key != "deleted"}
        made = list(_changes(read, table, pairs, desk.timezone))
    if table in PROTECTED:
        desk.perform(AuthNote(desk.actor.user_id, "read_private", concerns=about(table).one))
    return made


def _as_created(read: Reader, n: int, table: str, row_id: bytes) -> Mapping[str, Any]:
    """A row as its first entry made it: as it is now, with every later change taken back."""
    row = dict(read.get(table, row_id) or {})
    for (text,) in read.rows(
        "SELECT changes FROM audit WHERE tbl = ? AND row_id = ? AND n > ? ORDER BY n DESC", table, row_id, n
    ):
        for key, (old, _new) in (from_json(text) or {}).items():
            row[key] = old
    return row


def _changes(read: Reader, table: str, pairs: Mapping[str, Sequence[Any]], timezone: str) -> Iterator[Change]:
    for key, declared in fields_of(table).items():
        if key in pairs and declared.kind != "bytes":
            old, new = (_said(read, declared, value, timezone) for value in pairs[key])
            yield Change(_(declared.label), old, new)


def _said(read: Reader, declared: Field, value: Any, timezone: str) -> str:
    if value is None:
        return ""
    if declared.kind == "ref":
        return _reference(read, declared, value)
    if declared.kind == "instant":
        from app.values import show_instant

        return show_instant(value, timezone, seconds=True)
    text = show(declared, value)
    return f"{text} {_(declared.unit)}".rstrip() if declared.unit else text


def _reference(read: Reader, declared: Field, value: Any) -> str:
    # In the JSON of a change an id is base64; in a row it is bytes.
    row_id = b64decode(value) if isinstance(value, str) else value
    code, name = name_of(read, declared.target, row_id) if declared.target in SYNCED else ("", "")
    if declared.target == "user_account" and code:
        name = (
            read.value(
                "SELECT s.name FROM user_account u JOIN staff s ON s.id = u.staff_id WHERE u.id = ?", row_id
            )
            or ""
        )
    return " ".join(filter(None, (code, name))) or f"#{row_id.hex()[-8:]}"
