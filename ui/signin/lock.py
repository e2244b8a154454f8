"""The lock after idle minutes (锁屏): everything that can be read is covered, drafts stay where they are.

watch = IdleWatch(qt, settings);  watch.expired.connect(lambda: lock.engage(desk))
lock = LockScreen(window, profile, tasks, settings)
lock.unlocked   the same person is back: the window goes on where it was, open dialogs included
lock.switched   a colleague has signed in: the dialogs of the other person are closed, the window is to be made anew
"""

import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QInputEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from app.desk import Desk
from app.profile import Profile
from app.settings import LOCK_MINUTES, Settings
from ui.kit import theme
from ui.kit.tasks import Tasks
from ui.signin.page import SignInPage

_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)
#: Keys and clicks that must not reach a page after the time was up, not even the one that wakes the screen.
_HANDS = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})


class IdleWatch(QObject):
    """Says when nobody has touched keyboard, mouse or screen for the minutes of the setting."""

    expired = Signal()

    def __init__(self, qt: QApplication, settings: Settings) -> None:
        super().__init__(qt)
        self._settings = settings
        self._seen = time.time()
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.look)
        self._running = False
        self._qt = qt

    def start(self) -> None:
        """Somebody is signed in: begin to count."""
        self._seen = time.time()
        if not self._running:
            self._running = True
            self._qt.installEventFilter(self)
            self._timer.start()

    def stop(self) -> None:
        """Nobody is signed in, or the screen is locked already."""
        if self._running:
            self._running = False
            self._qt.removeEventFilter(self)
            self._timer.stop()

    def look(self) -> bool:
        """Whether the time is up; says so once. The wall clock counts the sleep of the laptop, too."""
        idle = time.time() - self._seen
        if idle < 0:  # the clock was set back
            self._seen = time.time()
        if idle < self._settings.get(LOCK_MINUTES) * 60:
            return False
        self.stop()
        self.expired.emit()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Every event of the program comes here, and asking for its type takes longer than `isinstance`.
        if isinstance(event, QInputEvent) and event.type() in _SIGNS_OF_LIFE:
            if self.look():
                return event.type() in _HANDS
            self._seen = time.time()
        return False


class Curtain(QWidget):
    """An opaque ground over a window, so that nothing of it can be read."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setGeometry(window.rect())
        window.installEventFilter(self)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.setGeometry(self._window.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("bg"))


class _Door(QDialog):
    """The sign-in page over the window, above every dialog; only the right secret opens it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._window = window
        window.installEventFilter(self)
        self.fit()

    def put(self, page: SignInPage) -> None:
        layout = self.layout()
        assert layout is not None
        layout.addWidget(page)

    def fit(self) -> None:
        """Lie exactly over the window."""
        self.setGeometry(self._window.geometry())

    def reject(self) -> None:
        """Esc does not open a lock."""

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self.fit()
        return False


class LockScreen(QObject):
    """Covers the window and its dialogs until somebody signs in."""

    locked = Signal()
    unlocked = Signal(object)
    """The same person, with a new desk (the rights may have changed meanwhile)."""

    switched = Signal(object)
    """The desk of the colleague who has signed in instead."""

    language_changed = Signal(str)
    """After `unlocked`: the lock page was told another language, so the pages are to be made anew."""

    def __init__(self, window: QWidget, profile: Profile, tasks: Tasks, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._profile, self._tasks, self._settings = window, profile, tasks, settings
        self._door: _Door | None = None
        self._curtains: list[Curtain] = []
        self._focus: QWidget | None = None
        self.page: SignInPage | None = None
        self._language = ""

    @property
    def engaged(self) -> bool:
        """Whether the screen is locked now."""
        return self._door is not None

    def engage(self, desk: Desk) -> None:
        """Lock: the work of this desk waits behind the sign-in page."""
        if self._door is not None:
            return
        self._focus = QApplication.focusWidget()
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            popup = QApplication.activePopupWidget()
        covered = [self._window, *self._dialogs()]
        self._curtains = [Curtain(window) for window in covered]
        self.page = SignInPage(self._profile, self._tasks, self._settings, locked=desk)
        self.page.signed_in.connect(lambda found: self._on_signed_in(desk, found))
        self._language = ""
        self.page.language_changed.connect(self._on_language)
        self._door = _Door(self._window)
        self._door.put(self.page)
        self._door.show()
        self._door.raise_()
        self._door.activateWindow()
        self.locked.emit()

    def _on_language(self, code: str) -> None:
        self._language = code

    def _dialogs(self) -> list[QWidget]:
        return [
            w
            for w in QApplication.topLevelWidgets()
            if isinstance(w, QDialog) and w.isVisible() and w is not self._door
        ]

    def _on_signed_in(self, old: Desk, new: Desk) -> None:
        same = new.actor.user_id == old.actor.user_id
        if self._door is not None:
            self._door.hide()
            self._door.deleteLater()
            self._door = None
        self.page = None
        for curtain in self._curtains:
            curtain.hide()
            curtain.deleteLater()
        self._curtains = []
        if same:
            if self._focus is not None and self._focus.isVisible():
                self._focus.setFocus(Qt.FocusReason.OtherFocusReason)
            self.unlocked.emit(new)
            if self._language:
                self.language_changed.emit(self._language)
        else:
            for dialog in reversed(self._dialogs()):
                if isinstance(dialog, QDialog):
                    dialog.reject()
            self.switched.emit(new)
