"""Where laptops find the hub, as a form proposes it."""

import platform
import secrets
from urllib.parse import urlsplit

from app.hub.addresses import known_addresses, usual_address
from app.hub.pages.frame import Visit

PORT = 8437


def form_facts(visit: Visit) -> dict[str, str]:
    """What a form for an invitation begins with; `form_id` keeps one that is sent twice from making two."""
    return {"address": usual(visit), "form_id": secrets.token_hex(16)}


def usual(visit: Visit) -> str:
    """The address that most laptops use: the last one that an invitation named, else the one in the browser."""
    known = known_addresses(visit.hub)
    seen = urlsplit(visit.base)
    if known:
        return known[-1]
    loopback = seen.hostname in {"localhost", "127.0.0.1", "::1"}
    return usual_address(visit.hub, platform.node(), PORT) if loopback else visit.base
