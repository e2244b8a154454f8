"""Sheets and rolls of one's own, in millimetres, with a picture that follows what is typed."""

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.desk import Desk
from app.errors import AppError
from app.labels.face import Label
from app.labels.payload import Kind
from app.labels.render import render_labels
from app.labels.sizes import PAGES, OwnSize, own_sizes, remove_size, save_size
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.forms import Form, FormField
from ui.kit.notes import NoteStrip
from ui.reports.viewer import Viewer

WIDTH, HEIGHT, SIDE = 960, 660, 420
ROLL = "roll"
NEW = ""
_MEASURES = ("width", "height", "left", "top", "gap_x", "gap_y")


class OwnSizeDialog(Dialog):
    """Make, change and remove sizes."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, _("Label sizes of one's own"))
        self._desk = desk
        self.chosen = ""
        room = parent.window().size() - QSize(32, 32)
        self.setFixedSize(QSize(WIDTH, HEIGHT).boundedTo(room))
        self.which = Form(
            [FormField("which", _("Own size"), "choice", required=True, given=True, choices=self._sizes())]
        )
        self.form = Form(self._fields(), 2 if self.width() > SIDE * 2 else 1)
        self.viewer = Viewer()
        self.note = NoteStrip("", "warn")
        self.note.hide()
        left, row = QVBoxLayout(), QHBoxLayout()
        inner = QWidget()
        inner.setLayout(left)
        left.setContentsMargins(0, 0, 12, 0)
        side = Scroller(inner)
        side.setFixedWidth(min(SIDE, self.width() // 2))
        side.setMinimumHeight(0)
        left.addWidget(self.which)
        left.addWidget(self.form)
        left.addStretch()
        row.setSpacing(16)
        row.addWidget(side)
        row.addWidget(self.viewer, 1)
        self.body.addLayout(row, 1)
        self.body.addWidget(self.note)
        self.remove = self.add_button(button(_("Remove"), "trash-2", kind="danger"))
        self.add_button(button(_("Close"))).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Save"), kind="primary"), safe=True)
        self.remove.clicked.connect(self.on_remove)
        self.save.clicked.connect(self.on_save)
        self.which.set_values({"which": NEW})
        self.which.changed.connect(self._on_which)
        self.form.changed.connect(self.refresh)
        self._on_which()

    def _sizes(self) -> list[tuple[str, str]]:
        return [(NEW, _("A new size")), *((size.name, size.name) for size in own_sizes(self._desk))]

    @staticmethod
    def _fields() -> list[FormField]:
        def mm(name: str, words: str) -> FormField:
            return FormField(name, f"{words} (mm)", "number")

        pages = [(name, name) for name in PAGES] + [(ROLL, _("Roll: one label a page"))]
        return [
            FormField("name", _("Name"), required=True),
            FormField("page", _("Paper"), "choice", required=True, given=True, choices=pages),
            mm("width", _("Width of a label")),
            mm("height", _("Height of a label")),
            FormField("columns", _("Labels across"), "number"),
            FormField("rows", _("Labels down"), "number"),
            mm("left", _("Left margin")),
            mm("top", _("Top margin")),
            mm("gap_x", _("Gap across")),
            mm("gap_y", _("Gap down")),
        ]

    def size_typed(self) -> OwnSize:
        """The size as it stands in the fields."""
        values = self.form.values()
        measures: dict[str, Any] = {name: (values[name] or 0) / 1000 for name in _MEASURES}
        page = "" if values["page"] == ROLL else values["page"]
        grid = {name: (values[name] or 1000) // 1000 for name in ("columns", "rows")}
        return OwnSize(name=values["name"] or _("A new size"), page=page, **measures, **grid)

    def _on_which(self) -> None:
        name = self.which.values()["which"] or NEW
        size = next((one for one in own_sizes(self._desk) if one.name == name), None)
        shown = size or OwnSize("", 60, 40, "A4", 3, 6, 12, 15, 3, 4)
        values: dict[str, Any] = {measure: round(getattr(shown, measure) * 1000) for measure in _MEASURES}
        values |= {"name": shown.name, "page": shown.page or ROLL}
        self.form.set_values(values | {"columns": shown.columns * 1000, "rows": shown.rows * 1000})
        self.remove.setVisible(size is not None)
        self.refresh()

    def refresh(self) -> None:
        """Show what is typed, on a page full of labels; or say why it cannot be."""
        from io import BytesIO

        for name in ("columns", "rows", "left", "top", "gap_x", "gap_y"):
            self.form.editor(name).setEnabled(self.form.values()["page"] != ROLL)
        stream = BytesIO()
        try:
            layout = self.size_typed().layout()
            label = Label(
                Kind.PT, "HVAC-015", _("A spare part with a long name, to see how it wraps"), "", "A-01"
            )
            warnings = render_labels([label] * layout.per_page, layout, stream, outlines=True)
        except AppError as error:
            self._tell(str(error), "danger")
            self.save.setEnabled(False)
            return
        self.viewer.show_pdf(stream.getvalue())
        self._tell(warnings[0] if warnings else "", "warn")
        self.save.setEnabled(True)

    def _tell(self, words: str, level: str) -> None:
        self.note.set(words, level)
        self.note.setVisible(bool(words))

    def on_save(self) -> None:
        """Keep the size and close."""
        if not self.form.check():
            return
        try:
            self.chosen = save_size(self._desk, self.size_typed()).code
        except AppError as error:
            self._tell(str(error), "danger")
            return
        self.accept()

    def on_remove(self) -> None:
        """Forget the size that is shown."""
        remove_size(self._desk, self.which.values()["which"])
        self.which.editor("which").set_choices(self._sizes())
        self.which.set_values({"which": NEW})
        self._on_which()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
