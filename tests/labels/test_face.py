from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AppError
from app.labels.face import Label, compose
from app.labels.layouts import LAYOUTS, roll, sheet
from app.labels.payload import ALPHABET, Kind
from app.reports.canvas import GREY, MM
from app.reports.text import BOLD, width
from app.words import speaking

ESCALATOR = Label(
    Kind.EQ,
    "MT1-ESC-001",
    "中央公园站站厅层至地面 A 出入口上行重载公共交通型自动扶梯（含应急制动装置）",
    "Heavy-duty public-traffic escalator from the concourse to the street",
    "MT1-EXA",
)
FORTY = Label(Kind.BN, "DC1-WH-A01-SHELF-03-LEVEL-02-BOX-000017X", "货位", "Bin", "DC1-WH")
UNBROKEN = Label(Kind.BN, "W" * 40, "货位")


def check_inside(label, layout):
    """All texts are on the label, right of the QR code, and none runs into the next."""
    face = compose(label, layout)
    square = face.square
    edge = square.x + (square.modules + 4) * square.module
    for line in face.lines:
        assert line.x >= edge - 1e-6, line
        assert line.x + width(line.text, line.font, line.size) <= layout.width * MM - 0.5 * MM, line
        assert line.y - 0.5 * line.size > 0, line
        assert line.y + 0.1 * line.size <= layout.height * MM, line
    baselines = [
        line.y
        for line in face.lines[1 if len(face.lines) > 1 and face.lines[1].y == face.lines[0].y else 0 :]
    ]
    assert baselines == sorted(baselines)
    return face


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(
    "label", [ESCALATOR, FORTY, UNBROKEN, Label(Kind.WO, "1", "")], ids=lambda label: label.code[:12]
)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_texts_stay_on_the_label(label, layout, language):
    with speaking(language):
        check_inside(label, layout)


@settings(max_examples=60)
@given(
    st.sampled_from(list(LAYOUTS.values())),
    st.text(ALPHABET, min_size=1, max_size=40).filter(str.strip),
    st.text("设备名称很长 ABC-（，𠮷", max_size=80),
    st.text("English -", max_size=60),
    st.text("位置 DC1-", max_size=40),
)
def test_any_text_stays_on_the_label(layout, code, name, name_en, place):
    check_inside(Label(Kind.EQ, code, name, name_en, place), layout)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_long_code_is_wrapped_but_whole(layout):
    for label in (FORTY, UNBROKEN):
        face = compose(label, layout)
        assert "".join(line.text for line in face.lines[1:] if line.font == BOLD) == label.code


def test_the_code_is_the_largest_text_and_fills_the_column():
    face = compose(Label(Kind.EQ, "DC1-SRV-001", "数据库服务器 1"), LAYOUTS["L7160"])
    code = next(line for line in face.lines if line.text == "DC1-SRV-001")
    assert code.size == max(line.size for line in face.lines)
    assert code.size > 13


def test_a_long_name_shrinks_and_leaves_no_room_for_the_second_name():
    usual = compose(Label(Kind.EQ, "MT1-ESC-001", "扶梯", ESCALATOR.name_en), LAYOUTS["tiny30x20"])
    face = compose(replace(ESCALATOR, name=ESCALATOR.name + "检修专用"), LAYOUTS["tiny30x20"])
    assert face.lines[-1].text.endswith("用")
    assert face.lines[-1].size < usual.lines[-2].size
    assert not face.cut


def test_a_name_that_does_not_fit_ends_with_an_ellipsis_and_says_so():
    face = compose(Label(Kind.EQ, "MT1-ESC-001", ESCALATOR.name * 4), LAYOUTS["L7651"])
    assert face.cut
    assert face.lines[-1].text.endswith("…")


def test_a_place_that_does_not_fit_keeps_its_end():
    face = compose(
        Label(Kind.BN, "A01", "货位", place="数据中心一号楼二层北侧备件库房 A 区"), LAYOUTS["tiny30x20"]
    )
    assert face.cut
    assert face.lines[1].text.startswith("…")
    assert face.lines[1].text.endswith("A 区")


def test_a_thermal_printer_prints_whole_dots_and_no_grey(labels):
    for code, dots in (("roll50x30", 6), ("tiny30x20", 4)):
        face = compose(labels[0], LAYOUTS[code])
        assert face.square.dots == dots
        for length in (face.square.x, face.square.y, face.square.module):
            assert length / MM * 8 == pytest.approx(round(length / MM * 8), abs=1e-6)
        assert GREY not in {line.colour for line in face.lines}


def test_a_larger_symbol_keeps_four_dots_where_the_label_has_room():
    face = compose(Label(Kind.EQ, "DC1-F2-HA-R01-SRV-01", "服务器"), LAYOUTS["tiny30x20"])
    assert (face.square.modules, face.square.dots) == (25, 4)
    assert face.square.side_mm == pytest.approx(16.5)


def test_a_code_too_fine_to_be_read_is_refused():
    small = sheet("own", "own", (1, 1), (5, 5), (20, 12), label=(20, 12), qr=9)
    assert compose(Label(Kind.EQ, "A-1", "泵"), small).square.thin
    with pytest.raises(AppError, match=FORTY.code):
        compose(FORTY, small)
    with pytest.raises(AppError):
        compose(Label(Kind.EQ, "A-1", "泵"), roll("own", "own", (20, 12), qr=7.9))


def test_a_label_without_a_chinese_name_shows_the_english_one_in_its_place():
    face = compose(Label(Kind.EQ, "A-1", "", "Pump"), LAYOUTS["L7160"])
    assert [line.text for line in face.lines].count("Pump") == 1
    assert face.lines[-1].size > 8
