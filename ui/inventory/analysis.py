"""The store in figures: value and criticality, turns with their variants named, stock-outs, what stands still (R-4.4-f, j)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory import classes, figures, turns
from app.inventory.availability import Service, availability, service_of
from app.inventory.classes import ABC, BASES, VED, Change
from app.inventory.idle import Idle, idle_value, months_before
from app.inventory.rules import Rules, rules_of
from app.inventory.standing import EXCESS, SIGNS, excess_value
from app.inventory.turns import ClassValue, StockOuts, Turns
from app.signs import sign
from app.words import N_, _, ngettext
from ui.inventory.rules import RulesDialog
from ui.inventory.tables import site_of, yuan
from ui.inventory.used import UsedCard
from ui.kit import theme
from ui.kit.buttons import button, icon_button
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.labels import label
from ui.kit.layout import Card, Page
from ui.kit.tasks import Tasks
from ui.kit.tiles import Figure, Tile

_VED_WORDS = {"V": N_("Vital"), "E": N_("Essential"), "D": N_("Desirable")}
_TURNS = {
    "closing": (N_("Turns, closing stock"), N_("use a year by the register ÷ stock now")),
    "mean": (N_("Turns, mean stock"), N_("issued in 12 months ÷ mean of 13 month ends")),
    "bought": (N_("Turns, purchased"), N_("received in 12 months ÷ stock now (SMRP 5.5.31)")),
}
_SHOWN = 12
#: The width that a tile needs for its figures, and how many stand side by side at most.
_TILE, _BESIDE = 270, 4
#: One with two more figures beside the first.
_WIDE = 300


@dataclass(frozen=True)
class _Found:
    matrix: dict[tuple[str, str], int]
    turns: list[Turns]
    outs: StockOuts
    service: Service
    by_class: list[ClassValue]
    idle: list[Idle]
    rules: Rules


class MatrixCell(QAbstractButton):
    """How many parts; the ground says how much care they need."""

    def __init__(self, count: int, group: int) -> None:
        super().__init__()
        self.setText(str(count))
        self._group = group
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(44)

    def sizeHint(self) -> QSize:
        return QSize(90, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = {1: "accent_soft", 2: "surface_alt", 3: "surface"}[self._group]
        painter.setBrush(theme.color("hover" if self.underMouse() else ground))
        edge = "focus" if self.hasFocus() else "accent" if self._group == 1 else "border"
        painter.setPen(QPen(theme.color(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("body_strong"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class AnalysisPage(Page):
    """Figures that lead to the parts behind them."""

    back_wanted = Signal()

    list_wanted = Signal(object)
    """The filters of the list of parts behind a figure."""

    report_requested = Signal(str, object)
    """A report by its name, with its parameters."""

    page_wanted = Signal(str)
    """`review`: the reorder points that no longer follow from use."""

    said = Signal(str, object)
    """A line for the toast, and what takes the step back."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Stock analysis"))
        self._desk, self._tasks = desk, tasks
        back = button(_("Spare parts"), "arrow-left")
        back.clicked.connect(self.back_wanted)
        self.add_action(back)
        if desk.may(Permission.EDIT_PARTS):
            made = button(_("Work out ABC classes"), "refresh-cw")
            made.clicked.connect(self.ask_classes)
            self.add_action(made)
            points = button(_("Reorder points"), "clipboard-check")
            points.clicked.connect(lambda: self.page_wanted.emit("review"))
            self.add_action(points)
        if desk.may(Permission.APPROVE_STOCK):
            rules = button(_("Rules"), "settings")
            rules.clicked.connect(self.ask_rules)
            self.add_action(rules)
        self._turns, self._outs = Card(_("Turns and days of supply")), Card(_("Stock-outs"))
        self._matrix, self._idle = (
            Card(_("Value × criticality (ABC × VED)")),
            Card(_("Slow, dead, expiring and excess stock")),
        )
        self.used = UsedCard(desk, tasks)
        self.used.report_requested.connect(self.report_requested)
        for card in (self._turns, self.used, self._matrix, self._idle, self._outs):
            self.body.addWidget(card)
        if desk.may(Permission.PRINT_REPORTS):
            for card, name in (
                (self._turns, "stock-turns"),
                (self._matrix, "abc-ved"),
                (self._idle, "idle-stock"),
                (self._outs, "stock-outs"),
            ):
                self._add_report(card, name)
        self.body.addStretch()
        self.reload()

    def _add_report(self, card: Card, name: str) -> None:
        """The way from a card to its report: preview, PDF, Excel."""
        made = icon_button("printer", _("Report: preview, PDF, Excel"))
        made.clicked.connect(lambda: self.report_requested.emit(name, {}))
        card.head.addWidget(made)

    def reload(self) -> None:
        """Read the figures again, by the worker."""
        desk, site = self._desk, site_of(self._desk)

        def work() -> _Found:
            with desk.read() as read:
                now = desk.now()
                return _Found(
                    figures.classes(read, site), turns.turns(read, site, now), turns.stock_outs(read, site, now),
                    service_of(availability(read, site, months_before(now, 12), now)),
                    turns.value_by_class(read, site), [*idle_value(read, site), excess_value(read, site)], rules_of(read),
                )  # fmt: skip

        self._tasks.run(work, self._show, owner=self, latest="analysis")

    def _show(self, found: _Found) -> None:
        self._put(self._turns, self._turn_tiles(found))
        self._put(self._matrix, self._matrix_grid(found))
        self._put(self._idle, self._idle_tiles(found.idle))
        self._put(self._outs, self._out_tiles(found.outs, found.service))
        worth = sum(row.value for row in found.by_class)
        self.set_facts(_("stock value {amount} by moving average").format(amount=yuan(worth)))

    @staticmethod
    def _put(card: Card, inner: QWidget) -> None:
        while (item := card.body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        card.body.addWidget(inner)

    # the parts of the page

    def _turn_tiles(self, found: _Found) -> QWidget:
        tiles = []
        for row in found.turns:
            title, basis = _TURNS[row.code]
            days = _("{days} days").format(days=f"{row.days:,}") if row.days is not None else ""
            days = "   ".join(filter(None, (days, f"{yuan(row.use)} ÷ {yuan(row.stock)}")))
            value = f"{row.turns / 100:.2f}" if row.turns is not None else ""
            tiles.append(Tile(_(title), Figure(value, days, basis=_(basis)), clickable=False))
        return _Tiles(tiles, _WIDE)

    def _out_tiles(self, outs: StockOuts, service: Service) -> QWidget:
        share = _share(outs.out, outs.active)
        unfilled = _share(outs.short, outs.issues)
        now = _("{count} of {total} active parts have none available").format(
            count=outs.out, total=outs.active
        )
        year = _("{count} of {total} issues took more than the bin held").format(
            count=outs.short, total=outs.issues
        )
        out = Tile(_("Out of stock now"), Figure(share, basis=now))
        out.clicked.connect(lambda: self.list_wanted.emit({"state": "out_of_stock"}))
        filled = _("{part} of {whole} issues covered, 12 months").format(
            part=service.issues - service.short, whole=service.issues
        )
        rate = "—" if service.by_issues is None else f"{service.by_issues / 10:.1f} %"
        gone = _("{count} stock-outs of the site, 12 months").format(count=service.events)
        days = _("{days} days").format(days=f"{service.out_days / 1000:,.1f}")
        return _Tiles(
            [
                out,
                Tile(_("Fill rate"), Figure(rate, basis=filled), clickable=False),
                Tile(_("Days without stock"), Figure(days, basis=gone), clickable=False),
                Tile(_("Issues not covered"), Figure(unfilled, basis=year), clickable=False),
            ]
        )

    def _idle_tiles(self, rows: list[Idle]) -> QWidget:
        tiles = []
        for row in rows:
            count = ngettext("{count} part", "{count} parts", row.parts).format(count=row.parts)
            look = sign(SIGNS[row.rule])
            tile = Tile(look.text, Figure(yuan(row.value), basis=count))
            where = {"state": EXCESS} if row.rule == EXCESS else {"idle": row.rule}
            tile.clicked.connect(partial(self._open, where))
            tiles.append(tile)
        return _Tiles(tiles)

    def _open(self, filters: dict[str, Any]) -> None:
        self.list_wanted.emit(filters)

    def _matrix_grid(self, found: _Found) -> QWidget:
        """Three by three counts, with the sums; each opens its parts."""
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        worth = {row.abc: row.value for row in found.by_class}
        for column, ved in enumerate(VED, 1):
            grid.addWidget(
                label(f"{ved}  {_(_VED_WORDS[ved])}", "body_strong"), 0, column, Qt.AlignmentFlag.AlignCenter
            )
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for line, abc in enumerate(ABC, 1):
            grid.addWidget(label(abc, "item"), line, 0)
            for column, ved in enumerate(VED, 1):
                grid.addWidget(self._cell(found, abc, ved), line, column)
            total = sum(found.matrix.get((abc, ved), 0) for ved in VED)
            words = ngettext("{count} part", "{count} parts", total).format(count=total)
            grid.addWidget(label(words, "dense", "text_2"), line, len(VED) + 1, right)
            grid.addWidget(label(yuan(worth.get(abc, 0)), "dense", "text_2"), line, len(VED) + 2, right)
        for column, ved in enumerate(VED, 1):
            total = sum(found.matrix.get((abc, ved), 0) for abc in ABC)
            words = ngettext("{count} part", "{count} parts", total).format(count=total)
            grid.addWidget(
                label(words, "dense", "text_2"), len(ABC) + 1, column, Qt.AlignmentFlag.AlignCenter
            )
            grid.setColumnStretch(column, 1)
        return holder

    def _cell(self, found: _Found, abc: str, ved: str) -> QWidget:
        group = found.rules.group(abc, ved)
        count = found.matrix.get((abc, ved), 0)
        made = MatrixCell(count, group)
        made.setToolTip(_("Group {group}: {abc} and {ved}").format(group="I" * group, abc=abc, ved=ved))
        made.setAccessibleName(f"{abc} {ved} {count}")
        made.clicked.connect(partial(self._on_cell, abc, ved))
        return made

    def _on_cell(self, abc: str, ved: str) -> None:
        self.list_wanted.emit({"abc": abc, "ved": ved})

    # classes and rules

    def ask_rules(self) -> None:
        """The limits, groups, service levels and counting cycles that hold for all sites."""
        self.dialog = RulesDialog(self, self._desk, self._tasks)
        self.dialog.saved.connect(self._on_rules)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def _on_rules(self, done: Done) -> None:
        self.said.emit(_("The rules were changed."), lambda: self._take_back(done))
        self.reload()

    def ask_classes(self) -> None:
        """The limits and what to reckon with; then what would change."""
        with self._desk.read() as read:
            rules = rules_of(read)
        bases = [(code, _(word)) for code, word in BASES.items()]
        filled = FormDialog.ask(
            self, _("Work out ABC classes"),
            [FormField("basis", _("Value of"), "choice", required=True, choices=bases, given=True),
             FormField("a", _("A up to"), "number", "%", required=True, given=True),
             FormField("b", _("B up to"), "number", "%", required=True, given=True)],
            {"basis": "register", "a": rules.a_to, "b": rules.b_to}, do=_("Show what changes"), check=self._check_limits,
            text=_("By the value of a year's use: A are the few parts that make most of it."),
        )  # fmt: skip
        if filled:
            self.show_changes(self._changes(filled))

    def _check_limits(self, filled: dict[str, Any]) -> dict[str, str]:
        try:
            self._changes(filled)
        except AppError as error:
            return {"b": str(error)}
        return {}

    def _changes(self, filled: dict[str, Any]) -> list[Change]:
        limits = Decimal(filled["a"]) / 100_000, Decimal(filled["b"]) / 100_000
        with self._desk.read() as read:
            return classes.changes(
                read, site_of(self._desk), self._desk.now(), basis=filled["basis"], limits=limits
            )

    def show_changes(self, found: list[Change]) -> None:
        """Which parts change their class; a person agrees."""
        if not found:
            self.said.emit(_("Every part has the class that follows from its use."), None)
            return
        lines = [
            f"{row.part_no}  {row.name}  {row.before or '—'} → {row.after}  {yuan(row.value)}"
            for row in found
        ]
        if len(lines) > _SHOWN:
            rest = _("and {count} more").format(count=len(lines) - _SHOWN)
            lines = [*lines[:_SHOWN], rest]
        title = ngettext("{count} part changes its class", "{count} parts change their class", len(found))
        agreed = FormDialog.ask(
            self, title.format(count=len(found)), [], do=_("Take over"), text="\n".join(lines)
        )
        if agreed is not None:
            desk = self._desk
            self._tasks.run(lambda: classes.reclassify(desk, found), self._on_done, owner=self)

    def _on_done(self, done: Done) -> None:
        self.said.emit(_("The classes were taken over."), lambda: self._take_back(done))
        self.reload()

    def _take_back(self, done: Done) -> None:
        self._tasks.run(lambda: self._desk.undo(done.action_id), lambda _done: self.reload(), owner=self)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "inventory", "alerts"}:
            self.reload()
            self.used.reload()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Tab", _("From figure to figure")), ("Enter", _("The parts behind a figure"))]


def _share(part: int, whole: int) -> str:
    return f"{(part * 2000 + whole) // (2 * whole) / 10:.1f} %" if whole else "—"


class _Tiles(QWidget):
    """Tiles side by side, as many in a line as there is room for, the lines as even as can be."""

    def __init__(self, tiles: list[Tile], least: int = _TILE) -> None:
        super().__init__()
        self._tiles, self._columns, self._least = tiles, 0, least
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self.setMinimumWidth(least)
        self._arrange(_BESIDE)

    def _arrange(self, room: int) -> None:
        lines = -(-len(self._tiles) // room)
        columns = -(-len(self._tiles) // lines)
        if columns != self._columns:
            self._columns = columns
            for number, tile in enumerate(self._tiles):
                self._grid.addWidget(tile, *divmod(number, columns))
            for column in range(_BESIDE):
                self._grid.setColumnStretch(column, int(column < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(min(max(event.size().width() // self._least, 1), _BESIDE))
