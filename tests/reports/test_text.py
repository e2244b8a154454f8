"""Wrapping and fitting: no character lost, nothing wider than its column."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.text import NO_END, NO_START, REGULAR, fit, missing, visible, width, wrap

SIGNS = st.sampled_from(list("巡检备件更换温度，。（）、；：%℃“”…— -_/.ABCxyz0123456789"))


@settings(max_examples=300, deadline=None)
@given(st.text(SIGNS, max_size=120), st.integers(40, 300))
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, room: int) -> None:
    lines = wrap(text, REGULAR, 9, room)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", visible(text))
    assert all(width(line, REGULAR, 9) <= room + 0.001 for line in lines)


@pytest.mark.parametrize("room", range(60, 160, 7))
def test_closing_marks_never_begin_a_line(room: int) -> None:
    text = "更换滤网，复查进风温度（样例）。已生成工单；请“尽快”处理，温度 36.8 ℃，湿度 52 %。"
    lines = wrap(text, REGULAR, 9, room)
    assert not [line for line in lines[1:] if line[0] in NO_START]
    assert not [line for line in lines[:-1] if line[-1] in NO_END]


def test_codes_stay_whole_up_to_sixteen_characters() -> None:
    assert wrap("更换备件 PWR-007-ABC", REGULAR, 9, 80) == ("更换备件", "PWR-007-ABC")
    assert wrap("工单 WO-DC1-20261122-004", REGULAR, 9, 95)[0].endswith("-")


def test_fit_shrinks_then_cuts_and_says_so() -> None:
    assert fit("短", REGULAR, 9, 50).size == 9
    assert not fit("一二三四五六七八", REGULAR, 9, 60).cut
    cut = fit("一二三四五六七八九十" * 4, REGULAR, 9, 60)
    assert cut.cut
    assert cut.text.endswith("…")
    assert width(cut.text, REGULAR, cut.size) <= 60


def test_signs_have_glyphs_and_rare_characters_are_named() -> None:
    assert missing("✓△×—○□↑≤≥℃Ω") == ""
    assert missing("𠮷好") == "𠮷"
    assert visible("⼀⽔") == "一水"
