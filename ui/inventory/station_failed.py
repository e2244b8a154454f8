"""The scans of the station that led to nothing: in sight until each is bound, booked after all, or skipped with a reason."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer

from app.desk import Desk
from app.errors import AppError
from app.inventory.scan_queue import Booking, Failed
from app.inventory.skipped import note_skipped
from app.inventory.station import Station
from app.labels.bindings import bind_code, may_bind
from app.words import _
from ui.inventory import station_results as results
from ui.inventory.band import Result
from ui.inventory.bind import BindDialog
from ui.inventory.scan_page import ScanPage
from ui.inventory.station_bars import FailedBar
from ui.inventory.station_booker import Booker
from ui.inventory.station_log import StationLog
from ui.inventory.station_parts import REASONS, LeftBar, Question, reason_question, reason_said
from ui.inventory.tables import amount
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge


class FailedScans(ScanPage):
    """What is known between two scans, the queue, and what became of the scans that failed."""

    def __init__(self, desk: Desk, tasks: Tasks, wedge: Wedge | None) -> None:
        super().__init__(_("Code / qty"))
        self._desk, self._tasks, self._wedge = desk, tasks, wedge
        self.station = Station(desk)
        self.booker = Booker(self, desk, tasks)
        self.queue = self.booker.queue
        self.log = StationLog(desk, tasks)
        self.failed_bar, self.left_bar = FailedBar(may_bind=may_bind(desk)), LeftBar()
        self._asked: Failed | None = None

    def _show(self) -> None:
        raise NotImplementedError

    def _queue_ready(self) -> bool:
        raise NotImplementedError

    def _neutral(self, icon: str, word: str, name: str = "") -> None:
        if self.station.part:
            self.show_result(results.in_hand(self.station, told=" ".join(filter(None, [word, name]))))
        else:
            self.show_result(Result("neutral", icon, word, name or self.station.prompt()))
        self._show()

    def shown_failed(self) -> Failed | None:
        """The failed scan that stands in the bar: every key and every code means this one."""
        return self.queue.failed[-1] if self.queue.failed else None

    def _on_failed(self, error: Exception) -> None:
        self.show_result(Result("danger", "octagon-x", _("Nothing was booked"), str(error)))
        self._show()

    def _refuse(self, sentence: str, text: str, foreign: str = "") -> None:
        """Nothing was booked, and what to do: in red, with its sound, in sight until it is dealt with."""
        bindable = bool(foreign) and may_bind(self._desk)
        self._fail(
            Failed(
                text=text[:200], sentence=sentence, at=self._desk.now(), foreign=foreign if bindable else ""
            )
        )
        more = _("F4 or its code on the sheet binds it to a record; F8 skips it.") if bindable else ""
        self.show_result(Result("danger", "octagon-x", _("Nothing was booked"), sentence, more))
        self._show()

    def _fail(self, failed: Failed) -> Failed:
        self.queue.fail(failed)
        self.log.refuse(failed)
        return failed

    # failed scans

    def open_binding(self) -> None:
        """The dialog that binds the foreign code in the bar, or makes a part of it."""
        failed = self.shown_failed()
        if failed is None or not failed.foreign or not may_bind(self._desk):
            return
        dialog = BindDialog(self.window(), self._desk, self._tasks, failed.foreign, wedge=self._wedge)
        dialog.bound.connect(lambda words: self._on_bound(failed.foreign, words))
        dialog.open()

    def bind(self) -> None:
        """F4: the next record that is scanned gets the foreign code that was refused."""
        waiting = [one for one in self.queue.failed if one.foreign]
        if waiting and may_bind(self._desk):
            self.station.set_aside()
            self._queue_ready()
            self.station.drop()
            self.station.binding = waiting[-1].foreign
            word = _("Bind the code {code}").format(code=self.station.binding[:60])
            self.show_result(Result("info", "qr-code", word, self.station.prompt()))
        else:
            self._neutral("qr-code", _("No foreign code waits to be bound"))
        self._show()

    def _bind(self, code: str) -> None:
        """The record that was just scanned gets the code."""
        station, desk = self.station, self._desk
        part, found = station.part, next(reversed(station.contexts.values()), None)
        if part:
            table, record, words = "part", part.id, f"{part.part_no} {part.name}"
        elif found:
            table = "location" if found.kind in {"bin", "place"} else found.kind
            record, words = found.id, f"{found.code} {found.title}"
        else:
            self._show()
            return
        station.drop()
        self._tasks.run(
            lambda: bind_code(desk, code, table, record, instead=True),
            lambda _d: self._on_bound(code, words),
            self._on_failed,
            owner=self,
        )
        self._show()

    def _on_bound(self, code: str, words: str) -> None:
        for failed in [one for one in self.queue.failed if one.foreign == code]:
            self.queue.dealt(failed, "bound")
        word = _("From now on {code} finds").format(code=code[:60])
        self.show_result(Result("ok", "circle-check", word, words, self.station.prompt()))
        self._show()

    def book_anyway(self, failed: Failed | None = None) -> None:
        """F7, or a second Enter: book what was refused, with the reason that it was confirmed."""
        failed = (
            failed
            or self._asked
            or next((one for one in reversed(self.queue.failed) if one.may and one.booking), None)
        )
        self._asked = None
        if failed is None and self.booker.leftover:
            self.book_leftover()
        elif failed is None:
            self._neutral("check", _("Nothing waits to be booked anyway"))
        try:
            if failed:
                self.booker.again(failed)
        except AppError as error:
            self._on_failed(error)
        self._show()

    def skip(self, reason: str) -> None:
        """The failed scan in the bar is dealt with otherwise, with the reason."""
        if failed := self.shown_failed():
            same = [one for one in self.queue.failed if not one.booking and one.text == failed.text]
            for one in same or [failed]:  # the label that was tried again and again is one thing to deal with
                self.queue.dealt(one, reason)
            self.keep_reason(same or [failed], reason)
            self.log.skipped(failed, reason)
            self._asked = None if self._asked is failed else self._asked
            self._neutral("check", _("Skipped"), failed.text[:60] or reason)

    def skip_at_once(self) -> None:
        """By its code on the sheet: the failed scan in the bar was a mistake."""
        if self.queue.failed:
            self.skip(_(REASONS[0]))
        elif self.booker.leftover:
            self._skip_leftover(_(REASONS[0]))
        else:
            self._neutral("check", _("No scan waits to be dealt with"))

    def keep_reason(self, scans: Sequence[Failed | Booking], reason: str) -> None:
        """Why scans were not booked is kept with the records of the site; what cannot be kept comes back into sight."""
        desk, kept = self._desk, list(scans)
        self._tasks.run(
            lambda: note_skipped(desk, kept, reason),
            lambda _none: None,
            lambda e: self._on_not_kept(kept, e),
            owner=self,
        )

    def _on_not_kept(self, scans: Sequence[Failed | Booking], error: Exception) -> None:
        for one in scans:
            if isinstance(one, Failed):
                self.queue.fail(one)
        self._on_failed(error)

    def _on_skip(self) -> None:
        failed = self.shown_failed()
        if failed is None:
            self._on_skip_leftover()
        elif values := self.ask(reason_question(self.window(), failed.sentence)):
            self.skip(reason_said(values))

    def ask(self, question: Question) -> dict[str, Any] | None:
        """The values of the answer; what was scanned meanwhile is used afterwards, in its order."""
        if self._wedge:
            self._wedge.claim(question, question.on_scan)
        try:
            return question.form.values() if question.exec() else None
        finally:
            QTimer.singleShot(0, self, partial(self._use_kept, list(question.kept)))
            question.deleteLater()
            self.take_focus()

    def _use_kept(self, codes: list[str]) -> None:
        for code in codes:
            self.use(code)

    # what an earlier run left

    def book_leftover(self) -> None:
        """Book what was scanned before the program stopped."""
        self.booker.take_leftover()
        self._show()

    def _on_skip_leftover(self) -> None:
        left = self.booker.leftover
        text = "; ".join(f"{one.part_no} × {amount(one.qty)}" for one in left[:8])
        if left and (values := self.ask(reason_question(self.window(), text))):
            self._skip_leftover(reason_said(values))

    def _skip_leftover(self, reason: str) -> None:
        self.keep_reason(self.booker.leftover, reason)
        self.booker.drop_leftover()
        self._neutral("check", _("Skipped"))
