"""The dark side of the sign-in page: the name of the program and the people of this laptop."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.version import VERSION
from app.words import _
from ui.kit import theme

ROW = 40


@dataclass(frozen=True)
class Person:
    """Somebody who may be chosen; without `user_id` it stands for any other account."""

    user_id: bytes | None
    username: str
    name: str
    post: str = ""
    hint: str = ""
    has_pin: bool = False
    #: Shown on the invented sample site only.
    password: str = ""


class PaleLabel(QLabel):
    """Words on the dark ground, in the colours of the rail."""

    def __init__(self, text: str, role: str, tone: str = "rail_text") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self.setWordWrap(True)
        self._tone = tone

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.color(self._tone))
        painter.drawText(self.rect(), Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, self.text())


class Logo(QWidget):
    """Three columns on a beam."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(60, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        white = theme.color("rail_text_active")
        for x, top, wide in ((13, 16, 11), (29, 0, 11), (45, 8, 11)):
            painter.fillRect(QRect(x, top, wide, 32 - top), white)
        painter.fillRect(QRect(4, 32, 56, 12), theme.color("rail_mark"))


class PersonRow(QAbstractButton):
    """One colleague: name, post, and at the right what opens the account."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(ROW)
        self.setAccessibleName(" ".join(filter(None, (person.name, person.post, person.hint))))

    def sizeHint(self) -> QSize:
        return QSize(240, ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter)
        place, right = self.rect().adjusted(14, 0, -14, 0), self.width() - 14
        if self.person.hint and self.width() >= 300:
            right = self._hint(painter, place) - 12
        body, dense = theme.font("body"), theme.font("dense")
        painter.setFont(body)
        painter.setPen(theme.color("rail_text_active"))
        room = max(right - place.x(), 0)
        shown = QFontMetrics(body).elidedText(self.person.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(place.x(), 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        used = max(QFontMetrics(body).horizontalAdvance(shown) + 14, min(84, room))
        if self.person.post and room - used > 40:
            painter.setFont(dense)
            painter.setPen(theme.color("rail_text"))
            post = QFontMetrics(dense).elidedText(self.person.post, Qt.TextElideMode.ElideRight, room - used)
            painter.drawText(
                QRect(place.x() + used, 0, room - used, self.height()), Qt.AlignmentFlag.AlignVCenter, post
            )

    def _ground(self, painter: QPainter) -> None:
        tone = "rail_active" if self.isChecked() or self.underMouse() else "rail_hover"
        ring = self.hasFocus()
        painter.setPen(QPen(theme.color("rail_mark"), 2) if ring else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(tone))
        inset = 1 if ring else 0
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 4, 4)
        if self.isChecked():
            painter.fillRect(QRect(0, 4, 3, self.height() - 8), theme.color("rail_mark"))

    def _hint(self, painter: QPainter, place: QRect) -> int:
        """The word at the right; where it begins."""
        painter.setFont(theme.font("dense"))
        painter.setPen(theme.color("rail_text"))
        wide = painter.fontMetrics().horizontalAdvance(self.person.hint)
        left = place.right() - wide
        painter.drawText(
            QRect(left, 0, wide + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, self.person.hint
        )
        return left


class PeopleList(QWidget):
    """The people of this laptop; arrows move, a click or Enter chooses."""

    chosen = Signal(object)
    """The person who was chosen; the focus is to go on to the secret."""

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__()
        self.rows = [PersonRow(person) for person in people]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for row in self.rows:
            column.addWidget(row)
            row.clicked.connect(lambda _on, row=row: self.choose(self.rows.index(row)))

    def current(self) -> int:
        """The place of the chosen person; -1 for none."""
        return next((n for n, row in enumerate(self.rows) if row.isChecked()), -1)

    def choose(self, place: int) -> None:
        """Choose a person by the place in the list."""
        for number, row in enumerate(self.rows):
            row.setChecked(number == place)
        self.chosen.emit(self.rows[place].person)

    def step(self, step: int) -> None:
        """The next or the last one, round the ends."""
        if self.rows:
            self.choose((self.current() + step) % len(self.rows) if self.current() >= 0 else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step:
            self.step(step)
        else:
            super().keyPressEvent(event)


class Panel(QWidget):
    """The left side: logo, name, what it is for, and the people; what has no room is left out from the top."""

    def __init__(self, heading: str, text: str, people: PeopleList) -> None:
        super().__init__()
        column = self._column = QVBoxLayout(self)
        column.setSpacing(0)
        self._logo = Logo()
        self._name = PaleLabel(_("Sitewright"), "item", "rail_text_active")
        self._aim = PaleLabel(_("Inspections, equipment, spare parts and training, offline too."), "body")
        for part, gap in ((self._logo, 34), (self._name, 8), (self._aim, 24)):
            column.addWidget(part)
            column.addSpacing(gap)
        column.addStretch(1)
        self._heading = PaleLabel(heading, "body_strong")
        self._text = PaleLabel(text, "dense")
        column.addWidget(self._heading)
        column.addSpacing(4)
        column.addWidget(self._text)
        column.addSpacing(10)
        self._text.setVisible(bool(text))
        self._heading.setVisible(bool(heading))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        people.setProperty("ground", "none")
        area.setWidget(people)
        area.viewport().setAutoFillBackground(False)
        people.setAutoFillBackground(False)
        self._area, self._people = area, people
        area.setMinimumHeight(96)
        column.addWidget(area, 100)
        self._version = PaleLabel(f"Sitewright {VERSION}", "dense")
        column.addSpacing(24)
        column.addWidget(self._version)
        self.fit(1366, 768)

    def fit(self, width: int, height: int) -> None:
        """Give way in small windows: first the words, then the logo; the people stay."""
        low, narrow = height < 640, width < theme.size("breakpoint.compact_below")
        self.setFixedWidth(216 if narrow else min(520, width * 38 // 100))
        side = 12 if narrow else 56
        self._column.setContentsMargins(side, 12 if low else 80, side, 12 if low else 28)
        self._logo.setVisible(not low)
        self._aim.setVisible(not low)
        self._name.setVisible(not low)
        self._version.setVisible(not narrow)
        self._area.setMaximumHeight(max(len(self._people.rows) * (ROW + 8), 96))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("rail"))
