"""Step 4: what was brought in, and the one step back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.exchange.commit import Imported
from app.words import _, ngettext
from ui.kit.buttons import button
from ui.kit.labels import SignLabel, label


class DoneStep(QWidget):
    """The result, with the way back for as long as nobody has gone on with the records."""

    undo_wanted = Signal()
    """Take the import back."""

    another_wanted = Signal()
    """Another file."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(2)
        self._sign = SignLabel("circle-check", "ok_sign", 56)
        column.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        self.title, self.text = label("", "title"), label("", "body", "text_2", wrap=True)
        for said in (self.title, self.text):
            said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(said)
        column.addSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch()
        self.undo = button(_("Undo the import"), "undo-2", scale="large")
        self.another = button(_("Import another file"), "file-text", scale="large")
        for made, signal in ((self.undo, self.undo_wanted), (self.another, self.another_wanted)):
            made.clicked.connect(signal)
            row.addWidget(made)
        row.addStretch()
        column.addLayout(row)
        column.addStretch(3)

    def show_result(self, made: Imported) -> None:
        """What went in."""
        self._sign.set_sign("circle-check", "ok_sign")
        rows = made.new + made.changed
        self.title.setText(
            ngettext("{count} row was imported", "{count} rows were imported", rows).format(count=rows)
        )
        said = _("{new} new · {changed} changed · {same} unchanged").format(
            new=made.new, changed=made.changed, same=made.same
        )
        if made.left_out:
            said += " · " + _("{count} left out because of errors").format(count=made.left_out)
        self.text.setText(said)
        self.undo.setVisible(made.action_id is not None)

    def show_undone(self, kept: int) -> None:
        """The import was taken back."""
        self._sign.set_sign("undo-2", "neutral_sign")
        self.title.setText(_("The import was undone"))
        text = _("Everything is as it was before.")
        if kept:
            text = ngettext(
                "{count} record stayed: somebody has changed it since.",
                "{count} records stayed: somebody has changed them since.",
                kept,
            ).format(count=kept)
        self.text.setText(text)
        self.undo.hide()
