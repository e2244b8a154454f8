"""Forms: values in their physical form, errors at the field, nothing typed is lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app import words
from ui.kit.forms import Form, FormField

POPUP = pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform cannot

PARTS = [(b"1", "HVAC-003 Belt"), (b"2", "HVAC-015 Sensor"), (b"3", "PWR-001 Battery")]


def find(text: str) -> list[tuple[bytes, str]]:
    return [part for part in PARTS if text.lower() in part[1].lower()]


FIELDS = [
    FormField("name", "Name", required=True),
    FormField("temperature", "Temperature", "number", "℃", limits=(18_000, 27_000)),
    FormField("price", "Price", "price"),
    FormField("state", "State", "choice", choices=[("new", "New"), ("old", "Old")]),
    FormField("due", "Due", "date"),
    FormField("part", "Part", "reference", find=find),
    FormField("note", "Note", "lines"),
    FormField("photo", "Photo", "flag"),
]


@pytest.fixture(autouse=True)
def _english():
    words.use("en")
    yield
    words.use("zh_CN")


@pytest.fixture
def form(qtbot) -> Form:
    made = Form(FIELDS, columns=2)
    qtbot.addWidget(made)
    made.show()
    return made


def type_into(qtbot, form: Form, name: str, text: str) -> None:
    form.editor(name).clear()
    qtbot.keyClicks(form.editor(name), text)


def sentence(form: Form, name: str) -> str:
    box = form.boxes[name]
    return box._text.text() if box._text.isVisible() else ""


def test_values_come_back_as_they_went_in(form):
    given = {
        "name": "A", "temperature": 27_900, "price": 12_345, "state": "old", "due": "2026-11-22",
        "part": b"2", "note": "one\ntwo", "photo": 1,
    }  # fmt: skip
    form.set_values({**given, "unknown": 1})
    assert form.values() == given
    assert form.editor("part").text() == "HVAC-015 Sensor"
    form.set_values(dict.fromkeys(given))
    assert form.values() == {**dict.fromkeys(given), "name": "", "note": "", "photo": 0}


def test_a_number_takes_comma_and_full_width_digits(form):
    form.editor("temperature").insert("２６,5")
    assert form.values()["temperature"] == 26_500


def test_required_field_left_empty(qtbot, form):
    assert form.problems() == {"name": "Fill in “Name”."}
    assert not form.check()
    assert form.editor("name").property("state") == "error"
    assert sentence(form, "name") == "Fill in “Name”."
    type_into(qtbot, form, "name", "B")
    assert not form.editor("name").property("state")
    assert not sentence(form, "name")
    assert form.check()


def test_the_field_keeps_what_was_typed(qtbot, form):
    type_into(qtbot, form, "temperature", "warm")
    assert form.values()["temperature"] is None
    assert not form.check()
    assert form.editor("temperature").text() == "warm"
    assert "warm" in sentence(form, "temperature")


def test_beyond_a_limit_warns_at_once_and_is_taken(qtbot, form):
    type_into(qtbot, form, "temperature", "27.9")
    assert sentence(form, "temperature") == "0.9 ℃ above the upper limit"
    assert "temperature" not in form.problems()


def test_errors_from_outside_go_to_their_fields(qtbot, form):
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.show_errors({"due": "Too early", "note": "Say more"})
    assert sentence(form, "due") == "Too early"
    assert form.editor("due").hasFocus()
    assert form.editor("due").accessibleDescription() == "Too early"
    form.show_errors({})
    assert not sentence(form, "due")
    assert not sentence(form, "note")


def test_changed_is_told(qtbot, form):
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(form.editor("note"), "x")
    with qtbot.waitSignal(form.changed):
        form.editor("photo").click()


def test_date_in_another_shape_is_tidied(qtbot, form):
    type_into(qtbot, form, "due", "2026/1/2")
    qtbot.keyClick(form.editor("due"), Qt.Key.Key_Return)
    assert form.editor("due").text() == "2026-01-02"
    type_into(qtbot, form, "due", "2026-02-30")
    assert "due" in form.problems()


@POPUP
def test_date_from_the_calendar(form):
    form.set_values({"due": "2026-11-22"})
    popup = form.editor("due").open_calendar()
    popup.calendar.activated.emit(popup.calendar.selectedDate().addDays(1))
    assert form.values()["due"] == "2026-11-23"


@POPUP
def test_reference_by_typing(qtbot, form):
    type_into(qtbot, form, "part", "pwr")
    assert form.values()["part"] == b"3"
    type_into(qtbot, form, "part", "hvac")
    assert form.values()["part"] is None
    assert "Pick one" in form.problems()["part"]
    qtbot.keyClick(form.editor("part"), Qt.Key.Key_Down)
    form.editor("part")._on_activated(form.editor("part")._names.index(1))
    assert form.values()["part"] == b"2"


def test_labels_stand_for_themselves(qtbot):
    made = Form([FormField("x", "<b>bold</b> & co", help="<i>help</i>")])
    qtbot.addWidget(made)
    texts = [shown for shown in made.findChildren(QLabel) if "<" in shown.text()]
    assert {shown.text() for shown in texts} == {"<b>bold</b> & co", "<i>help</i>"}
    assert all(shown.textFormat() == Qt.TextFormat.PlainText for shown in made.findChildren(QLabel))


@pytest.mark.usefixtures("qapp")
def test_unknown_kind_is_a_bug():
    with pytest.raises(ValueError, match="colour"):
        Form([FormField("x", "X", "colour")])
