"""The limits of R-4.2-f: inclusive, in thousandths; an empty field is not 0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inspections.rules import Item, deviation_said, judge, limits_said, option_word, value_said
from app.values import parse_quantity
from app.words import speaking


def number(low=18_000, high=27_000, warn_low=None, warn_high=None) -> Item:
    return Item(
        b"i" * 16, "T-01", 1, "环境", "冷通道温度", "Cold aisle", "number", "℃", low, high, warn_low, warn_high, (), (),
        True, False, "alert_2",
    )  # fmt: skip


def choice(*options: str, fail: str = "异常") -> Item:
    return Item(
        b"i" * 16, "T-02", 2, "", "空调", "", "choice", "", None, None, None, None, options, (fail,), True, False,
        "work_order",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "state"),
    [("18", "ok"), ("27", "ok"), ("27.0", "ok"), ("17.9", "fail"), ("27.1", "fail"), ("27.9", "fail"), ("27,9", "fail"),
     ("２７", "ok"), ("0", "fail"), ("-1", "fail"), ("27.001", "fail"), ("17.999", "fail")],
)  # fmt: skip
def test_the_limits_belong_to_the_range(typed, state):
    assert judge(number(), parse_quantity(typed)) == state


def test_an_empty_field_is_no_answer():
    assert judge(number(), None) is None
    assert judge(number(), "") is None
    assert judge(number(-1000, 1000), 0) == "ok"


@pytest.mark.parametrize(
    ("value", "state"), [(20_000, "ok"), (26_001, "warn"), (19_999, "warn"), (27_001, "fail")]
)
def test_the_warning_range_lies_inside_the_limits(value, state):
    assert judge(number(warn_low=20_000, warn_high=26_000), value) == state


@given(st.integers(-(10**12), 10**12), st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_a_number_fails_exactly_outside_its_limits(value, low, width):
    assert (judge(number(low, low + width), value) == "fail") == (not low <= value <= low + width)
    assert (judge(number(low, None), value) == "fail") == (value < low)
    assert (judge(number(None, low), value) == "fail") == (value > low)
    assert judge(number(None, None), value) == "ok"


def test_options_fail_as_the_template_says():
    item = choice("正常", "异常", "不适用")
    assert [judge(item, option) for option in item.options] == ["ok", "fail", "na"]
    assert judge(choice("是", "否", fail="是"), "是") == "fail"
    assert judge(choice("Normal", "Abnormal", fail="Abnormal"), "Abnormal") == "fail"


def test_shared_options_are_said_in_the_readers_language():
    with speaking("en"):
        assert [option_word(o) for o in ("正常", "异常", "不适用", "是", "否", "漏油")] == [
            "Normal", "Abnormal", "Not applicable", "Yes", "No", "漏油",
        ]  # fmt: skip
    with speaking("zh_CN"):
        assert option_word("Normal") == "正常"


def test_deviations_are_said_with_their_gap():
    with speaking("en"):
        assert deviation_said(number(), 27_900) == "Out of limits: 0.9 ℃ above the upper limit"
        assert deviation_said(number(), 17_900) == "Out of limits: 0.1 ℃ below the lower limit"
        assert limits_said(number(None, 60_000)) == "≤ 60 ℃"
        assert limits_said(number()) == "18 – 27 ℃"
        assert value_said(number(), 27_900, None) == "27.9 ℃"
    with speaking("zh_CN"):
        assert deviation_said(number(), 27_900) == "超限：高于上限 0.9 ℃"
