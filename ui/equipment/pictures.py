"""The photos of a machine under each other, small, with what they show; a click shows one large."""

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import values
from app.desk import Desk
from app.photos import Kept
from ui.kit.labels import label
from ui.kit.photo import PhotoButton, state_words
from ui.kit.tasks import Tasks


class Pictures(QWidget):
    """Thumbnail, caption and day of each photo; where it is, when it is not here."""

    def __init__(self, kept: Iterable[Kept], desk: Desk, tasks: Tasks) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for photo in kept:
            column.addLayout(_line(photo, desk, tasks))


def _line(photo: Kept, desk: Desk, tasks: Tasks) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    shown = PhotoButton(desk, tasks, photo)
    row.addWidget(shown)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(label(photo.caption, "dense", wrap=True))
    words.addWidget(label(values.show_instant(photo.taken_at, desk.timezone), "caption", "text_3"))
    if where := state_words(shown.state):
        words.addWidget(label(where, "caption", "text_2", wrap=True))
    words.addStretch()
    row.addLayout(words, 1)
    return row
