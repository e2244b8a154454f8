"""The main window only wires: rail, top bar, pages that are made when they are first opened, keys, scans, toasts."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.errors import AppError
from app.words import _
from ui.bus import Bus
from ui.kit import theme
from ui.kit.busy import Toast
from ui.kit.buttons import button
from ui.kit.dialogs import tell
from ui.kit.inspector import Panes
from ui.kit.jump import Hit, JumpBox
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.kit.tokens import TOKENS
from ui.kit.wedge import Wedge
from ui.shell.keys import keys_dialog
from ui.shell.rail import Entry, Rail
from ui.shell.top_bar import Pill, TopBar

if TYPE_CHECKING:
    from ui.camera import CameraPanel

__all__ = ["Desk", "MainWindow", "PageSpec", "Pill"]


@dataclass(frozen=True)
class PageSpec:
    """A page of the rail. `title` is marked by N_; `make` is called when it is first opened.

    A page is a QWidget. It may have: refresh(topics), after a change of the store; on_scan(code) -> bool, True if the code
    was its own; keys() -> [(key, words)], for F1; take_focus(), when it is to have the keyboard; find(), new() and print_page(), for Ctrl F, Ctrl N and Ctrl P;
    open_target(target), for the jump box.
    """

    key: str
    title: str
    icon: str
    make: Callable[[], QWidget]
    permission: str = ""
    badge: Callable[[], int] | None = None
    foot: bool = False
    #: Reached from other pages only.
    hidden: bool = False
    #: The entry of the rail that is lit while this hidden page is open.
    home: str = ""


class Desk(Protocol):
    """Who works here and what the window asks of the program."""

    @property
    def person(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def site(self) -> str: ...

    def sites(self) -> Sequence[tuple[str, str]]:
        """Code and name of the sites that the person may choose from."""
        ...

    def allows(self, permission: str) -> bool: ...

    def find(self, text: str) -> Sequence[Hit]:
        """What fits a code, a name, pinyin or a scan; called on the worker."""
        ...

    def undo(self) -> str:
        """Take back the person's last step; what was taken back, in words, or "". Called on the worker."""
        ...

    def exchange(self) -> Pill:
        """How the exchange with the hub stands; called on the worker."""
        ...

    def notices(self) -> int:
        """How many notices were not read; called on the worker."""
        ...


class MainWindow(QMainWindow):
    """The window of one signed-in person."""

    wanted = Signal(str, str)
    """What the top bar was asked for: see TopBar.wanted."""

    jumped = Signal(object)
    """The target of a hit in the jump box."""

    opened = Signal(str)
    """The key of the page that is shown now."""

    def __init__(self, desk: Desk, pages: Sequence[PageSpec], bus: Bus, tasks: Tasks, wedge: Wedge) -> None:
        super().__init__()
        self._desk, self._bus, self._tasks, self._wedge = desk, bus, tasks, wedge
        self._specs = {
            spec.key: spec for spec in pages if not spec.permission or desk.allows(spec.permission)
        }
        self._pages: dict[str, QWidget] = {}
        self._stale: dict[QWidget, set[str]] = {}
        self._key = ""
        self.route: Callable[[str], bool] = lambda _code: False
        self.camera_memory: MutableMapping[str, Any] = {}
        self.camera: CameraPanel | None = None
        self.rail = Rail(
            [Entry(s.key, _(s.title), s.icon, s.foot) for s in self._specs.values() if not s.hidden]
        )
        self.jump = JumpBox(desk.find, tasks)
        self.bar = TopBar(self.jump, desk.sites())
        self._stack = QStackedWidget()
        self._whole = QStackedWidget()
        self._lay_out()
        self.toast = Toast(self._whole)
        self._connect()
        self._add_keys()
        self._show_state()

    # pages

    def page(self, key: str) -> QWidget:
        """The page of this key; made when it is first wanted."""
        if key not in self._pages:
            made = self._pages[key] = self._specs[key].make()
            self._stack.addWidget(made)
        return self._pages[key]

    def open(self, key: str) -> QWidget | None:
        """Show a page of the rail; None if the person may not open it."""
        if key not in self._specs:
            return None
        before = self._stack.currentWidget()
        made = self.page(key)
        self._key = key
        self._stack.setCurrentWidget(made)
        self.rail.set_open(self._specs[key].home or key)
        self.setWindowTitle(f"{_(self._specs[key].title)} - {self._desk.site}")
        self._catch_up(made)
        if made is not before:
            _give_keyboard(made)  # else it would stay in the rail, or fall to the first chip
        self.opened.emit(key)
        return made

    @property
    def key(self) -> str:
        """The key of the page that is shown."""
        return self._key

    def current(self) -> QWidget | None:
        """The page that can be seen: the newest whole-window page, or the open page of the rail."""
        return self._whole.currentWidget() if self._whole.currentIndex() > 0 else self._stack.currentWidget()

    def push(self, page: QWidget) -> None:
        """Show a page over the whole window, without rail and top bar: a round, the scan station."""
        self._whole.addWidget(page)
        self._whole.setCurrentWidget(page)
        _give_keyboard(page)

    def pop(self) -> None:
        """Leave the newest whole-window page; it is destroyed."""
        page = self._whole.widget(self._whole.count() - 1) if self._whole.count() > 1 else None
        if page is not None:
            self._whole.removeWidget(page)
            self._stale.pop(page, None)
            page.deleteLater()
            self._whole.setCurrentIndex(self._whole.count() - 1)
            if (shown := self.current()) is not None:
                self._catch_up(shown)
                _give_keyboard(shown)

    def say(self, text: str, undo: Callable[[], object] | None = None) -> None:
        """One line at the bottom: what was done, and the way back."""
        self.toast.say(text, undo)

    def warn(self, text: str, word: str, act: Callable[[], object]) -> None:
        """A sentence above every page until somebody has answered it: the clock is wrong, say."""
        answer = button(word, scale="small")
        strip = NoteStrip(text, "warn", button=answer)
        self._above.insertWidget(1, strip)
        answer.clicked.connect(act)
        answer.clicked.connect(strip.deleteLater)

    def open_camera(self) -> None:
        """Look for a code with the laptop's camera, in a picture or on the clipboard; the page behind goes on.

        On a page of scans the camera reads one code after the other, the keyboard stays the page's, and asking again
        closes it.
        """
        page = self.current()
        scans = hasattr(page, "camera_wanted")
        if self.camera is not None and scans:
            self.camera.leave()
            return
        if self.camera is None:
            from ui.camera import CameraPanel  # cameras are rare, and their library is large

            self.camera = CameraPanel(self, self.camera_memory)
            self.camera.scanned.connect(self.take_code)
            self.camera.closed.connect(self._on_camera_closed)
        if page is not None and scans:
            self.camera.stay_below(getattr(page, "entry", None))
            _give_keyboard(page)
        else:
            self.camera.setFocus(Qt.FocusReason.OtherFocusReason)

    # wiring

    def _lay_out(self) -> None:
        shell, right = QWidget(), QVBoxLayout()
        row = QHBoxLayout(shell)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        right.setSpacing(0)
        right.addWidget(self.bar)
        self._above = right
        right.addWidget(self._stack, 1)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self._whole.addWidget(shell)
        self.setCentralWidget(self._whole)
        self.setMinimumSize(*TOKENS["width"]["min_window"])

    def _connect(self) -> None:
        self.rail.chosen.connect(self.open)
        self.bar.wanted.connect(self._on_wanted)
        self.jump.jumped.connect(self.jumped)
        self._wedge.scanned.connect(self._on_scanned)
        self._bus.changed.connect(self._on_changed)
        self._tasks.refused.connect(self._on_refused)
        theme.notifier.changed.connect(self.update)

    def _add_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+K": self._on_jump,
            "F6": self._on_next_pane,
            "F1": self._on_help,
            "Ctrl+F": lambda: self._tell_page("find"),
            "Ctrl+N": lambda: self._tell_page("new"),
            "Ctrl+P": lambda: self._tell_page("print_page"),
            "Ctrl+Shift+K": self.open_camera,
            "Ctrl+Z": self.undo,
        }
        shown = [spec.key for spec in self._specs.values() if not spec.hidden]
        for number, key in enumerate(shown[:9], start=1):
            keys[f"Ctrl+{number}"] = partial(self._on_number, key)
        for key, slot in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    def _show_state(self) -> None:
        """Names at once; badges, notices and the exchange by the worker."""
        self.bar.site.show_lines(self._desk.site)
        self.bar.person.show_lines(self._desk.person, self._desk.role)
        badges = {key: spec.badge for key, spec in self._specs.items() if spec.badge}
        desk = self._desk

        def work() -> tuple[dict[str, int], Pill, int]:
            return {key: count() for key, count in badges.items()}, desk.exchange(), desk.notices()

        self._tasks.run(work, self._on_state, owner=self, latest="state")

    def _on_state(self, state: tuple[dict[str, int], Pill, int]) -> None:
        badges, pill, notices = state
        self.rail.set_badges(badges)
        self.bar.show_pill(pill)
        self.bar.show_notices(notices)

    def _on_changed(self, topics: frozenset[str]) -> None:
        whole = [self._whole.widget(n) for n in range(1, self._whole.count())]
        for page in (*self._pages.values(), *whole):
            if page is not None:
                self._stale.setdefault(page, set()).update(topics)
        if (shown := self.current()) is not None:
            self._catch_up(shown)
        self._show_state()

    def _catch_up(self, page: QWidget) -> None:
        """Tell a page that is shown what has changed since it was told last."""
        topics = self._stale.pop(page, None)
        refresh = getattr(page, "refresh", None)
        if topics and callable(refresh):
            refresh(topics)

    def _on_scanned(self, code: str) -> None:
        if QApplication.activeModalWidget() is not None or not self.isActiveWindow():
            QApplication.beep()  # a question is open: nothing may happen behind it
            return
        self.take_code(code)

    def take_code(self, code: str) -> None:
        """A code that was read by a scanner or by the camera: the page's own, or a record to open."""
        on_scan = getattr(self.current(), "on_scan", None)
        if callable(on_scan) and on_scan(code):
            return
        if self._whole.currentIndex() > 0:
            QApplication.beep()
            self.say(_("This page does not take the code {code}.").format(code=code))
        elif not self.route(code):
            self.jump.scan(code)

    def _on_wanted(self, what: str, code: str) -> None:
        if what == "camera":
            self.open_camera()
        else:
            self.wanted.emit(what, code)

    def _on_camera_closed(self) -> None:
        self.camera = None
        if (page := self.current()) is not None:
            _give_keyboard(page)

    def _on_refused(self, error: AppError) -> None:
        if self.isVisible():
            tell(self, error)

    def undo(self) -> None:
        """Take the person's last step back (Ctrl Z) and say so."""
        self._tasks.run(self._desk.undo, self._on_undone, owner=self)

    def _on_undone(self, words: str) -> None:
        self.say(_("Taken back: {what}").format(what=words) if words else _("There is nothing to take back."))

    def _on_jump(self) -> None:
        if self._whole.currentIndex() == 0:
            self.jump.begin()

    def _on_number(self, key: str) -> None:
        if self._whole.currentIndex() == 0:
            self.open(key)

    def _on_next_pane(self) -> None:
        page = self.current()
        panes = (
            next((p for p in page.findChildren(Panes) if p.isVisible()), None) if page is not None else None
        )
        if panes is not None:
            panes.next_pane()
        else:
            self.focusNextChild()

    def _on_help(self) -> None:
        keys = getattr(self.current(), "keys", None)
        keys_dialog(self, keys() if callable(keys) else ()).open()

    def _tell_page(self, what: str) -> None:
        page = self.current()
        act = getattr(type(page), what, None)
        if callable(act) and act is not getattr(QWidget, what, None):  # QWidget.find is about window ids
            act(page)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.toast.isVisible():
            self.toast.hide()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.fit(self.width(), self.height())
        self.bar.fit(self.width())


def _give_keyboard(page: QWidget) -> None:
    """The keyboard goes to the page, or to what the page wants typed first."""
    take = getattr(page, "take_focus", None)
    if callable(take):
        take()
    else:
        page.setFocus(Qt.FocusReason.OtherFocusReason)
