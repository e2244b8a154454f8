"""Dialogs about secrets: a new PIN for oneself or a colleague, a new password of one's own."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app import auth
from app.auth.secret import MIN_PASSWORD
from app.desk import Desk
from app.words import _
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.signin.page import pin_problem


def _plain(dialog: FormDialog) -> None:
    """No input method gets between the keys and a secret."""
    for box in dialog.form.boxes.values():
        box.editor.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


def _run(dialog: FormDialog) -> bool:
    _plain(dialog)
    try:
        return bool(dialog.exec())
    finally:
        dialog.deleteLater()


def set_pin(parent: QWidget | None, desk: Desk, user_id: bytes, name: str) -> bool:
    """Ask for a new PIN twice and set it; logged. True when it was set."""

    def check(values: Mapping[str, Any]) -> dict[str, str]:
        if sentence := pin_problem(values["pin"] or ""):
            return {"pin": sentence}
        if values["pin"] != values["again"]:
            return {"again": _("The two entries differ. Type the PIN again.")}
        auth.set_pin(desk, user_id, values["pin"])
        return {}

    own = user_id == desk.actor.user_id
    dialog = FormDialog(
        parent,
        _("Set my PIN") if own else _("Set a PIN for {name}").format(name=name),
        [
            FormField("pin", _("New PIN"), "password", required=True),
            FormField("again", _("The same PIN again"), "password", required=True),
        ],
        check=check,
        do=_("Set the PIN"),
        text=_("The PIN never leaves this laptop. That it was set is written into the log."),
    )
    return _run(dialog)


def change_password(parent: QWidget | None, desk: Desk) -> bool:
    """Ask for the old and the new password of the person who is signed in. True when it was changed."""

    def check(values: Mapping[str, Any]) -> dict[str, str]:
        if values["new"] != values["again"]:
            return {"again": _("The two entries differ. Type the password again.")}
        auth.change_password(desk, values["old"] or "", values["new"] or "")
        return {}

    dialog = FormDialog(
        parent,
        _("Change my password"),
        [
            FormField("old", _("Old password"), "password", required=True),
            FormField(
                "new",
                _("New password"),
                "password",
                required=True,
                help=_("At least {count} characters.").format(count=MIN_PASSWORD),
            ),
            FormField("again", _("The same password again"), "password", required=True),
        ],
        check=check,
        do=_("Change the password"),
    )
    return _run(dialog)
