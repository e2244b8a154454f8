"""All chance and all time of the program from one source, so that the same seed makes the same ids, pages and waits."""

import random
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from app.hub import ingest
from app.sync import pull
from db import ids


@contextmanager
def pinned(dice: random.Random, now: Callable[[], int], *, small: bool = True) -> Iterator[None]:
    """Ids, codes, keys of chains and the sizes of pages come from dice of their own; `now` is read for the time in ids.

    `small`: pages may be of a few rows only, so that a few rows make many pages.
    """
    own, pages = random.Random(dice.random()), random.Random(dice.random())
    sizes = pages.choice(((2, 5), (5, 40), (40, 2000))) if small else (500, 2000)
    steps: list[tuple[Any, str, Any]] = [
        (ids, "os", SimpleNamespace(urandom=own.randbytes)),
        (ids, "time", SimpleNamespace(time_ns=lambda: now() * 1_000_000)),
        (secrets, "token_bytes", own.randbytes),
        (secrets, "token_hex", lambda size: own.randbytes(size).hex()),
        (secrets, "choice", own.choice),
        (uuid, "uuid4", lambda: uuid.UUID(bytes=own.randbytes(16), version=4)),
        (pull, "MAX_PAGE", sizes[1]),
        (pull, "next_limit", lambda _limit, _took: pages.randint(*sizes)),
    ]
    with replaced(*steps):
        yield


@contextmanager
def replaced(*steps: tuple[Any, str, Any]) -> Iterator[None]:
    """Other values for names of modules, and the old ones again at the end."""
    with ExitStack() as stack:
        for owner, name, value in steps:
            stack.enter_context(patch.object(owner, name, value))
        yield


@contextmanager
def crashing(strike: Callable[[str], None]) -> Iterator[None]:
    """Whoever settles may fall there, in the middle of a transaction: a laptop in its pull, the hub in its ingest."""
    with replaced(
        (pull, "settle", _fragile(strike, "laptop", pull.settle)),
        (ingest, "settle", _fragile(strike, "hub", ingest.settle)),
    ):
        yield


def _fragile(strike: Callable[[str], None], who: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def fragile(*arguments: Any, **named: Any) -> Any:
        strike(who)
        return work(*arguments, **named)

    return fragile
