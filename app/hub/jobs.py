"""What the hub does by itself, whichever of its processes comes first: backups, the daily checkpoint, keeping house."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.errors import AppError
from app.hub.backup import EVERY, back_up
from app.hub.blobs import sweep
from app.hub.checkpoints import DAY, sign_daily
from app.hub.collect import collect
from app.hub.hub import Hub
from app.hub.scheduler import miss_rounds

#: A process that takes a job has so long; if it dies, another one takes it then.
LEASE, AGAIN = 3_600_000, 600_000
QUARTER = 900_000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something that is done again and again."""

    name: str
    every: int
    do: Callable[[], object]


def jobs_of(hub: Hub, address: str, backups: Path | None) -> list[Job]:
    """What there is to do; no backups where no folder is named for them."""
    found = [
        Job("checkpoint", DAY, lambda: sign_daily(hub)),
        Job("files", DAY, lambda: sweep(hub)),
        Job("deleted rows", DAY, lambda: collect(hub)),
        Job("missed rounds", QUARTER, lambda: miss_rounds(hub)),
    ]
    if backups is not None:
        folder = backups
        found.append(Job("backup", EVERY, lambda: back_up(hub, address, folder)))
    return found


def backup_of(jobs: list[Job]) -> Job | None:
    """The job that makes backups, where this hub makes them."""
    return next((job for job in jobs if job.name == "backup"), None)


def run_due(hub: Hub, jobs: list[Job]) -> list[str]:
    """Do what is due and what no other process does already; returns the names of what was done."""
    done = []
    for job in jobs:
        try:
            if _claimed(hub, job):
                job.do()
                _settled(hub, job, hub.clock.now() + job.every, None)
                done.append(job.name)
        except AppError as error:
            _failed(hub, job, str(error))
        except Exception as error:
            log.exception("%s failed", job.name)
            _failed(hub, job, type(error).__name__)
    return done


def _claimed(hub: Hub, job: Job) -> bool:
    now = hub.clock.now()
    with hub.reading() as read:
        due = read.value("SELECT due_at FROM hub_job WHERE name = ?", job.name)
    if due is not None and due > now:
        return False
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_job (name, due_at) VALUES (?, 0) ON CONFLICT (name) DO NOTHING", (job.name,)
        )
        taken = connection.execute(
            "UPDATE hub_job SET due_at = ? WHERE name = ? AND due_at <= ?", (now + LEASE, job.name, now)
        )
        return taken.rowcount == 1


def _settled(hub: Hub, job: Job, due: int, error: str | None) -> None:
    done = "" if error else ", done_at = ?"
    params = (due, error) if error else (due, error, hub.clock.now())
    with hub.writing() as connection:
        connection.execute(
            f"UPDATE hub_job SET due_at = ?, error = ?{done} WHERE name = ?", (*params, job.name)
        )


def _failed(hub: Hub, job: Job, sentence: str) -> None:
    log.warning("%s failed: %s", job.name, sentence)
    try:
        _settled(hub, job, hub.clock.now() + AGAIN, sentence)
    except AppError:
        log.warning("the database does not answer")
