"""A small data centre with its daily round, made by ops, for tests that need no sample."""

from dataclasses import dataclass, replace

import pytest

from app.access import ROLES, Actor
from app.desk import Desk, SiteView
from app.fields import to_json
from app.generic import create
from db.ids import new_id

DAY = 86_400_000


@dataclass(frozen=True)
class Room:
    """A desk at the small site and the ids of what stands there."""

    desk: Desk
    site: bytes
    hall: bytes
    cra: bytes
    template: bytes
    plan: bytes
    items: dict[str, bytes]

    def person(self, role: str) -> Desk:
        """The desk of somebody of a role at this site."""
        spec = next(r for r in ROLES if r.code == role)
        user, staff = new_id(), new_id()
        self.desk.perform(
            create("staff", staff, staff_no=f"S-{role}", name=f"某{role}", role_code="technician", status="active"),
            create(
                "user_account", user, username=role, staff_id=staff, roles=to_json([role]), active=1,
                must_change_password=0,
            ),
        )  # fmt: skip
        actor = Actor(user, role, spec.permissions, (role,), site_id=self.site)
        return replace(self.desk, actor=actor)


def item(
    template: bytes, seq: int, name: str, kind: str, on_fail: str, **more: object
) -> tuple[bytes, object]:
    """An op that makes a check item, and its id."""
    made = new_id()
    values = {"required": 1, "photo_required": 0} | more
    return made, create(
        "inspection_item", made, code=f"T-{seq:02}", template_id=template, seq=seq, name=name, value_type=kind,
        on_fail=on_fail, **values,
    )  # fmt: skip


@pytest.fixture
def room(desk: Desk) -> Room:
    """Site DC1 with hall A, machine CRA-003 and the round "每日巡检" of four items, due today from 08:00 to 10:00."""
    site, hall, cra, klass, template, plan = (new_id() for _ in range(6))
    made = {
        "temp": item(template, 1, "冷通道温度", "number", "alert_2", unit="℃", limit_low=18_000, limit_high=27_000,
                     warn_high=26_000, location_id=hall),
        "leak": item(template, 2, "漏水痕迹", "bool", "work_order", options='["是","否"]', fail_options='["是"]',
                     photo_required=1, location_id=hall),
        "crac": item(template, 3, "精密空调运行状态", "choice", "work_order", options='["正常","异常","不适用"]',
                     fail_options='["异常"]', equipment_id=cra),
        "note": item(template, 4, "备注", "text", "record", required=0),
    }  # fmt: skip
    desk.perform(
        create("site", site, code="DC1", name="样例数据中心", site_type="data_centre", timezone="Asia/Shanghai", active=1),
        create("location", hall, code="DC1-HA", site_id=site, name="A 主机房", name_en="Hall A", location_type="room",
               qr_label=1),
        create("equipment_class", klass, code="CRA", name="精密空调", group="hvac", statutory_inspection=0),
        create("equipment", cra, code="DC1-CRA-003", name="精密空调 3", class_id=klass, site_id=site, location_id=hall,
               status="in_service", criticality="A"),
        create("inspection_template", template, code="T", name="每日巡检", name_en="Daily round", version=1,
               kind="room_round", cycle="daily", status="published", standard_minutes=40),
        *(op for _id, op in made.values()),
        create("inspection_plan", plan, code="P-1", name="每日巡检", template_code="T", site_id=site, location_id=hall,
               cycle="daily", interval=1, first_due="2026-11-22", due_time="08:00-10:00", window_before_days=0,
               grace_days=0, active=1),
    )  # fmt: skip
    view = SiteView(site, "DC1", "样例数据中心", "Asia/Shanghai")
    return Room(
        desk.at(view),
        site,
        hall,
        cra,
        template,
        plan,
        {name: made_id for name, (made_id, _op) in made.items()},
    )
