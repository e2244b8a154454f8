"""The strip over the pages of syncing: how the exchange stands, its figures, and the buttons where there is a hub."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import conflicts
from app.conflicts import Standing
from app.desk import Desk
from app.errors import AppError
from app.words import _, ngettext
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.labels import ElidedLabel, SignLabel, label, set_tone
from ui.kit.tasks import Progress, Tasks
from ui.sync.saying import last_success, title

ROOMY = 1080


@dataclass(frozen=True)
class Ways:
    """What the program can do about the hub; None: the laptop takes part in none."""

    sync: Callable[[], Any] | None = None
    #: Sync beside the worker: what to call with the report, and with the error; `accept`: very much may go.
    start: Callable[..., None] | None = None
    bundle: Callable[[], Any] | None = None
    #: Carries photos and documents until they are all there or it is told to stop; answers with a note.
    files: Callable[[Callable[[], bool]], Any] | None = None


#: A laptop without a hub.
ALONE = Ways()


class StandingStrip(QFrame):
    """One line: sign, words, figures, and at the right “Batch file” and “Sync now”."""

    synced = Signal()
    failed = Signal(str)

    def __init__(self, desk: Desk, tasks: Tasks, ways: Ways, *, primary: bool) -> None:
        super().__init__()
        self._desk, self._tasks, self._ways = desk, tasks, ways
        self._had_keyboard = False
        self.setProperty("card", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._sign = SignLabel("hard-drive", "neutral_sign", 24)
        self.title, self.line = label("", "body_strong"), ElidedLabel("", "caption", "text_2")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.line)
        self._words = QWidget()
        self._words.setLayout(words)
        words.setContentsMargins(0, 0, 0, 0)
        self._words.setMinimumWidth(150)
        self._words.setMaximumWidth(330)
        self._figures = QWidget()
        self._figure_row = QHBoxLayout(self._figures)
        self._figure_row.setContentsMargins(0, 0, 0, 0)
        self._figure_row.setSpacing(28)
        self.bundle = button(_("Batch file"), "hard-drive")
        self.sync = button(_("Sync now"), "refresh-cw", "primary" if primary else "default")
        self.bundle.clicked.connect(self._on_bundle)
        self.sync.clicked.connect(self._on_sync)
        self.bundle.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 14, 8)
        row.setSpacing(14)
        for part, stretch in ((self._sign, 0), (self._words, 3), (self._figures, 0)):
            row.addWidget(part, stretch)
        row.addStretch(1)
        for made, way in ((self.bundle, ways.bundle), (self.sync, ways.sync)):
            row.addWidget(made)
            made.setVisible(way is not None)
        self._may_sync = ways.sync is not None or ways.start is not None
        self.sync.setVisible(self._may_sync)

    def show_standing(self, found: Standing) -> None:
        """Another state of the exchange."""
        self.sync.setVisible(self._may_sync and found.joined)
        level, icon, words = title(found)
        self._sign.set_sign(icon, theme.LEVELS[level].sign)
        self.title.setText(words)
        self.line.setText(last_success(found, self._desk))
        while item := self._figure_row.takeAt(0):
            if (made := item.widget()) is not None:
                made.deleteLater()
        for name, value, level in self._said(found):
            self._figure_row.addWidget(_figure(name, value, level))

    def _said(self, found: Standing) -> list[tuple[str, str, str]]:
        figures: list[tuple[str, str, str]] = []
        if found.joined:
            figures = [(_("To be sent"), _records(found.waiting), ""), (_("Sent"), _records(found.sent), "")]
            if found.held:
                figures.append((_("Held back"), _records(found.held), "warn"))
            if found.refused:
                figures.append((_("Refused"), _records(found.refused), "danger"))
            if found.photos:
                figures.append((_("Photos sent"), f"{found.photos_sent} / {found.photos}", ""))
            if found.photos_to_come:
                figures.append((_("Photos to come"), str(found.photos_to_come), ""))
        if found.conflicts or found.joined:
            count = ngettext("{count} conflict", "{count} conflicts", found.conflicts)
            level = "danger" if found.conflicts else ""
            figures.append((_("Waits for a decision"), count.format(count=found.conflicts), level))
        return figures

    def fit(self, width: int) -> None:
        """In a narrow page the figures give way: the list shows the same."""
        self._figures.setVisible(width >= ROOMY)

    def begin(self, *, accept: bool = False) -> None:
        """Exchange now, without holding up the worker that writes."""
        if self._ways.start is None:
            return
        self._had_keyboard = self.sync.hasFocus()
        self.sync.setEnabled(False)
        self.line.setText(_("Syncing …"))
        self._ways.start(partial(self._on_ended, self.synced.emit), self._on_start_failed, accept=accept)

    def _on_start_failed(self, error: Exception) -> None:
        self._on_ended(lambda: self._on_failed(error))

    def _on_ended(self, tell: Callable[[], object], _report: object = None) -> None:
        if isValid(self):
            self.sync.setEnabled(True)
            if self._had_keyboard:  # it had gone to the next field
                self.sync.setFocus()
            tell()

    def _on_sync(self) -> None:
        if self._ways.start is not None:
            self.begin()
            return
        way = self._ways.sync
        if way is None:
            return
        self.sync.setEnabled(False)
        self.line.setText(_("Syncing …"))
        self._tasks.run(
            lambda: conflicts.attempt(self._desk.profile, way),
            lambda _report: self._on_synced(),
            self._on_failed,
            owner=self,
            ended=lambda: self.sync.setEnabled(True),
        )

    def _on_synced(self) -> None:
        """The records are there: photos follow, on a worker of their own."""
        self.synced.emit()
        way, second = self._ways.files, self._tasks.second()
        if way is None or not second.idle():
            return
        second.run(
            lambda progress: way(lambda: progress.cancelled),
            self._on_carried,
            self._on_failed,
            owner=self,
            progress=Progress(self),
        )

    def _on_carried(self, moved: Any) -> None:
        if moved.note:
            self.failed.emit(moved.note)

    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(str(error) if isinstance(error, AppError) else "")

    def _on_bundle(self) -> None:
        if self._ways.bundle is not None:
            self._ways.bundle()


def _records(count: int) -> str:
    return ngettext("{count} record", "{count} records", count).format(count=count)


def _figure(name: str, value: str, level: str) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    column.addWidget(label(name, "caption", "text_2"))
    said = label(value, "body_strong")
    if level:
        set_tone(said, theme.LEVELS[level].text)
    column.addWidget(said)
    return made
