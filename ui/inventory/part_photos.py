"""The photos of a part: what it looks like, for who stands before the shelf."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.access import Permission, creator_of
from app.desk import Desk
from app.inventory.register import drop_photo
from app.photos import Kept, attach_photo, photos_of
from app.words import _
from ui.kit.buttons import button, icon_button
from ui.kit.dialogs import ask, tell
from ui.kit.labels import label
from ui.kit.photo import PhotoButton
from ui.kit.tasks import Tasks

_PICTURES = "*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff"
#: So many stand in the inspector; the others come by paging through them.
_SHOWN = 3


class PartPhotos(QWidget):
    """Small pictures side by side; a click shows one large, with a way to take it off."""

    changed = Signal()

    def __init__(self, desk: Desk, tasks: Tasks, part: bytes) -> None:
        super().__init__()
        self._desk, self._tasks, self._part = desk, tasks, part
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown = QWidget()
        self._column.addWidget(self._shown)
        if desk.may(Permission.REPORT_FAULTS):
            self.add = button(_("Add a photo"), "camera", scale="small")
            self.add.setProperty("aside", True)  # who opens a record wants its main button
            self.add.clicked.connect(self.choose)
            row = QHBoxLayout()
            row.addWidget(self.add)
            row.addStretch()
            self._column.addLayout(row)
        self.reload()

    def reload(self) -> None:
        """Read the photos again."""
        with self._desk.read() as read:
            self.photos = photos_of(read, "part", self._part)
        fresh = QWidget()
        row = QHBoxLayout(fresh)
        row.setContentsMargins(0, 0, 0, 0)
        for photo in self.photos[-_SHOWN:]:
            row.addWidget(PhotoButton(self._desk, self._tasks, photo))
            if self._desk.may(creator_of("part")):
                off = icon_button("trash-2", _("Take the photo off"))
                off.clicked.connect(partial(self._on_off, photo))
                row.addWidget(off)
        if not self.photos:
            row.addWidget(label(_("No photo yet."), "dense", "text_2"))
        row.addStretch()
        self._column.replaceWidget(self._shown, fresh)
        self._shown.hide()
        self._shown.deleteLater()
        self._shown = fresh

    def choose(self) -> None:
        """A photo from a file."""
        name, _kind = QFileDialog.getOpenFileName(self, _("Add a photo"), "", _PICTURES)
        if name:
            self.put(Path(name))

    def put(self, path: Path) -> None:
        """Keep this photo of the part."""
        work = partial(attach_photo, self._desk, path, "part", self._part)
        self._tasks.run(work, self._on_changed, partial(tell, self), owner=self)

    def _on_off(self, photo: Kept, _checked: bool = False) -> None:
        if ask(self, _("Take the photo off?"), _("The history keeps it."), do=_("Take it off")):
            work = partial(drop_photo, self._desk, self._part, photo.sha256)
            self._tasks.run(work, self._on_changed, partial(tell, self), owner=self)

    def _on_changed(self, _done: object) -> None:
        self.reload()
        self.changed.emit()
