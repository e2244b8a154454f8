"""A person who answers the next dialog: fills its form by name and presses its button."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ui.kit.dialogs import FormDialog


def answer(act: Callable[[FormDialog], Any], tries: int = 200) -> list[FormDialog]:
    """Wait for the next form dialog and let `act` deal with it; the list holds the dialog afterwards."""
    met: list[FormDialog] = []

    def look(left: int) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, FormDialog):
            met.append(dialog)
            act(dialog)
        elif left:
            QTimer.singleShot(10, lambda: look(left - 1))

    QTimer.singleShot(0, lambda: look(tries))
    return met


def fill(**values: Any) -> Callable[[FormDialog], None]:
    """Fill these fields and save."""

    def act(dialog: FormDialog) -> None:
        dialog.form.set_values(values)
        dialog.on_save()
        if dialog.isVisible():
            sentences = {name: box.problem() for name, box in dialog.form.boxes.items() if box.problem()}
            dialog.reject()
            raise AssertionError(f"the dialog stayed open: {sentences}")

    return act
