"""The composition root: opens a profile with every feature's ops, machines and settlers registered."""

from pathlib import Path

from app import (
    alerts,
    auth,
    conflicts,
    documents,
    duplicates,
    equipment,
    generic,
    inspections,
    inventory,
    purchasing,
    search,
    stocktake,
    training,
    work,
)
from app.clock import Clock
from app.labels import codes as labelled_codes
from app.labels import record as labels_printed
from app.profile import Profile, create_profile, open_profile
from app.reports import record as reports_made
from app.sync import upcast

#: Importing a feature registers its ops, machines and settlers.
FEATURES = (
    generic,
    search,
    auth,
    equipment,
    work,
    alerts,
    inventory,
    purchasing,
    stocktake,
    inspections,
    training,
    conflicts,
    duplicates,
    labelled_codes,
    labels_printed,
    reports_made,
    documents,
    upcast,
)


def start(folder: Path, clock: Clock | None = None) -> Profile:
    """Open an existing profile."""
    return open_profile(folder, clock=clock)


def found(
    folder: Path, *, clock: Clock | None = None, sample: bool = False, device: str | None = None
) -> Profile:
    """Make a new, empty profile."""
    return create_profile(folder, clock=clock, sample=sample, device=device)
