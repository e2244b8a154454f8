"""Settings (设置): language, theme, lock, scanner, backup, one's own secrets, and what this program is made of."""

import platform
from functools import partial
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import Any

import PySide6
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QMenu, QPlainTextEdit, QWidget

from app import audit, auth, backup, health
from app.access import Permission
from app.backup import Backup
from app.desk import Desk
from app.settings import (
    DENSITY,
    KEEP_ORIGINALS,
    KEYPAD,
    LANGUAGE,
    LOCK_MINUTES,
    PHOTO_DAYS,
    STATION_MINUTES,
    STATION_SOUND,
    SYNC_BY_ITSELF,
    THEME,
    Option,
    Preferences,
    Settings,
)
from app.values import show_instant
from app.version import VERSION
from app.words import _, ngettext, use
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.editors import ChoiceEditor
from ui.kit.labels import label
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge
from ui.settings.data import data_card
from ui.settings.scanner import ScannerCard
from ui.signin.dialogs import change_password, set_pin

PARTS = (
    "PySide6-Essentials",
    "SQLAlchemy",
    "alembic",
    "argon2-cffi",
    "lxml",
    "msgspec",
    "openpyxl",
    "Pillow",
    "pypinyin",
    "python-calamine",
    "qrcode",
    "reportlab",
)


class SettingsPage(Page):
    """Cards side by side; every change holds at once."""

    language_changed = Signal(str)
    """Pages are to be made anew in this language."""

    accounts_wanted = Signal()
    """The administrator wants the accounts and roles."""

    page_wanted = Signal(str)
    """`import` or `audit`."""

    report_requested = Signal(str, object)
    """A sheet of codes is to be printed."""

    export_wanted = Signal(str)
    """A register is to be written to a file; this one is proposed."""

    def __init__(self, desk: Desk, tasks: Tasks, settings: Settings, wedge: Wedge | None = None) -> None:
        super().__init__(_("Settings"))
        self._desk, self._tasks, self._settings, self._wedge = desk, tasks, settings, wedge
        self._preferences = Preferences(desk.profile, desk.actor.user_id)
        self.set_facts(
            "·".join(
                filter(None, (desk.actor.shown, _("Laptop {code}").format(code=desk.profile.store.device)))
            )
        )
        self.choices: dict[str, ChoiceEditor] = {}
        self._cards = [
            self._look(),
            self._own(),
            *filter(None, [data_card(desk, self.page_wanted.emit, lambda: self.export_wanted.emit("part"))]),
            self._lock(),
            self._photos(),
            self._scanner(),
            self._backup(),
            self._about(),
        ]
        if desk.may(Permission.ADMINISTER):
            accounts = button(_("Accounts and roles"), "users")
            accounts.clicked.connect(self.accounts_wanted)
            self.add_action(accounts)
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(13)
        self.body.addWidget(holder)
        self.body.addStretch()
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        columns = 2 if self.width() >= theme.size("breakpoint.compact_below") else 1
        if columns == self._columns:
            return
        self._columns = columns
        for card in self._cards:
            self._grid.removeWidget(card)
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < columns))

    # cards

    def _choice(
        self, card: Card, option: Option[Any], value: Any, changed: Any, words: dict[Any, str] | None = None
    ) -> ChoiceEditor:
        """A choice under its title."""
        title = label(_(option.title), "dense", "text_2")
        made = ChoiceEditor([(code, _(word)) for code, word in option.choices], required=True)
        made.set_value(value)
        made.setAccessibleName(_(option.title))
        title.setBuddy(made)
        card.body.addWidget(title)
        card.body.addWidget(made)
        made.edited.connect(lambda: changed(made.value()))
        self.choices[option.key] = made
        return made

    def _look(self) -> Card:
        card = Card(_("Language and look"))
        self._choice(card, LANGUAGE, self._settings.get(LANGUAGE), self._on_language)
        self._choice(card, THEME, self._settings.get(THEME), self._on_theme)
        self._choice(card, DENSITY, self._preferences.option(DENSITY), self._on_density)
        self._choice(card, KEYPAD, self._settings.get(KEYPAD), lambda v: self._settings.set(KEYPAD, v))
        if "hub_id" in self._desk.profile.meta:
            found = self._settings.get(SYNC_BY_ITSELF)
            self._choice(card, SYNC_BY_ITSELF, found, lambda v: self._settings.set(SYNC_BY_ITSELF, v))
        return card

    def _own(self) -> Card:
        card = Card(_("My account"), self._desk.actor.shown)
        user_id = self._desk.actor.user_id
        if user_id is None:
            card.body.addWidget(
                label(
                    _("Commands act as the local administrator, who has no password."),
                    "dense",
                    "text_2",
                    wrap=True,
                )
            )
            return card
        self.pin = button(_("Set my PIN"), "lock")
        self.pin.clicked.connect(lambda: set_pin(self.window(), self._desk, user_id, self._desk.actor.shown))
        self.password = button(_("Change my password"), "pencil")
        self.password.clicked.connect(lambda: change_password(self.window(), self._desk))
        mine = [self.pin, self.password]
        if self._desk.may(Permission.SET_PIN):
            self.others = button(_("Set a colleague's PIN"), "users")
            self.menu = QMenu(self)
            self.menu.aboutToShow.connect(self.list_colleagues)
            self.others.setMenu(self.menu)
            mine.append(self.others)
        for made in mine:
            card.body.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(
            label(
                _(
                    "The PIN opens your account on this laptop only, after you signed in here with the password."
                ),
                "caption",
                "text_3",
                wrap=True,
            )
        )
        return card

    def list_colleagues(self) -> None:
        """Who forgot the PIN: those who have signed in on this laptop; the new PIN is logged."""
        with self._desk.read() as read:
            people = [c for c in auth.colleagues(read) if c.user_id != self._desk.actor.user_id]
        self.menu.clear()
        for person in people:
            act = self.menu.addAction(f"{person.name}  {person.post}")
            act.triggered.connect(
                lambda _on=False, who=person: set_pin(self.window(), self._desk, who.user_id, who.name)
            )
        if not people:
            self.menu.addAction(_("Nobody else has signed in on this laptop yet.")).setEnabled(False)

    def _photos(self) -> Card:
        """What becomes of photos on this laptop; it holds for everybody here."""
        card = Card(_("Photos and disk space"))
        for option in (KEEP_ORIGINALS, PHOTO_DAYS):
            made = self._choice(card, option, self._settings.get(option), partial(self._settings.set, option))
            made.setEnabled(self._desk.may(Permission.SET_PIN))
        said = _(
            "Older photos leave this laptop only when a verified backup of the hub holds them; a click brings one back."
        )
        card.body.addWidget(label(said, "dense", "text_2", wrap=True))
        return card

    def _lock(self) -> Card:
        card = Card(_("Lock"))
        made = self._choice(card, LOCK_MINUTES, self._settings.get(LOCK_MINUTES), self._on_lock)
        allowed = self._desk.may(Permission.SET_PIN)
        made.setEnabled(allowed)
        said = _("After this time without a key or click the page is covered. Drafts stay with their author.")
        card.body.addWidget(label(said, "dense", "text_2", wrap=True))
        if not allowed:
            card.body.addWidget(
                label(_("A supervisor or the administrator sets this time."), "caption", "text_3", wrap=True)
            )
        return card

    def _scanner(self) -> Card:
        card = self.scanner = ScannerCard(self._settings, self._wedge)
        self.scan, self.scanned = card.scan, card.scanned
        card.scan.returnPressed.connect(lambda: self.on_scan(self.scan.text()))
        card.sheet_wanted.connect(lambda name: self.report_requested.emit(name, {}))
        self._choice(
            card,
            STATION_MINUTES,
            self._settings.get(STATION_MINUTES),
            lambda v: self._settings.set(STATION_MINUTES, v),
        )
        self._choice(
            card,
            STATION_SOUND,
            self._settings.get(STATION_SOUND),
            lambda v: self._settings.set(STATION_SOUND, v),
        )
        return card

    def _backup(self) -> Card:
        card = Card(_("Backup and check"))
        self.saved = label("", "dense", "text_2", wrap=True)
        card.body.addWidget(self.saved)
        self.back_up = button(_("Back up now"), "save")
        self.back_up.clicked.connect(self.on_back_up)
        self.check = button(_("Check the site file"), "badge-check")
        self.check.clicked.connect(self.on_check)
        self.folder = button(_("Open the folder"), "external-link", "ghost")
        self.folder.clicked.connect(self._on_folder)
        for made in (self.back_up, self.check, self.folder):
            card.body.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        self.result = NoteStrip("", "ok")
        self.result.hide()
        card.body.addWidget(self.result)
        self._show_backups()
        return card

    def _about(self) -> Card:
        card = Card(_("About Sitewright"), VERSION)
        said = _("Python {python}, Qt {qt}, {system}").format(
            python=platform.python_version(), qt=PySide6.__version__, system=platform.system()
        )
        card.body.addWidget(label(said, "dense", "text_2", wrap=True))
        card.body.addWidget(label(str(self._desk.profile.folder), "caption", "text_3", wrap=True))
        parts = button(_("Versions and licences"), "file-text")
        parts.clicked.connect(lambda: licences(self.window()).exec())
        card.body.addWidget(parts, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    # what was chosen

    def _on_language(self, code: str) -> None:
        self._settings.set(LANGUAGE, code)
        spoken = self._settings.language()
        use(spoken)
        self.language_changed.emit(spoken)

    def _on_theme(self, wanted: str) -> None:
        self._settings.set(THEME, wanted)
        qt = QApplication.instance()
        if isinstance(qt, QApplication):
            theme.apply(qt, wanted)

    def _on_density(self, value: str) -> None:
        self._preferences[DENSITY.key] = value

    def _on_lock(self, minutes: int) -> None:
        self._settings.set(LOCK_MINUTES, minutes)

    def on_scan(self, text: str) -> bool:
        """Show what the scanner sent; every code belongs to this page while it is open."""
        return self.scanner.show_scan(text)

    def on_back_up(self) -> None:
        """A verified copy, now."""
        self.back_up.setEnabled(False)
        self._tasks.run(
            lambda: backup.back_up(self._desk.profile),
            self._on_backed_up,
            lambda error: self._say(str(error), "danger"),
            owner=self,
            ended=lambda: self.back_up.setEnabled(True),
        )

    def _on_backed_up(self, made: Backup) -> None:
        self._show_backups()
        text = _("Saved and verified: {name}, {size} MB").format(
            name=made.path.name, size=f"{made.size / 1e6:.1f}"
        )
        self._say(text, "ok")

    def _show_backups(self) -> None:
        kept = backup.backups_of(self._desk.profile)
        if not kept:
            self.saved.setText(_("There is no backup yet."))
            return
        newest = show_instant(int(kept[0].stat().st_mtime * 1000), self._desk.timezone)
        count = ngettext("{count} backup", "{count} backups", len(kept)).format(count=len(kept))
        self.saved.setText(_("{count}, the newest of {time}").format(count=count, time=newest))

    def on_check(self) -> None:
        """Is the file whole, does everything derive as it should, is the log as it was written?"""
        self.check.setEnabled(False)
        self._tasks.run(self._faults, self._on_checked, owner=self, ended=lambda: self.check.setEnabled(True))

    def _faults(self) -> list[str]:
        profile = self._desk.profile
        with profile.store.read() as read:
            found = audit.verify_chain(read, profile.folder)
        return list(dict.fromkeys(health.check(profile) + found))

    def _on_checked(self, faults: list[str]) -> None:
        if faults:
            self._say("\n".join(faults[:8]), "danger")
        else:
            self._say(_("The site file and the log are whole."), "ok")

    def _say(self, text: str, level: str) -> None:
        self.result.set(text, level)
        self.result.show()

    def _on_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._desk.profile.backups)))

    def keys(self) -> list[tuple[str, str]]:
        """For F1."""
        return [("Tab", _("Next field"))]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def licences(parent: QWidget | None) -> Dialog:
    """The libraries with their versions and licences, and those of fonts and signs."""
    lines = [f"Sitewright {VERSION}", ""]
    for name in PARTS:
        try:
            found = metadata(name)
            said = str(found["License-Expression"] or found["License"] or "")
            lines.append(f"{name} {version(name)}: {said.splitlines()[0][:60] if said else '-'}")
        except PackageNotFoundError:
            continue
    others = (
        ("NotoSansSC", "OFL-1.1"),
        ("Lucide", "ISC"),
        (f"Python {platform.python_version()}", "PSF-2.0"),
    )
    lines += ["", *(": ".join(pair) for pair in others)]
    made = Dialog(parent, _("Versions and licences"))
    text = QPlainTextEdit("\n".join(lines))
    text.setReadOnly(True)
    text.setTabChangesFocus(True)
    text.setFont(theme.font("dense"))
    text.setFixedHeight(280)
    made.body.addWidget(text)
    made.add_button(button(_("Close"), kind="primary", scale="large"), safe=True).clicked.connect(made.accept)
    return made
