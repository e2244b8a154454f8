"""The documents of a record (附件): list, add by choice or by drop, open what is safe to open, save elsewhere, remove."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import values
from app.access import Permission, creator_of
from app.contents import HERE, TO_COME, whereabouts
from app.desk import Desk
from app.documents import Document, attach_document, detach, documents_of, opened_copy, save_copy
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button, icon_button
from ui.kit.dialogs import ask
from ui.kit.labels import ElidedLabel, SignLabel, label
from ui.kit.photo import state_words
from ui.kit.tasks import Tasks


class DocumentsPart(QWidget):
    """The documents of one record; it reads them again by itself after each change."""

    changed = Signal()
    """A document was added or removed."""

    def __init__(self, desk: Desk, tasks: Tasks, owner_table: str, owner_id: bytes) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self._owner = owner_table, owner_id
        self._over = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._list = QWidget()
        self._column.addWidget(self._list)
        self._note = label("", "caption", "danger_text", wrap=True)
        self._note.hide()
        self._column.addWidget(self._note)
        if self.may_add:
            self.setAcceptDrops(True)
            self.add = button(_("Add a document"), "paperclip", scale="small")
            self.add.setProperty("aside", True)  # who opens a record wants its main button
            self.add.clicked.connect(self._on_add)
            row = QHBoxLayout()
            row.addWidget(self.add)
            row.addWidget(label(_("or drop files here"), "caption", "text_3"))
            row.addStretch()
            self._column.addLayout(row)
        self.reload()

    @property
    def may_add(self) -> bool:
        """Whoever may report may add."""
        return self._desk.may(Permission.REPORT_FAULTS)

    def reload(self) -> None:
        """Read the list again."""
        with self._desk.read() as read:
            self.found = documents_of(read, *self._owner)
        fresh = QWidget()
        column = QVBoxLayout(fresh)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for found in self.found:
            column.addWidget(self._line(found))
        if not self.found:
            column.addWidget(label(_("No document yet."), "dense", "text_2"))
        self._column.replaceWidget(self._list, fresh)
        self._list.hide()
        self._list.deleteLater()
        self._list = fresh

    def _line(self, found: Document) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(SignLabel("file-text", "text_2", 18))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(found.name, "dense"))
        state = whereabouts(self._desk.profile, found.sha256)
        day = values.show_instant(found.added_at, self._desk.timezone)[:10]
        said = [size_said(found.size), day, "" if state == HERE else state_words_of(state)]
        words.addWidget(ElidedLabel("·".join(filter(None, said)), "caption", "text_3"))
        row.addLayout(words, 1)
        for tool in self._tools(found):
            row.addWidget(tool)
        return made

    def _tools(self, found: Document) -> list[QPushButton]:
        wanted = []
        if found.may_open:
            wanted.append(("external-link", _("Open: {name}"), self.open_document))
        wanted.append(("download", _("Save a copy: {name}"), self.save_document))
        if self._desk.may(creator_of(self._owner[0])):
            wanted.append(("trash-2", _("Remove: {name}"), self.remove))
        made = []
        for icon, words, slot in wanted:
            tool = icon_button(icon, words.format(name=found.name))
            tool.setProperty("aside", True)
            tool.clicked.connect(partial(self._with, slot, found))
            made.append(tool)
        return made

    @staticmethod
    def _with(slot: "object", found: Document, _checked: bool = False) -> None:
        assert callable(slot)
        slot(found)

    # --- what is done ---

    def _on_add(self) -> None:
        names, _chosen = QFileDialog.getOpenFileNames(self, _("Add documents"))
        self.take([Path(name) for name in names])

    def take(self, paths: list[Path]) -> None:
        """Put files to the record, one after the other; what cannot be taken is said and stops nothing."""
        self._note.hide()
        for path in paths:
            self._tasks.run(
                partial(attach_document, self._desk, path, *self._owner),
                self._on_changed,
                self._on_no,
                owner=self,
            )

    def open_document(self, found: Document) -> None:
        """Show it in the system's own program; only what is a PDF, a picture or plain text by its bytes."""
        self._tasks.run(partial(self._fetched_copy, found), self._on_copy, self._on_no, owner=self)

    def _fetched_copy(self, found: Document) -> Path:
        self._fetch(found)
        return opened_copy(self._desk.profile, found)

    def _fetch(self, found: Document) -> None:
        if whereabouts(self._desk.profile, found.sha256) != HERE and "hub_id" in self._desk.profile.meta:
            from app.sync.blobs import fetch  # with the exchange comes TLS: not for the start

            fetch(self._desk.profile, found.sha256)

    def _on_copy(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def save_document(self, found: Document) -> None:
        """Save it elsewhere."""
        name, _kind = QFileDialog.getSaveFileName(self, _("Save a copy"), found.name)
        if name:
            self._tasks.run(
                partial(self._saved, found, Path(name)), lambda _done: self.reload(), self._on_no, owner=self
            )

    def _saved(self, found: Document, target: Path) -> None:
        self._fetch(found)
        save_copy(self._desk.profile, found, target)

    def remove(self, found: Document) -> None:
        """Take it from the record, after a question."""
        text = _("“{name}” leaves this record on every laptop. The history keeps that it was here.")
        if ask(self, _("Remove the document?"), text.format(name=found.name), do=_("Remove")):
            work = partial(detach, self._desk, self._owner[0], found.id)
            self._tasks.run(work, self._on_changed, self._on_no, owner=self)

    def _on_changed(self, _answer: object) -> None:
        self.reload()
        self.changed.emit()

    def _on_no(self, error: Exception) -> None:
        self._note.setText(str(error))
        self._note.show()

    # --- drop ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event):
            event.acceptProposedAction()
            self._set_over(over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_over(over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(over=False)
        event.acceptProposedAction()
        self.take(dropped(event))

    def _set_over(self, *, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._over:
            painter = QPainter(self)
            painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


def dropped(event: QDropEvent) -> list[Path]:
    """The files in what was dropped; folders are left out."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.is_file()]


def state_words_of(state: str) -> str:
    """Where a document is that is not here."""
    return _("Not here yet") if state == TO_COME else state_words(state)


def size_said(size: int) -> str:
    """A size in kB or MB."""
    if size < 1024**2:
        return f"{max(size // 1024, 1)} kB"
    return f"{size / 1024**2:.1f} MB"
