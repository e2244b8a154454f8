"""The laptop as a witness: it keeps what the hub signed about its history, and asks about it at every exchange (sync.md 3.13).

A hub that was restored by command says so in a signed word and is excused; one whose history was rewritten is found out.
"""

import json
from collections.abc import Iterator, Sequence

from app.store import Store
from app.sync.keys import verifies
from app.sync.line import Line
from app.sync.protocol import MAX_MARKS, Checkpoint, Welcome
from app.tx import Reader
from app.values import show_instant
from app.words import _
from db.driver import Connection

_COLUMNS = "at, epoch, seq, hash, former, signature"
_REMEMBER = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
FINDING = "hub_rewritten"


def kept_marks(read: Reader) -> tuple[int, list[Checkpoint]]:
    """When the newest kept checkpoint was signed, and those that the hub is asked about: a found one, the newest, some older."""
    kept = [Checkpoint(*row) for row in read.rows(f"SELECT {_COLUMNS} FROM checkpoint ORDER BY at DESC")]
    half = MAX_MARKS // 2
    older = kept[half:]
    spread = older[:: max(len(older) // (half - 1), 1)][: half - 1]
    finding = _finding(read)
    found = [one for one in kept if finding and one.at == finding["at"]]
    marks = {one.at: one for one in (*found, *kept[:half], *spread)}
    return (kept[0].at if kept else 0), list(marks.values())


def heed(store: Store, line: Line, welcome: Welcome, marks: Sequence[Checkpoint], now: int) -> None:
    """Keep what the hub says: how far it is safe, its new checkpoints; note where it contradicts one that is kept."""
    links = welcome.links if len(welcome.links) == len(marks) else [mark.hash for mark in marks]
    differing = [mark for mark, link in zip(marks, links, strict=True) if link != mark.hash]
    with store.read() as read:
        durable = read.value("SELECT value FROM meta WHERE key = 'hub_durable'")
        quiet = durable == str(welcome.durable_seq) and not (
            welcome.checkpoints or differing or _finding(read)
        )
    if quiet:
        return
    signed = [c for c in welcome.checkpoints if verifies(line.hub_key, c.signature, c.signed(line.hub_id))]
    with store.local() as connection:
        note_durable(connection, welcome.durable_seq)
        connection.executemany(
            f"INSERT INTO checkpoint ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (at) DO NOTHING",
            [(c.at, c.epoch, c.seq, c.hash, c.former, c.signature) for c in signed],
        )
        _judge(connection, differing, now)


def _judge(connection: Connection, differing: Sequence[Checkpoint], now: int) -> None:
    """A point that the hub has no more is excused where it said that it was restored to a time before."""
    restores = Reader(connection).rows("SELECT at, seq FROM checkpoint WHERE former <> ?", b"")
    wrong = [mark for mark in differing if not any(at > mark.at and seq < mark.seq for at, seq in restores)]
    if wrong:
        first = min(wrong, key=lambda mark: mark.at)
        finding = json.dumps({"at": first.at, "seq": first.seq, "found": now})
        connection.execute(_REMEMBER, (FINDING, finding))
    else:
        connection.execute("DELETE FROM meta WHERE key = ?", (FINDING,))


def note_durable(connection: Connection, seq: int) -> None:
    """Up to here a verified backup of the hub reaches: older ops of this laptop may go, later ones stay."""
    connection.execute(_REMEMBER, ("hub_durable", str(seq)))


def _finding(read: Reader) -> dict[str, int] | None:
    found = read.value("SELECT value FROM meta WHERE key = ?", FINDING)
    return dict(json.loads(found)) if found else None


def contradictions(read: Reader) -> Iterator[str]:
    """What `sitewright check` says about the hub."""
    finding = _finding(read)
    if finding:
        yield _(
            "The hub's history up to {signed} is not the one that it had signed (seen {found}): it was rewritten, or restored "
            "without “hub restore”. Tell the administrator; what was recorded on this laptop is all here."
        ).format(signed=show_instant(finding["at"]), found=show_instant(finding["found"]))
