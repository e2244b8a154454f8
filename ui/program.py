"""The running program: one profile, one window, whoever is signed in. It wires; every job is done elsewhere."""

import linecache
import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QLocale, QObject, Qt, QTimer, QTranslator, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from app import settings as options
from app.access import Permission
from app.alerts import open_count
from app.changes import Done, all_topics
from app.desk import Desk
from app.labels.scanner import scanner_of
from app.numbers import replace_provisional
from app.profile import Profile
from app.settings import Settings
from app.words import _, language, ngettext, system_language, use
from ui.bus import Bus
from ui.face import Face
from ui.kit import theme
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge
from ui.pages import Links, open_record
from ui.signin import IdleWatch, LockScreen, SignInPage
from ui.specs import pages_for
from ui.sync.background import Background
from ui.window import MainWindow

log = logging.getLogger(__name__)
TICK_MS = 60_000
#: What became due while the program was closed is reckoned when the first page stands, not before it.
FIRST_TICK_MS = 1_500
POLL_MS = 2_000


class Program(QObject):
    """From the sign-in page to the window and back."""

    _recorded = Signal(object)
    entered = Signal(object)
    """The window of the person who has just signed in."""

    def __init__(self, profile: Profile, settings: Settings, qt: QApplication) -> None:
        super().__init__()
        self.profile, self.settings, self._qt = profile, settings, qt
        linecache.clearcache()  # PySide reads the source of each module that comes after it; 4 MB would stay
        self.tasks, self.bus, self.wedge = Tasks(self), Bus(self), Wedge(self)
        self.wedge.adapt(scanner_of(settings.get(options.SCANNER)))
        self._size = (1366, 768)
        self.window: MainWindow | None = None
        self.door: QMainWindow | None = None
        self.desk: Desk | None = None
        self.links: Links | None = None
        self.watch = IdleWatch(qt, settings)
        self.watch.expired.connect(self.lock)
        self.screen: LockScreen | None = None
        self._translator = QTranslator(self)
        self._seen = self._own = self._newest()
        self.background = Background(profile, settings, self)
        self.background.ended.connect(self._on_exchanged)
        self._recorded.connect(self.background.wrote, Qt.ConnectionType.QueuedConnection)
        profile.store.listen(self._on_done)
        self._clock = self._every(TICK_MS, self._on_tick)
        self._first = QTimer(self, singleShot=True)
        self._first.timeout.connect(self._on_tick)
        self._poll = self._every(POLL_MS, self._on_poll)

    def start(
        self,
        lang: str | None = None,
        size: tuple[int, int] = (1366, 768),
        *,
        tick_after: int = FIRST_TICK_MS,
    ) -> None:
        """Show the sign-in page, in a language that was asked for or in that of the settings."""
        self._size = size
        theme.apply(self._qt, self.settings.get(options.THEME))
        self._speak(lang or self.settings.get(options.LANGUAGE))
        self.show_door()
        self._first.start(tick_after)
        self.background.start()

    def show_door(self) -> None:
        """The sign-in page: who is here?"""
        door = QMainWindow()
        door.setWindowTitle("Sitewright")
        page = SignInPage(self.profile, self.tasks, self.settings)
        page.signed_in.connect(self.enter)
        page.language_changed.connect(self.change_language)
        door.setCentralWidget(page)
        door.resize(*self._size)
        door.show()
        self._close_window()
        self.door = door

    def enter(self, desk: Desk, page: str = "today") -> MainWindow:
        """The window of a person who signed in, on a page."""
        sites = desk.sites()
        home = next((s for s in sites if s.id == desk.actor.site_id), sites[0] if sites else None)
        return self._open(replace(desk, site=desk.site or home), page)

    def _open(self, desk: Desk, page: str = "today") -> MainWindow:
        self.desk = desk
        links = Links(self, desk)
        window = MainWindow(Face(desk, open_count), pages_for(desk, links), self.bus, self.tasks, self.wedge)
        self.links = links
        links.window, window.route = window, links.route
        window.camera_memory = links.prefs.part("camera")
        window.wanted.connect(self._on_wanted)
        window.jumped.connect(lambda target: open_record(links, target.table, target.id))
        self.screen = LockScreen(window, self.profile, self.tasks, self.settings)
        self.screen.unlocked.connect(self._on_unlocked)
        self.screen.switched.connect(self.enter)
        self.screen.language_changed.connect(self._speak)
        window.resize(*self._size)
        window.open(page) or window.open("today")
        linecache.clearcache()
        window.show()
        if notice := desk.clock_notice():
            window.warn(notice, _("The clock is right"), self.profile.store.trust_clock)
        self._close_window()
        self._close_door()
        self.window = window
        self.watch.start()
        self.entered.emit(window)
        return window

    def change_language(self, code: str) -> None:
        """Speak another language: what is open is made anew."""
        self.settings.set(options.LANGUAGE, code)
        self._speak(code)
        self._again()

    def _again(self) -> None:
        if self.desk and self.window:
            self._size = (self.window.width(), self.window.height())
            here = self.desk.site and next((s for s in self.desk.sites() if s.id == self.desk.site.id), None)
            self._open(self.desk.at(here), self.window.key)  # the site's name is in the language, too
        elif self.door:
            old = self.door
            self.show_door()
            old.deleteLater()

    def _speak(self, code: str) -> None:
        use(system_language() if code == "system" else code)
        self._qt.removeTranslator(self._translator)
        QLocale.setDefault(QLocale(language()))
        from PySide6.QtCore import QLibraryInfo

        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(f"qtbase_{language()}", folder):
            self._qt.installTranslator(self._translator)

    def _on_wanted(self, what: str, code: str) -> None:
        acts: dict[str, Callable[[str], object]] = {
            "site": self._change_site,
            "language": self.change_language,
            "theme": self._change_theme,
            "notices": lambda _code: self.window and self.window.open("alerts"),
            "sync": lambda _code: self.links and self.links.exchange(),
            "switch": lambda _code: self.lock(),
            "lock": lambda _code: self.lock(),
            "leave": lambda _code: self.leave(),
        }
        if what in acts:
            acts[what](code)

    def _change_site(self, code: str) -> None:
        if self.desk and self.window:
            site = next((s for s in self.desk.sites() if s.code == code), None)
            self._open(self.desk.at(site), self.window.key)

    def _change_theme(self, code: str) -> None:
        self.settings.set(options.THEME, code)
        theme.apply(self._qt, code)

    def lock(self) -> None:
        """Cover the window until somebody signs in: the same person goes on, a colleague takes over."""
        if self.desk and self.screen and not self.screen.engaged:
            self.watch.stop()
            self.screen.engage(self.desk)

    def _on_unlocked(self, _desk: Desk) -> None:
        self.watch.start()

    def leave(self) -> None:
        """Sign out: back to the sign-in page."""
        from app.auth import sign_out

        if self.desk:
            sign_out(self.desk)
        self.desk = None
        self.watch.stop()
        self.show_door()

    def stop(self) -> None:
        """Finish the worker's tasks and leave the profile."""
        self._clock.stop()
        self._first.stop()
        self._poll.stop()
        self.background.stop()
        self.watch.stop()
        self._qt.removeEventFilter(self.wedge)
        self._close_window()
        self._close_door()
        self.tasks.stop()
        self.profile.close()

    def _close_window(self) -> None:
        if self.window:
            self.window.close()
            self.window.deleteLater()
            self.window = None

    def _close_door(self) -> None:
        if self.door:
            self.door.close()
            self.door.deleteLater()
            self.door = None

    # The store speaks on the worker's thread; the bus carries it over.

    def _on_done(self, done: Done) -> None:
        self._own = done.op_ids[-1] if done.op_ids else self._own
        self.bus.post(done.topics)
        if done.op_ids:
            self._recorded.emit(done)

    def _renumber(self) -> None:
        """After an exchange: records with a provisional code get a reserved one, and the window says so."""
        desk = self.desk
        if desk is None or "hub_id" not in self.profile.meta:
            return
        if desk.may(Permission.EDIT_EQUIPMENT) and desk.may(Permission.EDIT_PARTS):
            self.tasks.run(lambda: replace_provisional(desk), self._on_renumbered, owner=self)

    def _on_renumbered(self, done: Done | None) -> None:
        if done and self.window:
            self.window.say(_("Provisional codes were replaced; the old ones still scan."))

    def _on_exchanged(self, result: object) -> None:
        """The pill and the pages of syncing show how it stands now; a laptop that takes part no more is locked."""
        self.bus.post({"sync"})
        if self.profile.meta.get("hub_revoked"):
            self.lock()
            return
        self._renumber()
        if self.window and (count := getattr(result, "conflicts", 0)):
            self.window.say(
                ngettext("{count} new conflict", "{count} new conflicts", count).format(count=count)
            )

    def _on_tick(self) -> None:
        self.tasks.run(self._let_time_pass, lambda _done: None, owner=self, latest="tick")

    def _let_time_pass(self) -> None:
        """What the clock alone changes: what is due or overdue, and the rounds that are missed."""
        from app.inspections.actions import mark_missed

        self.profile.store.tick()
        mark_missed(self.profile)

    def _on_poll(self) -> None:
        """A command that wrote beside the window shows itself by the newest op of the log."""
        newest = self._newest()
        if newest not in {self._seen, self._own}:
            self.bus.post(all_topics())
        self._seen = newest

    def _newest(self) -> bytes | None:
        with self.profile.store.read() as read:
            found = read.value("SELECT op_id FROM op ORDER BY n DESC LIMIT 1")
        return found if isinstance(found, bytes) else None

    def _every(self, interval: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, interval=interval)
        timer.timeout.connect(slot)
        timer.start()
        return timer
