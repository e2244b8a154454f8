"""Names in the spoken language, what a typed text may mean, and typed times."""

import pytest
from machines import small

from app.errors import AppError
from app.names import candidates, label_of
from app.values import instant_of, parse_instant
from app.words import speaking


def test_labels_and_candidates(desk):
    site = small(desk)
    with desk.read() as read:
        assert label_of(read, "equipment", site.server) == "DC1-SRV-005  机器 DC1-SRV-005"
        assert label_of(read, "equipment", None) == label_of(read, "equipment", b"0" * 16) == ""
        with speaking("en"):
            assert label_of(read, "location", site.room) == "R1  Hall A"
        assert [row for row, _label in candidates(read, "equipment", "acs")] == [site.door]
        assert len(candidates(read, "equipment", "", site=site.site)) == 2
        assert candidates(read, "equipment", "", site=b"0" * 16) == []
        assert [row for row, _label in candidates(read, "equipment_class", "服务")] == [site.clazz]
        assert candidates(read, "equipment_class", "不存在") == []


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("2026-11-22 11:41", "2026-11-22", "11:41"),
        (" 2026/1/2 ", "2026-01-02", "00:00"),
        ("2026-11-22 9:05", "2026-11-22", "09:05"),
    ],
)
def test_times_are_read_as_people_type_them(text, day, clock):
    assert parse_instant(text) == instant_of(day, clock)


@pytest.mark.parametrize(
    "text", ["", "morgen", "2026-11-22 25:00", "2026-02-30 10:00", "2026-11-22 11:41:07"]
)
def test_other_times_are_refused(text):
    with pytest.raises(AppError):
        parse_instant(text)
