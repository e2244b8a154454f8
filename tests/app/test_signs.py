"""One table of signs and words: complete, translated, printable."""

from importlib.resources import files

import pytest
from fontTools.ttLib import TTFont

from app import words
from app.signs import SIGNS, sign

EXPECTED = {
    "out_of_stock": ("danger", "缺货"),
    "below_safety": ("danger", "低于安全库存"),
    "at_reorder": ("warn", "到补货点"),
    "above_max": ("info", "超上限"),
    "missing": ("neutral", "缺"),
}


@pytest.fixture(autouse=True)
def _chinese():
    words.use("zh_CN")


@pytest.mark.parametrize("code", EXPECTED)
def test_level_and_word_of_the_design(code):
    assert (sign(code).level, sign(code).text) == EXPECTED[code]


def test_every_word_is_translated_and_every_icon_there():
    icons = {path.name[:-4] for path in (files("resources") / "icons").iterdir()}
    assert [code for code, found in SIGNS.items() if found.text == found.word] == []
    assert {found.icon for found in SIGNS.values()} <= icons


def test_every_glyph_is_in_the_fonts():
    for weight in ("Regular", "Bold"):
        with (files("resources") / "fonts" / f"NotoSansSC-{weight}.ttf").open("rb") as stream:
            known = TTFont(stream).getBestCmap()
        assert [
            found.printed for found in SIGNS.values() if not all(ord(c) in known for c in found.printed)
        ] == []


def test_levels_differ_without_colour():
    """Stock states must be told apart in grey: no two levels share a sign of the screen."""
    by_icon: dict[str, set[str]] = {}
    for code in ("in_stock", "out_of_stock", "below_safety", "at_reorder", "above_max"):
        by_icon.setdefault(sign(code).icon, set()).add(sign(code).level)
    assert all(len(levels) == 1 for levels in by_icon.values())


def test_unknown_state_is_shown_not_hidden():
    assert sign("melted").text == "melted"
    assert sign("melted").level == "neutral"
