"""The row for batch files on the sync page: write one, bring in the hub's answer; what the last one was, in a sentence.

The system's own dialogs choose the place: a stick, a share, a folder that a mail program attaches from.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QHBoxLayout, QSizePolicy

from app.desk import Desk
from app.errors import AppError
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.outgoing import MEGABYTE, LastFile, export, last_file
from app.sync.bundle.words import brought_said, exported_said
from app.words import _
from ui.kit.buttons import button
from ui.kit.labels import ElidedLabel, SignLabel, label
from ui.kit.tasks import Tasks
from ui.sync.saying import moment

#: Megabytes of photos that may go along; what does not fit waits for the next file.
SIZES = (0, 50, 200, 1000)
USUAL = 200
ROOMY = 900


class FilesRow(QFrame):
    """“No network? By file.”: two buttons, and how the last file stands."""

    #: Level and sentence of an outcome.
    told = Signal(str, str)

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self.setProperty("card", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.line = ElidedLabel("", "caption", "text_2")
        self.title = label(_("Without a network"), "body_strong")
        self.photos = QComboBox()
        for size in SIZES:
            self.photos.addItem(
                _("Photos up to {size} MB").format(size=size) if size else _("No photos"), size
            )
        self.photos.setCurrentIndex(SIZES.index(USUAL))
        self.photos.setAccessibleName(_("Photos in the file"))
        self.out = button(_("Export batch file"), "upload")
        self.back = button(_("Bring in the answer"), "download")
        self.out.clicked.connect(self.ask_export)
        self.back.clicked.connect(self.ask_answer)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 14, 6)
        row.setSpacing(12)
        row.addWidget(SignLabel("hard-drive", "neutral_sign", 20))
        row.addWidget(self.title)
        row.addWidget(self.line, 1)
        row.addStretch()
        for part in (self.photos, self.out, self.back):
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row.addWidget(part)
        self.refresh()

    def refresh(self) -> None:
        """How the last file stands."""
        self.line.setText(said(last_file(self._desk.profile), self._desk))

    def fit(self, width: int) -> None:
        """In a narrow page the sentence and the choice of photos give way to the buttons."""
        self.photos.setVisible(width >= ROOMY)
        self.line.setVisible(width >= ROOMY)

    def ask_export(self) -> None:
        """Choose a folder and write a batch file there."""
        folder = QFileDialog.getExistingDirectory(self, _("Where to write the batch file"))
        if folder:
            self.export_to(Path(folder))

    def export_to(self, folder: Path) -> None:
        """Write a batch file into a folder."""
        size = int(self.photos.currentData()) * MEGABYTE
        self._run(lambda: exported_said(export(self._desk.profile, folder, photos=size)))

    def ask_answer(self) -> None:
        """Choose the hub's answer and bring it in."""
        name, _kind = QFileDialog.getOpenFileName(
            self, _("Choose the hub's answer"), "", _("Batch files") + " (*.swb)"
        )
        if name:
            self.bring(Path(name))

    def bring(self, path: Path) -> None:
        """Bring in the hub's answer."""
        self._run(lambda: brought_said(bring_in(self._desk.profile, path)))

    def _run(self, work: Callable[[], str]) -> None:
        for one in (self.out, self.back):
            one.setEnabled(False)
        self._tasks.run(work, self._on_done, self._on_failed, owner=self, ended=self._on_ended)

    def _on_done(self, sentence: str) -> None:
        self.told.emit("ok", sentence)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            raise error
        self.told.emit("warn", str(error))

    def _on_ended(self) -> None:
        for one in (self.out, self.back):
            one.setEnabled(True)
        self.refresh()


def said(last: LastFile, desk: Desk) -> str:
    """The last file, and whether its answer was brought in."""
    if last.exported_at is None:
        return _("Records and photos also go by a file: on a stick, a share, or in a mail.")
    at = moment(last.exported_at, desk)
    if last.answered_at is not None and last.answered_at >= last.exported_at:
        return _("Last file {time}, answered.").format(time=at)
    return _("Last file {time}, its answer has not been brought in yet.").format(time=at)


__all__ = ["FilesRow", "said"]
