"""The large site: three years of 2,000 machines, made from a seed, through the same ops and `apply` as a hub's ingest.

Chinese names are put together from the trade's words, so that search and sorting have something to do.
"""

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app import ops as operations
from app.bootstrap import found, start
from app.clock import Clock
from app.generic import creates
from app.inspections.ops import Answer, Round, Start
from app.inventory.ops import MoveStock
from app.ops import Envelope, Op
from app.profile import Profile
from app.settle import everything, settle
from app.store import _APPEND, NO_HASH, transaction
from app.tx import Tx
from db.ids import made_id

NOW = 1_795_318_860_000
DAY = 86_400_000
KINDS = (
    "水泵",
    "风机",
    "精密空调",
    "配电柜",
    "蓄电池",
    "变压器",
    "扶梯",
    "站台门",
    "闸机",
    "服务器",
    "交换机",
    "消防主机",
)
WORDS = (
    "轴承",
    "皮带",
    "滤网",
    "接触器",
    "继电器",
    "密封圈",
    "电源模块",
    "光模块",
    "传感器",
    "控制板",
    "熔断器",
    "滚轮",
    "阀门",
)
COURSES = 30
FAMILY, GIVEN = "欧阳司马上官南宫慕容", "管划备冷安平远明航"


@dataclass(frozen=True)
class Size:
    """How large the site is."""

    machines: int = 2_000
    parts: int = 5_000
    people: int = 400
    results: int = 500_000
    movements: int = 300_000


FULL = Size()


class Site:
    """The rows of the site, in the order in which they must be made."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size, self._dice = size, random.Random(seed)
        self.site, self.kind = made_id("bench", "site"), made_id("bench", "class")
        self.template, self.supplier = made_id("bench", "template"), made_id("bench", "supplier")
        self.rooms = [made_id("bench", "room", n) for n in range(80)]
        self.bins = [made_id("bench", "bin", n) for n in range(120)]

    def registers(self) -> Iterator[Op]:
        """Sites, places, machines, parts, people, the template of the rounds."""
        yield from creates(
            "site",
            [
                (
                    self.site,
                    {
                        "code": "BIG",
                        "name": "大型站点",
                        "site_type": "plant",
                        "timezone": "Asia/Shanghai",
                        "active": 1,
                    },
                )
            ],
        )
        yield from creates(
            "location", [*self._places("R", self.rooms, "room"), *self._places("B", self.bins, "bin")]
        )
        yield from creates(
            "equipment_class",
            [
                (
                    self.kind,
                    {"code": "GEN", "name": "通用设备", "group": "facility", "statutory_inspection": 0},
                )
            ],
        )
        yield from creates("supplier", [(self.supplier, {"code": "SUP", "name": "样例供应商", "active": 1})])
        yield from creates("staff", map(self._person, range(self.size.people)))
        yield from creates("equipment", map(self._machine, range(self.size.machines)))
        yield from creates("part", map(self._part, range(self.size.parts)))
        yield from creates("stock_policy", map(self._policy, range(self.size.parts)))
        yield from creates("inspection_template", [(self.template, self._template())])
        yield from creates("inspection_item", map(self._item, range(50)))
        yield from creates("course", map(self._course, range(COURSES)))
        yield from creates("training_record", map(self._record, range(self.size.people * COURSES // 2)))

    def _places(self, letter: str, ids: list[bytes], kind: str) -> Iterator[tuple[bytes, dict]]:
        for n, row_id in enumerate(ids):
            yield (
                row_id,
                {
                    "code": f"BIG-{letter}{n:03d}",
                    "site_id": self.site,
                    "name": f"{n} 号{'机房' if kind == 'room' else '货位'}",
                    "location_type": kind,
                    "qr_label": 1,
                },
            )

    def _person(self, n: int) -> tuple[bytes, dict]:
        name = self._dice.choice(FAMILY) + "小" + self._dice.choice(GIVEN)
        return made_id("bench", "staff", n), {
            "staff_no": f"{n:06d}",
            "name": name,
            "site_id": self.site,
            "role_code": "technician",
            "status": "active",
        }

    def _machine(self, n: int) -> tuple[bytes, dict]:
        row = {
            "code": f"BIG-EQ-{n:05d}", "name": f"{n % 97} 号{self._dice.choice(KINDS)}", "class_id": self.kind, "site_id": self.site,
            "location_id": self.rooms[n % 80], "status": "in_service", "criticality": "ABC"[n % 3], "serial_no": f"SN-{n:08d}",
        }  # fmt: skip
        return made_id("bench", "equipment", n), row

    def _part(self, n: int) -> tuple[bytes, dict]:
        row = {
            "part_no": f"P-{n:06d}", "name": f"{self._dice.choice(KINDS)}{self._dice.choice(WORDS)}", "spec": f"{n % 400} x {n % 37} mm",
            "unit": "个", "category": self._dice.choice(WORDS), "kind": "spare", "ved_class": "VED"[n % 3], "abc_class": "ABC"[n % 3],
            "unit_price": self._dice.randrange(10_000, 90_000_000), "lead_time_days": 14, "serialised": 0, "batch_tracked": 0,
            "preferred_supplier_id": self.supplier, "status": "active",
        }  # fmt: skip
        return made_id("bench", "part", n), row

    def _policy(self, n: int) -> tuple[bytes, dict]:
        row = {
            "part_id": made_id("bench", "part", n), "site_id": self.site, "bin_id": self.bins[n % 120], "safety_stock": 2000,
            "reorder_point": 5000, "max_stock": 90_000, "method": "manual",
        }  # fmt: skip
        return made_id("bench", "policy", n), row

    @staticmethod
    def _template() -> dict:
        return {
            "code": "BIG-D",
            "name": "每日巡检",
            "version": 1,
            "kind": "room_round",
            "cycle": "daily",
            "status": "published",
        }

    def _item(self, n: int) -> tuple[bytes, dict]:
        row = {
            "code": f"BIG-D-{n:02d}", "template_id": self.template, "seq": n, "section": "环境", "name": f"{n} 号测点温度", "value_type": "number",
            "unit": "℃", "limit_low": 18_000, "limit_high": 27_000, "required": 1, "photo_required": 0, "on_fail": "record",
        }  # fmt: skip
        return made_id("bench", "item", n), row

    @staticmethod
    def _course(n: int) -> tuple[bytes, dict]:
        row = {
            "code": f"BIG-C{n:02d}", "name": f"{WORDS[n % len(WORDS)]}维护 {n}", "category": ("basic", "special", "continuing")[n % 3],
            "hours": 8000, "validity_months": 24, "assessments": '["theory"]', "pass_score": 60_000, "required_for": '["*"]',
        }  # fmt: skip
        return made_id("bench", "course", n), row

    def _record(self, n: int) -> tuple[bytes, dict]:
        row = {
            "record_no": f"TR-{n:06d}", "staff_id": made_id("bench", "staff", n % self.size.people),
            "course_id": made_id("bench", "course", n // self.size.people * 2), "train_date": f"202{4 + n % 3}-0{1 + n % 9}-15",
            "hours": 8000, "score": 80_000, "pass_score": 60_000, "passed": 1, "retake": 0, "valid_until": f"202{6 + n % 3}-0{1 + n % 9}-15",
        }  # fmt: skip
        return made_id("bench", "record", n), row

    def history(self) -> Iterator[tuple[int, Op]]:
        """(when, op) of three years of rounds and movements, by time."""
        dice, size = self._dice, self.size
        begin, span = NOW - 3 * 365 * DAY, 3 * 365 * DAY
        per_round = 50
        for n in range(size.results // per_round):
            at = begin + span * n * per_round // max(size.results, 1)
            task = made_id("bench", "task", n)
            yield at, Start(Round(task, f"BIG-D-{n:06d}", self.template, self.site, at, at + DAY), at)
            for item in range(per_round):
                reading = 22_000 + dice.randrange(-3000, 3000)
                yield (
                    at,
                    Answer(
                        task_id=task,
                        item_id=made_id("bench", "item", item),
                        site_id=self.site,
                        state="ok",
                        measured_at=at,
                        value_num=reading,
                        unit="℃",
                        limit_low=18_000,
                        limit_high=27_000,
                    ),
                )
        for n in range(size.movements):
            part = n % size.parts
            at = begin + span * n // size.movements
            kind = "receipt" if n < size.parts or dice.random() < 0.5 else "issue"
            quantity = 40_000 if n < size.parts else dice.randrange(1, 4) * 1000
            yield (
                at,
                MoveStock(
                    number=f"M-BIG-{n:07d}",
                    type=kind,
                    part=made_id("bench", "part", part),
                    site=self.site,
                    bin=self.bins[part % 120],
                    qty=quantity,
                    happened_at=at,
                    unit_price=125_000,
                ),
            )


SCHEMA = Path(__file__).resolve().parents[2] / "db/migrations/versions"


def place_of(root: Path, size: Size) -> Path:
    """The folder of a site of this size and of the present schema; sites of earlier schemas are thrown away."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(SCHEMA.glob("*.py")))
    name = "-".join(map(str, (size.results, size.movements, size.parts)))
    place = root / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    for old in root.glob(f"{name}-*"):
        if old != place:
            shutil.rmtree(old)
    place.mkdir(parents=True, exist_ok=True)
    return place


def build(folder: Path, size: Size = FULL, seed: int = 1) -> Profile:
    """A profile with the large site; made once, opened afterwards."""
    whole = folder / "whole"
    if whole.exists():
        return start(folder, Clock.pinned(NOW))
    shutil.rmtree(folder, ignore_errors=True)  # one that was broken off
    profile = found(folder, clock=Clock.pinned(NOW), device="BIG")
    site = Site(size, seed)
    pooled = profile.engine.raw_connection()
    try:
        connection = pooled.driver_connection
        with transaction(connection, "ingest"):
            _ingest(
                profile, connection, ((NOW - 4 * 365 * DAY, op) for op in site.registers()), site.history()
            )
            settle(connection, everything(connection), NOW, tick=False)
        # No ANALYZE: the program never runs it, so that the planner knows as little here as on a user's laptop.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        pooled.close()
    whole.touch()
    return profile


def _ingest(profile: Profile, connection: sqlite3.Connection, *sources: Iterable[tuple[int, Op]]) -> None:
    tx = Tx(connection, device="BIG", keep_shadow=False)
    chain, head, seq = bytes.fromhex(profile.meta["chain_id"]), NO_HASH, 0
    for source in sources:
        for wall, op in source:
            seq += 1
            op_id = made_id("bench", "op", seq)
            kind = operations.spec_of(op).kind
            envelope = Envelope(
                op_id, kind, 1, None, None, wall, (wall << 16) + seq, op_id, (), operations.encode_op(op)
            )
            body = operations.encode(envelope)
            head = operations.link(head, op_id, body)
            tx.begin(envelope)
            op.apply(tx)
            entity, row_id = op.subject() or (None, None)
            row = (
                op_id,
                chain,
                seq,
                head,
                kind,
                1,
                entity,
                row_id,
                None,
                body,
                (wall << 16) + seq,
                wall,
                0,
                None,
                op_id,
                "applied",
            )
            tx._buffer(_APPEND, row)
            if seq % 5000 == 0:
                tx.flush()
    tx.flush()


__all__ = ["DAY", "FULL", "NOW", "Site", "Size", "build", "place_of"]
