"""Two people on two laptops change the same machine; their ops meet on one of them as they do at the hub."""

from dataclasses import dataclass, replace

from machines import Small, as_role

from app import ops as operations
from app.desk import Desk
from app.generic import Create, NewRow, Patch, PatchRow, create
from app.profile import Profile
from app.settle import settle
from app.sync.reducer import apply_alone
from app.tx import Tx
from db.ids import new_id


@dataclass(frozen=True)
class People:
    """Who works on the machines: staff ids, and a desk for each account."""

    site: Small
    staff: dict[str, bytes]
    chief: Desk
    planner: Desk
    technician: Desk


NAMES = {
    "chief": ("SW-0001", "欧阳小管", "Ouyang Xiaoguan", "supervisor"),
    "planner": ("SW-0002", "司马小划", "Sima Xiaohua", "planner"),
    "technician": ("SW-0003", "诸葛小服", "Zhuge Xiaofu", "technician"),
}


def people(site: Small) -> People:
    """A supervisor, a planner and a technician with accounts."""
    staff = {"nangong": site.person}
    desks: dict[str, Desk] = {}
    for name, (number, zh, en, role) in NAMES.items():
        who, account = new_id(), new_id()
        staff[name] = who
        site.desk.perform(
            create("staff", who, staff_no=number, name=zh, name_en=en, site_id=site.site, role_code=role, status="active"),
            create("user_account", account, username=name, staff_id=who, roles=f'["{role}"]', active=1, must_change_password=0),
        )  # fmt: skip
        desk = as_role(site.desk, role, who, account)
        desks[name] = replace(desk, actor=replace(desk.actor, name=zh, name_en=en))
    return People(site, staff, desks["chief"], desks["planner"], desks["technician"])


def change(desk: Desk, table: str, row_id: bytes, **new: object) -> operations.Op:
    """Change a record as it is now; the op is returned for a laptop that does not know it yet."""
    op = stale(desk, table, row_id, **new)
    desk.perform(op)
    return op


def stale(desk: Desk, table: str, row_id: bytes, **new: object) -> Patch:
    """A change based on the record as it is now, to be done later."""
    with desk.read() as read:
        row = read.get(table, row_id)
    return Patch(table, (PatchRow(row_id, {name: (row[name], value) for name, value in new.items()}),))


def name_devices(desk: Desk) -> None:
    """The computers have names."""
    rows = [("T01", "DC1-值班-01"), ("T02", "DC1-办公-02")]
    made = [
        NewRow(new_id(), {"code": code, "name": name, "registered_at": 1_795_000_000_000})
        for code, name in rows
    ]
    desk.perform(Create("device", tuple(made)))


def newest(desk: Desk) -> int:
    """The number of the newest op of a laptop."""
    with desk.read() as read:
        return int(read.value("SELECT max(n) FROM op"))


def carry(source: Desk, target: Desk, since: int) -> list[str]:
    """Bring the ops of one laptop to another as a hub does: applied one by one, nobody is asked; their outcomes."""
    with source.read() as read:
        bodies = read.rows("SELECT body FROM op WHERE n > ? ORDER BY n", since)
    store = target.profile.store
    with store.local("pull") as connection:
        tx = Tx(connection, device=source.profile.store.device, keep_shadow=False)
        outcomes = [apply_alone(tx, *operations.decode(body))[0] for (body,) in bodies]
        tx.flush()
        settle(connection, tx.touched, target.now())
    return outcomes


def differ(people: People, table: str, row_id: bytes, field: str, *, theirs: object, mine: object) -> None:
    """The planner's change comes first, the supervisor's, based on what was before, second."""
    late = stale(people.chief, table, row_id, **{field: mine})
    change(people.planner, table, row_id, **{field: theirs})
    people.chief.perform(late)


def moved(desk: Desk, profile: Profile) -> Desk:
    """The same person on a profile that was opened again."""
    return replace(desk, profile=profile)
