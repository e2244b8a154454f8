"""The scan station under a storekeeper's scanner: action codes, part labels, badges."""

import pytest

from app.labels.payload import Kind, encode
from ui.inventory.station import ScanStation

EAN = "6901234567892"
ORDER = encode(Kind.WO, "WO-T01-0900")


@pytest.fixture
def station(shown, store, tasks, settled) -> ScanStation:
    made = ScanStation(store, tasks)
    shown(made, 1366, 768)
    settled()
    return made


def act(station, *codes: str) -> None:
    """Scan codes of the sheet of actions."""
    for code in codes:
        station.on_scan(encode(Kind.AC, code))


def part(station, *codes: str) -> None:
    """Scan labels of parts."""
    for code in codes:
        station.on_scan(encode(Kind.PT, code))


def people(store) -> list[str]:
    """The numbers of two people."""
    with store.read() as read:
        return [
            row[0] for row in read.rows("SELECT staff_no FROM staff WHERE deleted = 0 ORDER BY n LIMIT 2")
        ]
