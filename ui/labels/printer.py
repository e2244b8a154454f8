"""Where the label printer is and what it speaks; remembered for the next time."""

from typing import Any

from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.labels.layouts import HEADS
from app.labels.raw import LANGUAGES
from app.labels.sizes import Printer, printer
from app.words import _
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField


def ask_label_printer(parent: QWidget, desk: Desk, layout: str = "") -> Printer | None:
    """The printer, its language and its head, as the layout was printed last; None when the person thought better of it."""
    used = printer(desk, layout)
    fields = [
        FormField(
            "target",
            _("Printer"),
            required=True,
            placeholder="tcp://192.168.1.50:9100",
            help=_(
                "In the network: tcp://address:9100. Shared: \\\\computer\\printer. On the cable: /dev/usb/lp0. Or a file."
            ),
        ),
        FormField(
            "tongue",
            _("Language of the printer"),
            "choice",
            required=True,
            given=True,
            choices=[(name, name.upper()) for name in LANGUAGES],
            help=_("TSPL: most printers from China and Taiwan. ZPL: Zebra, and those that understand it."),
        ),
        FormField(
            "head",
            _("Resolution"),
            "choice",
            required=True,
            given=True,
            choices=[(name, f"{name} dpi") for name in HEADS],
        ),
        FormField("gap", _("Gap between two labels"), "number", unit="mm", required=True, given=True),
    ]
    values = {"target": used.target, "tongue": used.tongue, "head": used.head, "gap": round(used.gap * 1000)}
    text = _("The labels are sent as dots: Chinese needs no font in the printer.")
    found = FormDialog.ask(
        parent, _("Print on a label printer"), fields, values, check=_check, do=_("Print"), text=text
    )
    return (
        None
        if found is None
        else Printer(found["target"], found["tongue"], found["head"], found["gap"] / 1000)
    )


def _check(values: dict[str, Any]) -> dict[str, str]:
    if not 0 <= values["gap"] <= 20_000:
        return {"gap": _("The gap is 0 to 20 mm; 0 for a roll without gaps.")}
    return {}
