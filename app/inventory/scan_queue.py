"""What was scanned and is not booked yet, in a file of its own: it outlives a busy database, a crash and a power cut.

Each scan is written and flushed before it is shown as taken. The number of its movement is noted before it is booked, so
that what a crash left behind is known to be booked or not: none is lost, none is doubled.
"""

import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from app.desk import Desk
from app.errors import AppError
from app.files import write_safely
from app.trouble import UNWRITABLE

log = logging.getLogger(__name__)
FOLDER = "scans"


class Booking(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A movement that is to be booked, with what is shown of it."""

    n: int = 0
    action: str
    part: bytes
    bin: bytes
    qty: int
    at: int
    part_no: str
    name: str
    unit: str = ""
    goal: str = ""
    purpose: bytes | None = None
    taken_by: bytes | None = None
    target: bytes | None = None
    line: bytes | None = None
    reason: str = ""
    times: int = 1
    anyway: str = ""
    numbers: list[str] = msgspec.field(default_factory=list)

    def filled(self) -> dict[str, Any]:
        """As the form of a booking has it."""
        return {
            "part_id": self.part, "bin_id": self.bin, "qty": self.qty, "purpose": self.purpose, "taken_by": self.taken_by,
            "target": self.target, "line": self.line, "reason": self.reason,
        }  # fmt: skip


class Failed(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A scan that led to nothing: it stays in sight until somebody has dealt with it."""

    n: int = 0
    text: str
    sentence: str
    at: int
    foreign: str = ""
    #: The booking that was refused; a person may book it anyway where `may` says so.
    booking: Booking | None = None
    may: bool = False


class _Event(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line of the file."""

    booking: Booking | None = None
    failed: Failed | None = None
    numbers: list[str] = msgspec.field(default_factory=list)
    booked: int = 0
    dealt: int = 0
    n: int = 0
    how: str = ""


@dataclass
class ScanQueue:
    """The queue of one person on one laptop; `waiting` and `failed` are what is open, in the order of the scans."""

    path: Path
    waiting: list[Booking] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    _last: int = 0
    _torn: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @classmethod
    def of(cls, desk: Desk) -> "ScanQueue":
        """The queue of the person at the desk, with what an earlier run left in it. Raises AppError."""
        name = desk.actor.user_id.hex() if desk.actor.user_id else "local"
        queue = cls(desk.profile.folder / FOLDER / f"{name}.jsonl")
        queue._load()
        queue._forget_booked(desk)
        return queue

    # what happens

    def add(self, booking: Booking) -> Booking:
        """A scan is taken: it is on the disk when this returns. Raises AppError where the disk refuses it."""
        with self._lock:
            self._last += 1
            booking.n = self._last
            self._write(_Event(booking=booking))
            self.waiting.append(booking)
        return booking

    def note(self, booking: Booking, number: str) -> None:
        """The movement of a booking gets this number."""
        with self._lock:
            booking.numbers.append(number)
            self._write(_Event(n=booking.n, numbers=[number]))

    def booked(self, booking: Booking) -> None:
        """A booking stands in the ledger, or was given up."""
        with self._lock:
            self.waiting = [one for one in self.waiting if one.n != booking.n]
            with contextlib.suppress(AppError):  # its number is in the ledger: the next start knows
                self._write(_Event(booked=booking.n), sure=False)

    def fail(self, failed: Failed) -> Failed:
        """A scan or a booking led to nothing."""
        with self._lock:
            self._last += 1
            failed.n = self._last
            if failed.booking:
                self.waiting = [one for one in self.waiting if one.n != failed.booking.n]
            self.failed.append(failed)
            with contextlib.suppress(AppError):
                self._write(_Event(failed=failed))
        return failed

    def dealt(self, failed: Failed, how: str) -> None:
        """Somebody has dealt with a failed scan: bound, booked, skipped with a reason."""
        with self._lock:
            self.failed = [one for one in self.failed if one.n != failed.n]
            with contextlib.suppress(AppError):  # on a full disk it comes into sight again at the next start
                self._write(_Event(dealt=failed.n, how=how), sure=False)

    # the file

    def _write(self, event: _Event, *, sure: bool = True) -> None:
        """Append a line; `sure` waits until it is on the disk."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as stream:
                # A full disk may have taken half a line: the next one must not be glued to it.
                start, self._torn = b"\n" if self._torn else b"", True
                stream.write(start + msgspec.json.encode(event) + b"\n")
                stream.flush()
                if sure:
                    os.fsync(stream.fileno())
            self._torn = False
        except OSError:
            raise AppError(UNWRITABLE) from None

    def _load(self) -> None:
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        except OSError:
            raise AppError(UNWRITABLE) from None
        for line in lines:
            if line.strip():
                self._read(line)
        self._rewrite()

    def _read(self, line: bytes) -> None:
        try:
            event = msgspec.json.decode(line, type=_Event)
        except (msgspec.MsgspecError, UnicodeError, json.JSONDecodeError):
            log.info(
                "a line of the scan queue was cut off"
            )  # the power went while it was written: not yet taken
            return
        if event.booking:
            self.waiting.append(event.booking)
        elif event.failed:
            self._take_failed(event.failed)
        elif event.numbers:
            for one in self.waiting:
                if one.n == event.n:
                    one.numbers += event.numbers
        self.waiting = [one for one in self.waiting if one.n != event.booked]
        self.failed = [one for one in self.failed if one.n != event.dealt]
        self._last = max(
            [self._last, event.booked, *(b.n for b in self.waiting), *(f.n for f in self.failed)]
        )

    def _take_failed(self, failed: Failed) -> None:
        self.failed.append(failed)
        if failed.booking:
            self.waiting = [one for one in self.waiting if one.n != failed.booking.n]

    def _forget_booked(self, desk: Desk) -> None:
        """What the ledger has under a noted number was booked before the crash."""
        with desk.read() as read:
            for booking in list(self.waiting):
                marks = ", ".join("?" * len(booking.numbers))
                sql = f"SELECT 1 FROM stock_movement WHERE movement_no IN ({marks}) LIMIT 1"
                if booking.numbers and read.value(sql, *booking.numbers):
                    self.booked(booking)

    def _rewrite(self) -> None:
        """Without what is done: the file stays small."""
        events = [_Event(booking=one) for one in self.waiting] + [_Event(failed=one) for one in self.failed]
        self._torn = True
        with contextlib.suppress(OSError, AppError):
            with write_safely(self.path) as stream:
                stream.write(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
            self._torn = False


@dataclass(frozen=True)
class QueueDesk(Desk):
    """The desk of a queued booking: at the time of the scan, telling each number before it is used."""

    note: Callable[[str], None] = lambda _number: None
    at_time: int = 0

    def now(self) -> int:
        """When it was scanned."""
        return self.at_time or super().now()

    def number(self, series: str) -> str:
        """The next number of a series, noted first."""
        return self.numbers(series, 1)[0]

    def numbers(self, series: str, count: int) -> list[str]:
        """The next numbers of a series, noted first."""
        drawn = super().numbers(series, count)
        for number in drawn:
            self.note(number)
        return drawn


def queue_desk(desk: Desk, queue: ScanQueue, booking: Booking) -> QueueDesk:
    """The desk at which a queued booking is done."""
    return QueueDesk(
        desk.profile, desk.actor, desk.site, lambda number: queue.note(booking, number), booking.at
    )
