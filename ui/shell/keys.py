"""The help of the keyboard (F1): the keys of the page that is open, then those of every page."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.words import N_, _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.labels import KeyCap, label

EVERYWHERE = (
    ("Ctrl K", N_("Search, jump")),
    ("F6", N_("Next pane")),
    ("Ctrl F", N_("Filters")),
    ("Ctrl N", N_("New")),
    ("Ctrl P", N_("Print")),
    ("Ctrl Z", N_("Undo")),
    ("Ctrl 1-9", N_("Open a page of the rail")),
    ("Esc", N_("Close, back")),
    ("F1", N_("Keys of this page")),
)


def keys_dialog(parent: QWidget, page_keys: Iterable[tuple[str, str]]) -> Dialog:
    """A sheet with the keys; the page's own come translated."""
    dialog = Dialog(parent, _("Keys of this page"))
    inner = QWidget()
    grid = QGridLayout(inner)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for row, (keys, words) in enumerate([*page_keys, *((k, _(w)) for k, w in EVERYWHERE)]):
        grid.addWidget(_caps(keys), row, 0)
        grid.addWidget(label(words, "dense"), row, 1, Qt.AlignmentFlag.AlignVCenter)
    dialog.body.addWidget(Scroller(inner))
    shut = dialog.add_button(button(_("Close"), scale="large"), safe=True)
    shut.clicked.connect(dialog.accept)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def _caps(keys: str) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for key in keys.split():
        row.addWidget(KeyCap(key))
    row.addStretch()
    return made
