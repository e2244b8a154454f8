"""The window's notice board: what has changed in the store, told on the GUI thread."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt, Signal


class Bus(QObject):
    """Carries the topics of a change ("parts", "alerts") from any thread to the pages."""

    changed = Signal(object)
    """The topics, a frozenset of str."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)

    def post(self, topics: Iterable[str]) -> None:
        """Tell that these topics have changed; may be called from any thread."""
        self._posted.emit(frozenset(topics))

    def _on_posted(self, topics: frozenset[str]) -> None:
        if topics:
            self.changed.emit(topics)
