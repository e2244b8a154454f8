"""The technician's first page (今日): rounds that are due, overdue ones first, the own work orders, certificates, the exchange."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.desk import Desk
from app.inspections.lists import RoundLine, rounds_to_do
from app.labels.payload import Kind, read_scan
from app.training.certificates import CertificateView, certificates_of
from app.values import local
from app.words import _, ngettext, pgettext
from app.work.queries import my_orders
from ui.inspections.saying import day_words
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.empty import EmptyState
from ui.kit.labels import ElidedLabel, SignLabel, label, line
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.today.orders import OrderList
from ui.today.rows import RoundRow, widths_of


class TodayPage(Page):
    """What this person has to do today."""

    round_wanted = Signal(object)
    """A RoundLine that is to be begun or gone on with."""

    scanned = Signal(str)
    """A label at a place or machine."""

    order_wanted = Signal(bytes)
    report_wanted = Signal()
    """An anomaly is to be reported."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(pgettext("page", "Today"))
        self._desk, self._tasks = desk, tasks
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(15)
        self._main, self._side = QVBoxLayout(), QVBoxLayout()
        for column in (self._main, self._side):
            column.setSpacing(13)
        left, self._right = QWidget(), QWidget()
        for holder, column in ((left, self._main), (self._right, self._side)):
            column.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(column)
        self._columns.addWidget(left, 1)
        self._columns.addWidget(self._right, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._columns)
        self.body.addStretch(1)
        self.rows: list[RoundRow] = []
        self._fill_side()
        self.refreshed()

    # left: what is to be done

    def refreshed(self) -> None:
        """Read everything again."""
        desk = self._desk
        clock = local(desk.now(), desk.timezone).strftime("%H:%M")
        self.set_facts(f"{day_words(desk.today())}·{clock}")
        lines = rounds_to_do(desk)
        had = next((row.line.id for row in self.rows if row.act.hasFocus()), None)
        _empty(self._main)
        self._main.addWidget(self._rounds(lines))
        self._add_orders()
        self._main.addStretch(1)
        for row in self.rows:
            if row.line.id == had:
                row.act.setFocus()
        self._fit()

    def _rounds(self, lines: Sequence[RoundLine]) -> Card:
        card = Card(_("Rounds due"), margins=False)
        late = sum(1 for found in lines if found.state == "overdue")
        if late:
            words = pgettext("rounds", "{count} overdue").format(count=late)
            card.head.insertWidget(1, Chip(words, "danger", "clock-alert"))
        card.add_action(label(_("By due time, overdue first"), "caption", "text_2"))
        first = next((found for found in lines if found.can_start), None)
        self.rows, widths = [], widths_of(self._desk, lines)
        for found in lines:
            card.body.addWidget(line())
            row = RoundRow(
                self._desk, found, widths, primary=found is first, may=self._desk.may(Permission.DO_ROUNDS)
            )
            row.act.clicked.connect(lambda _on=False, chosen=found: self.round_wanted.emit(chosen))
            self.rows.append(row)
            card.body.addWidget(row)
        card.body.setSpacing(0)
        if not lines:
            card.body.addWidget(line())
            empty = EmptyState(
                "nothing_to_do", _("No round is due"), _("The next ones appear here by themselves.")
            )
            empty.setMinimumHeight(180)
            card.body.addWidget(empty)
        return card

    def _add_orders(self) -> None:
        with self._desk.read() as read:
            found = my_orders(read, self._staff(), self._desk.now())
        if not found and not self._desk.may(Permission.DO_WORK):
            return
        card = Card(_("My work orders"), str(len(found)), margins=False)
        if self._desk.may(Permission.REPORT_FAULTS):
            report = button(_("Report anomaly"), "plus")
            report.clicked.connect(self.report_wanted)
            card.add_action(report)
        self.orders = OrderList(found, self._desk)
        self.orders.opened.connect(self.order_wanted)
        card.body.addWidget(self.orders)
        if not found:
            note = label(_("No work order waits for you."), "dense", "text_2")
            note.setContentsMargins(16, 4, 16, 14)
            card.body.addWidget(note)
        self._main.addWidget(card)

    def _staff(self) -> bytes | None:
        with self._desk.read() as read:
            found = read.value("SELECT staff_id FROM user_account WHERE id = ?", self._desk.actor.user_id)
        return found if isinstance(found, bytes) else None

    # right: scan, certificates, exchange

    def _fill_side(self) -> None:
        hint = NoteStrip(
            _("Scan the label of a place or machine to begin"),
            "info",
            "scan-line",
            more=_("It works on every page."),
        )
        self._side.addWidget(hint)
        if (staff := self._staff()) is not None:
            with self._desk.read() as read:
                found = certificates_of(read, staff, self._desk.today())
            urgent = [c for c in found if c.state not in {"valid", "revoked"} and not c.replaced]
            if urgent:
                self._side.addWidget(self._certificates(urgent[:3]))
        self._side.addWidget(self._exchange())
        self._side.addStretch(1)

    def _certificates(self, found: Sequence[CertificateView]) -> Card:
        card = Card(_("Certificates ending"))
        for number, view in enumerate(found):
            if number:
                card.body.addWidget(line())
            days = view.standing.days
            words = _("expired")
            if days is not None and days >= 0:
                words = ngettext("{count} day left", "{count} days left", days).format(count=days)
            level = "danger" if days is None or days < 0 else "warn" if days <= 30 else "info"
            top = QHBoxLayout()
            top.setSpacing(8)
            top.addWidget(ElidedLabel(view.type, "body"), 1)
            top.addWidget(Chip(words, level))
            card.body.addLayout(top)
            said = (
                _("{number}·review due {day}")
                if view.standing.by == "review"
                else _("{number}·valid until {day}")
            )
            said = said.format(number=view.number, day=view.standing.due or "—")
            card.body.addWidget(ElidedLabel(said, "caption", "text_2"))
        rule = _("Once it has expired, work that needs it cannot be assigned to you.")
        card.body.addWidget(label(rule, "caption", "text_2", wrap=True))
        return card

    def _exchange(self) -> Card:
        card = Card(_("Exchange"))
        card.add_action(Chip(_("Without a hub"), "neutral", "laptop"))
        for icon, words, said, level in (
            ("cloud-off", _("Hub"), _("Not connected to a hub"), ""),
            ("save", _("Saved here"), _("Everything is saved"), "ok"),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(SignLabel(icon, "text_2", 18))
            row.addWidget(label(words, "dense"))
            row.addStretch()
            row.addWidget(Chip(said, level, bare=True) if level else label(said, "dense", "text_2"))
            card.body.addLayout(row)
        rule = _("Work goes on without a network; nothing has to be sent by hand.")
        card.body.addWidget(label(rule, "caption", "text_2", wrap=True))
        return card

    # what the window asks

    def refresh(self, topics: set[str]) -> None:
        """What has changed in the store."""
        if topics & {"inspections", "rounds", "work", "training", "files"}:
            self.refreshed()

    def on_scan(self, text: str) -> bool:
        """A place or machine opens its round; other labels are for others."""
        payload = read_scan(text).payload
        if (
            payload is None
            or payload.kind not in {Kind.LC, Kind.EQ}
            or not self._desk.may(Permission.DO_ROUNDS)
        ):
            return False
        self.scanned.emit(text)
        return True

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Tab", _("from round to round")), ("Enter", _("start or continue"))]

    def _fit(self) -> None:
        """The cards at the right go under the others where the window is narrow."""
        below = self.width() < 980
        direction = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._columns.direction() != direction:
            self._columns.setDirection(direction)
        self._right.setMaximumWidth(16_777_215 if below else 320)
        self._right.setMinimumWidth(0 if below else 320)
        for row in self.rows:
            row.set_compact(compact=self.window().width() < theme.size("breakpoint.compact_below"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
