"""The sheet on which a receiver signs: what he takes stands above, his name below."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.errors import AppError
from app.inventory.slips import Signature, read_signature
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.signature import SignaturePad

_SHOWN = 6


class SignDialog(Dialog):
    """A pad over the window; `signed` brings what was written."""

    signed = Signal(object)
    """A `Signature`."""

    def __init__(
        self, parent: QWidget | None, name: str, lines: Sequence[str], *, back: bool = False
    ) -> None:
        ask = _("{name} returns") if back else _("{name} takes")
        super().__init__(parent, ask.format(name=name or "…"))
        for words in lines[:_SHOWN]:
            self.body.addWidget(label(words, "dense", wrap=True))
        if len(lines) > _SHOWN:
            more = _("and {count} more").format(count=len(lines) - _SHOWN)
            self.body.addWidget(label(more, "dense", "text_2"))
        self.pad = SignaturePad()
        self.pad.setFixedHeight(min(190, self.screen().availableGeometry().height() // 3))
        self.body.addWidget(self.pad)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(self.note)
        self.wipe = button(_("Wipe"), "x")
        self.wipe.clicked.connect(self.pad.clear)
        self.foot.insertWidget(0, self.wipe)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.take = self.add_button(button(_("Signed"), "signature", "primary", "large"))
        self.take.clicked.connect(self.on_take)
        self.pad.changed.connect(self._on_changed)
        self.pad.setFocus()
        self._on_changed()

    def _on_changed(self) -> None:
        self.take.setEnabled(not self.pad.is_empty())
        self.wipe.setEnabled(bool(self.pad.strokes))
        self.note.hide()

    def on_take(self) -> None:
        """The signature is what was written."""
        try:
            found: Signature = read_signature(self.pad.png())
        except AppError as error:
            self.note.set(str(error), "danger")
            self.note.show()
            return
        self.signed.emit(found)
        self.accept()
