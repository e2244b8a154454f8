"""The first start: an empty site of one's own, the sample site, or a hub that there is already (首次启动)."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.auth import founder_problems
from app.fields import fields_of
from app.settings import LANGUAGE, Settings
from app.words import LANGUAGES, _, language, use
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.forms import Form, FormField
from ui.kit.labels import SignLabel, label
from ui.kit.notes import NoteStrip

WIDTH = 640


class ChoiceCard(QFrame):
    """One way to begin: sign, title, what it means."""

    clicked = Signal()

    def __init__(self, icon: str, title: str, text: str, *, open_: bool = True) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setProperty("clickable", open_)
        self.setEnabled(open_)
        if open_:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title} {text}")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 20, 16)
        row.setSpacing(18)
        row.addWidget(
            SignLabel(icon, "accent" if open_ else "text_disabled", 32), 0, Qt.AlignmentFlag.AlignTop
        )
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title, "section", "text" if open_ else "text_2"))
        words.addWidget(label(text, "dense", "text_2", wrap=True))
        row.addLayout(words, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class FirstStart(QWidget):
    """Over the whole window, before there is a site: what to begin with."""

    sample_wanted = Signal()
    founded = Signal(object)
    """The values for `auth.first_administrator(profile, **values)`."""

    joined = Signal(str)
    """The invitation of a hub."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self._settings = settings
        self.form: Form | None = None
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._show(self._choices)

    def _show(self, make: Callable[[], QWidget]) -> None:
        """Another step on the page, under the languages."""
        while (item := self._outer.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._make = make
        self._outer.addWidget(self._tools())
        inner = QWidget()
        inner.setProperty("ground", "none")
        row = QHBoxLayout(inner)
        row.setContentsMargins(20, 8, 20, 24)
        body = make()
        body.setMaximumWidth(WIDTH)
        row.addStretch(1)
        row.addWidget(body, 100, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._outer.addWidget(area, 1)
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tools(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(20, 16, 28, 8)
        row.setSpacing(8)
        row.addStretch()
        for code, name in LANGUAGES.items():
            spoken = code == language()
            made = button(name, "languages" if spoken else None, "default" if spoken else "ghost")
            made.clicked.connect(lambda _on, code=code: self.speak(code))
            row.addWidget(made)
        return holder

    def speak(self, code: str) -> None:
        """Another language, at once; what was typed stays."""
        kept = {name: box.editor.value() for name, box in self.form.boxes.items()} if self.form else {}
        if self._settings is not None:
            self._settings.set(LANGUAGE, code)
        use(code)
        self._show(self._make)
        if self.form:
            self.form.set_values(kept)

    def _choices(self) -> QWidget:
        self.form = None
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label(_("How do you want to begin?"), "item", wrap=True))
        column.addWidget(
            label(
                _(
                    "The site lies in a folder of this laptop. Nothing is sent anywhere but to a hub that you join."
                ),
                "body",
                "text_2",
                wrap=True,
            )
        )
        column.addSpacing(8)
        self.sample = ChoiceCard(
            "layout-dashboard",
            _("Look at the sample site"),
            _(
                "An invented data centre and a metro station with rounds, spare parts and people. Nothing can be broken."
            ),
        )
        self.sample.clicked.connect(self.sample_wanted)
        self.empty = ChoiceCard(
            "building-2",
            _("Begin an empty site"),
            _("Name the site and its administrator, then import your registers or type them in."),
        )
        self.empty.clicked.connect(lambda: self._show(self._founder))
        self.hub = ChoiceCard(
            "cloud",
            _("Join a hub"),
            _("Work together with other laptops. The administrator of the hub gives you an invitation."),
        )
        self.hub.clicked.connect(lambda: self._show(self._joining))
        for card in (self.sample, self.empty, self.hub):
            column.addWidget(card)
        self._first: QWidget = self.sample
        return holder

    def _founder(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label(_("A new site"), "item"))
        column.addWidget(
            label(
                _("You become its administrator. Everything here can be changed later."),
                "body",
                "text_2",
                wrap=True,
            )
        )
        types = [(code, _(word)) for code, word in fields_of("site")["site_type"].choices]
        made = self.form = Form(
            [
                FormField("site_name", _("Name of the site"), required=True),
                FormField("site_code", _("Site code"), required=True, placeholder="DC1"),
                FormField("name", _("Your name"), required=True),
                FormField("username", _("User name"), required=True, placeholder="zhang.san"),
                FormField("password", _("Password"), "password", required=True),
                FormField("again", _("The same password again"), "password", required=True),
                FormField("site_type", _("Type"), "choice", required=True, choices=types),
            ],
            columns=2 if self.width() >= theme.size("breakpoint.compact_below") else 1,
        )
        made.set_values({"site_type": "data_centre"})
        column.addWidget(made)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        column.addWidget(self.note)
        row = QHBoxLayout()
        back = button(_("Back"), "arrow-left", scale="large")
        back.clicked.connect(lambda: self._show(self._choices))
        self.go = button(_("Begin"), kind="primary", scale="large")
        self.go.clicked.connect(self.on_begin)
        row.addWidget(back)
        row.addStretch()
        row.addWidget(self.go)
        column.addLayout(row)
        self._first = made.editor("site_name")
        return holder

    def _joining(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label(_("Join a hub"), "item"))
        said = _(
            "Paste the invitation whole. The records of the hub come to this laptop; then sign in as usual."
        )
        column.addWidget(label(said, "body", "text_2", wrap=True))
        made = self.form = Form(
            [
                FormField(
                    "invitation",
                    _("Invitation"),
                    required=True,
                    placeholder="https://hub:8437#CODE.FINGERPRINT.AUTHORITY",
                )
            ],
            columns=1,
        )
        column.addWidget(made)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        column.addWidget(self.note)
        row = QHBoxLayout()
        self.back = button(_("Back"), "arrow-left", scale="large")
        self.back.clicked.connect(lambda: self._show(self._choices))
        self.go = button(_("Join"), kind="primary", scale="large")
        self.go.clicked.connect(self.on_join)
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        column.addLayout(row)
        self._first = made.editor("invitation")
        return holder

    def on_join(self) -> None:
        """Hand the invitation over; while the records come, the page says how far they are."""
        if self.form is not None and self.form.check():
            self._hold(working=True)
            self.progress(0, 0)
            self.joined.emit(str(self.form.values()["invitation"]).strip())

    def _hold(self, *, working: bool) -> None:
        self.go.setEnabled(not working)
        self.back.setEnabled(not working)
        if self.form is not None:
            self.form.setEnabled(not working)

    def progress(self, done: int, total: int) -> None:
        """How far the first load is."""
        said = _("Joining …")
        if total:
            said = _("The records are coming: {done} of {total}").format(done=done, total=total)
        self.note.set(said, "info")
        self.note.show()

    def on_begin(self) -> None:
        """Say what is to be mended at its field, or hand the values over."""
        if self.form is None or not self.form.check():
            return
        values = self.form.values()
        errors: Mapping[str, str] = founder_problems(values)
        self.form.show_errors(errors)
        if not errors:
            given: dict[str, Any] = {key: value for key, value in values.items() if key != "again"}
            self.founded.emit(given)

    def fail(self, error: Exception) -> None:
        """The site could not be begun: say why, the form stays."""
        if self.form is not None:
            if "invitation" in self.form.boxes:
                self._hold(working=False)
            self.note.set(str(error), "danger")
            self.note.show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(1366, 768)
