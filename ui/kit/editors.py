"""The fields of a form, one class for each kind of value; each gives the value in its one physical form."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

from PySide6.QtCore import QDate, QLocale, QModelIndex, QPoint, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCheckBox,
    QComboBox,
    QCompleter,
    QGridLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app import values
from app.errors import AppError
from app.words import N_, _, language
from ui.kit import icons, theme

Find = Callable[[str], Sequence[tuple[Any, str]]]


class Editor(Protocol):
    """What a form asks of a field: its value, and that typed nonsense raises AppError with a sentence."""

    edited: Any

    def value(self) -> Any: ...
    def set_value(self, value: Any) -> None: ...


class TextEditor(QLineEdit):
    """One line of text; blanks at the ends do not count."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFont(theme.font("body"))
        self.textChanged.connect(lambda _text: self.edited.emit())

    def value(self) -> Any:
        """The text."""
        return values.clean(self.text())

    def set_value(self, value: Any) -> None:
        """Shows a text."""
        self.setText(value or "")
        self.setCursorPosition(0)


class PasswordEditor(TextEditor):
    """A secret: dots, and every blank counts."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)

    def value(self) -> Any:
        """The secret as typed."""
        return self.text()


class LinesEditor(QPlainTextEdit):
    """Several lines of text; Tab goes on to the next field."""

    edited = Signal()

    def __init__(self, lines: int = 3) -> None:
        super().__init__()
        self.setFont(theme.font("body"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(QFontMetrics(self.font()).lineSpacing() * lines + 20)
        self.textChanged.connect(self.edited)

    def value(self) -> Any:
        """The text."""
        return values.clean(self.toPlainText())

    def set_value(self, value: Any) -> None:
        """Shows a text."""
        self.setPlainText(value or "")


class NumberEditor(TextEditor):
    """A number: right-aligned, decimal comma and full-width digits understood, no input method in the way."""

    FORMS: ClassVar[dict[str, tuple[Callable[[str], int], Callable[[int | None], str]]]] = {
        "number": (values.parse_quantity, values.show_quantity),
        "money": (values.parse_money, lambda value: values.show_money(value, grouped=False)),
        "price": (values.parse_price, values.show_price),
        "rate": (values.parse_rate, values.show_rate),
    }

    def __init__(self, kind: str = "number") -> None:
        super().__init__()
        self._parse, self._show = self.FORMS[kind]
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def value(self) -> Any:
        """Thousandths (money: hundredths, price: ten-thousandths, rate: millionths); None while empty."""
        return self._parse(self.text()) if self.text().strip() else None

    def set_value(self, value: Any) -> None:
        """Shows a number."""
        self.setText(self._show(value))

    def sizeHint(self) -> QSize:
        return QSize(160, super().sizeHint().height())


class ChoiceEditor(QComboBox):
    """One of few; the wheel does not change it while it has no focus."""

    edited = Signal()

    def __init__(self, choices: Sequence[tuple[Any, str]], *, required: bool) -> None:
        super().__init__()
        self.setFont(theme.font("body"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._codes = [code for code, _word in choices]
        if not required:
            self._codes.insert(0, None)
            self.addItem("—")
        self.addItems([word for _code, word in choices])
        self.setPlaceholderText(_("Please choose"))
        self.setCurrentIndex(-1 if required else 0)
        self.currentIndexChanged.connect(lambda _row: self.edited.emit())

    def set_choices(self, choices: Sequence[tuple[Any, str]]) -> None:
        """Offer other choices; what was chosen stays chosen where it is still among them."""
        chosen = self.value()
        open_first = self._codes[:1] == [None]
        self.blockSignals(True)
        self.clear()
        self._codes = [None] * open_first + [code for code, _word in choices]
        self.addItems(["—"] * open_first + [word for _code, word in choices])
        self.set_value(chosen)
        self.blockSignals(False)

    def value(self) -> Any:
        """The code that is chosen."""
        return self._codes[self.currentIndex()] if self.currentIndex() >= 0 else None

    def set_value(self, value: Any) -> None:
        """Chooses a code; an unknown one leaves the field open."""
        self.setCurrentIndex(self._codes.index(value) if value in self._codes else -1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DateEditor(TextEditor):
    """A date typed as 2026-11-22 or picked from the calendar (Alt+Down)."""

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("2026-11-22")
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        open_calendar = QAction(icons.icon("calendar-clock", "text_2"), _("Calendar"), self)
        open_calendar.triggered.connect(self.open_calendar)
        self.addAction(open_calendar, QLineEdit.ActionPosition.TrailingPosition)
        self.editingFinished.connect(self._tidy)

    def value(self) -> Any:
        """The ISO date; None while empty."""
        return values.parse_date(self.text()) if self.text().strip() else None

    def open_calendar(self) -> "CalendarPopup":
        """Opens the calendar under the field."""
        popup = CalendarPopup(self)
        popup.calendar.setSelectedDate(self._date() or QDate.currentDate())
        popup.picked.connect(self._on_picked)
        popup.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        popup.show()
        popup.calendar.setFocus()
        return popup

    def _date(self) -> QDate | None:
        try:
            return QDate.fromString(self.value() or "", Qt.DateFormat.ISODate) if self.value() else None
        except AppError:
            return None

    def _on_picked(self, day: str) -> None:
        self.setText(day)
        self.setFocus()

    def _tidy(self) -> None:
        found = self._date()
        if found and found.toString(Qt.DateFormat.ISODate) != self.text():
            self.setText(found.toString(Qt.DateFormat.ISODate))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_calendar()
        else:
            super().keyPressEvent(event)


class CalendarPopup(QWidget):
    """A month to pick a day from; Enter picks, Esc closes."""

    picked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.calendar = QCalendarWidget()
        self.calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setMinimumSize(308, 260)
        self.calendar.setLocale(QLocale(language()))
        quiet = QTextCharFormat()
        quiet.setForeground(theme.color("text_2"))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, quiet)
        self.calendar.activated.connect(self._on_day)
        self.calendar.clicked.connect(self._on_day)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(self.calendar)

    def _on_day(self, day: QDate) -> None:
        self.picked.emit(day.toString(Qt.DateFormat.ISODate))
        self.close()


class FlagEditor(QCheckBox):
    """Yes or no, 1 or 0; the word stands next to the box."""

    edited = Signal()

    def __init__(self, word: str) -> None:
        super().__init__(word.replace("&", "&&"))
        self.setFont(theme.font("body"))
        self.toggled.connect(lambda _on: self.edited.emit())

    def value(self) -> Any:
        """1 or 0."""
        return int(self.isChecked())

    def set_value(self, value: Any) -> None:
        """Ticks the box or not."""
        self.setChecked(bool(value))


class ManyEditor(QWidget):
    """Any number of few choices: a box for each, as many in a line as fit."""

    edited = Signal()

    def __init__(self, choices: Sequence[tuple[Any, str]], columns: int = 3) -> None:
        super().__init__()
        self._boxes = {code: FlagEditor(word) for code, word in choices}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for number, box in enumerate(self._boxes.values()):
            grid.addWidget(box, *divmod(number, columns))
            box.edited.connect(self.edited)
        grid.setColumnStretch(columns, 1)
        if self._boxes:
            self.setFocusProxy(next(iter(self._boxes.values())))

    def value(self) -> Any:
        """The codes that are chosen, in the order of the choices; None where there is none."""
        return tuple(code for code, box in self._boxes.items() if box.isChecked()) or None

    def set_value(self, value: Any) -> None:
        """Ticks the boxes of these codes."""
        for code, box in self._boxes.items():
            box.setChecked(code in (value or ()))


class ReferenceEditor(TextEditor):
    """Another record, found by code, name or pinyin; what is typed must lead to one record."""

    ROWS = 12

    def __init__(self, find: Find) -> None:
        super().__init__()
        self._find = find
        self._found: list[tuple[Any, str]] = []
        self._key: Any = None
        self._names = QStringListModel(self)
        self.setPlaceholderText(_("Search by code, name or pinyin"))
        self.addAction(icons.icon("search", "text_2", 16), QLineEdit.ActionPosition.LeadingPosition)
        completer = self._completer = QCompleter(self._names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(self.ROWS)
        self._list = QListView()
        self._list.setProperty("popup", True)
        completer.setPopup(self._list)
        by_row: Any = completer.activated  # the stubs do not know that a signal has overloads
        by_row[QModelIndex].connect(self._on_activated)
        self.setCompleter(completer)
        self.textEdited.connect(self._on_edited)

    def value(self) -> Any:
        """The key of the record; None while empty."""
        typed = self.text().strip()
        if not typed or self._key is not None:
            return self._key
        found = list(self._find(typed))
        exact = [key for key, label in found if label == typed] or [key for key, _label in found]
        if len(exact) != 1:
            raise AppError(N_("“{text}” does not lead to one record. Pick one from the list."), text=typed)
        return exact[0]

    def set_value(self, value: Any) -> None:
        """Shows a record: a pair of key and label, or a key that the search knows."""
        if isinstance(value, tuple):
            self._key, shown = value
        else:
            self._key = value
            shown = next(
                (label for key, label in self._find("") if key == value), "" if value is None else str(value)
            )
        super().set_value(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self._list.isVisible():
            self._on_edited(self.text() if self._key is None else "", keep=True)
            self._completer.complete()
        else:
            super().keyPressEvent(event)

    def _on_edited(self, text: str, *, keep: bool = False) -> None:
        if not keep:
            self._key = None
        self._found = list(self._find(text.strip()))[: self.ROWS * 4]
        self._names.setStringList([label for _key, label in self._found])

    def _on_activated(self, index: QModelIndex) -> None:
        self._key, label = self._found[index.row()]
        self.setText(label)
        self.setCursorPosition(0)
