"""The printing fonts hold what the site writes."""

from importlib.resources import files

import pytest
from fontTools.ttLib import TTFont

FOLDER = files("resources").joinpath("fonts")


@pytest.fixture(scope="module", params=["Regular", "Bold"])
def font(request):
    with FOLDER.joinpath(f"NotoSansSC-{request.param}.ttf").open("rb") as stream:
        yield TTFont(stream)


def test_signs_and_gb_2312_are_there(font):
    points = set(font.getBestCmap())
    assert set(map(ord, "✓△×—○●■□≤≥±℃°²³→←↑↓·‰Ωμ…，。、；：？！（）《》“”㙦")) <= points
    rows = (
        bytes((high, low)) for high in (*range(0xA1, 0xAA), *range(0xB0, 0xF8)) for low in range(0xA1, 0xFF)
    )
    gb2312 = {ord(text) for row in rows if (text := row.decode("gb2312", "ignore"))}
    assert len(gb2312) > 7000
    assert not gb2312 - points


def test_the_sample_site_can_be_printed(font):
    points = set(font.getBestCmap())
    for table in files("resources").joinpath("sample").iterdir():
        text = table.read_text("utf-8-sig") if table.name.endswith(".csv") else ""
        assert not {sign for sign in text if ord(sign) not in points} - set("\r\n")


def test_no_character_copies_out_as_a_radical(font):
    assert not [point for point in font.getBestCmap() if 0x2F00 <= point <= 0x2FDF]


def test_digits_are_equally_wide_and_the_outlines_are_truetype(font):
    names = font.getBestCmap()
    assert len({font["hmtx"][names[ord(digit)]][0] for digit in "0123456789"}) == 1
    assert "glyf" in font
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE" in FOLDER.joinpath("OFL.txt").read_text("utf-8")
