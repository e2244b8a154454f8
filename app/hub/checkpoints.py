"""Checkpoints: once a day the hub signs where its history stands; laptops keep them and notice a hub that was rewritten (sync.md 3.13)."""

from msgspec.structs import replace

from app.hub import enrol, feed
from app.hub.backup import durable_seq
from app.hub.hub import DeviceRow, Hub, head_of, link_at
from app.sync.protocol import START, Checkpoint, Hello, Page, Point, Pull, Welcome
from app.tx import Reader
from db.driver import Connection

DAY = 86_400_000
#: A laptop that was away for years gets the newest of what it missed.
SENT = 400
_COLUMNS = "at, epoch, seq, hash, former, signature"


def sign(hub: Hub, connection: Connection, point: Point, former: bytes = b"") -> Checkpoint:
    """Sign a point of the history and keep it; `former` is the epoch that a restore ended."""
    newest = Reader(connection).value("SELECT coalesce(max(at), 0) FROM checkpoint")
    at = max(hub.clock.now(), newest + 1)  # a hub whose clock went back still goes on
    bare = Checkpoint(at, point.epoch, point.seq, point.hash, former, b"")
    made = replace(bare, signature=hub.key.sign(bare.signed(hub.hub_id)))
    connection.execute(
        f"INSERT INTO checkpoint ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
        (at, made.epoch, made.seq, made.hash, made.former, made.signature),
    )
    return made


def sign_daily(hub: Hub) -> None:
    """The checkpoint of the day, where anything was decided since the last one."""
    with hub.writing() as connection:
        read = Reader(connection)
        head = head_of(read)
        last = read.row("SELECT epoch, seq FROM checkpoint ORDER BY at DESC LIMIT 1")
        if head.seq and last != (head.epoch, head.seq):
            sign(hub, connection, head)


def begin_epoch(hub: Hub, epoch: bytes) -> Checkpoint:
    """The hub was restored from a backup: a new epoch, and a signed word where the former one ended."""
    with hub.writing() as connection:
        head = head_of(Reader(connection))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'hub_epoch'", (epoch.hex(),))
        return sign(hub, connection, Point(epoch, head.seq, head.hash), head.epoch)


def welcome(hub: Hub, device: DeviceRow, asked: Hello) -> Welcome:
    """The answer to a hello, with the checkpoints that the laptop lacks and the hub's hash at those that it keeps."""
    answer = enrol.hello(hub, device, asked)
    with hub.reading() as read:
        found = read.rows(
            f"SELECT {_COLUMNS} FROM checkpoint WHERE at > ? ORDER BY at DESC LIMIT ?",
            asked.checkpoint_at,
            SENT,
        )
        return replace(
            answer,
            durable_seq=durable_seq(read),
            checkpoints=[] if device.revoked else [Checkpoint(*row) for row in reversed(found)],
            links=[START if seq == 0 else link_at(read, seq) or b"" for seq in asked.marks],
        )


def page(hub: Hub, device: DeviceRow, asked: Pull) -> Page:
    """The next page, and up to where the hub is safe."""
    answer = feed.pull(hub, device, asked)
    with hub.reading() as read:
        return replace(answer, durable_seq=durable_seq(read))
