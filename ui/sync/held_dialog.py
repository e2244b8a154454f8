"""What the hub keeps back of somebody's work: a supervisor reads it and lets it in, or refuses it with a reason."""

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.conflicts.held import Held
from app.desk import Desk
from app.values import show_instant
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.labels import label
from ui.kit.notes import NoteStrip


class HeldDialog(Dialog):
    """One entry with its content; `decision` is True for let in, False for refused, None while nothing was chosen."""

    def __init__(self, parent: QWidget | None, desk: Desk, entry: Held, left: int) -> None:
        super().__init__(parent, _("Kept back by the hub"), f"{entry.what}  {entry.about}".strip())
        self.entry = entry
        self.decision: bool | None = None
        said = _("{who} on {device}, {time}").format(
            who=entry.who, device=entry.device, time=show_instant(entry.at, desk.timezone)
        )
        self.body.addWidget(label(said, "dense", "text_2"))
        self.body.addWidget(NoteStrip(entry.why, "warn"))
        if entry.content:
            text = QPlainTextEdit(entry.content)
            text.setReadOnly(True)
            text.setTabChangesFocus(True)
            text.setFont(theme.font("caption"))
            text.setFixedHeight(110)
            text.setAccessibleName(_("Content"))
            self.body.addWidget(text)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Reason, where it is refused"))
        self.reason.setAccessibleName(_("Reason"))
        self.reason.textChanged.connect(self._on_typed)
        self.body.addWidget(self.reason)
        if left:
            self.body.addWidget(
                label(_("{count} more wait behind it.").format(count=left), "caption", "text_2")
            )
        self.add_button(button(_("Later"), scale="large"), safe=True).clicked.connect(self.reject)
        self.refuse = self.add_button(button(_("Refuse"), scale="large"))
        self.refuse.clicked.connect(lambda: self._decide(accepted=False))
        self.let_in = self.add_button(button(_("Let it in"), kind="primary", scale="large"))
        self.let_in.clicked.connect(lambda: self._decide(accepted=True))
        self.let_in.setEnabled(entry.allowed)
        self.let_in.setToolTip(
            "" if entry.allowed else _("Your role does not allow what this entry does. Ask who may.")
        )
        self._on_typed()

    def _on_typed(self) -> None:
        self.refuse.setEnabled(bool(self.reason.text().strip()))

    def _decide(self, *, accepted: bool) -> None:
        self.decision = accepted
        self.accept()
