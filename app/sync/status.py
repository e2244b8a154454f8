"""What waits, for the status bar and the command line."""

from dataclasses import dataclass

from app.sync.protocol import QUARANTINED, REJECTED
from app.tx import Reader


@dataclass(frozen=True)
class Waiting:
    """The counts of the sync pill."""

    joined: bool
    #: Not yet with the hub.
    unsent: int
    #: With the hub, which will not let them work, or not yet.
    quarantined: int
    rejected: int
    #: Fields that two people changed and nobody has decided about.
    conflicts: int
    synced_at: int | None


def waiting(read: Reader) -> Waiting:
    """What waits now; everything is counted from the ops themselves."""
    meta = dict(read.rows("SELECT key, value FROM meta WHERE key IN ('hub_id', 'synced_at')"))
    outcomes = dict(
        read.rows(
            "SELECT outcome, count(*) FROM op WHERE acked <> 0 AND outcome IN (?, ?) GROUP BY outcome",
            QUARANTINED,
            REJECTED,
        )
    )
    return Waiting(
        joined="hub_id" in meta,
        unsent=read.value("SELECT count(*) FROM op WHERE acked = 0") if "hub_id" in meta else 0,
        quarantined=outcomes.get(QUARANTINED, 0),
        rejected=outcomes.get(REJECTED, 0),
        conflicts=read.value("SELECT count(*) FROM conflict WHERE decision IS NULL AND deleted = 0"),
        synced_at=int(meta["synced_at"]) if "synced_at" in meta else None,
    )


def waits_for_a_person(read: Reader) -> bool:
    """Whether a pull waits since the hub would remove very much here (app.sync.guard)."""
    return read.value("SELECT 1 FROM meta WHERE key = 'hub_guard'") is not None
