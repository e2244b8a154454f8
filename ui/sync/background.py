"""A laptop that takes part in a hub syncs by itself: soon after something was recorded, every few minutes, and when the network returns.

The network is waited for on a thread of its own, never on the GUI thread nor on the worker that writes.
"""

import random
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app import conflicts
from app.changes import Done
from app.errors import AppError, Busy, Denied
from app.profile import Profile
from app.settings import SYNC_BY_ITSELF, Settings
from app.words import N_

#: After a record of one's own; between two exchanges; after a failure, doubled each time; while another program syncs.
SOON_MS, EVERY_MS, RETRY_MS, LONGEST_MS, BUSY_MS = 5_000, 300_000, 15_000, 900_000, 10_000
#: So often a laptop that is offline looks whether the hub can be reached.
LOOK_MS, LOOK_SECONDS = 20_000, 3.0
Answered = Callable[[Any], None]


class Stopped(AppError):
    """The window is being closed."""

    def __init__(self) -> None:
        super().__init__(N_("The exchange was stopped. It goes on where it was at the next one."))


class Background(QObject):
    """Exchanges with the hub beside the work at the window."""

    began = Signal()
    """An exchange has begun."""

    ended = Signal(object)
    """An exchange is over: its report, or the AppError that it ended with."""

    _answered = Signal(object)
    _reachable = Signal()

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        parent: QObject | None = None,
        exchange: Callable[..., Any] | None = None,
    ) -> None:
        super().__init__(parent)
        self._profile, self._settings, self._exchange = profile, settings, exchange
        self._thread: threading.Thread | None = None
        self._waiting: list[tuple[Answered, Answered]] = []
        self._failures = 0
        self._stopping = False
        self._accept = False
        self._seen_by: threading.Thread | None = None
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self.now)
        self.look = QTimer(self, interval=LOOK_MS)
        self.look.timeout.connect(self._on_look)
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._reachable.connect(self._on_reachable, Qt.ConnectionType.QueuedConnection)

    @property
    def joined(self) -> bool:
        """Whether there is a hub, and this laptop still takes part in it."""
        return "hub_id" in self._profile.meta and not self._profile.meta.get("hub_revoked")

    @property
    def wanted(self) -> bool:
        """Whether it syncs without being asked."""
        return self.joined and self._settings.get(SYNC_BY_ITSELF) == "on"

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._thread is not None

    def start(self) -> None:
        """From now on."""
        self._again(SOON_MS)

    def wrote(self, done: Done) -> None:
        """Something was recorded here: soon it goes to the hub. Several records in a row go together."""
        soon = self._failures == 0 and not self.busy and bool(done.op_ids)
        if soon and not 0 < self.timer.remainingTime() <= SOON_MS:
            self._again(SOON_MS)

    def now(
        self, done: Answered | None = None, failed: Answered | None = None, *, accept: bool = False
    ) -> None:
        """Exchange at once; whoever asks while one is under way hears of that one."""
        if done is not None and failed is not None:
            self._waiting.append((done, failed))
        asked = bool(self._waiting)
        if self._stopping or self.busy or not (self.joined if asked else self.wanted):
            return
        self.timer.stop()
        self._accept = accept
        self._thread = threading.Thread(target=self._work, name="sync", daemon=True)
        self._thread.start()
        self.began.emit()

    def stop(self, seconds: float = 10.0) -> None:
        """No more exchanges; one that is under way ends at its next page."""
        self._stopping = True
        self.timer.stop()
        self.look.stop()
        for thread in (self._thread, self._seen_by):
            if thread is not None:
                thread.join(seconds)

    # on the thread

    def _work(self) -> None:
        result: object
        try:
            result = conflicts.attempt(self._profile, self._sync, calm=(Busy, Stopped))
        except AppError as error:
            result = error
        except Exception as error:  # noqa: BLE001 - told on the GUI thread
            result = error
        with suppress(RuntimeError):  # the window has gone
            self._answered.emit(result)

    def _sync(self) -> Any:
        from app.sync.client import sync_once

        exchange = self._exchange or sync_once
        return exchange(self._profile, accept=self._accept, progress=self._on_page)

    def _on_page(self, _done: int, _total: int) -> None:
        if self._stopping:
            raise Stopped

    # on the GUI thread

    def _on_answered(self, result: object) -> None:
        self._thread = None
        waiting, self._waiting = self._waiting, []
        failed = isinstance(result, Exception)
        for done, refused in waiting:
            (refused if failed else done)(result)
        if failed and not isinstance(result, AppError):
            self._failures += 1
            self._plan_next(result)
            raise result  # type: ignore[misc]  # a bug goes to the except hook
        busy = isinstance(result, Busy)
        self._failures = 0 if not failed else self._failures + (not busy)
        self.ended.emit(result)
        self._plan_next(result)

    def _plan_next(self, result: object) -> None:
        if isinstance(result, Denied):
            return
        if isinstance(result, Busy):
            self._again(BUSY_MS)
        elif self._failures:
            self._again(min(RETRY_MS * 2 ** (self._failures - 1), LONGEST_MS))
            self.look.start()
        else:
            self.look.stop()
            self._again(EVERY_MS)

    def _again(self, milliseconds: int) -> None:
        """After a time that differs from laptop to laptop: two hundred do not come back in one second."""
        if not self._stopping:
            self.timer.start(int(milliseconds * random.uniform(0.8, 1.2)))  # noqa: S311 - not a secret

    def _on_look(self) -> None:
        """Whether the hub's door answers again; the timer of the failures may be minutes away."""
        if self.busy or self._stopping or not self.wanted or (self._seen_by and self._seen_by.is_alive()):
            return
        self._seen_by = threading.Thread(target=self._knock, name="sync-look", daemon=True)
        self._seen_by.start()

    def _knock(self) -> None:
        try:
            parts = urlsplit(self._profile.meta["hub_url"])
            port = parts.port or (443 if parts.scheme == "https" else 80)
            socket.create_connection((parts.hostname or "", port), LOOK_SECONDS).close()
        except (OSError, ValueError, KeyError):
            return
        with suppress(RuntimeError):
            self._reachable.emit()

    def _on_reachable(self) -> None:
        self.look.stop()
        self.now()
