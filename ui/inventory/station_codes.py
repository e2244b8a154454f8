"""What a code does at the scan station: it is a record, an order of the sheet, an answer, a choice - or it is refused."""

from PySide6.QtGui import QKeyEvent

from app.desk import Desk
from app.errors import AppError
from app.inventory.scan_queue import Failed
from app.inventory.scans import Meaning, resolve_scan
from app.inventory.station import parse_count
from app.values import parse_quantity
from app.words import _
from ui.inventory import station_results as results
from ui.inventory.band import Result
from ui.inventory.station_bars import ContextBar
from ui.inventory.station_bookings import BookedScans
from ui.inventory.station_choice import ChoiceBar
from ui.inventory.tables import amount
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

#: What answers the question whether to book anyway.
_ANSWERS = {"book": True, "anyway": True, "undo": False, "cancel": False}


class CodeScans(BookedScans):
    """Scanned and typed codes, and the number keys that choose between records."""

    def __init__(self, desk: Desk, tasks: Tasks, wedge: Wedge | None) -> None:
        super().__init__(desk, tasks, wedge)
        self.context, self.choice_bar = ContextBar(), ChoiceBar()
        self.choice_bar.chosen.connect(self._on_choice)
        #: The code that means several records, and the foreign code that waited for one of them.
        self._choosing = ("", "")

    def _obey(self, order: str) -> None:
        raise NotImplementedError

    def on_enter(self) -> None:
        """Enter: a number is the quantity and books, nothing books, anything else is a code."""
        text, asked = self.entry.text().strip(), self._asked
        self.entry.clear()
        if asked and self.station.part is None and (not text or self._new_quantity(asked, text)):
            self.book_anyway(asked)
        elif text and not self.station.take_quantity(text):
            self._use_number(text)
        elif self.station.part and not self.station.wanted():
            self.book()
        elif self.station.part and text:
            self._show_part()
        else:
            self._show()

    def _use_number(self, text: str) -> None:
        """What was typed is a code; a small number that is none says how many of the next part."""
        if parse_count(text) and not resolve_scan(self._desk, text).kind:
            self.use_typed(text)
            self._understood(refresh=True)
        else:
            self.use(text)

    def use_typed(self, text: str) -> bool:
        """A number that was typed before the scan, without Enter, counts; what is no number stays in sight."""
        if not self.station.take_typed(text):
            sentence = _("“{text}” was typed and not entered when the scan came. Type it again, or skip it.")
            self._fail(Failed(text=text[:200], sentence=sentence.format(text=text[:40]), at=self._desk.now()))
        return True

    def _new_quantity(self, asked: Failed, text: str) -> bool:
        """A number after a question is another quantity for the booking that was refused."""
        try:
            quantity = parse_quantity(text) if len(text) <= 7 else 0
        except AppError:
            return False
        if quantity and asked.booking:
            asked.booking.qty, asked.may = quantity, True
        return bool(quantity and asked.booking)

    def use(self, text: str) -> None:
        """A code: what it changed is shown, what is complete is queued."""
        station, asked = self.station, self._asked
        self._asked = None
        self._leave_choice()
        waiting, station.binding = station.binding, ""
        try:
            problem = station.take(text)
        except AppError as error:
            problem = str(error)
        if station.choices:
            self._ask_which(text, waiting)
            return
        if asked and not problem and self._answer(asked):
            return
        self._used(text, waiting, problem)

    def _answer(self, asked: Failed) -> bool:
        """A code of the sheet may answer the question in the band: book it, drop it, another quantity."""
        station = self.station
        if station.order in _ANSWERS:
            self._asked = asked
            (self.book_anyway if _ANSWERS[station.order] else self._let_go)()
        elif station.changed == "quantity" and station.next_qty and asked.booking:
            self._asked, asked.may = asked, True
            asked.booking.qty, station.next_qty = station.next_qty, 0
            self._ask(asked, amount(asked.booking.qty, asked.booking.unit))
        else:
            return False
        self._show()
        return True

    def _used(self, text: str, waiting: str, problem: str) -> None:
        """What a code has changed: bound, queued, obeyed, shown, refused."""
        station = self.station
        if waiting and not problem:
            self._bind(waiting)
            return
        quiet = self._queue_ready()
        if problem:
            self._refuse(problem, text, station.foreign)
        elif station.order:
            self._obey(station.order)
        elif station.part and quiet:
            self.show_result(results.in_hand(station))  # `_show` follows
        elif station.changed == "context" and quiet:
            context = next(reversed(station.contexts.values()))
            self._understood(f"{context.code} {context.title}")
        elif station.changed in {"action", "quantity"} and quiet:
            self._understood(refresh=True)
        self._show()

    def _ask_which(self, text: str, waiting: str) -> None:
        """Several records behind one code: a person says which, by a number key."""
        self._choosing = (text, waiting)
        self.choice_bar.ask(self.station.choices)
        self._make_room()
        word, more = _("One code, several records"), _("Press the number of the right one")
        self.show_result(Result("warn", "qr-code", word, text[:60], more))
        self._show()

    def _leave_choice(self) -> None:
        """A scan that nobody chose for leads to nothing: it stays in sight."""
        (text, waiting), choices = self._choosing, self.choice_bar.choices
        self._choosing = ("", "")
        self.choice_bar.ask(())
        self._make_room()
        if choices:
            self.station.binding = waiting
            sentence = _("{code} means several records, and none was chosen. Scan it again, or skip it.")
            self._fail(Failed(text=text[:200], sentence=sentence.format(code=text[:40]), at=self._desk.now()))

    def _make_room(self) -> None:
        """In a low window the list to choose from takes the place of the band."""
        self.band.setVisible(self.height() >= 560 or not self.choice_bar.choices)

    def _on_choice(self, found: Meaning) -> None:
        text, waiting = self._choosing
        self._choosing = ("", "")
        self.choice_bar.ask(())
        self._make_room()
        try:
            problem = self.station.take_meaning(found)
        except AppError as error:
            problem = str(error)
        self._used(text, waiting, problem)
        self.entry.setFocus()

    def key_in_empty(self, event: QKeyEvent) -> bool:
        """A number key chooses, while there is something to choose from."""
        text = event.text()
        if self.choice_bar.choices and text.isascii() and text.isdigit():
            return self.choice_bar.press(int(text))
        return super().key_in_empty(event)

    def _understood(self, name: str = "", *, refresh: bool = False) -> None:
        if refresh:
            self._show()
            name = self.context.words().split("; ", maxsplit=1)[0]
        word = self.station.told or _("Understood")
        self.show_result(Result("info", "circle-check", word, name, self.station.prompt()))

    def _show_part(self) -> None:
        """The part in hand, not booked yet."""
        self.show_result(results.in_hand(self.station))
        self._show()
