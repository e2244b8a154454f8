"""Photos on a page: the thumbnail that came with the record, whether the photo itself is here, and the photo by a click."""

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from app import contents, values
from app.contents import AT_HUB, HERE, TO_COME, bytes_of, whereabouts
from app.desk import Desk
from app.photos import Kept
from app.profile import Profile
from app.words import _
from ui.kit import icons, theme
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.labels import label, plain_tip
from ui.kit.tasks import Tasks

SIDE = 72
ROOM = QSize(960, 600)


def state_words(state: str) -> str:
    """Where the photo itself is, where it is not here."""
    return {TO_COME: _("Photo not here yet"), AT_HUB: _("At the hub; a click fetches it")}.get(state, "")


class PhotoButton(QAbstractButton):
    """A thumbnail that opens its photo; a veil with a cloud over it while the photo is not here."""

    def __init__(self, desk: Desk, tasks: Tasks | None, photo: Kept, side: int = SIDE) -> None:
        super().__init__()
        self._desk, self._tasks, self.photo = desk, tasks, photo
        self.state = whereabouts(desk.profile, photo.sha256)
        self._picture = QPixmap()
        self._picture.loadFromData(photo.thumbnail or b"")
        self.setFixedSize(side, side)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._say()
        self.clicked.connect(self.open_photo)

    def _say(self) -> None:
        said = "\n".join(filter(None, [self.photo.caption, state_words(self.state)]))
        self.setToolTip(plain_tip(said))
        self.setAccessibleName(said or _("Photo"))

    def open_photo(self) -> None:
        """The photo as large as there is room."""
        dialog = PhotoDialog(self.window(), self._desk, self._tasks, self.photo)
        dialog.exec()
        dialog.deleteLater()
        self.state = whereabouts(self._desk.profile, self.photo.sha256)
        self._say()
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(frame, 4, 4)
        painter.setClipPath(shape)
        painter.fillPath(shape, theme.color("surface_alt"))
        self._paint_picture(painter, frame)
        if self.state != HERE:
            self._paint_veil(painter, frame)
        painter.setClipping(False)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.color("focus" if focus else "border"), 2 if focus else 1))
        painter.drawPath(shape)

    def _paint_picture(self, painter: QPainter, frame: QRectF) -> None:
        """The middle of the thumbnail fills the square."""
        if self._picture.isNull():
            return
        size = self._picture.size()
        side = min(size.width(), size.height())
        source = QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side)
        painter.drawPixmap(frame, self._picture, source)

    def _paint_veil(self, painter: QPainter, frame: QRectF) -> None:
        strip = QRectF(frame.left(), frame.bottom() - 22, frame.width(), 23)
        painter.fillRect(strip, theme.color("surface"))
        if strip.width() < 2 * SIDE:
            place = QRectF(strip.center().x() - 8, strip.top() + 3, 16, 16)
            icons.paint(painter, place, "cloud", theme.color("text_2"))


class PhotoDialog(Dialog):
    """One photo, large; where it is not here, its thumbnail and what becomes of it, until it has come."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks | None, photo: Kept) -> None:
        super().__init__(parent, photo.caption or _("Photo"))
        self._desk, self._tasks, self._photo = desk, tasks, photo
        self._shown = QLabel()
        self._shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._shown.setAccessibleName(photo.caption or _("Photo"))
        self.note = label("", "body", "text_2", wrap=True)
        self.body.addWidget(self._shown)
        self.body.addWidget(label(values.show_instant(photo.taken_at, desk.timezone), "caption", "text_3"))
        self.body.addWidget(self.note)
        self.get = button(_("Fetch now"), "download")
        self.get.clicked.connect(partial(self._fetch, photo.sha256))
        self.original = button(_("Original"), "download")
        self.original.clicked.connect(self._show_original)
        self.original.setVisible(photo.original_sha256 is not None)
        for made in (self.original, self.get):
            self.add_button(made)
        close = button(_("Close"))
        close.clicked.connect(self.reject)
        self.add_button(close, safe=True)
        self.show_photo(photo.sha256)

    def show_photo(self, sha256: bytes) -> None:
        """The photo if it is here, else its thumbnail and the words."""
        content = bytes_of(self._desk.profile, sha256)
        state = HERE if content else whereabouts(self._desk.profile, sha256)
        self.note.setText(self._words(state))
        self.note.setVisible(bool(self.note.text()))
        self.get.setVisible(content is None and self._joined and self._tasks is not None)
        picture = QPixmap()
        picture.loadFromData(content or self._photo.thumbnail or b"")
        if not picture.isNull():
            self._show_picture(picture)

    @property
    def _joined(self) -> bool:
        return "hub_id" in self._desk.profile.meta

    def _words(self, state: str) -> str:
        if state == AT_HUB:
            return _("This photo is at the hub: this laptop gave up its copy to save room.")
        if state == TO_COME:
            return _("Photo not here yet: the laptop that took it has not sent it. It comes by itself.")
        return ""

    def _show_picture(self, picture: QPixmap) -> None:
        window = self.parentWidget()
        room = ROOM.boundedTo(window.window().size() - QSize(96, 250)) if window else ROOM
        ratio = self.devicePixelRatioF()
        size = picture.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        smooth = Qt.TransformationMode.SmoothTransformation
        fitted = picture.scaled(size * ratio, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        fitted.setDevicePixelRatio(ratio)
        self._shown.setPixmap(fitted)
        self.setFixedWidth(max(size.width() + 48, 480))

    def _show_original(self) -> None:
        sha256 = self._photo.original_sha256
        if sha256 is None:
            return
        if contents.path_of(self._desk.profile, sha256).exists():
            self.original.hide()
            self.show_photo(sha256)
        elif self._joined:
            self._fetch(sha256)
        else:
            self._say(_("The original is on another laptop."))

    def _fetch(self, sha256: bytes) -> None:
        if self._tasks is None:
            return
        self.get.setEnabled(False)
        self._say(_("Fetching …"))
        self._tasks.run(
            lambda: _fetched(self._desk.profile, sha256),
            partial(self._on_fetched, sha256),
            lambda error: self._say(str(error)),
            owner=self,
            ended=lambda: self.get.setEnabled(True),
        )

    def _on_fetched(self, sha256: bytes, here: bool) -> None:
        if here:
            self.show_photo(sha256)
        else:
            self._say(_("The hub does not have it yet. It comes by itself."))

    def _say(self, words: str) -> None:
        self.note.setText(words)
        self.note.show()


def _fetched(profile: Profile, sha256: bytes) -> bool:
    from app.sync.blobs import fetch  # with the exchange comes TLS: not for the start

    return fetch(profile, sha256)
