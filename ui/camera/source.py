"""The camera itself. QtMultimedia is imported only here and only now: without it (or its sound library) all else works."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCameraPermission, QObject, Qt
from PySide6.QtWidgets import QApplication

from app.camera import can_read
from app.errors import AppError
from app.words import N_

NO_LIBRARY = N_(
    "This installation has no part for cameras. A picture or a USB scanner works; the administrator can install the rest."
)
NO_READER = N_(
    "This installation cannot read codes in pictures. Use a USB scanner; the administrator can install the rest."
)
NO_CAMERA = N_("No camera was found. Plug one in, or choose a picture of the code.")
NOT_ALLOWED = N_(
    "The system does not let Sitewright use the camera. Allow it in the system's privacy settings and try again."
)
LOST = N_(
    "The camera does not answer ({reason}). Perhaps another program uses it; close that one and try again."
)


def cameras() -> list[tuple[bytes, str]]:
    """Id and name of each camera, the system's own choice first. Raises AppError where the library is missing."""
    devices = _multimedia().QMediaDevices
    first = devices.defaultVideoInput()
    found = sorted(devices.videoInputs(), key=lambda one: one.id() != first.id())
    return [(bytes(one.id().data()), one.description()) for one in found]


def _multimedia() -> Any:
    if not can_read():
        raise AppError(NO_READER)
    try:
        from PySide6 import QtMultimedia
    except ImportError:
        raise AppError(NO_LIBRARY) from None
    return QtMultimedia


class Camera(QObject):
    """One camera at work: its frames go to `take`, its trouble to `failed`."""

    def __init__(
        self, take: Callable[[Any], None], failed: Callable[[AppError], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._take, self._failed = take, failed
        self._multimedia = _multimedia()
        self.sink = self._multimedia.QVideoSink(self)
        self.sink.videoFrameChanged.connect(self._on_frame)
        self._session = self._multimedia.QMediaCaptureSession(self)
        self._session.setVideoSink(self.sink)
        self._camera: Any = None

    def start(self, wanted: bytes = b"") -> None:
        """Look through this camera, or through the system's choice; asks the system's leave first where it wants to be asked."""
        application = QApplication.instance()
        permission = QCameraPermission()
        status = application.checkPermission(permission) if application else Qt.PermissionStatus.Granted
        if status == Qt.PermissionStatus.Undetermined and application:
            application.requestPermission(permission, self, lambda _answer: self.start(wanted))
            return
        if status == Qt.PermissionStatus.Denied:
            self._failed(AppError(NOT_ALLOWED))
            return
        self._begin(wanted)

    def _begin(self, wanted: bytes) -> None:
        devices = self._multimedia.QMediaDevices.videoInputs()
        chosen = next((one for one in devices if bytes(one.id().data()) == wanted), None)
        chosen = chosen or self._multimedia.QMediaDevices.defaultVideoInput()
        if chosen.isNull():
            self._failed(AppError(NO_CAMERA))
            return
        self._camera = self._multimedia.QCamera(chosen, self)
        self._camera.errorOccurred.connect(self._on_error)
        self._session.setCamera(self._camera)
        self._camera.start()

    def stop(self) -> None:
        """Let the camera go: its lamp is off."""
        if self._camera is not None:
            self._camera.stop()
            self._session.setCamera(None)
            self._camera.deleteLater()
            self._camera = None

    def _on_frame(self, frame: Any) -> None:
        if frame.isValid():
            self._take(frame)

    def _on_error(self, _error: object, reason: str) -> None:
        self._failed(AppError(LOST, reason=reason or "-"))
