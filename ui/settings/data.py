"""The card of settings that leads to the tables of the site and to its log."""

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.access import Permission
from app.desk import Desk
from app.words import _
from ui.kit.buttons import button
from ui.kit.labels import label
from ui.kit.layout import Card


def data_card(desk: Desk, open_page: Callable[[str], object], export: Callable[[], object]) -> Card | None:
    """Import, export and audit log, as far as the role allows; None where it allows none of them."""
    wanted: tuple[tuple[Permission, str, str, Callable[[], object]], ...] = (
        (Permission.IMPORT, _("Import a table"), "upload", lambda: open_page("import")),
        (Permission.EXPORT, _("Export a register"), "download", export),
        (Permission.SEE_AUDIT, _("Audit log"), "history", lambda: open_page("audit")),
    )
    allowed = [entry[1:] for entry in wanted if desk.may(entry[0])]
    if not allowed:
        return None
    card = Card(_("Tables and log"))
    for words, icon, slot in allowed:
        made = button(words, icon)
        made.clicked.connect(slot)
        card.body.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
    said = _("What is exported can be changed and imported again: records are recognised by their number.")
    card.body.addWidget(label(said, "caption", "text_3", wrap=True))
    return card
