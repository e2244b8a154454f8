"""Dialogs: only where work cannot go on. The safe button has the focus, Esc is always safe."""

import platform
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

import PySide6
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QGuiApplication,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError, Refused
from app.version import VERSION
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.forms import Form, FormField
from ui.kit.labels import SignLabel, label
from ui.kit.notes import NoteStrip

WIDEST = 560
Check = Callable[[dict[str, Any]], Mapping[str, str] | None]


class Scrim(QWidget):
    """The dimmed ground behind a dialog; it follows the window's size."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setGeometry(window.rect())
        window.installEventFilter(self)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("scrim"))


class Dialog(QDialog):
    """A sheet of 480-560 over the dimmed window: sign, title, body, foot; dragged by its ground."""

    def __init__(self, parent: QWidget | None, title: str, text: str = "", level: str = "") -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDEST)
        self._scrim: Scrim | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(14)
        column.addLayout(self._head(title, text, level))
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        column.addLayout(self.body)
        column.addSpacing(6)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(10)
        self.foot.addStretch()
        column.addLayout(self.foot)

    def _head(self, title: str, text: str, level: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        if level:
            look = theme.LEVELS[level]
            row.addWidget(SignLabel(look.icon, look.sign, 28), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        room = WIDEST - 48 - (44 if level else 0)
        for said in (label(title, "title", wrap=True), label(text, wrap=True)):
            if said.text():
                said.setFixedWidth(room)
                words.addWidget(said)
        row.addLayout(words)
        row.addStretch()
        return row

    def add_button(self, made: QPushButton, *, safe: bool = False) -> QPushButton:
        """Puts a button into the foot; the safe one gets the focus, Enter presses the one in focus."""
        made.setAutoDefault(True)
        self.foot.addWidget(made)
        if safe:
            made.setDefault(True)
            made.setFocus(Qt.FocusReason.OtherFocusReason)
        return made

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        parent = self.parentWidget()
        owner = parent.window() if parent else None
        if owner and self._scrim is None:
            self._scrim = Scrim(owner)
            self.move(owner.frameGeometry().center() - self.rect().center())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._scrim:
            self._scrim.hide()
            self._scrim.deleteLater()
            self._scrim = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.windowHandle():
            self.windowHandle().startSystemMove()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def ask(
    parent: QWidget | None, title: str, text: str, *, do: str, safe: str = "", kind: str = "danger"
) -> bool:
    """Asks before a step that cannot be taken lightly; the title names the record. False on Esc."""
    dialog = Dialog(parent, title, text, "warn" if kind == "danger" else "")
    dialog.add_button(button(safe or _("Cancel"), scale="large"), safe=True).clicked.connect(dialog.reject)
    dialog.add_button(button(do, kind=kind, scale="large")).clicked.connect(dialog.accept)
    return _run(dialog)


def tell(parent: QWidget | None, what: str | Exception, safe: str = "", do: str = "") -> None:
    """Says what went wrong in three parts: what happened, what is safe, what to do."""
    happened, *rest = str(what).split("\n", 1)
    dialog = Dialog(parent, happened, rest[0] if rest else "", "danger")
    dialog.body.addWidget(
        _part(_("What is safe"), safe or _("Nothing was recorded. What you typed is still there."))
    )
    if do:
        dialog.body.addWidget(_part(_("What to do"), do))
    dialog.add_button(button(_("Understood"), kind="primary", scale="large"), safe=True).clicked.connect(
        dialog.accept
    )
    _run(dialog)


def _part(title: str, text: str) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    said = label(text, wrap=True)
    said.setFixedWidth(WIDEST - 48)
    column.addWidget(label(title, "body_strong"))
    column.addWidget(said)
    return made


def _run(dialog: QDialog) -> bool:
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()


class Scroller(QScrollArea):
    """As high as the form in it, as long as the screen has room; then it scrolls."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        inner.setProperty("ground", "none")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self._inner = inner
        inner.installEventFilter(self)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._follow)

    def sizeHint(self) -> QSize:
        return QSize(
            super().sizeHint().width(), self.minimumHeight()
        )  # Qt keeps the hint of the first moment

    def _follow(self) -> None:
        """The field that has the keyboard is in sight, however low the window is."""
        field = self.window().focusWidget()
        if field is not None and self._inner.isAncestorOf(field):
            self.ensureWidgetVisible(field, 0, 40)

    def _fit(self) -> None:
        inner, room = self._inner, self.screen().availableGeometry().height() - 220
        layout = inner.layout()
        wanted = layout.totalHeightForWidth(WIDEST - 48) if layout and layout.hasHeightForWidth() else 0
        self.setMinimumHeight(min(max(wanted, inner.sizeHint().height()), room))


class FormDialog(Dialog):
    """A few fields to fill; it stays open until they are right."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        fields: Iterable[FormField],
        values: Mapping[str, Any] | None = None,
        *,
        check: Check | None = None,
        do: str = "",
        text: str = "",
        columns: int = 1,
    ) -> None:
        super().__init__(parent, title, text)
        self.form = Form(fields, columns)
        self.form.set_values(values or {})
        self._check = check
        self._note = NoteStrip("", "danger")
        self._note.hide()
        self.body.addWidget(Scroller(self.form))
        self.body.addWidget(self._note)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(do or _("Save"), kind="primary", scale="large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)
        first = next(iter(self.form.boxes), None)
        if first:
            self.form.editor(first).setFocus()

    def on_save(self) -> None:
        """Closes if the form and the check agree; else marks what is wrong."""
        self._note.hide()
        if not self.form.check():
            return
        errors = self._objections()
        self.form.show_errors(errors)
        general = [sentence for name, sentence in errors.items() if sentence and name not in self.form.boxes]
        if general:
            self._note.set("\n".join(general), "danger")
            self._note.show()
        if not errors:
            self.accept()

    def tell(self, sentence: str, level: str = "info") -> None:
        """Say something under the fields; the dialog stays."""
        self._note.set(sentence, level)
        self._note.show()

    def _objections(self) -> dict[str, str]:
        if not self._check:
            return {}
        try:
            return dict(self._check(self.form.values()) or {})
        except Refused as refused:
            return {found.field or found.code: str(found) for found in refused.objections}
        except AppError as error:
            return {"": str(error)}

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        title: str,
        fields: Iterable[FormField],
        values: Mapping[str, Any] | None = None,
        *,
        check: Check | None = None,
        do: str = "",
        text: str = "",
        columns: int = 1,
    ) -> dict[str, Any] | None:
        """The values that were filled in; None when the person thought better of it.

        `check` gets the values and returns errors by field (or raises AppError); the dialog stays open with them.
        """
        dialog = cls(parent, title, fields, values, check=check, do=do, text=text, columns=columns)
        try:
            return dialog.form.values() if dialog.exec() == QDialog.DialogCode.Accepted else None
        finally:
            dialog.deleteLater()


def describe(error: BaseException) -> str:
    """Time, versions and the way to the error, without folders that name a person."""
    made = [
        f"{datetime.now().astimezone().isoformat(' ', 'seconds')}  Sitewright {VERSION}",
        f"Python {platform.python_version()}  PySide6 {PySide6.__version__}  {platform.platform()}",
        f"{type(error).__name__}: {error}",
    ]
    frames = reversed(traceback.extract_tb(error.__traceback__))
    made += [f"  {'/'.join(PurePath(f.filename).parts[1:][-3:])}:{f.lineno} in {f.name}" for f in frames]
    return "\n".join(made)


class CrashDialog(Dialog):
    """An error of ours: what is safe, and the details to hand on; one button copies them."""

    def __init__(self, parent: QWidget | None, error: BaseException, where_logged: str = "") -> None:
        super().__init__(
            parent,
            _("Something went wrong in the program"),
            _(
                "What was saved before is safe. The last step may not have been recorded: look, then do it again."
            ),
            "danger",
        )
        self.details = describe(error)
        row = QHBoxLayout()
        row.addWidget(label(_("Technical details (for the administrator)"), "dense", "text_2"))
        row.addStretch()
        self.copy = button(_("Copy"), "copy", scale="small")
        self.copy.clicked.connect(self.on_copy)
        row.addWidget(self.copy)
        self.body.addLayout(row)
        text = QPlainTextEdit(self.details)
        text.setFont(theme.font("caption"))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFixedHeight(132)
        self.body.addWidget(text)
        self.foot.insertWidget(0, label(where_logged or _("Written to the log"), "caption", "text_3"))
        self.add_button(button(_("Go on"), kind="primary", scale="large"), safe=True).clicked.connect(
            self.accept
        )

    def on_copy(self) -> None:
        """The details to the clipboard."""
        QGuiApplication.clipboard().setText(self.details)
        self.copy.setText(" " + _("Copied"))
