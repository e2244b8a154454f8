"""B12: a hub on PostgreSQL takes in pushes of 500 stock movements, against the bare set-based INSERT of the same rows.

Ours is the whole way of a push behind HTTP: signature, unpacking, placing in the chain, rights, rows, audit trail, history,
settling, stamps, receipts. The reference is what must be written anyway: op, movement, level, in one transaction.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from fleet import BIN, SITE
from pg_server import running
from senders import NOW, Sender, moved

from app.generic import create
from app.hub.hub import Hub
from app.sync.protocol import Receipts, unpack
from app.sync.transport import Frame
from db.ids import made_id, new_id

if TYPE_CHECKING:
    from run import Measure, Size

OPS, PUSHES, PARTS = 500, 4, 200
WARM, ROUNDS = 5, 9
_OP = """
INSERT INTO op (op_id, chain_id, seq, hash, kind, schema_v, site, body, hlc, wall, mono, action_id, acked, outcome, hub_seq)
SELECT i, $2, s, $3, 'stock.move', 1, $4, b, $5 << 16, $5, 0, i, 2, 'applied', s
FROM unnest($1::bytea[], $6::bigint[], $7::bytea[]) AS u (i, s, b)"""
_MOVEMENT = """
INSERT INTO stock_movement (id, movement_no, type, part_id, site_id, bin_id, qty, unit_price, happened_at, reason,
  created_at, updated_at, bucket, deleted, hub_seq)
SELECT i, 'M' || s, 'receipt', p, $2, $3, 1000, 100, $4, 'test', $4, $4, 'site', 0, s
FROM unnest($1::bytea[], $5::bytea[], $6::bigint[]) AS u (i, p, s)"""
_LEVEL = """
INSERT INTO stock_level (part_id, bin_id, batch, site_id, on_hand, last_move_at, last_n)
SELECT p, $2, '', $3, sum(1000), $4, 0 FROM unnest($1::bytea[]) AS u (p) GROUP BY 1
ON CONFLICT (part_id, bin_id, batch) DO UPDATE SET on_hand = stock_level.on_hand + excluded.on_hand"""


def measures(_folder: Path, _size: "Size") -> Iterator["Measure"]:
    """Seconds for some pushes on a hub that has taken in ten thousand movements already."""
    from run import Measure, in_turn, timed

    with running() as server:
        hub = Hub(server.format(database="postgres"))
        bare = Bare(server.format(database="postgres").replace("+psycopg", ""))
        work = Ours(hub, WARM + ROUNDS)
        for _n in range(WARM):
            work()
        bare.analyse()
        ours, reference, ratio = in_turn(timed(work), timed(bare), ROUNDS)
        bare.close()
        hub.close()
    count = OPS * PUSHES
    yield Measure(
        "B12", f"hub on PostgreSQL: {count} movements in pushes of {OPS}",
        ours * 1000 / count, reference * 1000 / count, "ms", ratio, 2.0,
    )  # fmt: skip


def part(number: int) -> bytes:
    return made_id("bench hub", "part", number % PARTS)


class Ours:
    """Pushes as they come out of the HTTP server."""

    def __init__(self, hub: Hub, rounds: int) -> None:
        self._hub, self._sender = hub, Sender(hub, "BENCH")
        rows = [
            create("part", part(n), part_no=f"P{n}", name=f"备件 {n}", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active")
            for n in range(PARTS)
        ]  # fmt: skip
        site = create(
            "site",
            SITE,
            code="S1",
            name="样例站点",
            site_type="data_centre",
            timezone="Asia/Shanghai",
            active=1,
        )
        place = create("location", BIN, code="B1", site_id=SITE, name="货架", location_type="bin", qr_label=1)
        self._sender.asked(self._sender.push([site, place, *rows]))
        # What a laptop does before it sends is its own time.
        self._ready = iter([self._frame(OPS * n) for n in range(rounds * PUSHES)])

    def _frame(self, first: int) -> Frame:
        return self._sender.frame(
            "ops", self._sender.push([moved(f"M{n}", 1, part(n)) for n in range(first, first + OPS)])
        )

    def __call__(self) -> None:
        for _push in range(PUSHES):
            answer = unpack(self._hub.handle("ops", next(self._ready)).body, Receipts)
            assert {receipt.outcome for receipt in answer.receipts} == {"applied"}


class Bare:
    """The same rows by three statements a push."""

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True, cursor_factory=psycopg.RawCursor)
        self._seq = 10**9

    def __call__(self) -> None:
        run = self._connection.execute
        for _push in range(PUSHES):
            seqs = list(range(self._seq, self._seq + OPS))
            self._seq += OPS
            ids, parts = [new_id() for _n in seqs], [part(n) for n in seqs]
            bodies = [os.urandom(450) for _n in seqs]
            run("BEGIN")
            run("SELECT set_config('sw.op', 'bench', true)")
            run(_OP, (ids, bytes(16), bytes(32), SITE, NOW, seqs, bodies))
            run(_MOVEMENT, (ids, SITE, BIN, NOW, parts, seqs))
            run(_LEVEL, (parts, BIN, SITE, NOW))
            run("COMMIT")

    def analyse(self) -> None:
        """What the server's own housekeeping does after some minutes."""
        self._connection.execute("ANALYZE")

    def close(self) -> None:
        self._connection.close()
