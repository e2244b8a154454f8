"""The sign-in page (登录), over the whole window: who works here, the secret, language and theme."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import auth
from app.auth import secret
from app.desk import Desk
from app.errors import AppError
from app.names import named
from app.profile import Profile
from app.settings import KEYPAD, LANGUAGE, THEME, Settings
from app.words import LANGUAGES, _, language, use
from ui.kit import icons, theme
from ui.kit.buttons import button, icon_button
from ui.kit.chips import Chip
from ui.kit.labels import ElidedLabel
from ui.kit.tasks import Tasks
from ui.signin.cards import WIDTH, Middle, NewPasswordCard, NewPinCard, PasswordCard, PinCard, SecretCard
from ui.signin.panel import Panel, PeopleList, Person

ROOM_FOR_PAD = 690
LOW = 480


class SignInPage(QWidget):
    """Choose a name, type the PIN or the password, Enter. With `locked` that person's work waits behind the page."""

    signed_in = Signal(object)
    """The desk of the person who has signed in."""

    language_changed = Signal(str)
    """The page and everything made from now on speaks this language; older pages are to be made anew."""

    def __init__(
        self, profile: Profile, tasks: Tasks, settings: Settings, *, locked: Desk | None = None
    ) -> None:
        super().__init__()
        self._profile, self._tasks, self._settings = profile, tasks, settings
        self._locked = locked
        self._card: SecretCard | None = None
        self._pending: tuple[Desk, str] | None = None
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._outer = QHBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._build()

    # who may be chosen

    @property
    def card(self) -> SecretCard | None:
        """The card that asks: password, PIN, or a new one."""
        return self._card

    def people(self) -> list[Person]:
        """The colleagues of this laptop; on the sample site all of its accounts with their password."""
        with self._profile.store.read() as read:
            found = auth.everybody(read) if self._profile.is_sample else auth.colleagues(read)
        shown = sample_password() if self._profile.is_sample else ""
        people = [
            Person(
                c.user_id, c.username, c.name, c.post, "PIN" if c.has_pin else c.username, c.has_pin, shown
            )
            for c in found
        ]
        if people:
            people.append(Person(None, "", _("Another account")))
        return people

    def _build(self) -> None:
        while (item := self._outer.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        people = self.people()
        self.list = PeopleList(people)
        self.list.chosen.connect(self._on_chosen)
        self.panel = Panel(*self._heading(people), self.list)
        self._outer.addWidget(self.panel)
        self._outer.addWidget(self._right(), 1)
        self._fit()
        self._start()

    def _heading(self, people: list[Person]) -> tuple[str, str]:
        if self._locked is not None:
            return _("Locked"), _("The work of {name} is kept and waits behind this page.").format(
                name=self._locked.actor.shown
            )
        if self._profile.is_sample:
            shown = next((p.password for p in people if p.password), "")
            return _("Sample site"), _(
                "The password of every account here is {password}. A click fills it in."
            ).format(password=shown)
        return (_("On this laptop"), "") if people else ("", "")

    def _start(self) -> None:
        """The person whose work is locked, else the one who was here last, else the empty form."""
        rows = [row.person for row in self.list.rows]
        wanted = self._locked.actor.user_id if self._locked else None
        place = next((n for n, person in enumerate(rows) if wanted and person.user_id == wanted), -1)
        if place < 0:
            place = next((n for n, person in enumerate(rows) if person.has_pin), -1)
        if place >= 0:
            self.list.choose(place)
        else:
            self._ask_password(Person(None, "", ""))

    # the bright side

    def _right(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._tools())
        self._middle = Middle()
        self._middle.setProperty("ground", "none")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._middle)
        area.viewport().setAutoFillBackground(False)
        self._middle.setAutoFillBackground(False)
        column.addWidget(area, 1)
        column.addWidget(self._foot())
        return side

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 16, 28, 8)
        row.setSpacing(8)
        row.addStretch()
        for code, name in LANGUAGES.items():
            spoken = code == language()
            made = button(name, "languages" if spoken else None, "default" if spoken else "ghost")
            made.setProperty("language", code)
            made.clicked.connect(lambda _on, code=code: self.speak(code))
            row.addWidget(made)
        dark = theme.scheme() == "dark"
        self._scheme = icon_button("sun" if dark else "moon", _("Light") if dark else _("Dark"))
        self._scheme.clicked.connect(self._on_scheme)
        row.addWidget(self._scheme)
        return row

    def _foot(self) -> QWidget:
        self._feet = QWidget()
        row = QHBoxLayout(self._feet)
        row.setContentsMargins(28, 8, 28, 18)
        row.setSpacing(16)
        row.addWidget(Chip(_("Works offline: the accounts are on this laptop"), "neutral", "laptop"))
        with self._profile.store.read() as read:
            site = read.value(f"SELECT {named('site')} FROM site WHERE deleted = 0 ORDER BY n LIMIT 1") or ""
        device = _("Laptop {code}").format(code=self._profile.store.device)
        where = ElidedLabel("·".join(filter(None, (site, device))), "dense", "text_2")
        where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(where, 1)
        return self._feet

    def speak(self, code: str) -> None:
        """Another language, at once."""
        self._settings.set(LANGUAGE, code)
        use(code)
        self._build()
        self.language_changed.emit(code)

    def _on_scheme(self) -> None:
        wanted = "light" if theme.scheme() == "dark" else "dark"
        self._settings.set(THEME, wanted)
        qt = QApplication.instance()
        if isinstance(qt, QApplication):
            theme.apply(qt, wanted)
        shown = "sun" if wanted == "dark" else "moon"
        self._scheme.setIcon(icons.icon(shown, "text_2", 18))

    # cards

    def _put(self, card: SecretCard) -> None:
        self._card = card
        card.moved.connect(self.list.step)
        self._fit_card(card)
        self._middle.put(card)
        card.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self, person: Person) -> None:
        if person.has_pin and person.user_id is not None:
            self._ask_pin(person, person.user_id)
        else:
            self._ask_password(person)

    def _ask_pin(self, person: Person, user_id: bytes) -> None:
        card = PinCard(person, self._pad())
        card.entered.connect(
            lambda pin: self._try(lambda: auth.sign_in_by_pin(self._profile, user_id, pin), "")
        )
        card.password_wanted.connect(lambda: self._ask_password(person))
        self._put(card)
        card.wait(auth.wait_left(self._profile, user_id))

    def _ask_password(self, person: Person) -> None:
        card = PasswordCard(self._forgotten())
        card.entered.connect(
            lambda name, typed: self._try(lambda: auth.sign_in(self._profile, name, typed), typed)
        )
        self._put(card)
        card.fill(person)
        if person.user_id is not None:
            card.wait(auth.wait_left(self._profile, person.user_id))

    @staticmethod
    def _forgotten() -> str:
        return _("Forgot the password? The administrator of the site sets a new one.")

    def _try(self, work: Callable[[], Desk], password: str) -> None:
        self._tasks.run(work, lambda desk: self._on_desk(desk, password), self._on_failed, owner=self)

    def _on_failed(self, error: Exception) -> None:
        if self._card is not None:
            waiting = isinstance(error, auth.Wait)
            self._card.fail("" if waiting else str(error), getattr(error, "seconds", 0))

    # after the secret was right

    def _on_desk(self, desk: Desk, password: str) -> None:
        user_id = desk.actor.user_id
        if user_id is None:
            return
        if password and auth.must_change_password(self._profile, user_id):
            card = NewPasswordCard()
            card.chosen.connect(lambda new: self._do(lambda: auth.change_password(desk, password, new), desk))
            self._put(card)
        else:
            self._offer_pin(desk, by_password=bool(password))

    def _offer_pin(self, desk: Desk, *, by_password: bool = True) -> None:
        user_id = desk.actor.user_id
        if user_id is None or not by_password or auth.has_pin(self._profile, user_id):
            self.signed_in.emit(desk)
            return
        card = NewPinCard(pin_problem)
        card.chosen.connect(
            lambda pin: self._tasks.run(
                lambda: auth.set_pin(desk, user_id, pin),
                lambda _done: self.signed_in.emit(desk),
                self._on_failed,
                owner=self,
            )
        )
        card.skipped.connect(lambda: self.signed_in.emit(desk))
        self._put(card)

    def _do(self, work: Callable[[], Any], desk: Desk) -> None:
        self._tasks.run(work, lambda _done: self._offer_pin(desk), self._on_failed, owner=self)

    # room

    def _pad(self) -> bool:
        wanted = self._settings.get(KEYPAD)
        return wanted != "never" and self.height() >= ROOM_FOR_PAD

    def _fit(self) -> None:
        self.panel.fit(self.width(), self.height())
        self._feet.setVisible(self.height() >= LOW)
        if self._card is not None:
            self._fit_card(self._card)

    def _fit_card(self, card: SecretCard) -> None:
        card.setFixedWidth(min(WIDTH, max(self.width() - self.panel.width() - 40, 280)))
        card.set_low(self.height() < LOW)
        if isinstance(card, PinCard):
            card.show_pad(self._pad())

    def sizeHint(self) -> QSize:
        return QSize(1366, 768)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._card is not None:
            self._card.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step:
            self.list.step(step)
        else:
            super().keyPressEvent(event)


def sample_password() -> str:
    """The password of the invented people, shown on their sign-in page."""
    from app.sample import SAMPLE_PASSWORD

    return SAMPLE_PASSWORD


def pin_problem(pin: str) -> str:
    """Why this cannot be a PIN, as a sentence; empty when it can."""
    try:
        secret.check_pin(pin)
    except AppError as error:
        return str(error)
    return ""
