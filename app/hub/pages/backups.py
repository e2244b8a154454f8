"""Backups and signed checkpoints at the hub's page: what there is, one made or proved now. None can be fetched: a backup holds the keys."""

import platform
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAtWork
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from app.errors import AppError
from app.hub import pg_backup
from app.hub.backup import backup_state, verify
from app.hub.checkpoints import sign_daily
from app.hub.hub import Hub, head_of, link_at
from app.hub.jobs import Job, run_due
from app.hub.pages import journal
from app.hub.pages.frame import Page, Visit
from app.sync.keys import verifies
from app.sync.protocol import Checkpoint
from app.tx import Reader
from app.words import N_, _, language, speaking

#: A browser waits so long; what takes longer goes on, and the page says so.
PATIENCE = 15
SHOWN = 100
AT_WORK = N_("This hub makes or proves a backup at this moment. Look again in a minute.")
_work = ThreadPoolExecutor(1, "hub backup")
_running: list[Future[str]] = []


@dataclass(frozen=True)
class Kept:
    """A verified copy."""

    made_at: int
    seq: int
    size: int
    path: str
    host: str
    checked_at: int | None
    own_epoch: bool

    @property
    def here(self) -> bool:
        """Whether this machine can look at it."""
        return self.host == platform.node()


def backups(read: Reader) -> list[Kept]:
    """All copies that count, the newest first."""
    found = read.rows(
        "SELECT made_at, seq, size, path, host, checked_at, epoch FROM hub_backup ORDER BY made_at DESC LIMIT ?",
        SHOWN,
    )
    epoch = head_of(read).epoch
    return [
        Kept(at, seq, size, path, host, checked, bytes(of) == epoch)
        for at, seq, size, path, host, checked, of in found
    ]


def show(visit: Visit) -> Response:
    """The list, how it stands, and what can be done."""
    with visit.hub.reading() as read:
        found, state, head = backups(read), backup_state(read, visit.hub.clock.now()), head_of(read).seq
        due = read.value("SELECT due_at FROM hub_job WHERE name = 'backup'")
    return visit.show(
        "backups.html", here="backups", backups=found, state=state, head=head, due=due,
        makes=visit.pages.backup is not None, red=state.red_line(), busy=_busy(),
    )  # fmt: skip


def _busy() -> bool:
    _running[:] = [future for future in _running if not future.done()]
    return bool(_running)


def _begun(do: Callable[[], str], slow: str) -> str:
    """Do it beside the requests; the sentence of its end, or that it goes on. Raises AppError where another is at work."""
    if _busy():
        raise AppError(AT_WORK)
    tongue = language()

    def speak() -> str:
        with speaking(tongue):
            return do()

    future = _work.submit(speak)
    _running.append(future)
    try:
        return future.result(PATIENCE)
    except StillAtWork:
        return slow


def make(visit: Visit) -> Response:
    """A backup now, as the job makes one: whichever process had the turn, this one takes it."""
    job = visit.pages.backup
    if job is None:
        raise AppError(N_("This hub makes no backups (--no-backups)."))
    hub, who = visit.hub, visit.who
    said = _begun(lambda: _make(hub, job, who), _("The backup is being made. Look again in a minute."))
    return visit.go("/backups", said)


def _make(hub: Hub, job: Job, who: journal.Who) -> str:
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_job (name, due_at) VALUES (?, 0) ON CONFLICT (name) DO UPDATE SET due_at = 0",
            (job.name,),
        )
    run_due(hub, [job])
    with hub.reading() as read:
        state = backup_state(read, hub.clock.now())
    if state.error:
        return _("The last backup failed: {reason}").format(reason=state.error)
    journal.write(hub, who, "backup made", str(state.seq))
    return _("The backup is made and proved: it holds {count} decisions.").format(count=state.seq)


def prove(visit: Visit) -> Response:
    """Prove a copy once more; one that is damaged counts no more."""
    made_at = visit.form.number("backup", 1, 10**12 * 9)
    with visit.hub.reading() as read:
        row = read.row("SELECT path, host, seq, hash, epoch FROM hub_backup WHERE made_at = ?", made_at)
    if row is None:
        raise AppError(N_("There is no such backup any more."))
    path, host, seq, link, epoch = row
    if host != platform.node():
        raise AppError(N_("This backup lies on {host}: it can be proved there alone."), host=host)
    hub, who = visit.hub, visit.who
    said = _begun(
        lambda: _prove(hub, who, made_at, Path(path), (seq, bytes(link), bytes(epoch))),
        _("The backup is being proved. Look again in a minute."),
    )
    return visit.go("/backups", said)


def _prove(hub: Hub, who: journal.Who, made_at: int, path: Path, said: tuple[int, bytes, bytes]) -> str:
    try:
        good = _head_of(hub, path) == said[:2] and _ours(hub, *said)
    except (AppError, OSError):
        good = False
    with hub.writing() as connection:
        if good:
            connection.execute(
                "UPDATE hub_backup SET checked_at = ? WHERE made_at = ?", (hub.clock.now(), made_at)
            )
        else:
            connection.execute("DELETE FROM hub_backup WHERE made_at = ?", (made_at,))
        action = "backup proved" if good else "backup bad"
        journal.write(hub, who, action, path.name, connection=connection)
    if good:
        return _("The backup {name} is whole.").format(name=path.name)
    return _("The backup {name} is damaged or gone. It counts no more: make a new one, and look after the disk.").format(name=path.name)  # fmt: skip


def _head_of(hub: Hub, path: Path) -> tuple[int, bytes]:
    if hub.path is None:
        seq, link = pg_backup.verify(path)
        return seq, bytes(link)
    head = verify(path)
    return head.seq, head.hash


def _ours(hub: Hub, seq: int, link: bytes, epoch: bytes) -> bool:
    """Whether the copy's head is part of what the hub has; a copy of an epoch before a restore may know more."""
    with hub.reading() as read:
        return epoch != head_of(read).epoch or link_at(read, seq) == link


# --- checkpoints ---


@dataclass(frozen=True)
class Signed:
    """A signed checkpoint, and whether it still holds."""

    at: int
    epoch: str
    seq: int
    link: str
    restored: bool
    signed: bool
    holds: bool


def checkpoints(hub: Hub, read: Reader) -> list[Signed]:
    """The newest, each with its signature and its place in the history looked at again."""
    rows = read.rows(
        "SELECT at, epoch, seq, hash, former, signature FROM checkpoint ORDER BY at DESC LIMIT ?", SHOWN
    )
    found = [Checkpoint(at, bytes(e), seq, bytes(h), bytes(f), bytes(s)) for at, e, seq, h, f, s in rows]
    return [
        Signed(
            one.at, one.epoch.hex()[:8], one.seq, one.hash.hex()[:16], bool(one.former),
            verifies(hub.key.public, one.signature, one.signed(hub.hub_id)), link_at(read, one.seq) == one.hash,
        )
        for one in found
    ]  # fmt: skip


def show_checkpoints(visit: Visit) -> Response:
    """The list."""
    with visit.hub.reading() as read:
        found = checkpoints(visit.hub, read)
    return visit.show("checkpoints.html", here="checkpoints", checkpoints=found)


def sign(visit: Visit) -> Response:
    """One now, where anything was decided since the last."""
    sign_daily(visit.hub)
    visit.note("checkpoint signed")
    return visit.go("/checkpoints", _("The history is signed up to now."))


PAGES = {
    "/backups": Page(show),
    "/backups/make": Page(do=make, again=show),
    "/backups/prove": Page(do=prove, again=show),
    "/checkpoints": Page(show_checkpoints, sign),
}
