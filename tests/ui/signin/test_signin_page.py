"""Signing in by the keyboard, in both languages: PIN, password, delays, the first PIN, the lock."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget

from app import auth, words
from app.bootstrap import found
from app.clock import Clock
from app.profile import Profile
from app.settings import LANGUAGE, LOCK_MINUTES, Settings
from ui.kit.tasks import Tasks
from ui.signin import IdleWatch, LockScreen, SignInPage
from ui.signin.cards import NewPasswordCard, NewPinCard, PasswordCard, PinCard
from ui.signin.first import FirstStart

NOW = 1_795_318_860_000
PASSWORD = "Blue kettle 7!"
PINS = {"leng": "7391", "guan": "604817"}


@dataclass
class Moving:
    at: int = NOW

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock():
    return Moving()


@pytest.fixture
def profile(tmp_path, clock) -> Iterator[Profile]:
    made = found(tmp_path / "p", clock=Clock(clock), device="T01")
    auth.first_administrator(made, "admin", PASSWORD, name="管理员", site_code="DC1", site_name="样例站点")
    admin = auth.sign_in(made, "admin", PASSWORD)
    for name, role in (("leng", "technician"), ("guan", "supervisor")):
        user = auth.create_account(admin, name, f"{PASSWORD} {name}", roles=[role], must_change=False)
        auth.set_pin(auth.sign_in(made, name, f"{PASSWORD} {name}"), user, PINS[name])
    yield made
    made.close()


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.stop()


@pytest.fixture(params=["zh_CN", "en"])
def spoken(request) -> Iterator[str]:
    words.use(request.param)
    yield request.param
    words.use("zh_CN")


@pytest.fixture
def page(qtbot, profile, tasks, spoken) -> SignInPage:  # noqa: ARG001 - in each language
    made = SignInPage(profile, tasks, Settings(profile.folder))
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def type_in(qtbot, *parts: str | Qt.Key) -> None:
    for part in parts:
        if isinstance(part, str):
            qtbot.keyClicks(focus(), part)
        else:
            qtbot.keyClick(focus(), part)


def choose(page: SignInPage, username: str) -> None:
    page.list.choose(next(n for n, row in enumerate(page.list.rows) if row.person.username == username))


def test_switch_by_arrow_pin_enter(qtbot, page):
    assert isinstance(page._card, PinCard)
    while page._card.person.username != "guan":
        type_in(qtbot, Qt.Key.Key_Down)
        if not isinstance(page._card, PinCard):
            type_in(qtbot, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.signed_in) as signed:
        type_in(qtbot, PINS["guan"], Qt.Key.Key_Return)
    assert signed.args[0].actor.roles == ("supervisor",)


def test_the_pad_types_too(qtbot, page):
    choose(page, "leng")
    keys = {b.text().strip(): b for b in page._card._pad.findChildren(QPushButton)}
    for digit in "73919":
        qtbot.mouseClick(keys[digit], Qt.MouseButton.LeftButton)
    page._card.pin.backspace()
    assert page._card.pin.text() == "7391"
    assert page._card.pin.echoMode() == QLineEdit.EchoMode.Password
    assert not page._card.pin.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    with qtbot.waitSignal(page.signed_in):
        type_in(qtbot, Qt.Key.Key_Return)


def test_letters_do_not_get_into_a_pin(qtbot, page):
    choose(page, "leng")
    type_in(qtbot, "7a3-9x1000000")
    assert page._card.pin.text() == "73910000"


def test_a_wrong_pin_counts_down_and_does_not_stop_the_others(qtbot, page, clock):
    choose(page, "leng")
    type_in(qtbot, "1111", Qt.Key.Key_Return)
    qtbot.waitUntil(page._card.note.isVisible)
    assert "1" in page._card.note.text()
    assert not page._card.go.isEnabled()
    assert page._card.pin.property("state") == "error"
    type_in(qtbot, "7391", Qt.Key.Key_Return)
    choose(page, "guan")
    assert page._card.go.isEnabled()
    with qtbot.waitSignal(page.signed_in):
        type_in(qtbot, PINS["guan"], Qt.Key.Key_Return)
    choose(page, "leng")
    assert not page._card.go.isEnabled()
    clock.at += 1000
    choose(page, "leng")
    assert page._card.go.isEnabled()


def test_sign_in_with_the_password_and_set_the_first_pin(qtbot, page, profile):
    page.list.choose(len(page.list.rows) - 1)
    assert isinstance(page._card, PasswordCard)
    type_in(qtbot, "admin", Qt.Key.Key_Return, PASSWORD, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page._card, NewPinCard))
    type_in(qtbot, "1234", Qt.Key.Key_Return)
    assert page._card.note.isVisible()
    page._card.pin.clear()
    type_in(qtbot, "8062", Qt.Key.Key_Return, "8062")
    with qtbot.waitSignal(page.signed_in) as signed:
        type_in(qtbot, Qt.Key.Key_Return)
    assert auth.has_pin(profile, signed.args[0].actor.user_id)


def test_two_different_pins_are_told(qtbot, page):
    page._ask_password(page.list.rows[-1].person)
    type_in(qtbot, "admin", Qt.Key.Key_Return, PASSWORD, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page._card, NewPinCard))
    type_in(qtbot, "8062", Qt.Key.Key_Return, "8063", Qt.Key.Key_Return)
    assert page._card.note.isVisible()
    with qtbot.waitSignal(page.signed_in):
        page._card.skipped.emit()


def test_a_password_of_the_administrator_is_replaced_first(qtbot, page, profile):
    admin = auth.sign_in(profile, "admin", PASSWORD)
    auth.create_account(admin, "bei", "first Kettle 9", roles=["storekeeper"])
    page.list.choose(len(page.list.rows) - 1)
    type_in(qtbot, "bei", Qt.Key.Key_Return, "first Kettle 9", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page._card, NewPasswordCard))
    type_in(qtbot, "my own Pan 3!", Qt.Key.Key_Return, "my own Pan 3!", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page._card, NewPinCard))
    assert auth.sign_in(profile, "bei", "my own Pan 3!").actor.roles == ("storekeeper",)


def test_wrong_password_and_caps_lock_are_told(qtbot, page):
    page.list.choose(len(page.list.rows) - 1)
    page._card.name.setText("admin")
    page._card.password.setFocus()
    type_in(qtbot, "WRONG")  # capitals without the Shift key
    assert "Caps Lock" in page._card.note.text()
    type_in(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._card.password.property("state") == "error")
    assert "Caps Lock" in page._card.note.text()
    assert page._card.password.text() == "WRONG"


def test_the_language_changes_at_once_and_is_kept(qtbot, page, profile, spoken):
    other = "en" if spoken == "zh_CN" else "zh_CN"
    with qtbot.waitSignal(page.language_changed):
        made = next(b for b in page.findChildren(QPushButton) if b.property("language") == other)
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    assert words.language() == other
    assert page._card.go.text().strip() == ("Sign in" if other == "en" else "登录")
    assert Settings(profile.folder).get(LANGUAGE) == other


# --- the lock ---


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    draft = QLineEdit("draft", made)
    draft.setGeometry(20, 20, 200, 30)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    draft.setFocus()
    return made


@pytest.fixture
def leng(profile):
    with profile.store.read() as read:
        user = next(c.user_id for c in auth.colleagues(read) if c.username == "leng")
    return auth.desk_of(profile, user)


@pytest.fixture
def lock(window, profile, tasks) -> LockScreen:
    return LockScreen(window, profile, tasks, Settings(profile.folder))


def ready(qtbot, lock: LockScreen) -> None:
    """Until the keys go to the sign-in page."""
    qtbot.waitUntil(lambda: lock.page.isAncestorOf(QApplication.focusWidget() or QWidget()))


@pytest.mark.usefixtures("spoken")
def test_unlocking_returns_to_the_same_place(qtbot, window, lock, leng):
    draft = window.findChild(QLineEdit)
    lock.engage(leng)
    assert lock.engaged
    assert lock.page._card.person.username == "leng"
    ready(qtbot, lock)
    covered = window.childAt(30, 30)
    assert covered is not draft
    qtbot.keyClick(lock._door, Qt.Key.Key_Escape)
    lock._door.close()
    assert lock._door.isVisible()
    with qtbot.waitSignal(lock.unlocked):
        type_in(qtbot, PINS["leng"], Qt.Key.Key_Return)
    assert not lock.engaged
    assert draft.text() == "draft"
    qtbot.waitUntil(lambda: window.childAt(30, 30) is draft)


def test_a_language_chosen_at_the_lock_is_told_after_unlocking(qtbot, lock, leng):
    lock.engage(leng)
    ready(qtbot, lock)
    lock.page.speak("en")
    choose(lock.page, "leng")
    with qtbot.waitSignals([lock.unlocked, lock.language_changed], order="strict"):
        type_in(qtbot, PINS["leng"], Qt.Key.Key_Return)
    words.use("zh_CN")


def test_a_dialog_with_a_draft_survives_the_lock_of_its_author_only(qtbot, window, lock, leng):
    dialog = QDialog(window)
    dialog.setModal(True)
    field = QLineEdit("half a sentence", dialog)
    dialog.show()
    lock.engage(leng)
    ready(qtbot, lock)
    with qtbot.waitSignal(lock.unlocked):
        type_in(qtbot, PINS["leng"], Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert field.text() == "half a sentence"
    lock.engage(leng)
    ready(qtbot, lock)
    choose(lock.page, "guan")
    with qtbot.waitSignal(lock.switched) as switched:
        type_in(qtbot, PINS["guan"], Qt.Key.Key_Return)
    assert switched.args[0].actor.name == "guan"
    assert not dialog.isVisible()


def test_idle_minutes_lock_even_after_the_laptop_slept(qtbot, profile, window):
    settings = Settings(profile.folder)
    settings.set(LOCK_MINUTES, 1)
    watch = IdleWatch(QApplication.instance(), settings)
    watch.start()
    assert not watch.look()
    watch._seen -= 61
    field = window.findChild(QLineEdit)
    with qtbot.waitSignal(watch.expired):
        qtbot.keyClick(field, "x")
    assert field.text() == "draft"
    watch.stop()


def test_a_clock_set_back_does_not_keep_the_window_open(profile, qtbot):
    watch = IdleWatch(QApplication.instance(), Settings(profile.folder))
    watch.start()
    watch._seen += 86_400
    assert not watch.look()
    watch._seen -= 301
    with qtbot.waitSignal(watch.expired):
        assert watch.look()


# --- the first start ---


@pytest.fixture
def first(qtbot, spoken) -> FirstStart:  # noqa: ARG001 - in each language
    made = FirstStart()
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def test_the_sample_is_one_key_away(qtbot, first):
    with qtbot.waitSignal(first.sample_wanted):
        type_in(qtbot, Qt.Key.Key_Return)
    assert first.hub.isEnabled()


def test_a_new_site_by_keyboard(qtbot, first, tmp_path):
    type_in(qtbot, Qt.Key.Key_Tab, Qt.Key.Key_Return)
    qtbot.waitUntil(first.go.isVisible)
    values = ("新站点", "HQ", "张三", "zhang.san", "short", "short")
    for value in values:
        focus().setText(value)
        type_in(qtbot, Qt.Key.Key_Tab)
    first.on_begin()
    assert focus() is first.form.editor("password")
    for name in ("password", "again"):
        first.form.editor(name).setText(PASSWORD)
    with qtbot.waitSignal(first.founded) as founded:
        qtbot.mouseClick(first.go, Qt.MouseButton.LeftButton)
    profile = found(tmp_path / "new", device="T09")
    auth.first_administrator(profile, **founded.args[0])
    assert auth.sign_in(profile, "zhang.san", PASSWORD).actor.name == "张三"
    profile.close()


def test_what_was_typed_survives_a_change_of_language(first):
    first.empty.clicked.emit()
    first.form.editor("name").setText("张三")
    first.speak("en" if words.language() == "zh_CN" else "zh_CN")
    assert first.form.values()["name"] == "张三"
