"""The clock of the laptop: read in one place, pinned by tests, and never trusted to decide anything.

A hybrid logical clock keeps the order of one's own ops when the wall clock jumps back (sync.md 3.14).
"""

import time
from collections.abc import Callable


class Clock:
    """Wall time in milliseconds UTC, monotonic milliseconds, and the hybrid logical time of ops."""

    def __init__(self, wall: Callable[[], int] | None = None) -> None:
        self._wall = wall or (lambda: time.time_ns() // 1_000_000)

    @classmethod
    def pinned(cls, instant: int) -> "Clock":
        """A clock that stands still at an instant (tests, the seeded sample, screenshots)."""
        return cls(lambda: instant)

    def now(self) -> int:
        """Milliseconds UTC by the laptop's wall clock."""
        return self._wall()

    @staticmethod
    def mono() -> int:
        """Milliseconds that only grow while the machine runs."""
        return time.monotonic_ns() // 1_000_000

    @staticmethod
    def tick(last: int, wall: int) -> int:
        """The next hybrid time: (wall ms << 16 | counter), always greater than `last`."""
        return max(last + 1, wall << 16)
