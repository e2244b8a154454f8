"""What the jump box finds, in the language of the reader."""

from app.finder import look_up
from app.generic import create
from app.search import find
from app.words import speaking
from db.ids import new_id


def test_names_are_in_the_language_of_the_reader(sample_desk):
    with sample_desk.read() as read:
        chinese = {found.code: found for found in look_up(read, "ups")}
        with speaking("en"):
            english = {found.code: found for found in look_up(read, "ups")}
    assert list(english) == list(chinese)
    assert (chinese["DC1-UPS-001"].title, chinese["DC1-UPS-001"].place) == ("UPS 1 号机", "UPS 室")
    assert (english["DC1-UPS-001"].title, english["DC1-UPS-001"].place) == ("UPS no. 1", "UPS room")


def test_a_record_without_an_english_name_keeps_its_own(sample_desk):
    with sample_desk.read() as read, speaking("en"):
        found = look_up(read, "WO-T01-0012")
    assert [record.title for record in found] == ["更换温湿度传感器"]


def test_the_code_itself_stands_before_codes_that_begin_so_and_those_before_the_rest(desk):
    named = {"A_B": "X", "A_B-2": "X", "AXB": "A_B", "50%-7": "X", "509-7": "50% 7"}
    desk.perform(
        *[create("supplier", new_id(), code=code, name=name, active=1) for code, name in named.items()]
    )
    with desk.read() as read:
        assert [found.code for found in find(read, "a_b")] == ["A_B", "A_B-2", "AXB"]
        assert find(read, "50%", limit=1)[0].code == "50%-7"
        assert find(read, "%") == []
