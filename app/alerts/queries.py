"""Alerts as lists and cards: the derived row together with what people did about it."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.access import Actor, Permission
from app.alerts.actions import STATE
from app.alerts.rules import rule_of, say
from app.desk import Desk
from app.fields import from_json
from app.names import named, person
from app.search import match
from app.tx import Reader
from app.words import _, language
from db.models import BY_TABLE
from db.models import table as table_of

#: Whom the alerts of a rule concern, by the beginning of its code.
CONCERNS = {
    "inspection.": Permission.HANDLE_ALERTS,
    "stock.": Permission.MOVE_STOCK,
    "duplicate.": Permission.SETTLE_CONFLICTS,
    "idle.": Permission.MOVE_STOCK,
    "loan.": Permission.MOVE_STOCK,
    "transit.": Permission.MOVE_STOCK,
    "transfer.": Permission.MOVE_STOCK,
    "part.gone": Permission.MOVE_STOCK,
    "calibration.": Permission.MOVE_STOCK,
    "serial.": Permission.MOVE_STOCK,
    "purchase.approval": Permission.APPROVE_STOCK,
    "purchase.late": Permission.BUY,
    "purchase.more": Permission.MOVE_STOCK,
    "purchase.unwanted": Permission.MOVE_STOCK,
    "count.": Permission.APPROVE_STOCK,
    "recount.": Permission.MOVE_STOCK,
    "withdrawal.": Permission.MOVE_STOCK,
    "equipment.": Permission.EDIT_EQUIPMENT,
    "certificate.": Permission.EDIT_TRAINING,
    "training.": Permission.EDIT_TRAINING,
}
_NAMED = frozenset({"equipment", "part", "location"})
_OPEN = f"{STATE} NOT IN ('closed', 'cleared')"


@dataclass(frozen=True)
class AlertRow:
    """A line of the list of alerts. `code` and `name` are those of the machine, part or place concerned."""

    n: int
    id: bytes
    rule: str
    level: int
    state: str
    table: str
    subject: bytes
    facts: str
    raised_at: int
    cleared_at: int | None
    code: str = ""
    name: str = ""
    #: The names among the facts as the register has them in the language spoken now.
    spoken: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, Any]:
        """What the rule wrote down."""
        facts: dict[str, Any] = {"code": self.code, "name": self.name} | (from_json(self.facts) or {})
        # The register's name is in the language spoken now; the facts were written in that of the register.
        return facts | ({"name": self.name} if self.name and self.table in _NAMED else {}) | self.spoken

    @property
    def title(self) -> str:
        """What kind of situation it is."""
        return _(rule_of(self.rule).title)

    @property
    def what(self) -> str:
        """The situation in a sentence."""
        return self._say(rule_of(self.rule).says) or self.name

    @property
    def why(self) -> str:
        """By which rule it was raised."""
        return self._say(rule_of(self.rule).why)

    @property
    def todo(self) -> str:
        """What to do about it."""
        return self._say(rule_of(self.rule).do)

    def _say(self, text: str) -> str:
        return say(rule_of(self.rule), text, self.known)


_COLUMNS = (
    f"a.n, a.id, a.rule, a.level, {STATE}, a.subject_table, a.subject_id, a.facts, a.raised_at, a.cleared_at"
)


def _rows(read: Reader, condition: str, *params: Any) -> list[AlertRow]:
    found = read.as_(AlertRow, f"SELECT {_COLUMNS} FROM alert a WHERE {condition}", *params)
    return [_spoken(read, _named(read, row)) for row in found]


def _spoken(read: Reader, row: AlertRow) -> AlertRow:
    """The row with the English names of its person, certificate and course, where English is spoken."""
    if language() != "en" or row.table not in {"staff", "staff_certificate"}:
        return row
    facts = read.get(row.table, row.subject) or {}
    staff = facts.get("staff_id", row.subject)
    said = {"person": read.value(f"SELECT {named('s')} FROM staff s WHERE s.id = ?", staff)}
    if row.table == "staff_certificate":
        kind = facts.get("cert_type_id")
        said["name"] = read.value(f"SELECT {named('t')} FROM cert_type t WHERE t.id = ?", kind)
    else:
        code = (from_json(row.facts) or {}).get("course", "").split(" ")[0]
        name = read.value(f"SELECT {named('c')} FROM course c WHERE c.code = ?", code)
        said["course"] = name and f"{code} {name}"
    return replace(row, spoken={key: name for key, name in said.items() if name})


def _named(read: Reader, row: AlertRow) -> AlertRow:
    """The row with the code and name of what it is about; a round's alert is about its machine or place."""
    table, subject = row.table, row.subject
    facts = from_json(row.facts) or {}
    for other, key in (("location", "location"), ("equipment", "equipment")):
        if table == "inspection_task" or key in facts:
            table, subject = (other, bytes.fromhex(facts[key])) if facts.get(key) else (table, subject)
    about = BY_TABLE[table].about if table in BY_TABLE else None
    if about is None or not about.key:
        return row
    columns = table_of(table).columns
    name = named("t") if "name_en" in columns else f"t.{about.name or about.key}"
    sql = f"SELECT t.{about.key}, {name} FROM {table} t WHERE t.id = ?"
    found = read.row(sql, subject)
    return replace(row, code=found[0], name=found[1]) if found else row


_SORTS = {"level": "a.level", "raised_at": "a.raised_at", "title": "a.rule", "state": STATE}


def _concerning(actor: Actor) -> tuple[str, list[str]]:
    """A condition for the rules that concern a person."""
    mine = [prefix for prefix, permission in CONCERNS.items() if actor.may(permission)]
    return " OR ".join(["a.rule LIKE ?"] * len(mine)) or "0", [f"{prefix}%" for prefix in mine]


def alert_ids(
    read: Reader, sort: str, filters: Mapping[str, Any], text: str, *, descending: bool, actor: Actor
) -> "array[int]":
    """The row numbers of the alerts that fit. Without `sort`: the worst first, then the newest."""
    terms: list[str] = []
    params: list[Any] = []
    if not filters.get("all"):
        terms.append(_OPEN)
    if filters.get("mine"):
        condition, more = _concerning(actor)
        terms.append(f"({condition})")
        params += more
    for name, column in {"level": "a.level", "site": "a.site_id", "state": STATE, "rule": "a.rule"}.items():
        if filters.get(name) is not None:
            terms.append(f"{column} = ?")
            params.append(filters[name])
    if text.strip():
        terms.append(
            "(instr(lower(a.facts), lower(?)) OR a.subject_id IN (SELECT r.row_id FROM search s "
            "JOIN search_row r ON r.n = s.rowid WHERE search MATCH ?))"
        )
        params += [text.strip(), match(text) or '""']
    key, way = _SORTS.get(sort), "DESC" if descending else "ASC"
    order = f"{key} {way}, a.n" if key else "a.cleared_at IS NOT NULL, a.level, a.raised_at DESC, a.n"
    found = read.rows(f"SELECT a.n FROM alert a WHERE {' AND '.join(terms) or '1'} ORDER BY {order}", *params)
    return array("q", (n for (n,) in found))


def alert_rows(read: Reader, ids: Sequence[int]) -> list[AlertRow | None]:
    """The lines of these row numbers, as many and in the same order."""
    marks = ", ".join("?" * len(ids))
    found = _rows(read, f"a.n IN ({marks})", *ids)
    by_n = {row.n: row for row in found}
    return [by_n.get(n) for n in ids]


def alert_row(read: Reader, alert: bytes) -> AlertRow | None:
    """One alert."""
    found = _rows(read, "a.id = ?", alert)
    return found[0] if found else None


def alerts_on(read: Reader, table: str, row_id: bytes) -> list[AlertRow]:
    """The open alerts about one record (for a machine: those that its rounds raised, too), the worst first."""
    concerned = (
        "(a.subject_table = ? AND a.subject_id = ?) OR json_extract(a.facts, '$.' || ?) = lower(hex(?))"
    )
    return _rows(read, f"({concerned}) AND {_OPEN} ORDER BY a.level", table, row_id, table, row_id)


def waiting(read: Reader, actor: Actor, site: bytes | None = None) -> int:
    """How many alerts wait for this person: raised, not acknowledged (the badge of the rail and the bell)."""
    condition, params = _concerning(actor)
    found = read.value(
        f"SELECT count(*) FROM alert a WHERE a.cleared_at IS NULL AND ({condition}) AND (? IS NULL OR a.site_id IS NULL "
        f"OR a.site_id = ?) AND {STATE} = 'raised'",
        *params, site, site,
    )  # fmt: skip
    return int(found)


def open_count(desk: Desk) -> int:
    """What the bell and the rail's badge of a person show."""
    with desk.read() as read:
        return waiting(read, desk.actor, desk.site.id if desk.site else None)


def levels(read: Reader, site: bytes | None = None) -> dict[int, int]:
    """How many alerts are open at each level."""
    sql = f"SELECT a.level, count(*) FROM alert a WHERE {_OPEN} AND (? IS NULL OR a.site_id IS NULL OR a.site_id = ?) GROUP BY 1"
    return dict(read.rows(sql, site, site))


@dataclass(frozen=True)
class Acted:
    """What somebody did about an alert."""

    action: str
    at: int
    who: str | None
    cause: str | None
    measure: str | None
    reason: str | None


def acted(read: Reader, alert: bytes) -> list[Acted]:
    """Everything that was done about an alert, the newest first."""
    return read.as_(
        Acted,
        f"SELECT x.action, x.at, {person('x.by_id')}, x.cause, x.measure, x.reason FROM alert_action x "
        "WHERE x.alert_id = ? AND x.deleted = 0 ORDER BY x.at DESC, x.n DESC",
        alert,
    )
