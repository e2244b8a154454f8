"""Accounts and roles as the administrator keeps them, and the first administrator of an empty site."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access import ROLES, Permission
from app.auth import secret
from app.auth.people import permissions_of, role_names
from app.auth.record import AuthNote
from app.auth.signin import store_password
from app.desk import DEFAULT_ZONE, Desk
from app.errors import AppError, Objection, Refused
from app.fields import fields_of, from_json, to_json
from app.generic import Create, Patch, Retire, create, patch
from app.ops import Op
from app.profile import Profile
from app.tx import Reader
from app.words import N_, _
from db.ids import made_id, new_id

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")


@dataclass(frozen=True)
class Account:
    """An account as the administrator sees it."""

    id: bytes
    username: str
    staff_id: bytes | None
    name: str
    roles: tuple[str, ...]
    role_words: str
    sites: tuple[bytes, ...]
    site_words: str
    active: bool
    must_change: bool
    has_password: bool
    last_sign_in: int | None


@dataclass(frozen=True)
class RoleView:
    """A role and what it allows."""

    id: bytes
    code: str
    name: str
    permissions: frozenset[Permission]
    people: int


def role_ops() -> Iterator[Create]:
    """The roles that ship; their ids are alike on every laptop, so they are never made twice."""
    for role in ROLES:
        listed = to_json(sorted(role.permissions))
        yield create("role", made_id("role", role.code), code=role.code, name=role.name, permissions=listed)


def is_empty(profile: Profile) -> bool:
    """Whether nobody has an account yet: the first start."""
    with profile.store.read() as read:
        return read.value("SELECT 1 FROM user_account LIMIT 1") is None


def first_administrator(
    profile: Profile,
    username: str,
    password: str,
    *,
    name: str,
    site_code: str,
    site_name: str,
    site_type: str = "other",
    timezone: str = DEFAULT_ZONE,
) -> None:
    """Begin an empty site: the site itself, the roles that ship, and the person who administers them."""
    if not is_empty(profile):
        raise AppError(N_("This site has accounts already. Sign in instead."))
    _check_username(username)
    secret.check_password(password, username)
    site, staff, user = new_id(), new_id(), new_id()
    Desk.of_administrator(profile).perform(
        create(
            "site", site, code=site_code, name=site_name, site_type=site_type, timezone=timezone, active=1
        ),
        *role_ops(),
        create(
            "staff",
            staff,
            staff_no=username,
            name=name or username,
            role_code="other",
            status="active",
            site_id=site,
        ),
        create(
            "user_account",
            user,
            username=username,
            staff_id=staff,
            roles=to_json(["administrator"]),
            active=1,
            must_change_password=0,
        ),
        AuthNote(user, "password_set"),
    )
    store_password(profile, user, password, by=user)


_ACCOUNTS = """
SELECT u.id, u.username, u.staff_id, coalesce(s.name, u.username), u.roles, u.active, u.must_change_password,
       EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.password IS NOT NULL),
       (SELECT max(e.at) FROM auth_event e WHERE e.user_id = u.id AND e.what IN ('signed_in', 'signed_in_pin'))
FROM user_account u LEFT JOIN staff s ON s.id = u.staff_id
WHERE u.deleted = 0
"""


def accounts(read: Reader) -> list[Account]:
    """All accounts, those in use first."""
    names, sites = role_names(read), dict(read.rows("SELECT id, name FROM site"))
    scopes: dict[bytes, list[bytes]] = {}
    for user, site in read.rows("SELECT user_id, site_id FROM user_site_scope WHERE deleted = 0 ORDER BY n"):
        scopes.setdefault(user, []).append(site)
    return [
        _account(row, names, sites, scopes.get(row[0], []))
        for row in read.rows(_ACCOUNTS + " ORDER BY u.active DESC, u.n")
    ]


def _account(
    row: tuple[Any, ...], names: dict[str, str], sites: dict[bytes, str], scope: list[bytes]
) -> Account:
    user, username, staff, name, listed, active, must, password, last = row
    roles = tuple(from_json(listed) or ())
    return Account(
        id=user,
        username=username,
        staff_id=staff,
        name=name,
        roles=roles,
        role_words=_(", ").join(_(names.get(code, code)) for code in roles),
        sites=tuple(scope),
        site_words=_(", ").join(sites.get(site, "") for site in scope) or _("all sites"),
        active=bool(active),
        must_change=bool(must),
        has_password=bool(password),
        last_sign_in=last,
    )


def account(read: Reader, user_id: bytes) -> Account | None:
    """One account."""
    return next((found for found in accounts(read) if found.id == user_id), None)


def roles(read: Reader) -> list[RoleView]:
    """The roles of the site in the order of their making."""
    holders = [
        from_json(listed) or ()
        for (listed,) in read.rows("SELECT roles FROM user_account WHERE deleted = 0 AND active = 1")
    ]
    return [
        RoleView(role, code, name, permissions_of(read, [code]), sum(code in held for held in holders))
        for role, code, name in read.rows("SELECT id, code, name FROM role WHERE deleted = 0 ORDER BY n")
    ]


def founder_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What is to be mended in the form of a new site: field -> sentence."""
    found: dict[str, str] = {}
    username, password = str(values.get("username") or ""), str(values.get("password") or "")
    try:
        _check_username(username)
    except Refused as refused:
        found["username"] = str(refused)
    try:
        secret.check_password(password, username)
    except AppError as error:
        found["password"] = str(error)
    if password != values.get("again"):
        found["again"] = _("The two entries differ. Type the password again.")
    for name, field in (("site_code", "code"), ("site_name", "name")):
        size = fields_of("site")[field].size or 80
        if len(str(values.get(name) or "")) > size:
            found[name] = _("At most {count} characters.").format(count=size)
    return found


def _check_username(username: str) -> None:
    if not _NAME.fullmatch(username):
        raise _at("username", N_("A user name has 2 to 40 letters, digits, dots, hyphens or underlines."))


def _at(field: str, message: str, **params: Any) -> Refused:
    return Refused([Objection(field, message, params, field=field)])


def create_account(
    desk: Desk,
    username: str,
    password: str,
    *,
    roles: Sequence[str],
    staff_id: bytes | None = None,
    sites: Iterable[bytes] = (),
    must_change: bool = True,
) -> bytes:
    """A new account with a password that its owner changes at the first sign-in. Raises Refused with the field's name."""
    desk.actor.demand(Permission.ADMINISTER)
    username = username.strip()
    _check_username(username)
    _check_free(desk, username)
    _check_roles(roles)
    try:
        secret.check_password(password, username)
    except AppError as error:
        raise _at("password", error.message, **error.params) from None
    user = new_id()
    desk.perform(
        create(
            "user_account",
            user,
            username=username,
            staff_id=staff_id,
            roles=to_json(list(roles)),
            active=1,
            must_change_password=int(must_change),
        ),
        *_scope_ops(desk, user, sites),
        AuthNote(user, "password_set"),
    )
    store_password(desk.profile, user, password, by=desk.actor.user_id)
    return user


def _check_free(desk: Desk, username: str) -> None:
    with desk.read() as read:
        taken = read.value(
            "SELECT 1 FROM user_account WHERE lower(username) = lower(?) AND deleted = 0", username
        )
    if taken:
        raise _at(
            "username", N_("There is already an account “{name}”. Choose another user name."), name=username
        )


def _check_roles(roles: Sequence[str]) -> None:
    if not roles:
        raise _at("roles", N_("Choose at least one role."))


def _scope_ops(desk: Desk, user: bytes, sites: Iterable[bytes]) -> Iterator[Op]:
    """The sites that an account may see: what is added and what is taken away."""
    wanted = set(sites)
    with desk.read() as read:
        kept = read.rows("SELECT id, site_id, deleted FROM user_site_scope WHERE user_id = ?", user)
    gone = tuple(row for row, site, deleted in kept if not deleted and site not in wanted)
    back = tuple(row for row, site, deleted in kept if deleted and site in wanted)
    if gone:
        yield Retire("user_site_scope", gone)
    if back:
        yield Retire("user_site_scope", back, back=True)
    for site in sorted(wanted - {site for _row, site, _deleted in kept}):
        yield create("user_site_scope", made_id("scope", user, site), user_id=user, site_id=site)


def save_account(
    desk: Desk,
    user_id: bytes,
    *,
    roles: Sequence[str],
    sites: Iterable[bytes],
    staff_id: bytes | None,
    active: bool,
) -> None:
    """Change the roles, sites and person of an account, or close it; one administrator always remains."""
    desk.actor.demand(Permission.ADMINISTER)
    _check_roles(roles)
    with desk.read() as read:
        row = read.get("user_account", user_id)
        if row is None:
            raise KeyError(user_id.hex())
        if not active or Permission.ADMINISTER not in permissions_of(read, roles):
            _keep_administrator(read, user_id)
    change = patch("user_account", row, roles=to_json(list(roles)), staff_id=staff_id, active=int(active))
    changes: list[Patch | Op] = [op for op in (change, *_scope_ops(desk, user_id, sites)) if op]
    if changes:
        desk.perform(*changes)


def _keep_administrator(read: Reader, leaving: bytes) -> None:
    others = read.rows(
        "SELECT id, roles FROM user_account WHERE active = 1 AND deleted = 0 AND id <> ?", leaving
    )
    if not any(
        Permission.ADMINISTER in permissions_of(read, from_json(listed) or ()) for _id, listed in others
    ):
        raise _at("roles", N_("This is the last administrator. Give the role to somebody else first."))


def save_role(desk: Desk, role: RoleView, permissions: Iterable[Permission]) -> None:
    """Change what a role allows; the administrator's role always keeps the right to administer."""
    wanted = set(permissions)
    if role.code == "administrator":
        wanted.add(Permission.ADMINISTER)
    with desk.read() as read:
        row = read.get("role", role.id)
    change = patch("role", row or {}, permissions=to_json(sorted(wanted)))
    if change:
        desk.perform(change)
