"""How much of the hub one caller may take: threads, waiting requests, bytes held, wrong attempts. Beyond that: BUSY, come back later."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

Some = TypeVar("Some")

WORKERS, WAITING = 8, 64
#: One laptop asks one thing at a time; a second request is one whose answer was lost. A site may share one address.
PER_DEVICE, PER_PEER = 2, 40
#: Bodies and answers that are held at once: by all callers, and by one address. Small ones, as most are, are not counted.
BYTES_HELD, BYTES_PEER, SMALL = 64 * 1024 * 1024, 16 * 1024 * 1024, 64 * 1024
#: Wrong requests that are looked at: so many at once, then one in so many seconds.
WRONG, WRONG_EVERY = 60, 1.0
#: Wrong invitations from one address: twenty, then one in three seconds.
GUESSES, GUESS_EVERY = 20, 3.0
REMEMBERED = 10_000


class FullError(Exception):
    """No room now; `seconds` until it is worth coming back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Crowd:
    """The requests that are in the house: a few at work on threads, some waiting, each caller with a share of it."""

    def __init__(self, workers: int = WORKERS, waiting: int = WAITING, held: int = BYTES_HELD) -> None:
        self._workers, self._most, self._held_most = workers, workers + waiting, held
        self._threads = ThreadPoolExecutor(workers, "hub")
        self._callers: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._seconds = 0.05
        self.inside = 0

    @contextmanager
    def seat(self, device: str, peer: str) -> Iterator[None]:
        """A place for a request that has come whole, until the last byte of its answer. Raises FullError."""
        keys = {f"peer {peer}": PER_PEER} | ({f"device {device}": PER_DEVICE} if device else {})
        if self.inside >= self._most or any(self._callers[key] >= most for key, most in keys.items()):
            raise FullError(self.wait_seconds())
        self.inside += 1
        self._callers.update(keys.keys())
        try:
            yield
        finally:
            self.inside -= 1
            _take_back(self._callers, dict.fromkeys(keys, 1))

    def hold(self, size: int, peer: str, *, force: bool = False) -> Callable[[], None]:
        """Count bytes that are kept in memory, until what is returned is called. Raises FullError (not for an answer)."""
        keys = {"": self._held_most, f"peer {peer}": BYTES_PEER}
        if not force and any(self._held[key] + size > most for key, most in keys.items()):
            raise FullError(self.wait_seconds())
        counted = dict.fromkeys(keys, size)
        self._held.update(counted)
        return lambda: _take_back(self._held, counted)

    async def work(self, do: Callable[..., Some], *args: object) -> Some:
        """Do it on one of the threads."""
        began = monotonic()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, do, *args)
        finally:
            self._seconds += 0.1 * (monotonic() - began - self._seconds)

    def wait_seconds(self) -> int:
        """After how many seconds those who are inside now will be served."""
        return min(max(round(self.inside * self._seconds / self._workers), 1), 30)

    def close(self) -> None:
        """Let those at work end."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _take_back(counts: Counter[str], what: dict[str, int]) -> None:
    """Nothing is kept of a caller who is gone."""
    counts.subtract(what)
    for key in what:
        if counts[key] <= 0:
            del counts[key]


class Patience:
    """How often a caller may be wrong: a bucket that fills again with time; the oldest callers are forgotten."""

    def __init__(self, size: int, every: float, clock: Callable[[], float] = monotonic) -> None:
        self._size, self._every, self._clock = size, every, clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, caller: str) -> bool:
        """Whether the caller may be wrong once more."""
        return self._now(caller) < self._size

    def demand(self, caller: str) -> None:
        """Raise FullError where the caller has been wrong too often."""
        if not self.left(caller):
            raise FullError(30)

    def spend(self, caller: str) -> None:
        """The caller was wrong."""
        self._spent[caller] = (self._now(caller) + 1, self._clock())
        self._spent.move_to_end(caller)
        while len(self._spent) > REMEMBERED:
            self._spent.popitem(last=False)

    def _now(self, caller: str) -> float:
        spent, at = self._spent.get(caller, (0.0, 0.0))
        return max(spent - (self._clock() - at) / self._every, 0.0) if spent else 0.0
