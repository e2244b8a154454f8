"""What an answer means (巡检判定): pure rules over limits in thousandths and failing options. Limits are inclusive."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.fields import from_json
from app.values import show_quantity
from app.words import LANGUAGES, N_, _, language, speaking

OK, WARN, FAIL, NA = "ok", "warn", "fail", "na"
NUMBERS = frozenset({"number", "meter"})
CHOICES = frozenset({"choice", "bool"})
#: What a photo item says once its photo is there.
TAKEN = "photo"
#: Words that templates use as options; each is known in every language, so an option is read and shown in any of them.
OPTION_WORDS = (
    N_("Normal"),
    N_("Abnormal"),
    N_("Not applicable"),
    N_("Yes"),
    N_("No"),
    N_("Pass"),
    N_("Fail"),
)
LEVELS: dict[str, int] = {"alert_1": 1, "alert_2": 2, "alert_3": 3}

Value = int | str | None


@dataclass(frozen=True)
class Item:
    """One check of a template (检查项) as the rules and the pages need it."""

    id: bytes
    code: str
    seq: int
    section: str
    name: str
    name_en: str
    value_type: str
    unit: str
    limit_low: int | None
    limit_high: int | None
    warn_low: int | None
    warn_high: int | None
    options: tuple[str, ...]
    fail_options: tuple[str, ...]
    required: bool
    photo_required: bool
    on_fail: str
    location_id: bytes | None = None
    equipment_id: bytes | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Item":
        """The item of a row of `inspection_item`."""
        values: dict[str, Any] = {name: row[name] for name in _SAME}
        values |= {name: tuple(from_json(row[name]) or ()) for name in ("options", "fail_options")}
        values |= {name: row[name] or "" for name in ("section", "name_en", "unit")}
        values |= {name: bool(row[name]) for name in ("required", "photo_required")}
        return cls(**values)

    @property
    def text(self) -> str:
        """What is checked, in the language of the reader."""
        return spoken(self.name, self.name_en)

    @property
    def heading(self) -> str:
        """The section, for a reader of Chinese; sections have no English form, and an English page goes without."""
        return self.section if language() != "en" or self.section.isascii() else ""

    @property
    def is_number(self) -> bool:
        return self.value_type in NUMBERS

    @property
    def choices(self) -> tuple[str, ...]:
        """The options to choose from; a yes-or-no item without any has yes and no."""
        if self.value_type not in CHOICES:
            return ()
        return self.options or (_("Yes"), _("No"))


_SAME = [
    "id",
    "code",
    "seq",
    "name",
    "value_type",
    "limit_low",
    "limit_high",
    "warn_low",
    "warn_high",
    "on_fail",
    "location_id",
    "equipment_id",
]


def spoken(name: str | None, name_en: str | None) -> str:
    """A name in the language of the reader, as far as it has one."""
    return (name_en or name or "") if language() == "en" else (name or name_en or "")


def judge(item: Item, value: Value) -> str | None:
    """ok, warn, fail or na; None while there is no value (an empty field is not 0)."""
    if value is None or value == "":
        return None
    if item.is_number:
        return _judge_number(item, value) if isinstance(value, int) else None
    if item.value_type in CHOICES:
        if _known(str(value)) == "Not applicable":
            return NA
        return FAIL if value in item.fail_options else OK
    return OK


def _judge_number(item: Item, value: int) -> str:
    if _outside(value, item.limit_low, item.limit_high):
        return FAIL
    return WARN if _outside(value, item.warn_low, item.warn_high) else OK


def _outside(value: int, low: int | None, high: int | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def option_word(option: str) -> str:
    """An option as the reader says it: the words that templates share are translated, others stay."""
    known = _known(option)
    return _(known) if known else option


def _known(option: str) -> str:
    return _option_words().get(option.strip().casefold(), "")


@cache
def _option_words() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in LANGUAGES:
        with speaking(code):
            found |= {_(word).casefold(): word for word in OPTION_WORDS}
    return found


def with_unit(value: str, unit: str) -> str:
    """A figure and its unit, with the blank between them."""
    return f"{value} {unit}".strip()


def limits_said(item: Item) -> str:
    """The allowed range as it is read: 18 – 27 ℃, ≤ 60 %RH; empty where there is none."""
    low, high = show_quantity(item.limit_low), show_quantity(item.limit_high)
    if low and high:
        return with_unit(f"{low} – {high}", item.unit)
    if high:
        return with_unit(f"≤ {high}", item.unit)
    return with_unit(f"≥ {low}", item.unit) if low else ""


def standard_said(item: Item) -> str:
    """What is right for an item: the limits, or the options that do not fail."""
    good = [
        option_word(o) for o in item.options if o not in item.fail_options and _known(o) != "Not applicable"
    ]
    return limits_said(item) or " / ".join(good)


def value_said(item: Item, value_num: int | None, value_text: str | None) -> str:
    """An answer as it is read."""
    if value_num is not None:
        return with_unit(show_quantity(value_num), item.unit)
    if item.value_type == "photo" and value_text == TAKEN:
        return _("Photo")
    return option_word(value_text) if value_text and item.value_type in CHOICES else value_text or ""


def deviation_said(item: Item, value: Value) -> str:
    """How far a number is out of its limits; empty for an answer that is no number."""
    if isinstance(value, int):
        if item.limit_high is not None and value > item.limit_high:
            gap = with_unit(show_quantity(value - item.limit_high), item.unit)
            return _("Out of limits: {gap} above the upper limit").format(gap=gap)
        if item.limit_low is not None and value < item.limit_low:
            gap = with_unit(show_quantity(item.limit_low - value), item.unit)
            return _("Out of limits: {gap} below the lower limit").format(gap=gap)
    return ""
