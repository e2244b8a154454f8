"""A tone for good, for bad and for a question: whoever scans does not look at the screen (peers.md, demand 15)."""

import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import resources

TONES = ("good", "bad", "ask")
_FOLDER = Path(resources.__file__).parent / "sounds"


class Sounds(QObject):
    """Plays the tones by QtMultimedia, by Windows itself, or beeps; off by a setting."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.enabled = True
        #: The last tone, for those who cannot hear it.
        self.last = ""
        self._effects: dict[str, Any] | None = None

    def play(self, tone: str) -> None:
        """`good`, `bad` or `ask`; a good scan is silent where there is nothing but a beep."""
        self.last = tone
        if not self.enabled:
            return
        effects = self._loaded()
        if tone in effects:
            effects[tone].play()
        elif sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(_FOLDER / f"{tone}.wav"), winsound.SND_FILENAME | winsound.SND_ASYNC)
        elif tone != "good":
            QApplication.beep()

    def _loaded(self) -> dict[str, Any]:
        if self._effects is None:
            self._effects = _load(self)
        return self._effects


def _load(parent: QObject) -> dict[str, Any]:
    """The tones, ready to play; none where QtMultimedia is not installed or there is nothing to play them on."""
    if QGuiApplication.platformName() == "offscreen":
        return {}
    try:
        from PySide6.QtMultimedia import QMediaDevices, QSoundEffect
    except ImportError:
        return {}
    if not QMediaDevices.audioOutputs():
        return {}
    made = {}
    for tone in TONES:
        effect = made[tone] = QSoundEffect(parent)
        effect.setSource(QUrl.fromLocalFile(str(_FOLDER / f"{tone}.wav")))
    return made
