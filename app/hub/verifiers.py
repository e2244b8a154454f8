"""Verifiers of passwords: taken from the laptop where one was set, given to those where the person may sign in (operations.md, rule 27).

They lie in a table of the hub alone: in no op, no feed, no audit trail.
"""

import hashlib

from app.access import Actor, Permission
from app.auth.people import actor_of
from app.hub.hub import DeviceRow, Hub, demand_history
from app.sync.protocol import ALL, Auth, Secret, Verifiers
from app.tx import Reader

_ALLOWED = (
    "SELECT v.user_id, v.verifier, v.version FROM hub_verifier v JOIN user_account u ON u.id = v.user_id "
    "WHERE u.deleted = 0 AND u.active = 1 ORDER BY v.user_id"
)


def auth(hub: Hub, device: DeviceRow, asked: Auth) -> Verifiers:
    """Take in the new passwords, the later one to arrive wins; answer with all that this laptop should have."""
    with hub.writing() as connection:
        read = Reader(connection)
        demand_history(read, asked.proof)
        for secret in asked.secrets:
            if _may(read, device, secret):
                _keep(read, secret, hub.clock.now())
        found = allowed(read, device)
    return Verifiers(sum_of(found), found)


def _may(read: Reader, device: DeviceRow, secret: Secret) -> bool:
    """One's own password, or that of somebody who may do no more, set by who manages accounts.

    A laptop of some sites sets those of people of its sites only, and of nobody who may manage accounts everywhere.
    """
    target = _person(read, secret.user_id)
    if target is None:
        return False
    if ALL not in device.scope:
        sites = {f"site:{site.hex()}" for site in target.sites}
        if target.may(Permission.ADMINISTER) or (sites and not sites & set(device.scope)):
            return False
    if secret.by is None or secret.by == secret.user_id:
        return True  # the device vouches for its local administrator as for whoever signed in
    by = _person(read, secret.by)
    return by is not None and by.may(Permission.ADMINISTER) and target.permissions <= by.permissions


def _person(read: Reader, user_id: bytes) -> Actor | None:
    open_ = read.value("SELECT 1 FROM user_account WHERE id = ? AND active = 1 AND deleted = 0", user_id)
    return actor_of(read, user_id) if open_ else None


def _keep(read: Reader, secret: Secret, now: int) -> None:
    """A new one (version 0) gets the next version; one that a restored hub had lost gets its own back."""
    there = read.value("SELECT version FROM hub_verifier WHERE user_id = ?", secret.user_id) or 0
    if secret.version and there >= secret.version:
        return
    next_ = 1 + (read.value("SELECT max(version) FROM hub_verifier") or 0)
    read.connection.execute(
        "INSERT INTO hub_verifier (user_id, verifier, version, set_by, received_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (user_id) DO UPDATE SET verifier = excluded.verifier, version = excluded.version, "
        "set_by = excluded.set_by, received_at = excluded.received_at",
        (secret.user_id, secret.verifier, secret.version or next_, secret.by, now),
    )


def allowed(read: Reader, device: DeviceRow) -> list[Secret]:
    """The verifiers of the open accounts that may see one of the laptop's sites."""
    found = [Secret(*row) for row in read.rows(_ALLOWED)]
    if ALL in device.scope:
        return found
    sites: dict[bytes, set[str]] = {}
    for user, site in read.rows("SELECT user_id, site_id FROM user_site_scope WHERE deleted = 0"):
        sites.setdefault(user, set()).add(f"site:{site.hex()}")
    mine = set(device.scope)
    return [one for one in found if one.user_id not in sites or sites[one.user_id] & mine]


def sum_of(secrets: list[Secret]) -> int:
    """A number that stands for these verifiers; 0 for none."""
    if not secrets:
        return 0
    plain = b"".join(one.user_id + one.version.to_bytes(8, "big") for one in secrets)
    return int.from_bytes(hashlib.sha256(plain).digest()[:7], "big")
