"""Where every op of this laptop is: waiting, sent, held back or refused by the hub; without a hub, too."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.access import Actor
from app.audit import PROTECTED, name_of
from app.conflicts.queries import count_open
from app.conflicts.words import kind_word, person_name, reason_word
from app.contents import Queue, queue
from app.errors import AppError, Busy
from app.profile import Profile
from app.tx import Reader
from db.models import SYNCED

WAITING, SENT, HELD, REFUSED = "waiting", "sent", "quarantined", "rejected"
_STATES = {
    WAITING: "o.acked = 0",
    SENT: "o.acked <> 0 AND o.outcome NOT IN ('quarantined', 'rejected')",
    HELD: "o.acked <> 0 AND o.outcome = 'quarantined'",
    REFUSED: "o.acked <> 0 AND o.outcome = 'rejected'",
}
#: The state of an op in one word, as SQL.
_STATE = f"CASE WHEN o.acked = 0 THEN '{WAITING}' WHEN o.outcome IN ('quarantined', 'rejected') THEN o.outcome ELSE '{SENT}' END"
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Standing:
    """How the exchange with the hub stands."""

    joined: bool
    address: str
    synced_at: int | None
    #: The last attempt failed.
    offline: bool
    waiting: int
    sent: int
    held: int
    refused: int
    conflicts: int
    #: Photos and documents of this laptop since the queue was empty last, and how many of them the hub has.
    photos: int
    photos_sent: int
    #: Those of others that have not come yet.
    photos_to_come: int = 0
    #: Why the last attempt failed, where it was not the network: a sentence to be translated.
    why: str = ""


@dataclass(frozen=True)
class OpLine:
    """One op of this laptop, and where it is."""

    n: int
    at: int
    state: str
    outcome: str
    who: str
    what: str
    table: str
    row_id: bytes | None
    code: str
    name: str
    reason: str


def standing(read: Reader, actor: Actor, *, brief: bool = False) -> Standing:
    """The figures of the sync page; `brief`: those of the pill, which asks at every change and must not count a long log."""
    meta = dict(
        read.rows(
            "SELECT key, value FROM meta WHERE key IN ('hub_id', 'hub_url', 'synced_at', 'sync_failed_at', 'sync_failed_why')"
        )
    )
    joined = "hub_id" in meta
    states = _counts(read, brief=brief) if joined else {}
    files = queue(read, brief=brief) if joined else Queue(0, 0, 0)
    last = ("synced_at", "sync_failed_at")
    synced, failed = (int(meta[key]) if key in meta else None for key in last)
    return Standing(
        joined=joined,
        address=meta.get("hub_url", ""),
        synced_at=synced,
        offline=joined and failed is not None and failed > (synced or 0),
        waiting=states.get(WAITING, 0),
        sent=states.get(SENT, 0),
        held=states.get(HELD, 0),
        refused=states.get(REFUSED, 0),
        conflicts=count_open(read, actor),
        photos=files.total,
        photos_sent=files.sent,
        photos_to_come=files.to_come,
        why=meta.get("sync_failed_why", ""),
    )


def _counts(read: Reader, *, brief: bool) -> dict[str, int]:
    """How many ops are in which state; what waits alone is found by an index."""
    if brief:
        return {WAITING: read.value("SELECT count(*) FROM op WHERE acked = 0")}
    return dict(read.rows(f"SELECT {_STATE}, count(*) FROM op o GROUP BY 1"))


def kinds(read: Reader, state: str = WAITING) -> list[tuple[str, int]]:
    """What the ops of a state are about, the most frequent first: word and count."""
    counts: dict[str, int] = {}
    for kind, table, count in read.rows(
        f"SELECT o.kind, o.entity, count(*) FROM op o WHERE {_STATES[state]} GROUP BY 1, 2"
    ):
        word = kind_word(kind, table)
        counts[word] = counts.get(word, 0) + count
    return sorted(counts.items(), key=lambda found: (-found[1], found[0]))


def op_ids(
    read: Reader, actor: Actor, filters: Mapping[str, Any], text: str = "", *, oldest_first: bool = False
) -> "array[int]":
    """The ops of this laptop that this person may see, newest first; filters: state, kind."""
    terms, params = ["1 = 1"], []
    if filters.get("state") in _STATES:
        terms.append(_STATES[filters["state"]])
    if filters.get("kind"):
        terms.append("o.kind = ?")
        params.append(filters["kind"])
    if text.strip():
        terms.append(
            "(o.entity, o.row_id) IN (SELECT tbl, row_id FROM search_row WHERE instr(lower(code), ?) OR instr(lower(title), ?))"
        )
        params += [text.strip().lower()] * 2
    for table, needed in PROTECTED.items():
        if not actor.may(needed):
            terms.append("o.entity IS NOT ?")
            params.append(table)
    order = "ASC" if oldest_first else "DESC"
    sql = f"SELECT o.n FROM op o WHERE {' AND '.join(terms)} ORDER BY o.n {order}"
    return array("q", (n for (n,) in read.rows(sql, *params)))


def kinds_here(read: Reader) -> list[tuple[str, str]]:
    """The kinds of ops that this laptop has: code and word."""
    found = [(kind, kind_word(kind, None)) for (kind,) in read.rows("SELECT DISTINCT kind FROM op")]
    return sorted(found, key=lambda pair: pair[1])


def op_lines(read: Reader, wanted: Sequence[int]) -> list[OpLine | None]:
    """The ops of these numbers, in their order."""
    marks = ", ".join("?" * len(wanted))
    found = {
        row[0]: _line(read, row)
        for row in read.rows(
            f"SELECT o.n, o.wall, {_STATE}, o.outcome, o.actor, o.kind, o.entity, o.row_id, o.reason FROM op o "
            f"WHERE o.n IN ({marks})",
            *wanted,
        )
    }
    return [found.get(n) for n in wanted]


def _line(read: Reader, row: tuple[Any, ...]) -> OpLine:
    n, wall, state, outcome, actor, kind, table, row_id, reason = row
    known = table in SYNCED and row_id is not None
    code, name = name_of(read, table, row_id) if known else ("", "")
    why = reason_word(reason) if state in {HELD, REFUSED} else ""
    who = person_name(read, actor)
    return OpLine(
        n, wall, state, outcome or "", who, kind_word(kind, table), table or "", row_id, code, name, why
    )


def attempt(
    profile: Profile, work: Callable[[], Answer], *, calm: tuple[type[AppError], ...] = (Busy,)
) -> Answer:
    """Sync, and remember when and why it failed, for the pill; `calm`: errors that say nothing of the hub."""
    try:
        return work()
    except calm:
        raise
    except AppError as error:
        from app.sync.transport import Lost

        plain = error.message if error.message and not error.params else str(error)
        profile.remember("sync_failed_why", "" if isinstance(error, Lost) else plain)
        profile.remember("sync_failed_at", str(profile.clock.now()))
        raise
