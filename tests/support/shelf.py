"""Two bins with parts to count, and the people who count and approve."""

from dataclasses import dataclass, field, replace

from app.access import ROLES, Actor
from app.clock import Clock
from app.desk import Desk
from app.generic import create
from app.inventory.ops import MoveStock
from app.ops import Envelope, Op, encode_op, spec_of
from app.settle import settle
from app.stocktake.lines import Key, Line, lines_of
from app.store import transaction
from app.tx import Tx
from db.ids import new_id


@dataclass
class Shelf:
    """The store of the tests: `keeper` counts, `boss` approves; `ids` names everything by its code."""

    desk: Desk
    ids: dict[str, bytes] = field(default_factory=dict)
    now: int = 0

    @property
    def keeper(self) -> Desk:
        return self.person("storekeeper", "KEEPER")

    @property
    def boss(self) -> Desk:
        return self.person("supervisor", "BOSS")

    def person(self, role: str, code: str) -> Desk:
        """The desk of somebody of a role."""
        spec = next(found for found in ROLES if found.code == role)
        user = self.ids.setdefault(code, new_id())
        return replace(self.desk, actor=Actor(user, code, spec.permissions, (role,)))

    def later(self, minutes: int = 1) -> None:
        """The clock goes on."""
        self.now += minutes * 60_000

    def part(self, code: str, stock: int = 0, place: str = "A01", **more: object) -> bytes:
        """A part with so many pieces in a bin."""
        made = self.ids[code] = new_id()
        row = {
            "part_no": code, "name": f"备件 {code}", "name_en": f"Part {code}", "unit": "个", "kind": "spare",
            "serialised": 0, "batch_tracked": 0, "status": "active", "unit_price": 100_0000, "abc_class": "A",
        }  # fmt: skip
        self.desk.perform(create("part", made, **(row | more)))
        if stock:
            self.move("opening", code, stock, place)
        return made

    def move(self, kind: str, code: str, pieces: int, place: str = "A01", **more: object) -> None:
        """Book a movement now."""
        told = {"happened_at": self.desk.now(), "reason": "test"} | more
        self.desk.perform(self.op(kind, code, pieces, place, **told), reason="test")

    def op(self, kind: str, code: str, pieces: int, place: str = "A01", **more: object) -> MoveStock:
        """A movement that is not booked yet."""
        return MoveStock(
            number=f"SM-{new_id().hex()[-6:]}", type=kind, part=self.ids[code], site=self.ids["S1"],
            bin=self.ids[place], qty=pieces * 1000, **more,
        )  # fmt: skip

    def arrive(self, op: Op) -> None:
        """What another laptop has done comes in: facts are applied, not checked."""
        made = Envelope(
            new_id(), spec_of(op).kind, 1, self.ids.get("KEEPER"), self.ids["S1"], self.now, self.now, new_id(), (),
            encode_op(op),
        )  # fmt: skip
        store = self.desk.profile.store
        with store._door, store._writer() as connection, transaction(connection, "pull"):
            tx = Tx(connection, device="T02", keep_shadow=False)
            tx.begin(made)
            op.apply(tx)
            tx.flush()
            settle(connection, tx.touched, self.now)

    def key(self, code: str, place: str = "A01", batch: str = "") -> Key:
        return self.ids[code], self.ids[place], batch

    def on_hand(self, code: str, place: str = "A01") -> int:
        """Pieces in a bin by the books."""
        with self.desk.read() as read:
            found = read.value(
                "SELECT sum(on_hand) FROM stock_level WHERE part_id = ? AND bin_id = ?",
                self.ids[code],
                self.ids[place],
            )
        return (found or 0) // 1000

    def line(self, count: bytes, code: str, place: str = "A01") -> Line:
        with self.desk.read() as read:
            rows = lines_of(read, count).rows
        return next(row for row in rows if (row.part_no, row.bin_id) == (code, self.ids[place]))


def shelf_on(desk: Desk, start: int) -> Shelf:
    """The shelf in an empty profile whose clock the test moves."""
    made = Shelf(desk, {code: new_id() for code in ("S1", "WH", "A01", "A02")}, start)
    clock = Clock(lambda: made.now)
    desk.profile.store._clock = clock
    desk = replace(desk, profile=replace(desk.profile, clock=clock))
    site, place = made.ids["S1"], {"site_id": made.ids["S1"], "qr_label": 1}
    desk.perform(
        create(
            "site", site, code="S1", name="样例站点", site_type="building", timezone="Asia/Shanghai", active=1
        ),
        create("location", made.ids["WH"], code="S1-WH", name="备件库", location_type="warehouse", **place),
        create("location", made.ids["A01"], code="S1-WH-A01", name="A01 货位", location_type="bin", **place),
        create("location", made.ids["A02"], code="S1-WH-A02", name="A02 货位", location_type="bin", **place),
    )
    made.desk = replace(desk, site=desk.sites()[0])
    return made
