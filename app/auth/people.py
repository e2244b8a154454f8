"""The person behind an account: what they may do, which sites they see, and who else uses this laptop."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.access import ROLES, Actor, Permission
from app.desk import Desk
from app.fields import fields_of, from_json
from app.names import named
from app.profile import Profile
from app.tx import Reader
from app.words import _

_KNOWN = frozenset(p.value for p in Permission)
_ACCOUNT = (
    "SELECT u.id, u.username, u.roles, s.id AS staff_id, s.staff_no, s.name, s.name_en, s.site_id "
    "FROM user_account u LEFT JOIN staff s ON s.id = u.staff_id WHERE u.id = ? AND u.deleted = 0"
)


@dataclass(frozen=True)
class Colleague:
    """Somebody who signed in with a password on this laptop, for the fast switch."""

    user_id: bytes
    username: str
    name: str
    post: str
    has_pin: bool
    last_sign_in: int | None


def permissions_of(read: Reader, roles: Iterable[str]) -> frozenset[Permission]:
    """All that these roles (codes) allow together; a role that the site has not edited is as it ships."""
    kept = dict(read.rows("SELECT code, permissions FROM role WHERE deleted = 0"))
    shipped = {role.code: role.permissions for role in ROLES}
    found: set[Permission] = set()
    for code in roles:
        if code in kept:
            found |= {Permission(p) for p in from_json(kept[code]) or () if p in _KNOWN}
        else:
            found |= shipped.get(code, frozenset())
    return frozenset(found)


def actor_of(read: Reader, user_id: bytes) -> Actor:
    """The person of an account with everything that decides what they may do. Raises KeyError for an unknown one."""
    found = read.row(_ACCOUNT, user_id)
    if found is None:
        raise KeyError(user_id.hex())
    _id, username, listed, staff_id, staff_no, name, name_en, _site = found
    roles = tuple(from_json(listed) or ())
    sites = read.rows("SELECT site_id FROM user_site_scope WHERE user_id = ? AND deleted = 0", user_id)
    return Actor(
        user_id=user_id,
        name=name or username,
        permissions=permissions_of(read, roles),
        roles=roles,
        staff_id=staff_id,
        staff_no=staff_no or "",
        name_en=name_en or "",
        sites=frozenset(site for (site,) in sites),
    )


def desk_of(profile: Profile, user_id: bytes) -> Desk:
    """The desk of an account: the person's own site in view, else the first one they may see."""
    with profile.store.read() as read:
        actor = actor_of(read, user_id)
        home = read.value("SELECT site_id FROM staff WHERE id = ?", actor.staff_id)
    desk = Desk(profile, actor)
    sites = desk.sites()
    return replace(desk, site=next((s for s in sites if s.id == home), sites[0] if sites else None))


def post_of(role_code: str | None, roles: Iterable[str], names: dict[str, str]) -> str:
    """What a person is called on a tile: the post of their staff record, else their first role."""
    words = dict(fields_of("staff")["role_code"].choices)
    if role_code in words and role_code != "other":
        return _(words[role_code])
    return _(names.get(next(iter(roles), ""), ""))


def role_names(read: Reader) -> dict[str, str]:
    """Role code -> its name (the names of the roles that ship are translated when shown)."""
    names = {role.code: role.name for role in ROLES}
    return names | dict(read.rows("SELECT code, name FROM role WHERE deleted = 0"))


_COLLEAGUES = """
SELECT u.id, u.username, {name}, s.role_code, u.roles, c.pin IS NOT NULL,
       (SELECT max(e.at) FROM auth_event e WHERE e.user_id = u.id AND e.what IN ('signed_in', 'signed_in_pin'))
FROM user_account u LEFT JOIN credential c ON u.id = c.user_id LEFT JOIN staff s ON s.id = u.staff_id
WHERE u.active = 1 AND u.deleted = 0 AND (c.unlocked_at IS NOT NULL OR ?) ORDER BY
"""


def colleagues(read: Reader) -> list[Colleague]:
    """Who may switch on this laptop: those whom a password sign-in unlocked, the last one first."""
    return _colleagues(read, "7 DESC, u.n", everybody=False)


def everybody(read: Reader) -> list[Colleague]:
    """All accounts in use, for the sign-in page of the sample site."""
    return _colleagues(read, "u.n", everybody=True)


def _colleagues(read: Reader, order: str, *, everybody: bool) -> list[Colleague]:
    names, found = role_names(read), []
    for user_id, username, name, post, roles, pin, last in read.rows(
        f"{_COLLEAGUES.format(name=named('s'))} {order}", everybody
    ):
        title = post_of(None if everybody else post, from_json(roles) or (), names)
        found.append(Colleague(user_id, username, name or username, title, bool(pin), last))
    return found
