"""A bin is hung elsewhere while parts come into it, on a real PostgreSQL: what lies in it is in the books where it hangs."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fleet import BIN, PART, SITE
from senders import Sender, moved
from stores import ServerStore

from app.generic import Patch, PatchRow, create
from app.hub import ingest
from app.hub.hub import Hub
from app.inventory.stores import strays_anywhere
from db.driver import Connection
from db.ids import made_id

WEST, EAST = made_id("race", "west"), made_id("race", "east")


@pytest.fixture
def hub(server_store: ServerStore) -> Iterator[Hub]:
    made = Hub(server_store.address)
    place = {"site_id": SITE, "qr_label": 0}
    sender = Sender(made, "FIRST")
    sender.take(
        sender.push(
            [
                create("site", SITE, code="S1", name="站点", site_type="building", timezone="Asia/Shanghai", active=1),
                create("part", PART, part_no="P1", name="件", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"),
                create("location", WEST, code="W", name="西", location_type="warehouse", **place),
                create("location", EAST, code="E", name="东", location_type="warehouse", **place),
                create("location", BIN, code="W1", name="架", location_type="bin", parent_id=WEST, **place),
            ]
        )
    )  # fmt: skip
    yield made
    made.close()


def hang(old: bytes, new: bytes) -> Patch:
    return Patch("location", (PatchRow(BIN, {"parent_id": (old, new)}),))


def off_the_books(hub: Hub) -> list[tuple[str, int]]:
    with hub.reading() as read:
        assert read.value("SELECT sum(on_hand) FROM stock_level") == read.value(
            "SELECT sum(on_hand) FROM stock_worth"
        )
        return list(strays_anywhere(read))


@pytest.mark.parametrize("first", ["movement", "hanging"])
def test_who_comes_second_sees_what_the_first_did(hub, monkeypatch, first):
    """The first has applied and waits for its number; the second begins."""
    assert between(hub, monkeypatch, first) == []


@pytest.mark.parametrize("first", ["movement", "hanging"])
def test_without_the_lock_the_second_would_not_see_it(hub, monkeypatch, first):
    monkeypatch.setattr("app.tx.Tx.hold", lambda *_told, **_more: None)
    assert between(hub, monkeypatch, first) != []


def between(hub: Hub, monkeypatch: pytest.MonkeyPatch, first: str) -> list[tuple[str, int]]:
    ops = {"movement": [moved("A", 3)], "hanging": [hang(WEST, EAST)]}
    second = next(name for name in ops if name != first)
    one, other = Sender(hub, "ONE"), Sender(hub, "TWO")
    applied, began, apply = threading.Event(), threading.Event(), ingest._apply

    def held(connection: Connection, device: object, fresh: list) -> object:
        if device.code == "ONE":
            done = apply(connection, device, fresh)
            applied.set()
            assert began.wait(10)
            connection.execute("SELECT pg_sleep(0.2)")
            return done
        began.set()
        return apply(connection, device, fresh)

    monkeypatch.setattr(ingest, "_apply", held)
    with ThreadPoolExecutor(2) as pool:
        task = pool.submit(one.take, one.push(ops[first]))
        assert applied.wait(10)
        other_task = pool.submit(other.take, other.push(ops[second]))
        task.result()
        other_task.result()
    return off_the_books(hub)
