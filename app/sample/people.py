"""The accounts of the sample site; their password is shown on its sign-in page."""

from app.auth.accounts import role_ops
from app.auth.signin import store_password
from app.desk import Desk
from app.fields import to_json
from app.generic import create
from app.sample.site import Site, sample_id

SAMPLE_PASSWORD = "sample-2026"  # noqa: S105 - shown on the sign-in page of the invented site
#: User name, password, staff number, role.
SAMPLE_ACCOUNTS: list[tuple[str, str, str, str]] = [
    ("tech", SAMPLE_PASSWORD, "SW-0007", "technician"),
    ("store", SAMPLE_PASSWORD, "SW-0003", "storekeeper"),
    ("super", SAMPLE_PASSWORD, "SW-0001", "supervisor"),
    ("admin", SAMPLE_PASSWORD, "SW-0004", "administrator"),
    ("plan", SAMPLE_PASSWORD, "SW-0002", "planner"),
    ("train", SAMPLE_PASSWORD, "SW-0023", "training_admin"),
]
#: Colleagues who appear in the history; nobody has given them a password yet.
_COLLEAGUES = [
    ("serve", "SW-0005", "technician"),
    ("power", "SW-0006", "technician"),
    ("mt-tech", "SW-0010", "technician"),
    ("mt-lift", "SW-0011", "technician"),
    ("mt-door", "SW-0012", "technician"),
    ("mt-gate", "SW-0013", "technician"),
    ("mt-store", "SW-0016", "storekeeper"),
    ("mt-super", "SW-0009", "supervisor"),
    ("bd-tech", "SW-0020", "technician"),
    ("bd-power", "SW-0021", "technician"),
    ("bd-store", "SW-0019", "storekeeper"),
    ("bd-super", "SW-0018", "supervisor"),
]
_PEOPLE = {name: (staff, role) for name, _secret, staff, role in SAMPLE_ACCOUNTS} | {
    n: (s, r) for n, s, r in _COLLEAGUES
}
_BY_STAFF = {staff: name for name, (staff, role) in _PEOPLE.items() if role != "planner"}


def make_accounts(site: Site) -> None:
    """Roles, accounts and the shared password of those that are shown."""
    accounts = [
        create(
            "user_account",
            sample_id("user_account", name),
            username=name,
            staff_id=sample_id("staff", staff),
            roles=to_json([role]),
            active=1,
            must_change_password=0,
        )
        for name, (staff, role) in _PEOPLE.items()
    ]
    site.desk().perform(*role_ops(), *accounts)
    for name, password, _staff, _role in SAMPLE_ACCOUNTS:
        store_password(site.profile, sample_id("user_account", name), password)


def desk_of(site: Site, username: str) -> Desk:
    """The desk of one of them."""
    staff, role = _PEOPLE[username]
    return site.desk_of(username, role, staff)


def desk_of_staff(site: Site, staff_no: str) -> Desk:
    """The desk of a person by staff number; the local administrator for one without an account."""
    return desk_of(site, _BY_STAFF[staff_no]) if staff_no in _BY_STAFF else site.desk()
