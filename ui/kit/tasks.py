"""One worker thread for long reads and all writes; the answers come back on the GUI thread."""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar, overload

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from app.errors import AppError

T = TypeVar("T")


class Progress(QObject):
    """What a long task tells while it runs, and whether somebody wants it to stop."""

    reported = Signal(int, int)
    """How many are done, and of how many."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    def report(self, done: int, total: int) -> None:
        """Say how far the work is; called on the worker."""
        with suppress(RuntimeError):  # the dialog that watched has gone; the work goes on
            self.reported.emit(done, total)


class Runner(Protocol):
    """What pages need of `Tasks`."""

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
        latest: str = "",
        ended: Callable[[], None] | None = None,
    ) -> None: ...


@dataclass
class _Job:
    """A task while it is under way. Kept on the GUI thread, so no widget is ever freed by the worker."""

    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None] | None
    ended: Callable[[], None] | None
    owner: QObject
    latest: str
    progress: Progress | None


class Tasks(QObject):
    """Runs one task after the other, in the order in which they were given."""

    busy = Signal(bool)
    """Work has begun, or all of it is done."""

    refused = Signal(object)
    """An AppError that no task's owner took."""

    _answered = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, _Job] = {}
        self._dropped: set[int] = set()
        self._number = 0
        self._queue: SimpleQueue[int | None] = SimpleQueue()
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._second: Tasks | None = None
        self._thread = threading.Thread(target=self._work_off, name="tasks", daemon=True)
        self._thread.start()

    @overload
    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
        latest: str = "",
        ended: Callable[[], None] | None = None,
    ) -> None: ...

    @overload
    def run(
        self,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
        latest: str = "",
        ended: Callable[[], None] | None = None,
        progress: Progress,
    ) -> None: ...

    def run(
        self,
        work: Callable[..., Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
        latest: str = "",
        ended: Callable[[], None] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Do the work on the worker and give its result to `done` on the GUI thread.

        An AppError goes to `failed`, or is told by `refused`; any other exception is a bug and goes to sys.excepthook.
        `ended` is called in every case. Nothing is called once the owner is gone, but the work is always done:
        it may be a write. `latest` names a question (a search): a newer one of the same owner replaces it.
        """
        if latest:
            self._replace(owner, latest)
        self._number += 1
        call = work if progress is None else lambda: work(progress)
        self._jobs[self._number] = _Job(call, done, failed, ended, owner, latest, progress)
        if len(self._jobs) == 1:
            self.busy.emit(True)
        self._queue.put(self._number)

    def second(self) -> "Tasks":
        """Another worker for what takes long and must not hold up a write (photos on their way); it ends with this one."""
        if self._second is None:
            self._second = Tasks(self)
        return self._second

    def idle(self) -> bool:
        """True when nothing is under way (for tests: `qtbot.waitUntil(tasks.idle)`)."""
        return not self._jobs

    def stop(self, seconds: float = 30.0) -> None:
        """Finish what was given, then end the worker; no answer is delivered any more."""
        if self._second is not None:
            self._second.stop(seconds)
        for job in self._jobs.values():
            if job.progress:
                job.progress.cancel()
        self._queue.put(None)
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._jobs.clear()

    def _replace(self, owner: QObject, latest: str) -> None:
        self._dropped |= {n for n, job in self._jobs.items() if job.latest == latest and job.owner is owner}

    def _work_off(self) -> None:
        while (number := self._queue.get()) is not None:
            result, error = self._attempt(number)
            with suppress(RuntimeError):  # the window has gone while the last task was finishing
                self._answered.emit(number, result, error)
            del result, error

    def _attempt(self, number: int) -> tuple[Any, BaseException | None]:
        """The result, or what was raised."""
        if number in self._dropped:
            return None, None
        try:
            return self._jobs[number].work(), None
        except BaseException as error:  # noqa: BLE001 - it is raised again, in effect, on the GUI thread
            return None, error

    def _on_answered(self, number: int, result: Any, error: BaseException | None) -> None:
        job = self._jobs.pop(number, None)
        stale = number in self._dropped
        self._dropped.discard(number)
        try:
            if job is not None:
                self._deliver(job, result, error, stale=stale)
        finally:
            if not self._jobs:
                self.busy.emit(False)

    def _deliver(self, job: _Job, result: Any, error: BaseException | None, *, stale: bool) -> None:
        alive = isValid(job.owner)
        if job.ended and alive and not stale:
            job.ended()
        if isinstance(error, AppError):
            if stale:
                return
            if job.failed and alive:
                job.failed(error)
            else:
                self.refused.emit(error)
        elif error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
        elif alive and not stale:
            job.done(result)
