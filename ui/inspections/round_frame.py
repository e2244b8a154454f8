"""The frame of the round page: head and foot, the places at the left, keypad and history at the right, and what has room."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QInputDevice, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.contents import room_notice
from app.photos import SUFFIXES
from app.profile import Profile
from app.words import _
from ui.inspections.entry import NumberEntry
from ui.inspections.finish import FinishPanel
from ui.inspections.frame import Foot, Head
from ui.inspections.item_view import ItemView
from ui.inspections.parts import Band, Keypad
from ui.inspections.past import PastCard
from ui.inspections.place_list import PlaceList
from ui.kit import theme
from ui.kit.labels import key_hint
from ui.kit.notes import NoteStrip
from ui.kit.tokens import TOKENS

WIDE, MIDDLE = 1180, 960


def touched_screen() -> bool:
    """Whether a touch screen reports."""
    return any(device.type() == QInputDevice.DeviceType.TouchScreen for device in QInputDevice.devices())


def photo_said(profile: Profile) -> tuple[str, str]:
    """That a photo is saved, with the warning while the disk runs full; the level of the line."""
    saved, notice = _("The photo is saved."), room_notice(profile)
    return (f"{saved} {notice}", "warn") if notice else (saved, "ok")


def ask_for_photos(parent: QWidget) -> list[Path]:
    """Photos from files, as the person chooses them."""
    pattern = _("Photos ({patterns})").format(patterns=" ".join(f"*.{suffix}" for suffix in SUFFIXES))
    names, _chosen = QFileDialog.getOpenFileNames(parent, _("Add photos"), "", pattern)
    return [Path(name) for name in names]


class RoundFrame(QWidget):
    """The parts of the page and their places; the page itself says what they show."""

    camera_wanted = Signal()
    """The camera is to read the labels of the round, one after the other."""

    def __init__(self, keypad: str) -> None:
        super().__init__()
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._keypad_shown = keypad == "always" or (keypad == "auto" and touched_screen())
        self._compact = False
        self.view: ItemView | None = None
        self._build()

    def _build(self) -> None:
        self.head, self.foot = Head(), Foot()
        self.head.camera.clicked.connect(self.camera_wanted)
        self.places, self.keypad, self.finish = PlaceList(), Keypad(), FinishPanel()
        self.note = NoteStrip("", "info")
        self.note.hide()
        self._left = self._left_side()
        self._stack = QStackedWidget()
        self._holder = QWidget()
        self._held = QVBoxLayout(self._holder)
        self._held.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._holder)
        self._stack.addWidget(self.finish)
        self._middle = QVBoxLayout()
        self._middle.setSpacing(8)
        self._middle.addWidget(self._scrolled(self._stack), 1)
        self._middle.addWidget(self.note)
        keys = QVBoxLayout()
        keys.addWidget(self.keypad)
        keys.addStretch()
        self._right = QVBoxLayout()
        self._past: PastCard | None = None
        self._body = QHBoxLayout()
        self._body.setSpacing(16)
        self._body.addLayout(self._middle, 1)
        self._body.addLayout(keys)
        self._body.addLayout(self._right)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addLayout(self._body, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # The window may grow small: the parts that have no room then go, instead of holding it open.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self.head)
        column.addLayout(row, 1)
        column.addWidget(self.foot)

    def _left_side(self) -> QWidget:
        side = Band("r", "surface_alt")
        side.setFixedWidth(232)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 12, 1, 12)
        column.setSpacing(6)
        column.addWidget(self._scrolled(self.places), 1)
        for key, words in (("F2", _("go to an item")), ("Esc", _("leave; all is saved"))):
            hint = key_hint(key, words)
            hint.setContentsMargins(14, 0, 0, 0)
            column.addWidget(hint, 0, Qt.AlignmentFlag.AlignLeft)
        return side

    @staticmethod
    def _scrolled(inner: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        inner.setProperty("ground", "none")
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        return area

    def put(self, view: ItemView, past: PastCard) -> None:
        """Show an item in place of the one before."""
        for old, layout in ((self.view, self._held), (self._past, self._right)):
            if old is not None:
                old.hide()
                layout.removeWidget(old)
                old.deleteLater()
        self.view, self._past = view, past
        self._held.addWidget(view)
        self._right.addWidget(past)
        self._stack.setCurrentIndex(0)
        if self.isVisible():
            view.show()  # at once, not with the next round of events: a hidden field takes no focus

    @property
    def ended(self) -> bool:
        """Whether the last sheet is shown instead of an item."""
        return self._stack.currentIndex() == 1

    def say(self, text: str, level: str, icon: str | None = None) -> None:
        """One line above the foot: what has just happened."""
        self.note.set(text, level, icon)
        self.note.show()

    def _arrange(self) -> None:
        """Which parts have room at this width."""
        width, ended = self.width(), self.ended
        number = self.view is not None and isinstance(self.view.entry, NumberEntry)
        self._left.setVisible(width >= MIDDLE)
        self.keypad.setVisible(self._keypad_shown and number and not ended and not self._compact)
        if self._past:
            self._past.setVisible(width >= WIDE and not ended)
        self.foot.set_hints(shown=width >= MIDDLE and not ended)
        side = 14 if self._compact else 18
        self._body.setContentsMargins(side, 8 if self._compact else 14, side, 8 if self._compact else 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(*TOKENS["width"]["min_window"])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < theme.size("breakpoint.compact_below")
        if compact != self._compact:
            self._compact = compact
            self.head.set_compact(compact=compact)
            self.foot.set_compact(compact=compact)
            self.again()
        self._arrange()

    def again(self) -> None:
        """The same item in the other layout."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pressed = self.focusWidget()
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and isinstance(pressed, QPushButton):
            pressed.click()
        else:
            super().keyPressEvent(event)
