"""The bars of the scan station: what is done here, and for what - the next scan depends on it."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.desk import Desk
from app.inventory.scan_queue import Failed
from app.inventory.scans import Meaning
from app.inventory.station import ACTIONS, Station
from app.words import N_, _, ngettext
from ui.inventory.booking import KINDS
from ui.inventory.tables import all_of
from ui.kit import icons, theme
from ui.kit.buttons import Button, button, icon_button, set_kind
from ui.kit.labels import ElidedLabel, SignLabel, label, line, set_tone

#: The slots of the context bar: title, and the contexts that may stand there.
_SLOTS = (
    (N_("Order or machine"), ("purpose", "purchase")),
    (N_("Bin"), ("bin", "target")),
    (N_("Recipient"), ("taken_by",)),
)


class StationTop(QWidget):
    """Back, where and who, the actions that the role allows, and the ways back from a booking."""

    left = Signal()
    """Back to the window with the rail."""

    chosen = Signal(str)
    """The action that was chosen."""

    undo_wanted = Signal()
    correct_wanted = Signal()
    sheet_wanted = Signal()
    each_wanted = Signal()

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
        self._who = ElidedLabel(f"{all_of(desk)}·{desk.actor.shown}", "dense", "text_2")
        row.addWidget(self._title)
        row.addWidget(self._who, 1)
        self._actions: dict[str, QPushButton] = {}
        self._shown = ""
        for action, needs in ACTIONS.items():
            if desk.may(needs):
                made = self._actions[action] = button(_(KINDS[action].do), KINDS[action].icon, scale="large")
                made.clicked.connect(partial(self._on_action, action))
                row.addWidget(made)
        row.addSpacing(16)
        self.each = icon_button("plus", _("Each scan books one (F2)"), checkable=True)
        self.each.clicked.connect(self.each_wanted)
        self.sheet = icon_button("printer", _("Print the sheet of action codes"))
        self.sheet.clicked.connect(self.sheet_wanted)
        self.correct = icon_button("pencil", _("Correct a booking (F6)"))
        self.correct.clicked.connect(self.correct_wanted)
        self.undo = icon_button("undo-2", _("Undo last (Ctrl Z)"))
        self.undo.clicked.connect(self.undo_wanted)
        for made in (self.each, self.sheet, self.correct, self.undo):
            made.setFixedSize(44, 44)
            row.addWidget(made)

    def _on_action(self, action: str) -> None:
        self.chosen.emit(action)

    def show_station(self, station: Station, *, undo: bool) -> None:
        """Mark what is being done."""
        changed, self._shown = self._shown != station.action, station.action
        for name, made in self._actions.items() if changed else ():
            on = name == station.action
            set_kind(made, "primary" if on else "default")
            made.setIcon(icons.icon(KINDS[name].icon, "on_accent" if on else "text", 18))
        self.each.setChecked(station.each)
        self.undo.setEnabled(undo)

    def set_narrow(self, narrow: bool) -> None:
        """Below 1000 pixels the actions are signs, and where and who is left out."""
        for found in (self._who, self._title, self.sheet):
            found.setVisible(not narrow)
        for name, made in self._actions.items():
            if isinstance(made, Button):
                made.set_text("" if narrow else _(KINDS[name].do))
                made.setToolTip(_(KINDS[name].do))
                made.setAccessibleName(_(KINDS[name].do))


class _Slot(QWidget):
    """A title in small print over what stands there now, large enough to be read from two metres."""

    def __init__(self, title: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._words: str | None = None
        self._role = "title"
        self._title = label(title, "caption", "text_3")
        self.text = ElidedLabel("", "title")
        column.addWidget(self._title)
        column.addWidget(self.text)

    def set_narrow(self, narrow: bool) -> None:
        """Half the size where the window is low or narrow."""
        self._role = "body_strong" if narrow else "title"
        self.text.setFont(theme.font(self._role))

    def set(self, words: str, tone: str = "text") -> None:
        if words != self._words:
            self._words = words
            self.text.setText(words or "—")
            set_tone(self.text, tone if words else "text_3")
            self.text.setFont(theme.font(self._role))  # dressing it anew took the font of its first day


class ContextBar(QWidget):
    """Action, order or machine, bin and recipient: they hold for the next scan, and stand here for ever."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 6)
        row.setSpacing(16)
        self._narrow = False
        self.action = _Slot(_("What a scan does"))
        row.addWidget(self.action, 3)
        self.slots = [_Slot(_(title)) for title, _names in _SLOTS]
        for slot, stretch in zip(self.slots, (4, 3, 3), strict=True):
            row.addWidget(line("v"))
            row.addWidget(slot, stretch)

    def set_narrow(self, narrow: bool) -> None:
        """Half the size where the window is low or narrow."""
        self._narrow = narrow
        for slot in (self.action, *self.slots):
            slot.set_narrow(narrow)

    def show_station(self, station: Station) -> None:
        """The context as it is now."""
        word = _(KINDS[station.action].do)
        if station.each:
            word = _("{action}, each scan one").format(action=word)
        if station.next_qty:
            word = f"{word} × {station.next_qty // 1000}"
        self.action.set(word, "accent")
        for slot, (_title, names) in zip(self.slots, _SLOTS, strict=True):
            found = [station.contexts[name] for name in names if name in station.contexts]
            short = self._narrow or len(found) > 1  # bin → bin: the names would push the second one out
            slot.set("  →  ".join(_named(one, short=short) for one in found))

    def words(self) -> str:
        """What stands here, for those who hear it."""
        return "; ".join(slot.text.text() for slot in (self.action, *self.slots))


def _named(one: Meaning, *, short: bool) -> str:
    """A person by the name, a record by its code first."""
    if one.kind == "staff":
        return one.title or one.code
    return one.code if short else f"{one.code} {one.title}".strip()


class FailedBar(QWidget):
    """The scans that led to nothing, the newest first, until each is bound, booked or skipped with a reason."""

    bind_wanted = Signal()
    book_wanted = Signal()
    skip_wanted = Signal()

    def __init__(self, *, may_bind: bool) -> None:
        super().__init__()
        self._may_bind = may_bind
        self._shown: list[int] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(36, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(SignLabel("octagon-x", "danger_sign", 28))
        self._count = label("", "section", "danger_text")
        self._text = ElidedLabel("", "body")
        row.addWidget(self._count)
        row.addWidget(self._text, 1)
        self.bind = button(_("Bind or create (F4)"), "qr-code", scale="large")
        self.bind.clicked.connect(self.bind_wanted)
        self.anyway = button(_("Book anyway (F7)"), "check", scale="large")
        self.anyway.clicked.connect(self.book_wanted)
        self.skip = button(_("Skip (F8)"), "x", scale="large")
        self.skip.clicked.connect(self.skip_wanted)
        for made in (self.bind, self.anyway, self.skip):
            row.addWidget(made)
        self.setAutoFillBackground(True)
        theme.notifier.changed.connect(self._paint_ground)
        self.hide()

    def _paint_ground(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.color("danger_soft"))
        self.setPalette(palette)

    def show_failed(self, failed: list[Failed]) -> None:
        """The newest that waits - the one in the band - and how many there are."""
        shown, self._shown = self._shown, [one.n for one in failed]
        if shown == self._shown:
            return
        self.setVisible(bool(failed))
        if not failed:
            return
        self._paint_ground()
        first = failed[-1]
        count = ngettext("{count} scan to deal with", "{count} scans to deal with", len(failed))
        self._count.setText(count.format(count=len(failed)))
        self._text.setText(
            first.sentence if first.text[:40] in first.sentence else f"{first.text[:40]}  {first.sentence}"
        )
        self.bind.setVisible(self._may_bind and bool(first.foreign))
        self.anyway.setVisible(first.may and first.booking is not None)
