"""The Qt binding that is installed keeps its promises to Python."""

import sys

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 4000


def test_calls_that_return_nothing_keep_their_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 gives one reference to None away at each call, and dies some thousand calls later."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(CALLS):
        label.setText(str(number % 7))
    assert sys.getrefcount(None) > before - CALLS // 4
