"""The photos of a machine under each other, small, with what they show."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import values
from app.photos import Kept
from ui.kit.labels import label

SIDE = 72


class Pictures(QWidget):
    """Thumbnail, caption and day of each photo."""

    def __init__(self, kept: Iterable[Kept], timezone: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for photo in kept:
            column.addLayout(_line(photo, timezone))


def _line(photo: Kept, timezone: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    picture = QPixmap()
    picture.loadFromData(photo.thumbnail or b"")
    shown = QLabel()
    shown.setFixedSize(SIDE, SIDE)
    shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
    shown.setAccessibleName(photo.caption)
    if not picture.isNull():
        fit = Qt.AspectRatioMode.KeepAspectRatio
        shown.setPixmap(picture.scaled(SIDE, SIDE, fit, Qt.TransformationMode.SmoothTransformation))
    row.addWidget(shown)
    words = QVBoxLayout()
    words.addWidget(label(photo.caption, "dense", wrap=True))
    words.addWidget(label(values.show_instant(photo.taken_at, timezone), "caption", "text_3"))
    words.addStretch()
    row.addLayout(words, 1)
    return row
