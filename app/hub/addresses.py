"""How laptops find the hub and what they believe: its addresses, its certificate authority, what an invitation must carry."""

import datetime as dt
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.hub.hub import Hub
from app.hub.tls import Authority, authority_at, new_authority

#: How laptops come in: TLS by the hub's own authority, by the company's certificate, or plain (behind a proxy).
OWN, COMPANY, PLAIN = "own", "company", "plain"


def now_utc(hub: Hub) -> dt.datetime:
    """The hub's clock for certificates."""
    return dt.datetime.fromtimestamp(hub.clock.now() / 1000, dt.UTC)


def known_addresses(hub: Hub) -> list[str]:
    """The addresses that invitations have named: their names must stand in the certificate."""
    with hub.reading() as read:
        return str(read.value("SELECT value FROM meta WHERE key = 'hub_addresses'") or "").split()


def authority_of(hub: Hub) -> Authority:
    """The hub's own authority: in files beside the database, or in the database where several machines share it."""
    now = now_utc(hub)
    if hub.path is not None:
        return authority_at(hub.path, now)
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_secret (name, value) VALUES ('authority', ?) ON CONFLICT (name) DO NOTHING",
            (new_authority(now),),
        )
        pem = bytes(connection.execute("SELECT value FROM hub_secret WHERE name = 'authority'").fetchone()[0])
    key = load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Authority(x509.load_pem_x509_certificate(pem), key)


def authority_to_pin(hub: Hub) -> str | None:
    """The certificate that laptops pin where the hub, or the proxy before it, shows one of the hub's own authority."""
    return authority_of(hub).pem if _is_own(hub) else None


def _is_own(hub: Hub) -> bool:
    kind = _meta(hub, "hub_door")
    return kind in {None, OWN} or (kind == PLAIN and _meta(hub, "hub_proxy") == OWN)


def mark_for(hub: Hub, address: str) -> str:
    """The fingerprint of the authority that an invitation to this address must carry; none where others vouch for it."""
    return authority_of(hub).mark if _is_own(hub) and urlsplit(address).scheme == "https" else ""


def usual_address(hub: Hub, machine: str, port: int) -> str:
    """Where laptops find the hub unless somebody knows better."""
    scheme = "http" if _meta(hub, "hub_door") == PLAIN else "https"
    return f"{scheme}://{machine}:{_meta(hub, 'hub_port') or port}"


def remember_addresses(hub: Hub, addresses: "tuple[str, ...] | list[str]") -> None:
    """Names that invitations use stand in the certificate, from the next look at it on."""
    known = known_addresses(hub)
    new = [address for address in addresses if address not in known]
    if new:
        remember(hub, {"hub_addresses": " ".join([*known, *new][-40:])})


def _meta(hub: Hub, key: str) -> str | None:
    with hub.reading() as read:
        found = read.value("SELECT value FROM meta WHERE key = ?", key)
    return None if found is None else str(found)


def remember(hub: Hub, facts: dict[str, str]) -> None:
    """Facts about the hub that all of its processes know."""
    with hub.writing() as connection:
        connection.executemany(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            facts.items(),
        )
