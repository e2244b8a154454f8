"""Signs of work going on and of work done: a bar after 400 ms, a toast for 6 s."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.words import _
from ui.kit import theme
from ui.kit.labels import SignLabel, label

BUSY_AFTER = 400
TOAST_STAYS = 6000


class BusyBar(QWidget):
    """Two pixels under a header; they appear only when the work takes longer than 400 ms."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(2)
        self._share: float | None = None
        self._step = 0
        self._running = False
        self._shown = False
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(BUSY_AFTER)
        self._wait.timeout.connect(self._on_late)
        self._tick = QTimer(self)
        self._tick.setInterval(80)
        self._tick.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Work begins."""
        self._running = True
        if not self._shown:
            self._wait.start()

    def stop(self) -> None:
        """Work is done."""
        self._running = self._shown = False
        self._share = None
        self._wait.stop()
        self._tick.stop()
        self.update()

    def set_share(self, share: float | None) -> None:
        """How much is done, 0 to 1; None when nobody knows."""
        self._share = share
        self.update()

    @property
    def shown(self) -> bool:
        """Whether the bar can be seen."""
        return self._shown

    def _on_late(self) -> None:
        self._shown = self._running
        self._tick.start()
        self.update()

    def _on_tick(self) -> None:
        self._step = (self._step + 1) % 20
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shown:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("border"))
        width = self.width() * (0.25 if self._share is None else self._share)
        start = self._step / 20 * (self.width() + width) - width if self._share is None else 0
        painter.fillRect(QRectF(start, 0, width, 2), theme.color("accent"))


class Toast(QWidget):
    """One dark line at the bottom centre of a window with a way back; it stays while the mouse is on it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._undo: Callable[[], object] | None = None
        self.setFixedHeight(theme.size("height.toast"))
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(10)
        self._text = label("", "body", "toast")
        self._button = QPushButton()
        self._button.setProperty("toast", True)
        self._button.setFont(theme.font("body"))
        self._button.clicked.connect(self._on_undo)
        row.addWidget(SignLabel("circle-check", "tooltip_text"))
        row.addWidget(self._text)
        row.addSpacing(10)
        row.addWidget(self._button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    def say(self, text: str, undo: Callable[[], object] | None = None, key: str = "Ctrl Z") -> None:
        """Shows one line for six seconds; `undo` gets the button. Never for errors."""
        self._undo = undo
        self._text.setText(text)
        word = _("Undo")
        self._button.setText(f"{word}  {key}".strip())
        self._button.setVisible(undo is not None)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(TOAST_STAYS)

    def text(self) -> str:
        """The line that is shown or was shown last."""
        return self._text.text()

    def _on_undo(self) -> None:
        self.hide()
        if self._undo:
            self._undo()

    def _place(self) -> None:
        self._row.activate()
        self.setFixedWidth(min(self._row.sizeHint().width() + 8, self._window.width() - 32))
        ground = self._window.rect()
        self.move((ground.width() - self.width()) // 2, ground.height() - self.height() - 16)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(TOAST_STAYS // 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("tooltip"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
