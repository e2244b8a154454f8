"""The bars of the scan station: what is done here, and for what - the next scan depends on it."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.desk import Desk
from app.inventory.station import ACTIONS, Station
from app.words import N_, _
from ui.inventory.booking import KINDS
from ui.inventory.tables import all_of
from ui.kit import icons
from ui.kit.buttons import button, icon_button, set_kind
from ui.kit.labels import ElidedLabel, label, set_tone

_CONTEXTS = (
    ("purpose", N_("For")),
    ("taken_by", N_("Taken by")),
    ("purchase", N_("Purchase order")),
    ("bin", N_("Bin")),
    ("target", N_("Into bin")),
)


class StationTop(QWidget):
    """Back, where and who, the actions that the role allows, and the way back from the last booking."""

    left = Signal()
    """Back to the window with the rail."""

    chosen = Signal(str)
    """The action that was chosen."""

    undo_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 16, 8)
        row.setSpacing(8)
        back = icon_button("chevron-left", _("Back (Esc)"))
        back.setFixedSize(44, 44)
        back.clicked.connect(self.left)
        row.addWidget(back)
        self._title = label(_("Scan station"), "section")
        self._who = label(f"{all_of(desk)}·{desk.actor.shown}", "dense", "text_2")
        row.addWidget(self._title)
        row.addWidget(self._who)
        row.addStretch()
        self._actions: dict[str, QPushButton] = {}
        for action, needs in ACTIONS.items():
            if desk.may(needs):
                made = self._actions[action] = button(_(KINDS[action].do), KINDS[action].icon, scale="large")
                made.clicked.connect(partial(self._on_action, action))
                row.addWidget(made)
        row.addStretch()
        self.undo = button(_("Undo last"), "undo-2", scale="large")
        self.undo.clicked.connect(self.undo_wanted)
        row.addWidget(self.undo)

    def _on_action(self, action: str) -> None:
        self.chosen.emit(action)

    def show_action(self, action: str) -> None:
        """Mark what is being done."""
        for name, made in self._actions.items():
            on = name == action
            set_kind(made, "primary" if on else "default")
            made.setIcon(icons.icon(KINDS[name].icon, "on_accent" if on else "text", 18))

    def set_narrow(self, narrow: bool) -> None:
        """Below 1000 pixels only the actions and the way back are shown."""
        self._who.setVisible(not narrow)
        self._title.setVisible(not narrow)
        self.undo.setVisible(not narrow)


class ContextBar(QWidget):
    """Action, order or machine, bin and recipient: they hold for the next part, too."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 5, 16, 5)
        row.setSpacing(20)
        self._action = label("", "body_strong", "accent")
        self._text = ElidedLabel("", "dense")
        row.addWidget(self._action)
        row.addWidget(self._text, 1)

    def show_station(self, station: Station) -> None:
        """The context as it is now."""
        self._action.setText(_(KINDS[station.action].do))
        shown = [(_(words), station.contexts[name]) for name, words in _CONTEXTS if name in station.contexts]
        said = "      ".join(f"{words}  {found.code} {found.title}" for words, found in shown)
        self._text.setText(said or _("What it is for stays for the next part."))
        set_tone(self._text, "text" if shown else "text_3")
