"""Settings hold at once; accounts and roles are kept by keyboard and mouse."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from app import auth, words
from app.access import Permission
from app.auth.words import PERMISSIONS
from app.bootstrap import found
from app.clock import Clock
from app.settings import DENSITY, LANGUAGE, LOCK_MINUTES, THEME, Preferences, Settings
from app.words import _
from ui.kit import theme
from ui.kit.dialogs import FormDialog
from ui.kit.tasks import Tasks
from ui.settings import AccountsPage, SettingsPage
from ui.settings.page import licences

PASSWORD = "Blue kettle 7!"


@pytest.fixture
def profile(tmp_path):
    made = found(tmp_path / "p", clock=Clock.pinned(1_795_318_860_000), device="T01")
    auth.first_administrator(made, "admin", PASSWORD, name="管理员", site_code="DC1", site_name="样例站点")
    yield made
    made.close()


@pytest.fixture
def admin(profile):
    return auth.sign_in(profile, "admin", PASSWORD)


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _as_before():
    yield
    words.use("zh_CN")
    theme.apply(QApplication.instance(), "light")


@pytest.fixture
def page(qtbot, admin, tasks):
    made = SettingsPage(admin, tasks, Settings(admin.profile.folder))
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    return made


def test_choices_hold_at_once_and_are_kept(qtbot, page, admin):
    with qtbot.waitSignal(page.language_changed):
        page.choices[LANGUAGE.key].set_value("en")
    assert words.language() == "en"
    page.choices[THEME.key].set_value("dark")
    assert theme.scheme() == "dark"
    page.choices[LOCK_MINUTES.key].set_value(10)
    page.choices[DENSITY.key].set_value("normal")
    kept = Settings(admin.profile.folder)
    assert (kept.get(LANGUAGE), kept.get(THEME), kept.get(LOCK_MINUTES)) == ("en", "dark", 10)
    assert Preferences(admin.profile, admin.actor.user_id).option(DENSITY) == "normal"


def test_the_settings_lead_to_tables_and_log_as_far_as_the_role_allows(qtbot, page, admin, tasks):
    wanted = []
    page.page_wanted.connect(wanted.append)
    page.export_wanted.connect(wanted.append)
    for words_of in (_("Import a table"), _("Export a register"), _("Audit log")):
        button_of(page, words_of).click()
    assert wanted == ["import", "part", "audit"]
    auth.create_account(admin, "yan", PASSWORD + "y", roles=["technician"], must_change=False)
    desk = auth.sign_in(admin.profile, "yan", PASSWORD + "y")
    other = SettingsPage(desk, tasks, Settings(admin.profile.folder))
    qtbot.addWidget(other)
    assert button_of(other, _("Audit log")) is None


def button_of(page, text):
    return next((b for b in page.findChildren(QPushButton) if b.text().strip() == text), None)


def test_only_a_supervisor_changes_the_minutes_of_the_lock(qtbot, admin, tasks):
    auth.create_account(admin, "leng", PASSWORD + "l", roles=["technician"], must_change=False)
    desk = auth.sign_in(admin.profile, "leng", PASSWORD + "l")
    made = SettingsPage(desk, tasks, Settings(admin.profile.folder))
    qtbot.addWidget(made)
    assert not made.choices[LOCK_MINUTES.key].isEnabled()


def test_a_scan_is_shown(page):
    assert page.on_scan("SW1:P:HVAC-015")
    assert page.scanned.text() == "SW1:P:HVAC-015"


def test_back_up_and_check(qtbot, page, admin):
    page.on_back_up()
    qtbot.waitUntil(page.result.isVisible)
    assert list(admin.profile.backups.glob("site-*.db"))
    page.result.hide()
    page.on_check()
    qtbot.waitUntil(page.result.isVisible)
    assert page.result.level == "ok", page.result.text()


def test_licences_name_what_ships(qtbot):
    dialog = licences(None)
    qtbot.addWidget(dialog)
    assert "PySide6" in dialog.body.itemAt(0).widget().toPlainText()


# --- accounts and roles ---


@pytest.fixture
def accounts(qtbot, admin, tasks):
    made = AccountsPage(admin, tasks)
    qtbot.addWidget(made)
    made.resize(1286, 716)
    made.show()
    qtbot.waitUntil(lambda: len(made.table.model.ids) == 1)
    return made


def test_a_new_account_is_checked_at_its_fields(qtbot, accounts, monkeypatch, admin):
    seen = []

    def fill(dialog):
        dialog.form.set_values({"username": "leng", "password": "short"})
        dialog.on_save()
        seen.append(dialog.form.boxes["password"]._text.text())
        dialog.form.set_values({"password": PASSWORD + "x", "role:technician": 1})
        dialog.on_save()
        return dialog.result()

    monkeypatch.setattr(FormDialog, "exec", fill)
    accounts.new()
    assert seen == [""] or seen[0]
    qtbot.waitUntil(lambda: len(accounts.table.model.ids) == 2)
    assert auth.sign_in(admin.profile, "leng", PASSWORD + "x").actor.roles == ("technician",)


def test_the_inspector_tells_roles_and_sites(qtbot, accounts):
    accounts.table.select([0])
    qtbot.waitUntil(accounts.inspector.isVisible)
    accounts.tabs.setCurrentIndex(1)
    assert accounts.roles.isVisible()


def test_a_tick_changes_the_role(qtbot, accounts, admin, tasks):
    box = accounts.roles.boxes["technician", Permission.SEE_AUDIT]
    assert not box.isChecked()
    box.click()
    qtbot.waitUntil(tasks.idle)
    with admin.read() as read:
        kept = next(r for r in auth.roles(read) if r.code == "technician")
    assert Permission.SEE_AUDIT in kept.permissions
    assert not accounts.roles.boxes["administrator", Permission.ADMINISTER].isEnabled()


def test_every_permission_has_its_words():
    assert {p for _group, listed in PERMISSIONS for p, _word in listed} == set(Permission)


def test_a_supervisor_sets_a_new_pin_for_a_colleague(qtbot, sample_desk, tasks, monkeypatch):
    auth.sign_in(sample_desk.profile, "tech", "sample-2026")
    boss = auth.sign_in(sample_desk.profile, "super", "sample-2026")
    page = SettingsPage(boss, tasks, Settings(boss.profile.folder))
    qtbot.addWidget(page)
    page.show()
    asked = []
    monkeypatch.setattr(
        "ui.settings.page.set_pin", lambda _window, _desk, user, name: asked.append((user, name))
    )
    page.list_colleagues()
    acts = page.menu.actions()
    assert [act.text().split()[0] for act in acts] == ["南宫小冷"]
    acts[0].trigger()
    user, _name = asked[0]
    auth.set_pin(boss, user, "7391")
    with boss.read() as read:
        assert read.value("SELECT count(*) FROM auth_event WHERE what = 'pin_set' AND user_id = ?", user) == 1


def test_a_technician_sets_nobody_elses_pin(qtbot, sample_desk, tasks):
    desk = auth.sign_in(sample_desk.profile, "tech", "sample-2026")
    page = SettingsPage(desk, tasks, Settings(desk.profile.folder))
    qtbot.addWidget(page)
    assert not hasattr(page, "others")
