"""Note strips: one sentence on a soft ground, with at most one button."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.kit import theme
from ui.kit.labels import SignLabel, label


class NoteStrip(QWidget):
    """A sentence that belongs to the page: soft ground, 3-px edge, sign; a second line may say more."""

    def __init__(
        self,
        text: str,
        level: str = "info",
        icon: str | None = None,
        button: QPushButton | None = None,
        more: str = "",
    ) -> None:
        super().__init__()
        self.level = level
        self._icon = icon
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 6, 12, 6)
        row.setSpacing(10)
        self._sign = SignLabel(icon or theme.LEVELS[level].icon, theme.LEVELS[level].sign)
        self._text = label(text, "dense", wrap=True)
        self._more = label(more, "caption", "text_2", wrap=True)
        said = QWidget()
        words = QVBoxLayout(said)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addWidget(self._text)
        words.addWidget(self._more)
        self._more.setVisible(bool(more))  # only now: without a parent it would flash as a window of its own
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(said, 1, Qt.AlignmentFlag.AlignVCenter)
        if button:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def set(self, text: str, level: str, icon: str | None = None, more: str = "") -> None:
        """Says something else."""
        self.level, self._icon = level, icon
        self._text.setText(text)
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self._sign.set_sign(icon or theme.LEVELS[level].icon, theme.LEVELS[level].sign)
        self.update()

    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.LEVELS[self.level]
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color(look.soft))
        painter.fillRect(
            0, 0, theme.size("border_width.selected_edge"), self.height(), theme.color(look.sign)
        )
