"""A month is closed while its movements come in, on a real PostgreSQL: each is on the sheet, or counts after it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fleet import SITE
from senders import NOW, Sender, moved
from stores import ServerStore

from app.generic import create
from app.hub import ingest
from app.hub.hub import Hub
from app.inventory.closing import CloseMonth
from db.driver import Connection
from db.ids import new_id

ENDS = NOW + 1000
TURNS = 6


@pytest.fixture
def hub(server_store: ServerStore) -> Iterator[Hub]:
    made = Hub(server_store.address)
    site = create(
        "site", SITE, code="S1", name="站点", site_type="building", timezone="Asia/Shanghai", active=1
    )
    sender = Sender(made, "FIRST")
    sender.take(sender.push([site]))
    yield made
    made.close()


def closing(turn: int = 0) -> CloseMonth:
    ends = ENDS + turn
    return CloseMonth(
        id=new_id(), number=f"MC-{turn}", site=SITE, month="2026-11", starts_at=0, ends_at=ends, closed_at=ends + 1,
        accepted={},
    )  # fmt: skip


def off_the_books(hub: Hub) -> list[str]:
    """What the closings and the movements do not agree on."""
    wrong = []
    with hub.reading() as read:
        for code, seq, ends, on_hand in read.rows(
            "SELECT c.code, c.hub_seq, c.ends_at, coalesce((SELECT sum(l.on_hand) FROM stock_closing_line l "
            "WHERE l.closing_id = c.id), 0) FROM stock_closing c"
        ):
            late = read.rows(
                "SELECT movement_no FROM stock_movement WHERE happened_at < ? AND hub_seq > ? AND posted_at IS NULL",
                ends, seq,
            )  # fmt: skip
            wrong += [f"{number} comes after {code} without a day of its own" for (number,) in late]
            counted = read.value(
                "SELECT coalesce(sum(qty), 0) FROM stock_movement WHERE coalesce(posted_at, happened_at) < ? AND hub_seq < ?",
                ends, seq,
            )  # fmt: skip
            wrong += [f"{code}: {on_hand} on the sheet, {counted} moved"] if counted != on_hand else []
    return wrong


def at_once(*pushes: tuple[Sender, list]) -> None:
    barrier = threading.Barrier(len(pushes))

    def send(sender: Sender, ops: list) -> None:
        push = sender.push(ops)
        barrier.wait()
        sender.take(push)

    with ThreadPoolExecutor(len(pushes)) as pool:
        for task in [pool.submit(send, *one) for one in pushes]:
            task.result()


def race(hub: Hub) -> list[str]:
    movers, closer = [Sender(hub, f"M{n}") for n in range(3)], Sender(hub, "C")
    for turn in range(TURNS):
        at_once(
            (closer, [closing(turn)]),
            *((one, [moved(f"{one.code}-{turn}-{n}") for n in range(5)]) for one in movers),
        )
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM stock_movement") == 3 * 5 * TURNS
        assert read.value("SELECT count(*) FROM stock_closing") == TURNS
    return off_the_books(hub)


def test_a_closing_and_movements_at_once_agree(hub):
    assert race(hub) == []


@pytest.mark.parametrize("first", ["movement", "closing"])
def test_who_comes_second_sees_what_the_first_did(hub, monkeypatch, first):
    """The first has applied and waits for its number; the second begins."""
    assert between(hub, monkeypatch, first) == []


@pytest.mark.parametrize("first", ["movement", "closing"])
def test_without_the_lock_the_second_would_not_see_it(hub, monkeypatch, first):
    monkeypatch.setattr("app.tx.Tx.hold", lambda *_told, **_more: None)
    assert between(hub, monkeypatch, first) != []


def between(hub: Hub, monkeypatch: pytest.MonkeyPatch, first: str) -> list[str]:
    ops = {"movement": [moved("A", 3)], "closing": [closing()]}
    second = next(name for name in ops if name != first)
    one, other = Sender(hub, "ONE"), Sender(hub, "TWO")
    applied, began, apply = threading.Event(), threading.Event(), ingest._apply

    def held(connection: Connection, device: object, fresh: list) -> object:
        if device.code == "ONE":
            done = apply(connection, device, fresh)
            applied.set()
            assert began.wait(10)
            connection.execute(
                "SELECT pg_sleep(0.2)"
            )  # the other one gets to its own apply, and waits in it or not
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


def test_the_movement_after_a_closing_counts_in_the_open_month(hub):
    one, other = Sender(hub, "ONE"), Sender(hub, "TWO")
    one.take(one.push([closing()]))
    other.take(other.push([moved("A", 3)]))
    with hub.reading() as read:
        assert read.value("SELECT posted_at FROM stock_movement") == ENDS
