"""The columns and rows of the lists of the store."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtGui import QFontMetrics

from app import values
from app.desk import Desk
from app.fields import fields_of, show
from app.inventory import figures, ledger, parts
from app.inventory.ledger import MovementRow
from app.inventory.parts import PartRow
from app.signs import Sign, sign
from app.words import N_, _, language
from ui.kit import theme
from ui.kit.bars import Stock
from ui.kit.lazy import Column

#: Movement type -> icon; the level says which way it goes.
ICONS = {
    "opening": "save", "receipt": "log-in", "issue": "log-out", "return": "undo-2", "transfer_out": "arrow-left-right",
    "transfer_in": "arrow-left-right", "adjust_gain": "clipboard-check", "adjust_loss": "clipboard-check",
    "scrap": "trash-2", "loan_out": "calendar-clock", "loan_back": "undo-2",
}  # fmt: skip
RULE_STATES = {
    "stock.out": "out_of_stock", "stock.safety": "below_safety", "stock.reorder": "at_reorder",
    "stock.max": "above_max",
}  # fmt: skip


def site_of(desk: Desk) -> bytes | None:
    """The id of the site in view."""
    return desk.site.id if desk.site else None


def amount(quantity: int, unit: str = "") -> str:
    """A quantity with its unit; the minus is a real one."""
    shown = values.show_quantity(quantity).replace("-", "−")
    return f"{shown} {unit}".strip()


def change(quantity: int, unit: str = "") -> str:
    """What a movement did: `+4 个`, `−1 个`."""
    return ("+" if quantity > 0 else "") + amount(quantity, unit)


def yuan(money: int) -> str:
    """An amount in whole yuan."""
    return f"¥{(money + 50) // 100:,}"


def state_sign(row: PartRow) -> Sign:
    """The sign of a part's stock; a part without a policy says only whether there is any."""
    if row.state == "inactive":
        return Sign("neutral", "circle-slash", "", dict(fields_of("part")["status"].choices)[row.status])
    if row.state == "ok" and row.on_hand <= 0:  # without a reorder point nothing warns, but there is none
        return Sign("neutral", "circle-dashed", "", N_("None there"))
    return sign("in_stock" if row.state == "ok" else row.state)


def stock_of(row: PartRow) -> Stock:
    """The figures of the bar."""
    level = "ok" if row.state in {"ok", "inactive"} else sign(row.state).level
    return Stock(row.available, row.reserved, row.on_order, row.reorder, row.maximum, level)


def short_bin(code: str) -> str:
    """The last part of a bin's code, as it stands on the shelf."""
    return code.rpartition("-")[2]


def status_width(signs: Iterable[Sign]) -> int:
    """The room that the longest of these words takes in a status column: values may not elide."""
    metrics = QFontMetrics(theme.font("body"))
    return max(metrics.horizontalAdvance(found.text) for found in signs) + 44


def part_columns() -> tuple[Column, ...]:
    """The columns of the list of parts, the widths of words in the spoken language."""
    state_width = status_width(sign(code) for code in (*RULE_STATES.values(), "in_stock"))
    return (
        Column("part_no", N_("Part no."), "code", 96, second=lambda row: row.name),
        Column("name", N_("Name"), width=100, stretch=True, compact=False),
        Column("spec", N_("Specification"), width=78, stretch=True, compact=False, tone="text_2"),
        Column("state", N_("Status"), "status", state_width, value=state_sign),
        Column("available", N_("Available"), "number", 78, value=lambda row: amount(row.available, row.unit)),
        Column("bar", N_("Stock bar"), "bar", 166, value=stock_of, compact=False),
        Column("on_order", N_("On order"), "number", 66, compact=False,
               value=lambda row: amount(row.on_order) if row.on_order else None),
        Column("bin", N_("Bin"), width=60, compact=False, tone="text_2", value=lambda row: short_bin(row.bin)),
        Column("proposal", N_("To buy"), "number", 72, value=lambda row: change(row.proposal) if row.proposal else None),
        Column("on_hand", N_("On hand"), "number", 78, hidden=True, compact=False,
               value=lambda row: amount(row.on_hand, row.unit)),
        Column("category", N_("Category"), width=80, hidden=True, compact=False),
        Column("abc", N_("ABC class"), width=70, hidden=True, compact=False),
        Column("price", N_("Unit price"), "number", 90, hidden=True, compact=False,
               value=lambda row: values.show_price(row.price, grouped=True)),
    )  # fmt: skip


def movement_columns(desk: Desk) -> tuple[Column, ...]:
    """The columns of the ledger, in the time of the site."""
    return (
        Column("happened_at", N_("Time"), "date", 132, second=lambda row: row.number,
               value=lambda row: values.show_instant(row.happened_at, desk.timezone)),
        Column("type", N_("Type"), "status", type_width(), value=type_sign),
        Column("part_no", N_("Part no."), "code", 108, second=lambda row: row.name),
        Column("name", N_("Name"), width=130, stretch=True, compact=False),
        Column("qty", N_("Quantity"), "number", 84, value=lambda row: change(row.qty, row.unit)),
        Column("what_for", N_("For / from"), width=150, compact=False, sortable=False),
        Column("bin", N_("Bin"), width=106, compact=False, sortable=False, tone="text_2"),
        Column("taken_by", N_("Taken by"), width=90, compact=False, sortable=False),
        Column("booked_by", N_("Booked by"), width=90, hidden=True, compact=False, sortable=False, tone="text_2"),
        Column("number", N_("Movement number"), "code", 124, hidden=True, compact=False),
    )  # fmt: skip


def type_width() -> int:
    """The room for the kinds of movements."""
    words = [word for _code, word in fields_of("stock_movement")["type"].choices] + [N_("Taken back")]
    return status_width(Sign("neutral", "", "", word) for word in words)


def type_word(kind: str) -> str:
    """The word of a kind of movement."""
    return show(fields_of("stock_movement")["type"], kind)


def type_sign(row: MovementRow) -> Sign:
    """Sign and word of a movement: a reversal and what it took back are told apart from the rest."""
    word = dict(fields_of("stock_movement")["type"].choices)[row.type]
    if row.state == "reversed":
        return Sign("neutral", "circle-slash", "", word)
    if row.state == "reversal":
        return Sign("neutral", "undo-2", "", N_("Taken back"))
    return Sign("neutral", ICONS[row.type], "", word)


class PartSource:
    """The parts of the site in view for a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.site = site_of(desk)

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        wanted = dict(filters)
        self.site = wanted.pop("site", None) or site_of(self._desk)
        with self._desk.read() as read:
            return parts.part_ids(read, self.site, sort, descending=descending, filters=wanted, text=text)

    def rows(self, ids: Sequence[int]) -> Sequence[PartRow | None]:
        with self._desk.read() as read:
            return parts.part_rows(read, ids, self.site)

    def count(self) -> int:
        with self._desk.read() as read:
            return parts.part_count(read, self.site)


class MovementSource:
    """The ledger of the site in view for a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        with self._desk.read() as read:
            return ledger.movement_ids(
                read, site_of(self._desk), sort, descending=descending, filters=filters, text=text
            )

    def rows(self, ids: Sequence[int]) -> Sequence[MovementRow | None]:
        with self._desk.read() as read:
            return ledger.movement_rows(read, ids)


class FixedSource:
    """Rows that are read at once and are few: each has its number `n`."""

    def __init__(self, read: Callable[[], Sequence[Any]]) -> None:
        self._read = read
        self.found: dict[int, Any] = {}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        self.found = {row.n: row for row in self._read()}
        order = list(self.found)
        if sort:
            order.sort(key=lambda n: getattr(self.found[n], sort, 0) or 0, reverse=descending)
        return array("q", order)

    def rows(self, ids: Sequence[int]) -> Sequence[Any]:
        return [self.found.get(n) for n in ids]


def warning_sign(row: figures.WarningRow) -> Sign:
    """Sign and word of a warning."""
    if row.rule == "stock.negative":
        return Sign("danger", "octagon-alert", "×", N_("Below zero"))
    return sign(RULE_STATES[row.rule])


def since(desk: Desk, instant: int) -> str:
    """`11:41` for today, else `11-22`."""
    moment = values.local(instant, desk.timezone)
    today = moment.date().isoformat() == desk.today()
    return moment.strftime("%H:%M" if today else "%m-%d")


def said_together(*sentences: str) -> str:
    """Sentences one after the other, with a blank between them where the language has one."""
    return ("" if language().startswith("zh") else " ").join(filter(None, sentences))


def report_site(desk: Desk, site: bytes | None) -> dict[str, str]:
    """The site as a report is told: by its code; nothing where all are in view."""
    code = next((found.code for found in desk.sites() if found.id == site), "")
    return {"site": code} if code else {}


def all_of(desk: Desk) -> str:
    """The name of what is in view."""
    return desk.site.name if desk.site else _("All sites")
