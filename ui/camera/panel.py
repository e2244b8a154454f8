"""The camera's panel: it lies over a corner of the window while the page behind it goes on. A code read here is a scan like any other."""

import time
from collections.abc import Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import camera
from app.camera import Found
from app.errors import AppError
from app.words import _
from ui.camera import source
from ui.camera.eye import Eye, Seen, grey
from ui.camera.picture import LivePicture
from ui.kit import theme
from ui.kit.buttons import Button, button, icon_button
from ui.kit.labels import ElidedLabel, label

SIZE = QSize(420, 420)
MARGIN = 16
#: A lower panel shows too little of the picture.
LEAST = 250
_NARROW = 800
#: The same code in front of the camera counts once in this many seconds.
AGAIN_AFTER = 2.0
LIT_MS = 600
SUFFIXES = "*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.gif"


class CameraPanel(QWidget):
    """Live picture, aim frame, and the other ways in: a file, the clipboard, a picture dropped on it."""

    scanned = Signal(str)
    """The words of a code."""

    closed = Signal()

    def __init__(self, window: QWidget, memory: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._memory: MutableMapping[str, Any] = {} if memory is None else memory
        self._eye = Eye(self)
        self._eye.seen.connect(self._on_seen)
        self._camera: source.Camera | None = None
        self._above: QWidget | None = None
        self._last: tuple[str, float] = ("", 0.0)
        self.now: Callable[[], float] = time.monotonic
        self._dark = QTimer(self, singleShot=True, interval=LIT_MS)
        self._lay_out()
        self._dark.timeout.connect(lambda: self.picture.light(""))
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(_("Camera"))
        window.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()
        self.look()

    # --- the parts ---

    def _lay_out(self) -> None:
        self.picture = LivePicture()
        self.picture.chosen.connect(self._take)
        self.which = QComboBox()
        self.which.setFont(theme.font("dense"))
        self.which.activated.connect(self._on_camera_chosen)
        self.said = ElidedLabel("", "body_strong")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 14)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(self.picture, 1)
        column.addWidget(self.which)
        column.addWidget(self.said)
        column.addLayout(self._foot())
        self.which.hide()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        shut = icon_button("x", _("Close the camera (Esc)"))
        shut.clicked.connect(self.leave)
        row.addWidget(label(_("Camera"), "section"))
        row.addStretch()
        row.addWidget(shut)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        picture = button(_("Picture…"), "file-text", scale="small", tip=_("Read the codes in a picture file"))
        picture.clicked.connect(self._on_file)
        pasted = button(
            _("Clipboard"), "copy", scale="small", tip=_("Read the codes in a picture on the clipboard")
        )
        pasted.clicked.connect(self.paste)
        self.stay = QCheckBox(_("One after the other"))
        self.stay.setFont(theme.font("dense"))
        self.stay.setChecked(bool(self._memory.get("stay", False)))
        self.stay.toggled.connect(partial(self._memory.__setitem__, "stay"))
        self._words = {picture: _("Picture…"), pasted: _("Clipboard")}
        for part in self._words:
            row.addWidget(part)
        row.addStretch()
        row.addWidget(self.stay)
        return row

    def stay_below(self, field: QWidget | None) -> None:
        """Read one code after the other, and leave the page's field in sight where there is room below it."""
        self.stay.blockSignals(True)  # it holds for this page: what the person chose elsewhere is not changed
        self.stay.setChecked(True)
        self.stay.blockSignals(False)
        self._above = field
        if field is not None:
            field.installEventFilter(self)  # it moves when a bar comes or goes
        self._place()

    # --- looking ---

    def look(self) -> None:
        """Look through the camera that was chosen last; a sentence where there is none."""
        try:
            found = source.cameras()
            if self._camera is None:
                self._camera = source.Camera(self._eye.look, self._on_trouble, self)
        except AppError as error:
            self._on_trouble(error)
            return
        self.which.clear()
        for key, name in found:
            self.which.addItem(name, key)
        wanted = bytes.fromhex(str(self._memory.get("camera", "")))
        self.which.setCurrentIndex(max(0, self.which.findData(wanted)))
        self.which.setVisible(len(found) > 1)
        self._camera.start(wanted)

    @property
    def live(self) -> source.Camera | None:
        """The camera at work; None where the library is missing."""
        return self._camera

    def read_picture(self, path: Path) -> None:
        """Read the codes in a picture file."""
        self._study(lambda: camera.open_picture(path))

    def _study(self, make: Callable[[], Any]) -> None:
        """A picture of many codes, or a dark one, takes a second or two."""
        if not camera.can_read():
            self._say(_(source.NO_READER), "danger")
            return
        self.said.setText(_("Reading the picture…"))
        self._eye.study(make)

    def paste(self) -> None:
        """Read the codes in the picture on the clipboard, or in the picture file that was copied."""
        held = QGuiApplication.clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile()] if held else []
        image = QGuiApplication.clipboard().image() if held and held.hasImage() else QImage()
        if not image.isNull():
            self._study(lambda: grey(image))
        elif files:
            self.read_picture(files[0])
        else:
            self._say(_("There is no picture on the clipboard."), "warn")

    def _on_file(self) -> None:
        words = _("Pictures") + f" ({SUFFIXES})"
        path, _kind = QFileDialog.getOpenFileName(self, _("Choose a picture of the code"), "", words)
        if path:
            self.read_picture(Path(path))

    def _on_camera_chosen(self, place: int) -> None:
        if self._camera is not None:
            self._memory["camera"] = bytes(self.which.itemData(place)).hex()
            self._camera.stop()
            self._camera.start(self.which.itemData(place))

    # --- what was seen ---

    def _on_seen(self, seen: Seen) -> None:
        if seen.error is not None:
            if seen.still:
                self._say(str(seen.error) if isinstance(seen.error, AppError) else _unread(), "danger")
            return
        if seen.still and self._camera is not None:
            self._camera.stop()  # the still picture stays until a code is chosen or the camera is asked again
        self.picture.show_frame(seen.picture, seen.codes)
        codes = {code.text: code for code in seen.codes}
        if seen.still and not codes:
            self._say(_unread(), "danger")
        elif len(codes) == 1:
            self._take(next(iter(codes.values())))
        elif len(codes) > 1:
            self._choose(list(codes.values()), still=seen.still)

    def _choose(self, codes: list[Found], *, still: bool) -> None:
        aimed = self.picture.aimed_at(codes)
        if len(aimed) == 1 and not still:
            self._take(aimed[0])
        else:
            text = _("{count} codes: click the right one, or press its number.")
            self._say(text.format(count=len(codes)), "info")

    def _take(self, code: Found) -> None:
        before, at = self._last
        now = self.now()
        if code.text == before and now - at < AGAIN_AFTER:
            self._last = (before, now)  # still in front of the camera
            return
        self._last = (code.text, now)
        self._say(code.text, "ok")
        self.scanned.emit(code.text)
        if not self.stay.isChecked():
            self.leave()

    def _say(self, words: str, level: str) -> None:
        self.said.setText(" ".join(words.split()))
        self.picture.light(level)
        self._dark.start()

    def _on_trouble(self, error: AppError) -> None:
        self.picture.show_words(str(error))

    # --- the window ---

    def leave(self) -> None:
        """Let the camera go and take the panel away."""
        if self._camera is not None:
            self._camera.stop()
        self._eye.close()
        self._window.removeEventFilter(self)
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def _place(self) -> None:
        room = self._window.size()
        free = QSize(room.width() - 2 * MARGIN, room.height() - 2 * MARGIN)
        if self._above is not None and isValid(self._above) and self._above.isVisible():
            below = (
                room.height()
                - self._above.mapTo(self._window, self._above.rect().bottomLeft()).y()
                - 2 * MARGIN
            )
            free.setHeight(below if below >= LEAST else free.height())
        narrow = room.width() < _NARROW
        if narrow:  # what the next scan does stays in sight beside it
            free.setWidth(room.width() * 9 // 20)
        for made, words in self._words.items():
            if isinstance(made, Button):
                made.set_text("" if narrow else words)
        self.resize(SIZE.boundedTo(free))
        self.move(room.width() - self.width() - MARGIN, room.height() - self.height() - MARGIN)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moved = {self._window: QEvent.Type.Resize, self._above: QEvent.Type.Move}
        if event.type() == moved.get(watched if isinstance(watched, QWidget) else None):
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.text()
        code = self.picture.numbered(int(number)) if number.isascii() and number.isdigit() else None
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif code is not None:
            self._take(code)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.read_picture(Path(files[0]))
        elif event.mimeData().hasImage():
            image = QImage(event.mimeData().imageData())
            self._study(lambda: grey(image))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)


def _unread() -> str:
    return _("No code can be read in this picture. Take it nearer, sharper and without glare.")
