"""Reads codes in pictures beside the window: one thread, and of the camera's frames always the newest alone."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from app import camera
from app.errors import AppError

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """A picture, and the codes in it."""

    picture: QImage
    codes: list[camera.Found] = field(default_factory=list)
    #: A photo or a screenshot, which a person gave; not one frame of many.
    still: bool = False
    error: Exception | None = None


class Eye(QObject):
    """Takes frames and stills, tells what was read in them."""

    seen = Signal(object)
    """A `Seen`, on the window's thread."""

    _told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._news = threading.Condition()
        self._frame: Any = None
        self._still: Callable[[], Image] | None = None
        self._open = True
        self._told.connect(self.seen, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name="eye", daemon=True)
        self._thread.start()
        self.destroyed.connect(partial(Eye._shut, self))  # the window went with the panel still open

    def look(self, frame: Any) -> None:
        """A frame of the camera (a QVideoFrame, or a QImage); an older one that was not read yet is dropped."""
        with self._news:
            self._frame = frame
            self._news.notify()

    def study(self, make: "Callable[[], Image]") -> None:
        """A photo or a screenshot; `make` gives its grey pixels, on the eye's own thread."""
        with self._news:
            self._still = make
            self._news.notify()

    def close(self) -> None:
        """No more pictures; what is being read is given up."""
        self._shut()
        self._thread.join(5)

    def _shut(self) -> None:
        with self._news:
            self._open, self._frame, self._still = False, None, None
            self._news.notify()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            seen = self._studied(job) if callable(job) else self._looked(job)
            if seen is not None and self._open:
                self._told.emit(seen)

    def _next(self) -> Any:
        with self._news:
            self._news.wait_for(lambda: not self._open or self._frame is not None or self._still is not None)
            if not self._open:
                return None
            if self._still is not None:
                job, self._still = self._still, None
            else:
                job, self._frame = self._frame, None
            return job

    def _looked(self, frame: Any) -> Seen | None:
        picture = frame if isinstance(frame, QImage) else frame.toImage()
        if picture.isNull():
            return None
        if picture.width() > camera.FRAME[0] or picture.height() > camera.FRAME[1]:
            picture = picture.scaled(*camera.FRAME, Qt.AspectRatioMode.KeepAspectRatio)
        try:
            return Seen(picture, camera.read_frame(grey(picture)))
        except Exception as error:  # one odd frame must not end the reading
            log.exception("a frame could not be read")
            return Seen(picture, error=error)

    def _studied(self, make: "Callable[[], Image]") -> Seen:
        try:
            picture = make()
            return Seen(_shown(picture), camera.read_still(picture), still=True)
        except AppError as error:
            return Seen(QImage(), still=True, error=error)
        except Exception as error:
            log.exception("a picture could not be read")
            return Seen(QImage(), still=True, error=error)


def grey(picture: QImage) -> "Image":
    """The grey pixels of a picture."""
    import PIL.Image

    plain = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    size = (plain.width(), plain.height())
    return PIL.Image.frombytes("L", size, bytes(plain.constBits()), "raw", "L", plain.bytesPerLine(), 1)


def _shown(picture: "Image") -> QImage:
    made = QImage(
        picture.tobytes(), picture.width, picture.height, picture.width, QImage.Format.Format_Grayscale8
    )
    return made.copy()  # the bytes go, the picture stays
