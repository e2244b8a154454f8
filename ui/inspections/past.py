"""What an item was before: the last five values with their trend, and the orders that are open on its machine."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.fields import fields_of
from app.inspections.queries import Past
from app.inspections.rules import FAIL, NA, Item, option_word, with_unit
from app.values import local, show_quantity
from app.words import _
from ui.inspections.place_list import SIGNS
from ui.kit import theme
from ui.kit.charts import Point, Trend, TrendChart
from ui.kit.chips import Chip
from ui.kit.labels import ElidedLabel, SignLabel, label, line
from ui.kit.layout import Card


def day_said(instant: int, timezone: str) -> str:
    """A day as it stands in a narrow column."""
    return local(instant, timezone).strftime("%m-%d")


def trend_of(item: Item, past: Sequence[Past], now: int | None, timezone: str) -> Trend:
    """The last values and today's as a chart; what was not measured is a gap."""
    points = [Point(day_said(p.day_at, timezone), p.value_num) for p in past]
    if now is not None:
        points.append(Point(_("today"), now))
    return Trend(points, item.limit_low, item.limit_high)


class PastCard(Card):
    """The card at the right of a round."""

    def __init__(
        self,
        item: Item,
        past: Sequence[Past],
        orders: Sequence[tuple[str, str]],
        timezone: str,
        now: int | None,
    ) -> None:
        super().__init__(_("Last five"))
        self.setFixedWidth(256)
        self._item, self._past, self._timezone = item, past, timezone
        self._chart: TrendChart | None = None
        if item.unit:
            self.add_action(label(item.unit, "caption", "text_2"))
        if item.is_number and past:
            self._chart = TrendChart(trend_of(item, past, now, timezone))
            self._chart.setMinimumHeight(190)
            self.body.addWidget(self._chart, 1)
            self.body.addWidget(line())
        for found in reversed(past):
            self.body.addWidget(self._row(found))
        if not past:
            self.body.addWidget(label(_("Not checked here before"), "dense", "text_3", wrap=True))
        if change := self._change():
            self.body.addWidget(line())
            self.body.addWidget(label(change, "caption", "text_2", wrap=True))
        if orders:
            self._add_orders(orders)

    def set_now(self, value: int | None) -> None:
        """The value that is being typed joins the line."""
        if self._chart:
            self._chart.set(trend_of(self._item, self._past, value, self._timezone))

    def _row(self, found: Past) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label(day_said(found.day_at, self._timezone), "dense", "text_2"))
        row.addStretch()
        sign, tone = SIGNS[found.state]
        row.addWidget(SignLabel(sign, tone, 16))
        said = (
            self._figure(found.value_num)
            if found.value_num is not None
            else option_word(found.value_text or "")
        )
        if found.state == NA:
            said = _("n/a")
        said = QFontMetrics(theme.font("dense")).elidedText(said, Qt.TextElideMode.ElideRight, 130)
        row.addWidget(label(said, "dense", "danger_text" if found.state == FAIL else "text_2"))
        return made

    def _figure(self, value: int) -> str:
        """A value with as many digits as the finest of the five, so that the points stand under each other."""
        said = [show_quantity(p.value_num) for p in self._past if p.value_num is not None]
        digits = max(len(words.partition(".")[2]) for words in said)
        whole, _point, rest = show_quantity(value).partition(".")
        return f"{whole}.{rest:0<{digits}}" if digits else whole

    def _change(self) -> str:
        values = [p.value_num for p in self._past if p.value_num is not None]
        if len(values) < 2:
            return ""
        gap = with_unit(show_quantity(abs(values[-1] - values[0])), self._item.unit)
        if values[-1] == values[0]:
            return _("No change over {count} rounds").format(count=len(values))
        text = (
            _("{gap} higher over {count} rounds")
            if values[-1] > values[0]
            else _("{gap} lower over {count} rounds")
        )
        return text.format(gap=gap, count=len(values))

    def _add_orders(self, orders: Sequence[tuple[str, str]]) -> None:
        self.body.addSpacing(4)
        self.body.addWidget(line())
        self.body.addWidget(label(_("Open work orders"), "body_strong"))
        words = dict(fields_of("work_order")["status"].choices)
        for code, status in orders:
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(SignLabel("hammer", "text_2", 16))
            row.addWidget(ElidedLabel(code, "dense"), 1)
            row.addWidget(Chip(_(words[status]), "info" if status == "in_progress" else "neutral", bare=True))
            self.body.addWidget(holder)
        said = _("This machine has an open work order already. Look there before you ask for another.")
        self.body.addWidget(label(said, "caption", "text_2", wrap=True))
