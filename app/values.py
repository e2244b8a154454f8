"""Values between their one physical form (integers, ISO text) and what a person reads and types.

Quantities, measured values and limits are thousandths, money is hundredths, unit prices ten-thousandths, instants are
milliseconds UTC, dates ISO text (docs/developing.md). Never a float.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.errors import AppError
from app.words import N_

THOUSAND = 1000
MONEY = 100
PRICE = 10_000
RATE = 1_000_000
INT64 = 2**63 - 1
#: The second day of year 1 and the last but one of 9999, in seconds: any time zone still finds a date there.
_FIRST, _LAST = -62_135_510_400, 253_402_214_400

#: So much of what was typed is repeated in a sentence.
_QUOTED = 40
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def quoted(text: str) -> str:
    """What was typed, as a sentence repeats it: its beginning, without signs that cannot be seen or turn the line round."""
    seen = "".join(sign for sign in text[:200] if unicodedata.category(sign)[0] != "C")
    return seen if len(seen) <= _QUOTED and len(text) <= 200 else f"{seen[: _QUOTED - 1]}…"


def clean(text: str) -> str:
    """Text as it may enter a record: NFC, no NUL, no lone surrogate, no blanks at the ends.

    Raises AppError where a character cannot be stored in both databases.
    """
    if _UNSTORABLE.search(text):
        raise AppError(
            N_("The text holds a character that cannot be stored. Type it again instead of pasting it.")
        )
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def parse_scaled(text: str, scale: int) -> int:
    """A typed number in `1/scale` units; full-width digits, a decimal comma and 1,234.5 are understood.

    Raises AppError for anything that is not a number, has too many decimals or is too large.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "").replace("−", "-").replace("。", ".")
    if "," in plain:
        plain = (
            plain.replace(",", "")
            if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", plain)
            else plain.replace(",", ".")
        )
    if not _NUMBER.fullmatch(plain):
        raise AppError(N_("“{text}” is not a number. Type digits, for example 12.5."), text=quoted(text))
    try:
        value = Decimal(plain) * scale
    except InvalidOperation:
        raise AppError(
            N_("“{text}” is not a number. Type digits, for example 12.5."), text=quoted(text)
        ) from None
    if value != value.to_integral_value():
        places = len(str(scale)) - 1
        raise AppError(
            N_("“{text}” has too many decimals: at most {places}."), text=quoted(text), places=places
        )
    if abs(value) > 10**15:
        raise AppError(N_("“{text}” is too large."), text=quoted(text))
    return int(value)


def show_scaled(value: int | None, scale: int, places: int = 0) -> str:
    """The number without needless zeros, but with at least `places` decimals; empty for None."""
    if value is None:
        return ""
    sign, value = ("-" if value < 0 else ""), abs(value)
    whole, rest = divmod(value, scale)
    decimals = str(rest).zfill(len(str(scale)) - 1).rstrip("0").ljust(places, "0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def parse_quantity(text: str) -> int:
    """A typed quantity or measured value in thousandths."""
    return parse_scaled(text, THOUSAND)


def show_quantity(value: int | None, places: int = 0) -> str:
    """A quantity or measured value (thousandths) as text."""
    return show_scaled(value, THOUSAND, places)


def parse_money(text: str) -> int:
    """A typed amount in hundredths; a leading currency sign is dropped."""
    return parse_scaled(text.strip().lstrip("¥￥$€"), MONEY)


def show_money(value: int | None, *, grouped: bool = True) -> str:
    """An amount (hundredths) with two decimals, thousands grouped."""
    if value is None:
        return ""
    amount = Decimal(value) / MONEY
    return f"{amount:,.2f}" if grouped else f"{amount:.2f}"


def parse_price(text: str) -> int:
    """A typed unit price in ten-thousandths."""
    return parse_scaled(text.strip().lstrip("¥￥$€"), PRICE)


def show_price(value: int | None, *, grouped: bool = False) -> str:
    """A unit price (ten-thousandths), two to four decimals; with its thousands grouped where it stands beside amounts."""
    plain = show_scaled(value, PRICE, 2)
    return f"{Decimal(plain):,}" if grouped and plain else plain


def parse_rate(text: str) -> int:
    """A typed exchange rate in millionths: what one unit of the other currency costs."""
    return parse_scaled(text, RATE)


def show_rate(value: int | None) -> str:
    """An exchange rate (millionths), four to six decimals as a bank prints it."""
    return show_scaled(value, RATE, 4)


def line_value(quantity: int, price: int | None) -> int:
    """Quantity (thousandths) times unit price (ten-thousandths) in hundredths, rounded half up."""
    return (quantity * (price or 0) + 50_000) // 100_000


def parse_date(text: str) -> str:
    """A typed date as ISO text; 2026-11-22, 2026/1/2, 2026.1.2 and 2026年1月2日 are understood."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        raise AppError(N_("“{text}” is not a date. Type it like 2026-11-22."), text=quoted(text))
    try:
        return date(*map(int, match.groups()[:3])).isoformat()
    except ValueError:
        raise AppError(N_("“{text}” is not a date in the calendar."), text=quoted(text)) from None


@lru_cache(maxsize=32)
def zone(name: str) -> ZoneInfo:
    """The site's time zone by its IANA name; that of China where a record names none that there is."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return ZoneInfo("Asia/Shanghai")


def local(instant: int, timezone: str = "Asia/Shanghai") -> datetime:
    """The instant (ms UTC) on the site's wall clock; what lies outside of the calendar is shown at its end."""
    seconds = max(_FIRST, min(instant / 1000, _LAST))
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone(timezone))


def day_of(instant: int, timezone: str = "Asia/Shanghai") -> str:
    """The ISO date of an instant at the site."""
    return local(instant, timezone).date().isoformat()


def instant_of(day: str, clock: str = "00:00", timezone: str = "Asia/Shanghai") -> int:
    """The instant (ms UTC) of a wall-clock time at the site."""
    return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone(timezone)).timestamp() * 1000)


def parse_instant(text: str, timezone: str = "Asia/Shanghai") -> int:
    """A typed time at the site: `2026-11-22 11:41`; a date alone means its first minute."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("T", " ")
    day, _blank, clock = plain.partition(" ")
    hours = re.fullmatch(r"(\d{1,2}):(\d{2})", clock.strip() or "0:00")
    if not hours or int(hours[1]) > 23 or int(hours[2]) > 59:
        raise AppError(N_("“{text}” is not a time. Type it like 2026-11-22 11:41."), text=quoted(text))
    return instant_of(parse_date(day), f"{int(hours[1]):02}:{hours[2]}", timezone)


def show_instant(instant: int | None, timezone: str = "Asia/Shanghai", *, seconds: bool = False) -> str:
    """`2026-11-22 11:41` at the site; empty for None."""
    if instant is None:
        return ""
    return local(instant, timezone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
