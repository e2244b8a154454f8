"""The hub on a real PostgreSQL: what several writers, processes and careless sessions may do to each other."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from fleet import supplier
from senders import Sender, moved
from stores import ServerStore

from app.errors import AppError
from app.hub import ingest
from app.hub.database import open_database
from app.hub.hub import Hub, head_of
from app.sync.protocol import BUSY, Point, Receipts, Refusal
from app.tx import Reader
from db.driver import CollisionError, Connection

WRITERS, PUSHES = 8, 25


@pytest.fixture
def hub(server_store: ServerStore) -> Iterator[Hub]:
    made = Hub(server_store.address)
    yield made
    made.close()


def race(hub: Hub) -> int:
    """Eight writers and a polling reader: how many changes the reader missed."""
    senders = [Sender(hub, f"W{n}") for n in range(WRITERS)]
    reader = Sender(hub, "READ")
    seen: set[bytes] = set()
    cursor = 0

    def write(sender: Sender) -> None:
        for _n in range(PUSHES):
            sender.take(sender.push([supplier("S")[1]]))

    def look() -> None:
        nonlocal cursor
        page = reader.page(cursor)
        seen.update(row[0] for row in page.audit.rows)
        cursor = page.point.seq

    with ThreadPoolExecutor(WRITERS) as pool:
        tasks = [pool.submit(write, sender) for sender in senders]
        while not all(task.done() for task in tasks):
            look()
        for task in tasks:
            task.result()
    for _turn in range(3):
        look()
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == WRITERS * PUSHES
    return WRITERS * PUSHES - len(seen)


def test_a_polling_reader_misses_nothing_of_eight_writers(hub):
    assert race(hub) == 0
    with hub.reading() as read:
        seqs = [seq for (seq,) in read.rows("SELECT hub_seq FROM hub_history ORDER BY 1")]
    assert seqs == list(range(1, WRITERS * PUSHES + 1))


def test_a_number_taken_early_makes_the_reader_miss_changes(hub, server_store, monkeypatch):
    """The race finds the mistake that it is there for: a sequence's number at the beginning, the commit at the end."""
    server_store.by_hand("CREATE SEQUENCE early")
    drawn, demand = threading.local(), ingest.demand_history

    def early(read: Reader, proof: Point) -> Point:
        drawn.seq = read.value("SELECT nextval('early')")
        return demand(read, proof)

    def taken(read: Reader) -> Point:
        head = head_of(read)
        return Point(head.epoch, drawn.seq - 1, head.hash)

    monkeypatch.setattr(ingest, "demand_history", early)
    monkeypatch.setattr(ingest, "head_of", taken)
    monkeypatch.setattr(ingest, "locked_row", lambda _connection: "")
    assert race(hub) > 0


def test_two_pushes_of_one_laptop_at_once_arrive_once(hub):
    sender = Sender(hub, "A")
    for turn in range(10):
        push = sender.push([supplier(f"{turn}-{n}")[1] for n in range(5)])
        barrier = threading.Barrier(3)

        def send(push=push, barrier=barrier) -> object:
            barrier.wait()
            return sender.asked(push)

        with ThreadPoolExecutor(3) as pool:
            answers = [task.result() for task in [pool.submit(send) for _n in range(3)]]
        assert all(isinstance(answer, Receipts) for answer in answers)
        assert len({tuple(answer.receipts) for answer in answers}) == 1
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == 50
        assert read.value("SELECT count(*) FROM hub_history") == 50


def test_one_op_by_two_chains_at_once_is_applied_once(hub):
    """A cloned disk: the same ops in two chains, sent at the same moment."""
    first, second = Sender(hub, "A"), Sender(hub, "B")
    for turn in range(10):
        ops = first.sent([moved(f"{turn}-{n}") for n in range(5)])
        pushes = [(first, ops), (second, again(second, ops))]
        barrier = threading.Barrier(2)

        def send(sender: Sender, sent: list, barrier=barrier) -> object:
            push = sender.push([])
            barrier.wait()
            return sender.asked(type(push)(push.proof, push.chain, sent))

        with ThreadPoolExecutor(2) as pool:
            answers = [task.result() for task in [pool.submit(send, *pair) for pair in pushes]]
        assert [receipt.outcome for answer in answers for receipt in answer.receipts] == ["applied"] * 10
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM stock_movement") == 50
        assert read.value("SELECT on_hand FROM stock_level") == 50_000


def again(sender: Sender, ops: list) -> list:
    """The same ops as the next ones of another chain."""
    from app import ops as operations

    made = []
    for op in ops:
        sender.seq, sender.link = sender.seq + 1, operations.link(sender.link, op.op_id, op.bytes)
        made.append(type(op)(op.op_id, sender.seq, sender.link, op.body))
    return made


def test_stock_adds_up_whoever_pushes_at_once(hub):
    senders = [Sender(hub, f"W{n}") for n in range(6)]

    def write(sender: Sender) -> None:
        for turn in range(8):
            answer = sender.asked(sender.push([moved(f"{sender.code}-{turn}-{n}") for n in range(4)]))
            assert isinstance(answer, Receipts)

    with ThreadPoolExecutor(6) as pool:
        for task in [pool.submit(write, sender) for sender in senders]:
            task.result()
    with hub.reading() as read:
        assert (
            read.row("SELECT on_hand, (SELECT sum(qty) FROM stock_movement) FROM stock_level")
            == (192_000,) * 2
        )


# --- collisions ---


def colliding(times: int, error: Exception) -> Callable[..., object]:
    settle, left = ingest.settle, [times]

    def settle_badly(*arguments: object, **named: object) -> object:
        if left[0]:
            left[0] -= 1
            raise error
        return settle(*arguments, **named)

    return settle_badly


def test_a_collision_is_tried_again_and_arrives_once(hub, monkeypatch):
    sender = Sender(hub, "A")
    monkeypatch.setattr(ingest, "settle", colliding(3, CollisionError("deadlock detected")))
    assert isinstance(sender.asked(sender.push([supplier("S")[1]])), Receipts)
    with hub.reading() as read:
        assert read.value("SELECT count(*) FROM supplier") == 1


def test_a_hub_that_always_collides_is_busy_and_has_kept_nothing(hub, monkeypatch):
    sender = Sender(hub, "A")
    push = sender.push([supplier("S")[1]])
    monkeypatch.setattr(ingest, "settle", colliding(100, CollisionError("deadlock detected")))
    answer = sender.asked(push)
    assert isinstance(answer, Refusal)
    assert answer.code == BUSY
    monkeypatch.undo()
    assert isinstance(sender.asked(push), Receipts)


def test_a_real_deadlock_is_told_from_a_bad_op(server_store, hub):
    """Two sessions that wait for each other: one of them hears of a collision, not of an error of its op."""
    server_store.by_hand("CREATE TABLE t (id int PRIMARY KEY, v int)")
    server_store.by_hand("INSERT INTO t VALUES (1, 0), (2, 0)")
    barrier, heard = threading.Barrier(2), []

    def cross(first: int, second: int) -> None:
        with suppress(AppError), hub.writing() as connection:
            connection.execute("UPDATE t SET v = 1 WHERE id = ?", (first,))
            barrier.wait()
            try:
                connection.execute("UPDATE t SET v = 1 WHERE id = ?", (second,))
            except CollisionError as error:
                heard.append(error)
                raise

    with ThreadPoolExecutor(2) as pool:
        for task in [pool.submit(cross, 1, 2), pool.submit(cross, 2, 1)]:
            task.result()
    assert len(heard) == 1


# --- other sessions ---


def test_a_session_that_sleeps_in_a_transaction_freezes_nothing(hub, server_store):
    sender, reader = Sender(hub, "A"), Sender(hub, "B")
    with server_store.connect() as idle:
        idle.execute("BEGIN")
        idle.execute("SELECT set_config('sw.op', 'by hand', true)")
        idle.execute("SELECT txid_current(), count(*) FROM site")
        assert isinstance(sender.asked(sender.push([supplier("S")[1]])), Receipts)
        assert len(reader.page(0).audit.rows) == 1
        idle.execute("ROLLBACK")


def test_a_slow_transaction_is_delivered_after_faster_ones(hub, monkeypatch):
    """It began first and commits last; the reader polls in between."""
    slow, fast, reader = Sender(hub, "SLOW"), Sender(hub, "FAST"), Sender(hub, "R")
    waits, goes = threading.Event(), threading.Event()
    apply = ingest._apply

    def held(connection: Connection, device: object, fresh: list) -> object:
        done = apply(connection, device, fresh)
        if device.code == "SLOW":
            waits.set()
            assert goes.wait(10)
        return done

    monkeypatch.setattr(ingest, "_apply", held)
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(slow.take, slow.push([supplier("slow")[1]]))
        assert waits.wait(10)
        fast.take(fast.push([supplier("fast")[1]]))
        first = reader.page(0)
        assert len(first.audit.rows) == 1
        goes.set()
        task.result()
    assert len(reader.page(first.point.seq).audit.rows) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE site",
        "DELETE FROM site",
        "UPDATE site SET name = 'x'",
        "INSERT INTO site (id) VALUES ('\\x00')",
    ],
)
def test_sql_by_hand_is_refused(hub, server_store, sql):
    with pytest.raises(psycopg.errors.RaiseException, match="changes only by operations"):
        server_store.by_hand(sql)
    with hub.writing() as connection, pytest.raises(Exception, match="changes only by operations"):
        connection.execute(sql)


def test_the_open_door_closes_with_its_transaction(hub):
    with hub.writing("ingest") as connection:
        connection.execute("UPDATE site SET name = name")
        raw = connection
    with pytest.raises(Exception, match="changes only by operations"):
        raw.execute("UPDATE site SET name = name")


def test_hubs_that_start_at_once_make_one_schema(pg_url):
    with ThreadPoolExecutor(4) as pool:
        hubs = [task.result() for task in [pool.submit(Hub, pg_url) for _n in range(4)]]
    assert len({(hub.hub_id, hub.key.public) for hub in hubs}) == 1
    for hub in hubs:
        hub.close()


def test_a_hub_outlives_its_connections(hub, server_store):
    """The server is started anew: the next request finds its way."""
    sender = Sender(hub, "A")
    with server_store.connect() as door:
        door.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (server_store.name,),
        )
    assert isinstance(sender.asked(sender.push([supplier("S")[1]])), Receipts)


def test_a_server_that_goes_away_in_the_middle_is_busy(hub, server_store, monkeypatch):
    sender = Sender(hub, "A")
    push, settle = sender.push([supplier("S")[1]]), ingest.settle

    def cut(connection: Connection, *arguments: object) -> object:
        server_store.by_hand(
            "SELECT pg_terminate_backend(%s)", connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        )
        return settle(connection, *arguments)

    monkeypatch.setattr(ingest, "settle", cut)
    answer = sender.asked(push)
    assert isinstance(answer, Refusal)
    assert answer.code == BUSY
    monkeypatch.undo()
    assert isinstance(sender.asked(push), Receipts)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("/hub_", "/nothing_"), "There is no such database"),
        (("tester@", "nobody@"), "refuses the user or the password"),
        (("host=", "host=/nowhere"), "does not answer"),
        (("?host=", "?nonsense="), "cannot be read"),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence(server_store, wrong, sentence):
    began = time.monotonic()
    with pytest.raises(AppError, match=sentence):
        open_database(server_store.address.replace(*wrong))
    assert time.monotonic() - began < 10
