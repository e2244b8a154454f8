"""What the scan station books: what is complete goes to the disk, then to the worker; what came of it stands in the band."""

from app.errors import AppError
from app.inventory.scan_queue import Booking, Failed
from app.words import _
from ui.inventory import station_results as results
from ui.inventory.band import Result
from ui.inventory.station_booker import Booked
from ui.inventory.station_undo import UndoableScans


class BookedScans(UndoableScans):
    """Queues what is in hand and shows what the worker made of it, without wiping out what a person has yet to see."""

    #: The delay of the site file was said; it is not said again with each attempt.
    _slow = False

    def book(self) -> None:
        """Book what is in hand."""
        if self.station.part is None or self.station.wanted():
            self._refuse(self.station.prompt(), self.station.part.part_no if self.station.part else "")
            return
        self.station.finish()
        self._queue_ready()
        self._show()

    def _queue_ready(self) -> bool:
        """What is complete goes to the disk, then to the worker; False where something was refused."""
        ready, self.station.ready = self.station.ready, []
        refused, self.station.aside = self.station.aside, []
        for booking in ready:
            try:
                self.booker.add(booking)
            except AppError as error:
                refused.append(
                    Failed(
                        text=booking.part_no, sentence=str(error), at=booking.at, booking=booking, may=True
                    )
                )
                continue
            self.show_result(results.taken(booking, len(self.booker.waiting())))
        for failed in refused:
            self._fail(failed)
            self._tell_refused(failed)
        return not refused

    def _tell_refused(self, failed: Failed) -> None:
        self.show_result(Result("danger", "octagon-x", _("Nothing was booked"), failed.sentence, failed.text))

    def _ask(self, failed: Failed, quantity: str = "") -> None:
        """A rule has a doubt, a person decides; by another quantity, too."""
        word = _("Not booked yet: Enter books anyway, Esc drops it")
        more = " × ".join(filter(None, [failed.text, quantity]))
        self.show_result(Result("warn", "triangle-alert", word, failed.sentence, more))

    def _held(self) -> bool:
        """What stands in the band waits for a person: a refused scan, a question, the next part in hand."""
        return self.band.result.level == "danger" or self._asked is not None or self.station.part is not None

    def _on_booked(self, found: Booked) -> None:
        self._slow = False
        if not self._held():
            self.show_result(results.booked(found))
        elif self.band.result.level != "danger" and self._asked is None:
            self.sounds.play("good")  # the band shows the next part already
        self._show()
        if not self.booker.waiting():
            self.log.reload()

    def _on_delayed(self, booking: Booking, waiting: int) -> None:
        if not self._held():
            newest = (self.booker.waiting() or [booking])[-1]
            self.show_result(results.delayed(newest, waiting), loud=not self._slow)
        self._slow = True

    def _on_refused(self, failed: Failed) -> None:
        self._slow = False
        self.log.refuse(failed)
        if failed.may and not self.station.part and self._asked is None:
            self._asked = failed
            self._ask(failed)
        else:
            self._tell_refused(failed)
        self._show()
