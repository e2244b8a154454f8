"""KPI tiles: a figure, what to think of it, and what it is based on."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.words import _
from ui.kit.charts import Spark
from ui.kit.chips import Chip
from ui.kit.labels import ElidedLabel, label


class Figure(NamedTuple):
    """What a tile shows. `value` empty = no data, then `basis` gives the reason."""

    value: str = ""
    unit: str = ""
    word: str = ""
    level: str = "neutral"
    icon: str | None = None
    basis: str = ""
    trend: Sequence[float | None] = ()


class Tile(QFrame):
    """A figure with its judgement in sign and word; a click or Enter opens its list."""

    clicked = Signal()

    def __init__(self, title: str, figure: Figure, *, clickable: bool = True) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setProperty("clickable", clickable)
        self._clickable = clickable
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 11, 15, 9)
        column.setSpacing(2)
        column.addWidget(ElidedLabel(title, "dense", "text_2"))
        column.addLayout(self._value_row(figure))
        word = figure.word or ("" if figure.value else _("Not enough to calculate"))
        if word:
            chip = Chip(word, figure.level, figure.icon, bare=True)
            column.addWidget(chip)
        else:
            column.addSpacing(22)
        column.addWidget(ElidedLabel(figure.basis, "caption", "text_3"))
        said = f"{figure.value} {figure.unit}".strip() or _("No data")
        self.setAccessibleName(f"{title} {said} {word} {figure.basis}")

    @staticmethod
    def _value_row(figure: Figure) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        value = label(
            figure.value or _("No data"),
            "kpi" if figure.value else "title",
            "text" if figure.value else "text_3",
        )
        if not figure.value:
            plain = value.font()
            plain.setBold(False)
            value.setFont(plain)
        value.setMinimumHeight(44)
        row.addWidget(value)
        if figure.value and figure.unit:
            unit = label(figure.unit, "dense", "text_2")
            unit.setContentsMargins(0, 8, 0, 0)
            row.addWidget(unit)
        row.addStretch()
        if figure.trend:
            row.addWidget(Spark(figure.trend))
        return row

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            self._clickable
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clickable and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
