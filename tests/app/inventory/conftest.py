"""A small store of two sites: bins, a supplier, and parts with their policies and opening balances."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from app.desk import Desk
from app.generic import create
from app.inventory.ops import MoveStock
from db.ids import new_id


@dataclass
class Shop:
    """The store of the tests; `part(...)` registers one with what lies in the bin, `ids` names everything by its code."""

    desk: Desk
    ids: dict[str, bytes] = field(default_factory=dict)

    def part(
        self,
        code: str,
        stock: int = 0,
        *,
        policy: tuple[int, int, int] | None = (1, 2, 6),
        place: str = "A01",
        **values: object,
    ) -> bytes:
        """A part with `stock` pieces and a policy (safety, reorder point, maximum) in pieces."""
        made = self.ids[code] = new_id()
        values = {
            "part_no": code, "name": f"备件 {code}", "name_en": f"Part {code}", "unit": "个", "kind": "spare",
            "serialised": 0, "batch_tracked": 0, "status": "active", "unit_price": 100_0000,
            "preferred_supplier_id": self.ids["SUP"],
        } | values  # fmt: skip
        ops = [create("part", made, **values)]
        if policy:
            safety, reorder, most = (n * 1000 for n in policy)
            limits = {"safety_stock": safety, "reorder_point": reorder, "max_stock": most}
            site, usual = self.desk.site.id, self.ids[place]
            ops.append(
                create(
                    "stock_policy",
                    new_id(),
                    part_id=made,
                    site_id=site,
                    bin_id=usual,
                    method="manual",
                    **limits,
                )
            )
        self.desk.perform(*ops)
        if stock:
            self.move("opening", code, stock * 1000, place)
        return made

    def op(self, kind: str, code: str, qty: int, place: str = "A01", **more: object) -> MoveStock:
        """A movement that is not booked yet."""
        return MoveStock(
            number=f"SM-{new_id().hex()[-6:]}", type=kind, part=self.ids[code], site=self.desk.site.id,
            bin=self.ids[place], qty=qty, happened_at=self.desk.now(), **more,
        )  # fmt: skip

    def move(self, kind: str, code: str, qty: int, place: str = "A01", **more: object) -> None:
        self.desk.perform(self.op(kind, code, qty, place, **more), reason="test")

    def stock(self, code: str) -> tuple[int, int, int, str, int]:
        """On hand, reserved, on order, state, proposal."""
        with self.desk.read() as read:
            found = read.row(
                "SELECT on_hand, reserved, on_order, state, proposal FROM part_stock WHERE part_id = ?",
                self.ids[code],
            )
        return found or (0, 0, 0, "", 0)

    def alerts(self, code: str) -> list[str]:
        """The rules that the part breaks now."""
        with self.desk.read() as read:
            found = read.rows(
                "SELECT rule FROM alert WHERE subject_id = ? AND cleared_at IS NULL ORDER BY rule",
                self.ids[code],
            )
        return [rule for (rule,) in found]


@pytest.fixture
def shop(desk: Desk) -> Shop:
    """The store at a site that is in view."""
    ids = {code: new_id() for code in ("S1", "WH", "A01", "A02", "EQ", "CL", "WO", "SUP")}
    site = ids["S1"]
    place = {"site_id": site, "qr_label": 1}
    desk.perform(
        create(
            "site", site, code="S1", name="样例站点", site_type="building", timezone="Asia/Shanghai", active=1
        ),
        create("location", ids["WH"], code="S1-WH", name="备件库", location_type="warehouse", **place),
        create("location", ids["A01"], code="S1-WH-A01", name="A01 货位", location_type="bin", **place),
        create("location", ids["A02"], code="S1-WH-A02", name="A02 货位", location_type="bin", **place),
        create("supplier", ids["SUP"], code="SUP-01", name="样例供应商", active=1, default_lead_days=10),
    )
    desk.perform(
        create("equipment_class", ids["CL"], code="CRA", name="精密空调", name_en="CRAC unit", group="hvac",
               statutory_inspection=0),
        create("equipment", ids["EQ"], code="S1-CRA-001", name="精密空调 1", class_id=ids["CL"], site_id=site,
               location_id=ids["WH"], status="in_service", criticality="A"),
        create("work_order", ids["WO"], code="WO-1", title="更换传感器", site_id=site, kind="corrective",
               equipment_id=ids["EQ"], priority="general", status="in_progress"),
    )  # fmt: skip
    return Shop(replace(desk, site=desk.sites()[0]), ids)


@pytest.fixture
def role(shop: Shop) -> Callable[..., Desk]:
    """The desk of somebody whose role allows no more than these permissions."""

    def made(*permissions: str) -> Desk:
        return replace(shop.desk, actor=replace(shop.desk.actor, permissions=frozenset(permissions)))

    return made
