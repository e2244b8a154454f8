"""What sync reads and writes in the laptop's own tables: chains, the points of the hub's history, cursors."""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from app import ops as operations
from app.store import NO_HASH
from app.sync.protocol import MAX_OPS, MAX_PUSH, START, ChainHead, Page, Point, SentOp, pack, unpack
from app.sync.rebase import News
from app.tx import Reader

KEPT_POINTS = 200


def proof_of(read: Reader) -> Point:
    """The newest point of the hub's history that this laptop has seen."""
    found = read.row("SELECT epoch, seq, chain_hash FROM hist ORDER BY seq DESC LIMIT 1")
    if found:
        return Point(*found)
    return Point(bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'hub_epoch'")), 0, START)


def keep_point(connection: sqlite3.Connection, point: Point) -> None:
    connection.execute(
        "INSERT INTO hist (seq, chain_hash, epoch) VALUES (?, ?, ?) ON CONFLICT (seq) DO UPDATE SET "
        "chain_hash = excluded.chain_hash, epoch = excluded.epoch",
        (point.seq, point.hash, point.epoch),
    )
    connection.execute(
        "DELETE FROM hist WHERE seq <= (SELECT seq FROM hist ORDER BY seq DESC LIMIT 1 OFFSET ?)",
        (KEPT_POINTS,),
    )


def advance(connection: sqlite3.Connection, news: News) -> None:
    connection.execute("DELETE FROM cursor")
    connection.executemany(
        "INSERT INTO cursor (bucket, seq, stale) VALUES (?, ?, 0)", sorted(news.cursors.items())
    )
    connection.execute("DELETE FROM inbox")
    connection.execute("DELETE FROM meta WHERE key IN ('hub_resync', 'hub_guard')")


def move_cursors(connection: sqlite3.Connection, cursors: Mapping[str, int]) -> None:
    """The rows hold these buckets up to there, but for what waits in the inbox."""
    connection.executemany(
        "INSERT INTO cursor (bucket, seq, stale) VALUES (?, ?, 0) ON CONFLICT (bucket) DO UPDATE "
        "SET seq = max(cursor.seq, excluded.seq)",
        sorted(cursors.items()),
    )


def keep_page(connection: sqlite3.Connection, page: Page) -> None:
    """Keep a page in the inbox until the last one has come."""
    connection.execute(
        "INSERT INTO inbox (page, payload) SELECT coalesce(max(page), 0) + 1, ? FROM inbox", (pack(page),)
    )


def inbox_of(read: Reader) -> list[Page]:
    """The pages that wait."""
    return [unpack(payload, Page) for (payload,) in read.rows("SELECT payload FROM inbox ORDER BY page")]


def drop_unreached(connection: sqlite3.Connection) -> None:
    """Give up the pages of an interrupted pull that come again; what the cursors have passed waits on for a last page."""
    read = Reader(connection)
    cursors = cursors_of(read)
    for number, payload in list(read.rows("SELECT page, payload FROM inbox")):
        if any(seq > cursors.get(bucket, 0) for bucket, seq in unpack(payload, Page).cursors.items()):
            connection.execute("DELETE FROM inbox WHERE page = ?", (number,))


def cursors_of(read: Reader) -> dict[str, int]:
    """How far each bucket was read."""
    return dict(read.rows("SELECT bucket, seq FROM cursor"))


def remember(connection: sqlite3.Connection, **facts: str) -> None:
    """Facts about the exchange, in the site file."""
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", facts.items()
    )


def chains_to_send(read: Reader) -> list[bytes]:
    """The chains with ops that wait, the oldest first, and the present one."""
    chains = [
        chain
        for (chain,) in read.rows("SELECT chain_id FROM op WHERE acked = 0 GROUP BY chain_id ORDER BY min(n)")
    ]
    current = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'chain_id'"))
    return chains if current in chains else [*chains, current]


def heads_of(read: Reader, chains: Sequence[bytes]) -> list[ChainHead]:
    """How far each of these chains goes here."""
    found = []
    for chain in chains:
        last = read.row("SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1", chain)
        found.append(ChainHead(chain, *(last or (0, START))))
    return found


def is_ours(read: Reader, head: ChainHead) -> bool:
    """Whether the hub's last op of a chain stands in ours at the same place."""
    if head.seq == 0:
        return True
    found = read.value("SELECT hash FROM op WHERE chain_id = ? AND seq = ?", head.chain, head.seq)
    return bool(found == head.hash)


def next_batch(read: Reader, chain: bytes, last: int) -> list[SentOp]:
    """The next ops of a chain, at most 500 or a megabyte."""
    batch: list[SentOp] = []
    size = 0
    for op_id, seq, link, body in read.rows(
        "SELECT op_id, seq, hash, body FROM op WHERE chain_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        chain,
        last,
        MAX_OPS,
    ):
        size += len(body)
        if batch and size > MAX_PUSH:
            break
        batch.append(_sent(op_id, seq, link, body))
    return batch


def _sent(op_id: bytes, seq: int, link: bytes, body: bytes) -> SentOp:
    try:
        plain = msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeError):
        plain = msgspec.Raw(b"")
    if bytes(plain) == body:
        return SentOp(op_id, seq, link, msgspec.Raw(body))
    return SentOp(op_id, seq, link, blob=body)


def move_to_new_chain(connection: sqlite3.Connection) -> bytes:
    """Begin a new chain with everything from the first op on that the hub does not have, in order, with the same ids."""
    chain = secrets.token_bytes(16)
    moved = connection.execute(
        "SELECT o.n, o.op_id, o.body FROM op o JOIN (SELECT chain_id, min(seq) AS first FROM op WHERE acked = 0 "
        "GROUP BY chain_id) f ON f.chain_id = o.chain_id AND o.seq >= f.first ORDER BY o.n"
    ).fetchall()
    link = NO_HASH
    for seq, (n, op_id, body) in enumerate(moved, 1):
        link = operations.link(link, op_id, body)
        connection.execute("UPDATE op SET chain_id = ?, seq = ?, hash = ? WHERE n = ?", (chain, seq, link, n))
    connection.execute("UPDATE meta SET value = ? WHERE key = 'chain_id'", (chain.hex(),))
    return chain
