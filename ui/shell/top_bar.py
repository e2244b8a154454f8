"""The top bar: site, jump box, sync pill, notices, and who works here."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from app.words import LANGUAGES, _, language
from ui.kit import icons, theme
from ui.kit.jump import JumpBox
from ui.kit.labels import plain_tip


class Pill(NamedTuple):
    """What the sync pill says: level, sign, words, and the few of them that fit into a narrow window."""

    level: str
    icon: str
    words: str
    short: str = ""
    #: What else is to be known: why nothing goes, and when it went last.
    tip: str = ""


class BarButton(QAbstractButton):
    """A button of the top bar: sign, one or two lines, and an arrow where it opens a menu."""

    def __init__(self, icon: str, *, menu: bool = False) -> None:
        super().__init__()
        self.icon_name = icon
        self.lines: tuple[str, ...] = ()
        self.level = ""
        self.count = 0
        self._menu = menu
        self.bare = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_lines(self, *lines: str) -> None:
        """The words; a second line is smaller and grey."""
        self.lines = tuple(filter(None, lines))
        self.setAccessibleName(" ".join(self.lines))
        self._refresh()

    def show_bare(self, bare: bool) -> None:
        """The sign alone, with the words as a tooltip."""
        self.bare = bare
        self._refresh()

    def _refresh(self) -> None:
        self.setToolTip(plain_tip(" ".join(self.lines)) if self.bare else "")
        self.updateGeometry()
        self.update()

    def _words(self) -> tuple[str, ...]:
        return () if self.bare else self.lines

    def sizeHint(self) -> QSize:
        widths = [QFontMetrics(_font(n)).horizontalAdvance(words) for n, words in enumerate(self._words())]
        words = 8 + min(max(widths), 220) if widths else 0
        arrow = 22 if self._menu and not self.bare else 0
        return QSize(10 + 18 + words + arrow + 10, 44 if len(self._words()) > 1 else 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(38, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter)
        look = theme.LEVELS.get(self.level)
        tone = theme.color(look.text if look else "text")
        middle = (self.height() - 18) // 2
        sign = QRect(10, middle, 18, 18)
        icons.paint(painter, sign, self.icon_name, theme.color(look.sign) if look else theme.color("text_2"))
        right = 10 + (22 if self._menu and not self.bare else 0)
        lines = self._words()
        height = self.height() - (6 if len(lines) > 1 else 0)
        for number, words in enumerate(lines):
            each = height // len(lines)
            place = QRect(36, 3 * (len(lines) > 1) + number * each, self.width() - 36 - right, each)
            painter.setFont(_font(number))
            painter.setPen(theme.color("text_2") if number else tone)
            fit = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width() + 1)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, fit)
        if self._menu and not self.bare:
            arrow = QRect(self.width() - 10 - 14, (self.height() - 14) // 2, 14, 14)
            icons.paint(painter, arrow, "chevron-down", theme.color("text_2"))
        if self.count:
            self._badge(painter)

    def _ground(self, painter: QPainter) -> None:
        look = theme.LEVELS.get(self.level)
        name = look.soft if look else "hover" if self.underMouse() else ""
        painter.setPen(QPen(theme.color("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        if name:
            painter.setBrush(theme.color(name))
        if name or self.hasFocus():
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _badge(self, painter: QPainter) -> None:
        small = theme.font("caption")
        small.setPixelSize(11)
        painter.setFont(small)
        words = str(self.count) if self.count < 100 else "99+"
        width = max(16, painter.fontMetrics().horizontalAdvance(words) + 8)
        place = QRectF(min(22, self.width() - width), 0, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("badge"))
        painter.drawRoundedRect(place, 8, 8)
        painter.setPen(theme.color("badge_text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


def _font(line: int) -> QFont:
    return theme.font("caption" if line else "body")


class TopBar(QWidget):
    """One line over every page; it says where, how the exchange stands, and who."""

    wanted = Signal(str, str)
    """What was chosen: "site", "language", "theme" with its code; "camera", "sync", "notices", "switch", "lock", "leave"."""

    def __init__(self, jump: JumpBox, sites: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.jump = jump
        self._sites = sites
        self.site = BarButton("building-2", menu=len(sites) > 1)
        self.camera = BarButton("camera")
        self.pill = BarButton("cloud")
        self.bell = BarButton("bell")
        self.person = BarButton("user", menu=True)
        self.bell.show_bare(True)
        self.camera.show_lines(_("Read a code by camera (Ctrl Shift K)"))
        self.camera.show_bare(True)
        self.camera.clicked.connect(lambda: self.wanted.emit("camera", ""))
        self.site.clicked.connect(self._on_site)
        self.pill.clicked.connect(lambda: self.wanted.emit("sync", ""))
        self.bell.clicked.connect(lambda: self.wanted.emit("notices", ""))
        self.person.clicked.connect(self._on_person)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 0, 8, 0)
        self._row.setSpacing(10)
        for part, stretch in ((self.site, 0), (jump, 4), (self.camera, 0)):
            self._row.addWidget(part, stretch)
        self._row.addStretch(1)
        for part in (self.pill, self.bell, self.person):
            self._row.addWidget(part)
        self.setFixedHeight(theme.size("height.top_bar"))
        self._pill = Pill("neutral", "cloud", "")

    def show_pill(self, pill: Pill) -> None:
        """The state of the exchange, the only place that speaks of the network."""
        self._pill = pill
        self.pill.level, self.pill.icon_name = pill.level, pill.icon
        narrow = self.window().width() < theme.size("breakpoint.compact_below")
        self.pill.show_lines(pill.short if narrow else pill.words)
        said = (pill.words if narrow else "", pill.tip)
        self.pill.setToolTip(plain_tip("\n".join(filter(None, said))))

    def show_notices(self, count: int) -> None:
        """How many notices were not read."""
        self.bell.count = count
        self.bell.show_lines(_("Notices: {count}").format(count=count) if count else _("No new notices"))

    def fit(self, width: int) -> None:
        """Names give way below 960 pixels, the site below 800."""
        names = width >= theme.size("breakpoint.no_names_below")
        compact = width < theme.size("breakpoint.compact_below")
        self.site.show_bare(not names)
        self.person.show_bare(not names)
        self.site.setVisible(not compact)
        self.setFixedHeight(44 if compact else theme.size("height.top_bar"))
        self.show_pill(self._pill)

    def _on_site(self) -> None:
        if len(self._sites) < 2:
            return
        menu = QMenu(self)
        for code, name in self._sites:
            self._add(menu, "", name, "site", code)
        self._pop_up(menu, self.site)

    def person_menu(self) -> QMenu:
        """What concerns the person: who, language, theme, and leaving."""
        menu = QMenu(self)
        self._add(menu, "users", _("Switch person"), "switch")
        self._add(menu, "lock", _("Lock"), "lock")
        menu.addSeparator()
        speak = menu.addMenu(icons.icon("languages"), _("Language"))
        for code, name in LANGUAGES.items():
            self._add(speak, "", name, "language", code, on=code == language())
        look = menu.addMenu(icons.icon("moon"), _("Theme"))
        for code, name in (("light", _("Light")), ("dark", _("Dark")), ("system", _("As the system"))):
            self._add(look, "", name, "theme", code, on=code == theme.wanted())
        menu.addSeparator()
        self._add(menu, "log-out", _("Sign out"), "leave")
        return menu

    def _on_person(self) -> None:
        self._pop_up(self.person_menu(), self.person)

    def _add(
        self, menu: QMenu, icon: str, words: str, what: str, code: str = "", *, on: bool | None = None
    ) -> None:
        action = menu.addAction(words.replace("&", "&&"))
        if icon:
            action.setIcon(icons.icon(icon))
        if on is not None:
            action.setCheckable(True)
            action.setChecked(on)
        action.triggered.connect(lambda: self.wanted.emit(what, code))

    @staticmethod
    def _pop_up(menu: QMenu, under: QWidget) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))
        if self.person.isVisible():
            painter.fillRect(self.person.x() - 6, 0, 1, self.height(), theme.color("border"))
