from dataclasses import replace

import pytest

from app.errors import AppError
from app.labels.face import Label, compose
from app.labels.layouts import HEADS, LAYOUTS, roll, sheet
from app.labels.payload import Kind
from app.words import speaking


@pytest.mark.parametrize(
    ("code", "count"),
    [("L7160", 21), ("L7163", 14), ("L7159", 24), ("3x8", 24), ("L7651", 65), ("tiny30x20", 1)],
)
def test_the_number_of_labels_on_a_page(code, count):
    assert LAYOUTS[code].per_page == count


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_label_lies_on_the_page(layout):
    left, top = layout.place(layout.per_page - 1)
    assert left + layout.width <= layout.page[0]
    assert top + layout.height <= layout.page[1] + 1e-9
    with speaking("en"):
        english = layout.title
    with speaking("zh_CN"):
        assert layout.title != english


def test_labels_are_counted_along_the_rows():
    assert LAYOUTS["L7160"].place(4) == pytest.approx((7.2 + 66.04, 15.15 + 38.1))


def test_the_sizes_of_an_own_sheet_follow_from_its_label():
    own = replace(sheet("own", "仓库标签", (2, 5), (5, 10), (100, 55), label=(98, 50)), own=True)
    assert (own.per_page, own.title) == (10, "仓库标签")
    assert 12 < own.qr <= own.height
    assert own.code_pt == pytest.approx(21)


@pytest.mark.parametrize(
    ("grid", "first", "pitch", "label"),
    [
        ((3, 7), (10, 10), (68, 38), (66, 38)),
        ((2, 2), (0, 0), (50, 50), (60, 40)),
        ((1, 1), (-1, 0), (60, 40), (60, 40)),
        ((0, 4), (0, 0), (60, 40), (60, 40)),
        ((11, 24), (0, 0), (19, 12.3), (18.5, 12)),
        ((1, 1), (0, 0), (10, 10), (10, 10)),
    ],
)
def test_a_sheet_that_cannot_be_printed_is_refused(grid, first, pitch, label):
    with pytest.raises(AppError):
        sheet("own", "own", grid, first, pitch, label=label)


def test_a_roll_s_page_is_its_label():
    own = roll("own", "own", (60, 40), dpi=300)
    assert own.page == (60, 40)
    assert own.dpi == 300


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("code", [code for code, layout in LAYOUTS.items() if layout.dpi])
def test_a_module_is_a_whole_number_of_dots_at_both_heads(code, head):
    layout = LAYOUTS[code].with_head(head)
    square = compose(Label(Kind.PT, "HVAC-015", "水泵"), layout).square
    dot = 25.4 / layout.dpi * 72 / 25.4
    assert square.dots >= 4
    assert square.module == pytest.approx(square.dots * dot)
    assert square.x / dot == pytest.approx(round(square.x / dot), abs=1e-6)
