"""Books what the scan station has queued: one after the other, again while the site file is busy, never twice."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.changes import Done
from app.desk import Desk
from app.errors import Busy, Denied, Refused
from app.inventory.forms import book
from app.inventory.hand import HandPart, part_in_hand
from app.inventory.scan_queue import Booking, Failed, ScanQueue, queue_desk
from app.words import _
from ui.inventory.tables import site_of
from ui.kit.tasks import Tasks

_RETRY_MS = 700


@dataclass(frozen=True)
class Booked:
    """A booking that is done, and its part as it stands now."""

    booking: Booking
    done: Done
    part: HandPart | None


class Booker(QObject):
    """The queue of a person and what the worker makes of it."""

    booked = Signal(object)
    """A `Booked`."""

    delayed = Signal(object, int)
    """The site file is busy: this booking and so many in all are kept and tried again."""

    refused = Signal(object)
    """A `Failed` with the booking that a rule or the disk refused."""

    undone = Signal(object)
    """A `Booking` that was taken back, out of the queue or out of the ledger."""

    failed = Signal(object)
    """An AppError of an undo."""

    def __init__(self, parent: QObject, desk: Desk, tasks: Tasks) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self.queue = ScanQueue.of(desk)
        #: What an earlier run left: it waits for a person's word.
        self.leftover = list(self.queue.waiting)
        self._done: list[Booked] = []
        self._running: Booking | None = None
        #: It was taken back while the worker had it.
        self._regretted = False
        self._retry = QTimer(self, interval=_RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self.pump)

    def waiting(self) -> list[Booking]:
        """What the worker has not booked yet, in order."""
        held = {one.n for one in self.leftover}
        return [one for one in self.queue.waiting if one.n not in held]

    def can_undo(self) -> bool:
        """Whether this station has something to take back."""
        return bool(self._done or self.waiting())

    def add(self, booking: Booking) -> None:
        """A scan is complete: on the disk first, then to the worker. Raises AppError."""
        self.queue.add(booking)
        self.pump()

    def again(self, failed: Failed) -> bool:
        """Book what was refused, with the reason that it was confirmed; whether there was something. Raises AppError."""
        booking = failed.booking
        if booking is None or not failed.may:
            return False
        booking.numbers, booking.anyway = [], _("confirmed")
        self.queue.add(booking)
        self.queue.dealt(failed, "booked")
        self.pump()
        return True

    def take_leftover(self) -> None:
        """Book what was scanned before the program stopped."""
        self.leftover = []
        self.pump()

    def drop_leftover(self) -> None:
        """Somebody has dealt with it otherwise."""
        for booking in self.leftover:
            self.queue.booked(booking)
        self.leftover = []

    def pump(self) -> None:
        """Give the worker the next booking; one at a time keeps their order."""
        waiting = self.waiting()
        if self._running or not waiting or self._retry.isActive():
            return
        booking = self._running = waiting[0]
        desk, queue, site = self._desk, self.queue, site_of(self._desk)

        def work() -> Booked:
            done, _left = book(
                queue_desk(desk, queue, booking), booking.action, booking.filled(), booking.anyway
            )
            queue.booked(booking)
            with desk.read() as read:
                return Booked(booking, done, part_in_hand(read, booking.part, site))

        self._tasks.run(
            work, self._on_booked, lambda e: self._on_refused(booking, e), owner=self, ended=self._on_ended
        )

    def _on_ended(self) -> None:
        self._running = None

    def _on_booked(self, found: Booked) -> None:
        self._done.append(found)
        if self._regretted:
            self._regretted = False
            self._take_back(self._done.pop())
        else:
            self.booked.emit(found)
        self.pump()

    def _on_refused(self, booking: Booking, error: Exception) -> None:
        if isinstance(error, Busy):
            self._retry.start()
            if self._regretted:
                self._drop(booking)
            else:
                self.delayed.emit(booking, len(self.waiting()))
            return
        self._regretted = False
        may = error.may_override if isinstance(error, Refused) else not isinstance(error, Denied)
        failed = Failed(text=booking.part_no, sentence=str(error), at=booking.at, booking=booking, may=may)
        self.refused.emit(self.queue.fail(failed))
        self.pump()

    def undo(self) -> None:
        """Take back the last scan: out of the queue, from the worker's hand, or out of the ledger."""
        open_ = [one for one in self.waiting() if one is not self._running]
        if open_:
            self._drop(open_[-1])
        elif self._running:
            self._regretted = True
        elif self._done:
            self._take_back(self._done.pop())

    def _drop(self, booking: Booking) -> None:
        self._regretted = False
        self.queue.booked(booking)
        self.undone.emit(booking)

    def _take_back(self, found: Booked) -> None:
        desk = self._desk
        self._tasks.run(
            lambda: desk.undo(found.done.action_id),
            lambda _d: self.undone.emit(found.booking),
            lambda error: self._on_not_undone(found, error),
            owner=self,
        )

    def forget(self, movement: bytes) -> None:
        """A booking was taken back by itself: it is not what an undo means any more."""
        self._done = [found for found in self._done if movement not in found.done.op_ids]

    def _on_not_undone(self, found: Booked, error: Exception) -> None:
        if isinstance(error, Busy):
            self._done.append(found)  # it can be taken back a moment later
        self.failed.emit(error)
