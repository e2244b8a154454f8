"""The scan station: the whole window for one thing - scan, quantity, Enter (LOOK.md, section 5; R-4.4-g)."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.inventory.forms import book
from app.inventory.parts import PartRow, part_rows
from app.inventory.register import bind_barcode
from app.inventory.station import Station
from app.signs import sign
from app.words import N_, _
from ui.inventory.band import Band, Result
from ui.inventory.booking import KINDS
from ui.inventory.station_bars import ContextBar, StationTop
from ui.inventory.station_log import StationLog
from ui.inventory.tables import amount, change, short_bin, site_of
from ui.kit import theme
from ui.kit.labels import ElidedLabel, SignLabel, key_hint, line
from ui.kit.tasks import Tasks

_DONE = {
    "issue": N_("Issued"), "return": N_("Returned to stock"), "receipt": N_("Received into stock"),
    "transfer": N_("Transferred"), "scrap": N_("Scrapped"),
}  # fmt: skip
_OUT = frozenset({"issue", "scrap"})


class ScanStation(QWidget):
    """Scan a part, scan what it is for, type how many, Enter."""

    left = Signal()
    """The person goes back to the window with the rail."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self.station = Station(desk)
        self._done: list[Done] = []
        self._asked = False
        self._busy = False
        self.band = Band()
        self.entry = QLineEdit()
        self.entry.setFont(theme.font("item"))
        self.entry.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.entry.setPlaceholderText(_("Code / qty"))
        self.entry.returnPressed.connect(self.on_enter)
        self.entry.installEventFilter(self)
        self._prompt = ElidedLabel("", "item")
        self.top, self.context = StationTop(desk), ContextBar()
        self.top.left.connect(self.left)
        self.top.chosen.connect(self._on_action)
        self.top.undo_wanted.connect(self.undo)
        self.log = StationLog(desk, tasks)
        self._lay_out()
        self.setFocusProxy(self.entry)
        self.setMinimumSize(480, 300)
        self._say(Result("neutral", "scan-line", _("Ready"), self.station.prompt()))
        self._show()

    # layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(line())
        column.addWidget(self.context)
        column.addWidget(self.band, 3)
        row = QHBoxLayout()
        row.setContentsMargins(36, 10, 20, 10)
        row.setSpacing(16)
        row.addWidget(SignLabel("scan-line", "accent", 32))
        row.addWidget(self._prompt, 1)
        self.entry.setFixedWidth(260)
        row.addWidget(self.entry)
        column.addLayout(row)
        self._hints = QWidget()
        self._hints.setLayout(self._hint_row())
        column.addWidget(self._hints)
        column.addWidget(self.log, 4)

    def _hint_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(36, 0, 20, 8)
        row.setSpacing(16)
        for keys, words in self.keys():
            row.addWidget(key_hint(keys, words))
        row.addStretch()
        return row

    # what is shown

    def _say(self, result: Result) -> None:
        self.band.set(result)

    def _show(self) -> None:
        """Prompt, context bar and actions as they are now."""
        station = self.station
        self._prompt.setText(station.prompt())
        self.top.show_action(station.action)
        self.top.undo.setEnabled(bool(self._done))
        self.context.show_station(station)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory"}:
            self.log.reload()

    # scans and keys

    def on_scan(self, text: str) -> bool:
        """The scanner has read something; every code is ours here, good or bad."""
        self.entry.clear()
        self._asked = False
        self._use(text)
        return True

    def on_enter(self) -> None:
        """Enter: a number is the quantity and books, nothing books, anything else is a code."""
        text = self.entry.text().strip()
        self.entry.clear()
        if self._busy:
            return
        if text and not self.station.take_quantity(text):
            self._asked = False
            self._use(text)
        elif self.station.part and not self.station.wanted():
            self.book()
        elif self.station.part and text:
            self._show_part()
        else:
            self._show()

    def _use(self, text: str) -> None:
        station = self.station
        waiting, station.binding = station.binding, ""
        problem = station.take(text)
        if waiting and station.part:
            self._bind(waiting)
        elif problem:
            self._refuse(problem, text)
        elif station.part:
            self._show_part()
        else:
            context = next(reversed(station.contexts.values()))
            self._say(
                Result(
                    "info",
                    "circle-check",
                    _("Understood"),
                    f"{context.code} {context.title}",
                    station.prompt(),
                )
            )
        self._show()

    def _show_part(self) -> None:
        """The part in hand, not booked yet."""
        part, station = self.station.part, self.station
        if part is None:
            return
        where = short_bin(station.contexts["bin"].code if "bin" in station.contexts else part.bin)
        target = station.contexts.get("purpose") or station.contexts.get("target")
        more = f"{part.part_no}   {where}" + (f"   →   {target.code}" if target else "")
        word = _("Not booked yet: {next}").format(next=station.prompt())
        self._say(Result("info", "package", word, part.name, more, self._signed(), _("On hand"),
                         amount(part.on_hand, part.unit)))  # fmt: skip
        self._show()

    def _signed(self) -> str:
        return change(-self.station.qty if self.station.action in _OUT else self.station.qty)

    def _refuse(self, sentence: str, text: str) -> None:
        """Nothing was booked, and what to do: in red, with a sound, and in the list."""
        QApplication.beep()
        more = _("F4 binds this code to a part.") if self.station.foreign and self._may_bind() else ""
        self._say(Result("danger", "octagon-x", _("Nothing was booked"), sentence, more))
        self.log.refuse(text, sentence)

    def _may_bind(self) -> bool:
        return self._desk.may(Permission.EDIT_PARTS)

    def bind(self) -> None:
        """F4: the next part gets the foreign code that was refused."""
        if self.station.foreign and self._may_bind():
            self.station.drop()
            self.station.binding = self.station.foreign
            self._say(
                Result(
                    "info",
                    "qr-code",
                    _("Bind the code {code}").format(code=self.station.binding),
                    self.station.prompt(),
                )
            )
            self._show()

    def _bind(self, code: str) -> None:
        part, desk = self.station.part, self._desk
        if part is None:
            return

        def bound(_done: Done | None) -> None:
            self._say(
                Result(
                    "ok",
                    "circle-check",
                    _("From now on {code} finds this part").format(code=code),
                    part.name,
                    part.part_no,
                )
            )
            self._show()

        self.station.drop()
        self._tasks.run(lambda: bind_barcode(desk, part.id, code), bound, self._on_refused, owner=self)

    # booking

    def book(self) -> None:
        """Book what is in hand; a second Enter books what was asked about."""
        try:
            filled = self.station.filled()
        except AppError as error:
            self._refuse(str(error), "")
            return
        desk, action, anyway = self._desk, self.station.action, _("confirmed") if self._asked else ""
        site, part = site_of(desk), self.station.part

        def work() -> tuple[Done, PartRow | None]:
            done, _left = book(desk, action, filled, anyway)
            with desk.read() as read:
                return done, part_rows(read, [part.n], site)[0] if part else None

        self._busy = True
        self._tasks.run(work, self._on_booked, self._on_refused, owner=self, ended=self._on_ended)

    def _on_ended(self) -> None:
        self._busy = False

    def _on_booked(self, answer: tuple[Done, PartRow | None]) -> None:
        done, part = answer
        station = self.station
        self._done.append(done)
        if part:
            target = (
                station.contexts.get("purpose")
                or station.contexts.get("target")
                or station.contexts.get("purchase")
            )
            more = f"{part.part_no}   {short_bin(part.bin)}" + (f"   →   {target.code}" if target else "")
            look = sign(part.state)
            urgent = part.state in {"out_of_stock", "below_safety", "at_reorder"}
            self._say(Result("ok", "circle-check", _(_DONE[station.action]), part.name, more, self._signed(), _("On hand"),
                             amount(part.on_hand, part.unit), look.text if urgent else "", look.level if urgent else "ok"))  # fmt: skip
        self._asked = False
        station.drop()
        self._show()
        self.log.reload()

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, Refused) and error.may_override:
            QApplication.beep()
            self._asked = True
            part = self.station.part
            self._say(Result("warn", "triangle-alert", _("Not booked yet: Enter books anyway, Esc drops it"), str(error),
                             part.part_no if part else ""))  # fmt: skip
        else:
            self._refuse(str(error), self.station.part.part_no if self.station.part else "")

    def undo(self) -> None:
        """Take back the last booking of this station."""
        if self._done:
            done, desk = self._done.pop(), self._desk
            self._tasks.run(lambda: desk.undo(done.action_id), self._on_undone, self._on_refused, owner=self)

    def _on_undone(self, _done: Done) -> None:
        self._say(
            Result(
                "neutral",
                "undo-2",
                _("Taken back"),
                _("The last booking was taken back."),
                self.station.prompt(),
            )
        )
        self._show()
        self.log.reload()

    def _on_action(self, action: str) -> None:
        self.station.choose(action)
        self._asked = False
        self._say(Result("neutral", KINDS[action].icon, _(KINDS[action].title), self.station.prompt()))
        self._show()
        self.entry.setFocus()

    def _drop(self) -> None:
        """Esc: drop the part in hand; without one, leave."""
        if self.station.part or self.station.binding or self.entry.text():
            self.entry.clear()
            self._asked = False
            self.station.drop()
            self._say(Result("neutral", "scan-line", _("Dropped, nothing was booked"), self.station.prompt()))
            self._show()
        else:
            self.left.emit()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page."""
        found = [
            ("F3", _("type a code")),
            ("Enter", _("book")),
            ("Ctrl Z", _("undo last")),
            ("Esc", _("drop, leave")),
        ]
        if self._may_bind():
            found.insert(1, ("F4", _("bind a foreign code")))
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        slot = {
            Qt.Key.Key_Escape: self._drop,
            Qt.Key.Key_F3: self.entry.setFocus,
            Qt.Key.Key_F4: self.bind,
        }.get(Qt.Key(event.key()))
        if _is_undo(event):
            self.undo()
        elif slot:
            slot()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An empty entry would take Ctrl Z for its own text.
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and not self.entry.text() and _is_undo(event):
            self.undo()
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("surface"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low, narrow = self.height() < 560, self.width() < 1000
        self._hints.setVisible(not low)
        self.log.setVisible(self.height() >= 460)
        self.top.set_narrow(narrow)
        self._prompt.setFont(theme.font("section" if narrow else "item"))
        self.entry.setFixedWidth(180 if narrow else 260)


def _is_undo(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier
