"""Dialogs by keyboard: the safe button has the focus, Esc is always safe, errors keep the dialog open."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app import words
from app.errors import AppError, Objection, Refused
from ui.kit import dialogs
from ui.kit.dialogs import CrashDialog, Dialog, FormDialog, Scrim
from ui.kit.forms import FormField


@pytest.fixture(autouse=True)
def _english():
    words.use("en")
    yield
    words.use("zh_CN")


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()
    return made


def when_open(act) -> None:
    """Runs `act` on the dialog once it is open."""

    def wait() -> None:
        found = QApplication.activeModalWidget()
        if isinstance(found, Dialog) and found.isVisible():
            act(found)
        else:
            QTimer.singleShot(5, wait)

    QTimer.singleShot(0, wait)


def press(qtbot, key: Qt.Key):
    return lambda dialog: qtbot.keyClick(dialog.focusWidget() or dialog, key)


def buttons(dialog: Dialog) -> dict[str, QPushButton]:
    return {made.text().strip(): made for made in dialog.findChildren(QPushButton)}


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_ask_is_safe_by_default(qtbot, window, key):
    when_open(press(qtbot, key))
    assert dialogs.ask(window, "Void RND-1?", "It stays in the history.", do="Void") is False


def test_ask_does_what_was_chosen(window):
    when_open(lambda dialog: buttons(dialog)["Void"].click())
    assert dialogs.ask(window, "Void RND-1?", "It stays in the history.", do="Void") is True


def test_the_window_is_dimmed_while_a_dialog_is_open(qtbot, window):
    seen: list[int] = []

    def look(dialog: Dialog) -> None:
        seen.append(len(window.findChildren(Scrim)))
        dialog.reject()

    when_open(look)
    dialogs.ask(window, "Void?", "", do="Void")
    assert seen == [1]
    qtbot.waitUntil(lambda: not window.findChildren(Scrim))


def test_tell_has_three_parts(qtbot, window):
    said: list[str] = []

    def read(dialog: Dialog) -> None:
        said.extend(shown.text() for shown in dialog.findChildren(QLabel))
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)

    when_open(read)
    dialogs.tell(window, AppError("The photo was not saved: the disk is full."), do="Free <b>500 MB</b>.")
    assert "The photo was not saved: the disk is full." in said
    assert "Nothing was recorded. What you typed is still there." in said
    assert "Free <b>500 MB</b>." in said


def form_dialog(qtbot, window, check=None) -> FormDialog:
    made = FormDialog(window, "New part", [FormField("name", "Name", required=True)], check=check)
    qtbot.addWidget(made)
    made.show()
    return made


def test_form_dialog_stays_until_it_is_right(qtbot, window):
    made = form_dialog(qtbot, window)
    qtbot.keyClick(made.form.editor("name"), Qt.Key.Key_Return)
    assert made.isVisible()
    assert made.form.editor("name").property("state") == "error"
    qtbot.keyClicks(made.form.editor("name"), "Belt")
    qtbot.keyClick(made.form.editor("name"), Qt.Key.Key_Return)
    assert not made.isVisible()
    assert made.form.values() == {"name": "Belt"}


def refuse(_values):
    raise Refused(
        [Objection("taken", "This name is taken.", field="name"), Objection("late", "The month is closed.")]
    )


def complain(_values):
    raise AppError("The hub must be reached.")


@pytest.mark.parametrize(
    ("check", "at_field", "above"),
    [
        (lambda _values: {"name": "Too short"}, "Too short", ""),
        (refuse, "This name is taken.", "The month is closed."),
        (complain, "", "The hub must be reached."),
    ],
)
def test_form_dialog_shows_objections_where_they_belong(qtbot, window, check, at_field, above):
    made = form_dialog(qtbot, window, check)
    qtbot.keyClicks(made.form.editor("name"), "B")
    made.save.click()
    assert made.isVisible()
    assert made.form.boxes["name"]._text.text() == at_field
    assert made._note.text() == above
    assert made._note.isVisible() == bool(above)
    assert made.form.editor("name").text() == "B"
    made.reject()


def test_form_dialog_gives_none_when_left(qtbot, window):
    when_open(press(qtbot, Qt.Key.Key_Escape))
    assert FormDialog.ask(window, "New", [FormField("name", "Name")]) is None


def test_form_dialog_gives_values(qtbot, window):
    when_open(press(qtbot, Qt.Key.Key_Return))
    assert FormDialog.ask(window, "New", [FormField("name", "Name")], {"name": "x"}) == {"name": "x"}


def _boom() -> None:
    raise RuntimeError("boom")


def test_crash_dialog_copies_details_without_folders(qtbot, window):
    with pytest.raises(RuntimeError) as caught:
        _boom()
    made = CrashDialog(window, caught.value)
    qtbot.addWidget(made)
    made.show()
    made.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "RuntimeError: boom" in copied
    assert "PySide6" in copied
    assert "ui/kit/test_dialogs.py" in copied
    assert __file__ not in copied
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert not made.isVisible()
