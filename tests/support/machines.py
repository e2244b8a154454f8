"""A small site with machines, people and spare parts, made by ops."""

from dataclasses import dataclass, replace

from app.access import ROLES, Actor
from app.desk import Desk
from app.generic import create
from db.ids import new_id

PHASE = 86_400_000


@dataclass(frozen=True)
class Small:
    """The ids of the small site."""

    desk: Desk
    site: bytes
    building: bytes
    room: bytes
    rack: bytes
    clazz: bytes
    supplier: bytes
    person: bytes
    account: bytes
    server: bytes
    door: bytes


def as_role(desk: Desk, role: str, staff: bytes | None = None, user: bytes | None = None) -> Desk:
    """The same profile in the hands of somebody of a role."""
    spec = next(r for r in ROLES if r.code == role)
    return replace(desk, actor=Actor(user, role, spec.permissions, (role,), staff_id=staff))


def machine(
    small_site: bytes, place: bytes, clazz: bytes, code: str, **values: object
) -> tuple[bytes, object]:
    """The id and the op of a new machine."""
    made = new_id()
    row = {
        "code": code, "name": f"机器 {code}", "name_en": f"Machine {code}", "class_id": clazz, "site_id": small_site,
        "location_id": place, "status": "in_service", "criticality": "B",
    } | values  # fmt: skip
    return made, create("equipment", made, **row)


def small(desk: Desk) -> Small:
    """A data centre with a rack of one server near the end of its life, and an access host to install."""
    ids = {
        name: new_id()
        for name in ("site", "building", "room", "rack", "clazz", "supplier", "person", "account")
    }
    site = ids["site"]
    server, add_server = machine(
        site, ids["rack"], ids["clazz"], "DC1-SRV-005", install_date="2019-05-22", commission_date="2019-05-29",
        design_life_years=8000, purchase_cost=4_800_000, warranty_until="2027-01-15",
    )  # fmt: skip
    door, add_door = machine(
        site, ids["room"], ids["clazz"], "BD1-ACS-001", status="to_install", criticality="C"
    )
    desk.perform(
        create("site", site, code="DC1", name="数据中心", name_en="Data centre", site_type="data_centre", timezone="Asia/Shanghai", active=1),
        create("location", ids["building"], code="B1", site_id=site, name="1 号楼", name_en="Building 1", location_type="building", qr_label=1),
        create("location", ids["room"], code="R1", site_id=site, parent_id=ids["building"], name="A 主机房", name_en="Hall A", location_type="room", qr_label=1),
        create("location", ids["rack"], code="R1-01", site_id=site, parent_id=ids["room"], name="01 列机柜", name_en="Row 01", location_type="rack", qr_label=1),
        create("equipment_class", ids["clazz"], code="SRV", name="服务器", name_en="Server", group="it", design_life_min=5000, design_life_max=8000, statutory_inspection=0),
        create("supplier", ids["supplier"], code="SUP-01", name="样例供应商", active=1),
        create("staff", ids["person"], staff_no="SW-0007", name="南宫小冷", name_en="Nangong Xiaoleng", site_id=site, role_code="technician", status="active"),
        create("user_account", ids["account"], username="nangong", staff_id=ids["person"], roles='["technician"]', active=1, must_change_password=0),
        add_server,
        add_door,
    )  # fmt: skip
    with desk.read() as read:
        found = desk.sites()
    assert read is not None
    return Small(replace(desk, site=found[0]), **ids, server=server, door=door)
