"""Widths and heights that a spreadsheet would only compute on a screen."""

import pytest

from app.reports.workbook.columns import column_width, row_height


@pytest.mark.parametrize("text", ["18 – 27 ℃", "20 – 25 ℃", "名称", "x", "a" * 36])
def test_the_widest_text_of_a_column_takes_one_line(text):
    assert row_height([(text, column_width([text]))]) == row_height([("x", column_width([text]))])


def test_a_longer_text_wraps():
    assert row_height([("a" * 60, column_width(["a" * 60]))]) > row_height([("a", 38)])
