"""Empty pages: four different reasons, four different signs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.kit.labels import SignLabel, label

_SIGNS = {
    "nothing_to_do": ("circle-check", "ok_sign"),
    "nothing_found": ("search", "neutral_sign"),
    "needs_hub": ("cloud-off", "warn_sign"),
    "no_permission": ("lock", "neutral_sign"),
    "error": ("octagon-alert", "danger_sign"),
    "nothing_yet": ("plus", "neutral_sign"),
}


class EmptyState(QWidget):
    """Why there is nothing here and what to do.

    kind: nothing_to_do (good news), nothing_found (clear the filters), needs_hub, no_permission (whom to ask);
    also error (try again) and nothing_yet (make the first one).
    """

    def __init__(
        self, kind: str, title: str, text: str = "", *buttons: QPushButton, large: bool = False
    ) -> None:
        super().__init__()
        self.kind = kind
        icon, role = _SIGNS[kind]
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addStretch()
        column.addWidget(SignLabel(icon, role, 56 if large else 40), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        for said in (
            label(title, "title" if large else "section", wrap=True),
            label(text, "dense", "text_2", wrap=True),
        ):
            said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(said)
            if not said.text():
                said.hide()  # setVisible(True) would flash it as a window of its own
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch()
        for made in buttons:
            row.addWidget(made)
        row.addStretch()
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch()
