"""Laptops and a hub that exchange by batch files in a folder."""

from pathlib import Path

from fleet import Fleet, Laptop

from app.hub.bundles import Received, take_in
from app.hub.returns import request_of, write_return
from app.sync.bundle.incoming import BroughtIn, bring_in
from app.sync.bundle.outgoing import export


def send(laptop: Laptop, folder: Path, **named: int) -> list[Path]:
    """The laptop's file."""
    folder.mkdir(exist_ok=True)
    return export(laptop.profile, folder, **named).paths


def receive(fleet: Fleet, path: Path, folder: Path, **named: int) -> tuple[Received, list[Path]]:
    """The hub takes a file in and writes its answer."""
    folder.mkdir(exist_ok=True)
    received = take_in(fleet.hub, path)
    return received, write_return(fleet.hub, request_of(received), folder, **named)


def by_files(fleet: Fleet, laptop: Laptop, folder: Path) -> BroughtIn:
    """One exchange that comes through."""
    paths = send(laptop, folder)
    answers: list[Path] = []
    for path in paths:
        _received, answers = receive(fleet, path, folder)
    return bring_in(laptop.profile, answers[0])
