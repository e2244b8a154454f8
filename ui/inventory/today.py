"""The storekeeper's first page: what needs action, the warnings as they come, what was booked last."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout

from app.access import Permission
from app.desk import Desk
from app.inventory import figures
from app.inventory.figures import Summary, WarningRow
from app.inventory.ledger import MovementRow, last_movements
from app.inventory.scans import resolve_scan
from app.inventory.taking import waiting
from app.signs import sign
from app.stocktake.recount import Asked, asked_of
from app.words import N_, _, ngettext
from ui.inventory.booking import may_book
from ui.inventory.tables import (
    RULE_STATES,
    FixedSource,
    all_of,
    amount,
    change,
    short_bin,
    since,
    site_of,
    status_width,
    type_sign,
    type_width,
    warning_sign,
)
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks
from ui.kit.tiles import Figure, Tile

_TILES = ("out_of_stock", "below_safety", "at_reorder")


class StorePage(Page):
    """The store today: tiles that lead to their lists, open warnings, the last movements."""

    list_wanted = Signal(object)
    """The filters of the part list that a tile stands for; {"page": "proposal"} for the purchase proposal."""

    part_wanted = Signal(object)
    """The id of a part that was opened or scanned."""

    count_wanted = Signal(object)
    """The id of a stock-take in which lines are to be counted again."""

    record_wanted = Signal(str, object)
    """Table and id of a record to be opened."""

    station_wanted = Signal()

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Store today"))
        self._desk, self._tasks = desk, tasks
        self._warnings: list[WarningRow] = []
        self._movements: list[MovementRow] = []
        self.tiles: list[Tile] = []
        self.set_facts(f"{all_of(desk)}·{desk.today()}")
        if may_book(desk, "issue"):
            station = button(_("Scan station"), "scan-line", "primary")
            station.clicked.connect(self.station_wanted)
            self.set_primary(station)
        self._asked = Asked()
        self._add_tasks()
        self._tiles = QGridLayout()
        self._tiles.setSpacing(13)
        self.body.addLayout(self._tiles)
        self.warnings = self._table(self._warning_columns(), lambda: self._warnings)
        self.movements = self._table(self._movement_columns(), lambda: self._movements)
        self._lay_out()
        self.reload()

    def _add_tasks(self) -> None:
        """What waits for the storekeeper himself: withdrawals of the night, lines to be counted again."""
        look = button(_("Look at them"), "arrow-right", scale="small")
        look.clicked.connect(lambda: self.list_wanted.emit({"page": "books"}))
        self.waiting = NoteStrip("", "warn", "clock-alert", look)
        count = button(_("Count"), "arrow-right", scale="small")
        count.clicked.connect(self._on_recount)
        self.recounts = NoteStrip("", "warn", "clipboard-list", count)
        for strip in (self.waiting, self.recounts):
            self.body.addWidget(strip)
            strip.hide()

    def _on_recount(self) -> None:
        """To the counting; where it was closed, to the stock-take, which must be opened again first."""
        if self._asked.open:
            self.count_wanted.emit(self._asked.count)
        elif self._asked.count:
            self.record_wanted.emit("stock_count", self._asked.count)

    def _show_tasks(self, waits: int, asked: Asked) -> None:
        words = ngettext(
            "{count} withdrawal of a technician waits for you.",
            "{count} withdrawals of technicians wait for you.",
            waits,
        )
        self.waiting.set(words.format(count=waits), "warn", "clock-alert")
        self.waiting.setVisible(waits > 0)
        self._asked = asked
        words = ngettext(
            "{count} line of a stocktake is to be counted again.",
            "{count} lines of stocktakes are to be counted again.",
            asked.lines,
        ).format(count=asked.lines)
        mine = _("You are asked for {count} of them.").format(count=asked.mine) if asked.mine else ""
        self.recounts.set(words, "warn", "clipboard-list", mine)
        self.recounts.setVisible(asked.lines > 0)

    def _lay_out(self) -> None:
        self._card = Card(_("Warnings"), margins=False)
        self._card.body.addWidget(self.warnings)
        moved = Card(_("Last movements"), margins=False)
        moved.body.addWidget(self.movements)
        self._cards = QHBoxLayout()
        self._cards.setSpacing(13)
        self._cards.addWidget(self._card, 3)
        self._cards.addWidget(moved, 2)
        self.body.addLayout(self._cards, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Side by side where there is room; else two tiles to a row, and the lists below each other."""
        narrow = self.width() < 900
        across = 2 if narrow else 4
        for place, tile in enumerate(self.tiles):
            self._tiles.addWidget(tile, place // across, place % across)
        for column in range(4):
            self._tiles.setColumnStretch(column, int(column < across))
        way = QHBoxLayout.Direction.TopToBottom if narrow else QHBoxLayout.Direction.LeftToRight
        self._cards.setDirection(way)

    def _table(self, columns: tuple[Column, ...], rows: Callable[[], list[Any]]) -> Table:
        made = Table(columns, FixedSource(rows), empty=EmptyState("nothing_to_do", _("Nothing here")))
        made.setMinimumHeight(240)
        made.opened.connect(lambda n: self.part_wanted.emit(next(r.part_id for r in rows() if r.n == n)))
        return made

    def _warning_columns(self) -> tuple[Column, ...]:
        warn_width = status_width(map(sign, RULE_STATES.values()))
        return (
            Column("state", N_("Status"), "status", warn_width, sortable=False, value=warning_sign),
            Column("part_no", N_("Part no."), "code", 100, second=lambda row: row.name),
            Column("name", N_("Name"), width=100, stretch=True, compact=False),
            Column("available", N_("Available"), "number", 80, value=lambda row: amount(row.available, row.unit)),
            Column("proposal", N_("To buy"), "number", 70,
                   value=lambda row: change(row.proposal) if row.proposal else None),
            Column("raised_at", N_("Since"), "date", 64, value=lambda row: since(self._desk, row.raised_at)),
        )  # fmt: skip

    def _movement_columns(self) -> tuple[Column, ...]:
        return (
            Column("happened_at", N_("Time"), "date", 64, value=lambda row: since(self._desk, row.happened_at)),
            Column("type", N_("Type"), "status", type_width(), sortable=False, value=type_sign),
            Column("part_no", N_("Part no."), "code", 100, stretch=True, second=lambda row: row.name),
            Column("qty", N_("Quantity"), "number", 74, value=lambda row: change(row.qty, row.unit)),
            Column("bin", N_("Bin"), width=56, compact=False, tone="text_2", value=lambda row: short_bin(row.bin)),
        )  # fmt: skip

    def reload(self) -> None:
        """Read everything again."""
        desk, site = self._desk, site_of(self._desk)

        def work() -> tuple[Summary, list[WarningRow], list[MovementRow], int, Asked]:
            keeps = desk.may(Permission.MOVE_STOCK)
            with desk.read() as read:
                return (
                    figures.summary(read, site),
                    figures.warnings(read, site),
                    last_movements(read, site, 12),
                    len(waiting(read, site)) if keeps else 0,
                    asked_of(read, desk) if keeps else Asked(),
                )

        self._tasks.run(work, self._show, owner=self, latest="today")

    def _show(self, found: tuple[Summary, list[WarningRow], list[MovementRow], int, Asked]) -> None:
        told, self._warnings, self._movements, waits, asked = found
        self._show_tasks(waits, asked)
        for old in self.tiles:
            self._tiles.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.tiles.clear()
        for state in _TILES:
            look, count = sign(state), told.states[state]
            figure = Figure(str(count), "", _("Needs action") if count else sign("ok").text, look.level if count else "ok",
                            look.icon if count else None, _("of {total} parts").format(total=told.parts))  # fmt: skip
            self._add_tile(look.text, figure, {"state": state})
        bought = ngettext("from {count} supplier", "from {count} suppliers", told.suppliers)
        word = _("Purchase proposal") if told.proposals else sign("ok").text
        level = "warn" if told.proposals else "ok"
        figure = Figure(str(told.proposals), "", word, level, "shopping-cart" if told.proposals else None,
                        bought.format(count=told.suppliers))  # fmt: skip
        self._add_tile(_("To buy"), figure, {"page": "proposal"})
        self._arrange()
        self._card.set_facts(str(len(self._warnings)))
        self.warnings.refresh()
        self.movements.refresh()

    def _add_tile(self, title: str, figure: Figure, target: dict[str, str]) -> None:
        tile = Tile(title, figure)
        tile.clicked.connect(lambda: self.list_wanted.emit(target))
        self.tiles.append(tile)

    def refresh(self, topics: set[str]) -> None:
        """Something has changed in the store."""
        if topics & {"stock", "alerts", "inventory"}:
            self.reload()

    def on_scan(self, text: str) -> bool:
        """A part's label opens the part."""
        found = resolve_scan(self._desk, text)
        if found.kind == "part":
            self.part_wanted.emit(found.id)
        return found.kind == "part"

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Enter", _("Open the part"))]
