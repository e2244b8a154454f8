"""What the jump box finds, in the language of the reader."""

from app.finder import look_up
from app.words import speaking


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
