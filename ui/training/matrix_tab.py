"""The matrix tab: filters, the grid, what its signs mean, and the record behind a cell."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.access import Permission
from app.desk import Desk
from app.fields import fields_of
from app.reports.sources.job import ALL
from app.signs import sign
from app.training.actions import void_record
from app.training.figures import Share
from app.training.matrix import Matrix, matrix
from app.training.people import person, posts, team_code, teams
from app.training.rules import DAYS_AHEAD
from app.words import N_, _
from ui.kit import icons, theme
from ui.kit.buttons import Button, button
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.forms import FormField
from ui.kit.inspector import Inspector, Panes
from ui.kit.labels import ElidedLabel, SignLabel, label
from ui.kit.tasks import Tasks
from ui.training.dialogs import Place, result_dialog
from ui.training.forms import WriteDialog
from ui.training.grid import MatrixView
from ui.training.person import fill_person, fill_standing
from ui.training.register import Tab

#: The counts over the matrix: the states each stands for, and its sign.
COUNTS = {"gone": ("expired", "not_passed"), "missing": ("missing",), "expiring": ("expiring",)}


class Counts(QWidget):
    """Expired, missing, expiring: how many, and a press shows only the people whom it concerns."""

    chosen = Signal(object)
    """The states that are wanted; None shows everybody."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._buttons: dict[str, Button] = {}
        for key, states in COUNTS.items():
            look = sign(states[0])
            made = Button()
            made.setFont(theme.font("dense"))
            made.setProperty("scale", "small")
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.setIcon(icons.icon(look.icon, f"{look.level}_sign", 16))
            made.clicked.connect(partial(self._on_clicked, key))
            row.addWidget(made)
            self._buttons[key] = made
        self._words = {
            "gone": _("Expired or not passed {count}"),
            "missing": _("Missing {count}"),
            "expiring": _("Expiring {count}"),
        }

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """The counts of the required pairs."""
        for key, states in COUNTS.items():
            count = sum(counts.get(state, 0) for state in states)
            self._buttons[key].set_text(self._words[key].format(count=count))

    def press(self, key: str | None) -> None:
        """Show only the people of one count, or everybody."""
        for other, made in self._buttons.items():
            made.setChecked(other == key)
        self.chosen.emit(COUNTS[key] if key else None)

    def _on_clicked(self, key: str) -> None:
        self.press(key if self._buttons[key].isChecked() else None)


class Legend(QWidget):
    """What the signs mean, with the window in days, and the sums at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(36)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(18)
        words = (
            ("valid", _("Valid (year-month of its end)")),
            ("expiring", _("Expires within {days} days").format(days=DAYS_AHEAD)),
            ("expired", _("Expired or not passed")),
            ("missing", _("Missing: required, no record")),
        )
        self._parts: list[QWidget] = []
        for state, text in words:
            part = QWidget()
            inner = QHBoxLayout(part)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(5)
            look = theme.LEVELS[sign(state).level]
            inner.addWidget(SignLabel(sign(state).icon, look.sign, 15))
            inner.addWidget(label(text, "caption", look.text))
            row.addWidget(part)
            self._parts.append(part)
        last = label(_("· not required"), "caption", "text_2")
        row.addWidget(last)
        self._parts.append(last)
        self.sums = ElidedLabel("", "caption", "text_2")
        self.sums.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.sums, 1)

    def show_sums(self, text: str) -> None:
        """How many of the required pairs hold; what does not fit beside it of the legend goes."""
        self.sums.setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 40 - QFontMetrics(self.sums.font()).horizontalAdvance(self.sums.text())
        for part in self._parts:
            room -= part.sizeHint().width() + 18
            part.setVisible(room > 0)


class MatrixTab(Tab):
    """People by courses."""

    title = N_("Training matrix")

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(desk, tasks)
        self.view, self.inspector, self.legend, self.counts = MatrixView(), Inspector(), Legend(), Counts()
        self._teams: list[Choice] = []
        self._posts: list[Choice] = []
        self._states: Any = None
        self._shown = ("", -1, -1)
        self._read_choices()
        self.filters = FilterRow(self._filters(), hint=_("Name or number"))
        clear = button(_("Clear filters"), "funnel")
        clear.clicked.connect(self._on_clear)
        text = _("Change the filters or the search text.")
        self._nobody = EmptyState("nothing_found", _("Nobody in this selection"), text, clear)
        self._none = EmptyState(
            "nothing_yet", _("No courses yet"), _("Add courses first: who needs which one.")
        )
        self._stack = QStackedWidget()
        for part in (self.view, self._nobody, self._none):
            self._stack.addWidget(part)
        self.panes = Panes(self._stack, self.inspector, filters=self.filters)
        self._stack.setFocusProxy(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.panes, 1)
        column.addWidget(self.legend)
        self.setFocusProxy(self.view)
        if desk.site and len(desk.sites()) > 1:  # as on every other page; its x shows the other sites, too
            self.filters.set_values({"site": desk.site.id})
        self._connect()
        self._add_buttons()
        self.reload()

    def _connect(self) -> None:
        self.filters.changed.connect(lambda _values, _text: self.reload())
        self.counts.chosen.connect(self._on_states)
        self.view.opened.connect(self._on_opened)
        self.view.person_opened.connect(self._on_person)
        self.view.selectionModel().currentChanged.connect(
            lambda now, _old: self._on_moved(now.row(), now.column())
        )

    def _add_buttons(self) -> None:
        if self.desk.may(Permission.PRINT_REPORTS):
            made = button(_("Print or export"), "printer")
            made.clicked.connect(self.report)
            self.buttons.append(made)
        if self.desk.may(Permission.EDIT_TRAINING):
            self.primary = self._primary

    def _primary(self) -> QPushButton:
        made = button(_("Record training"), "plus", "primary")
        made.clicked.connect(self.new)
        return made

    def _filters(self) -> list[Filter]:
        sites = [Choice(site.id, site.name) for site in self.desk.sites()]
        kinds = [Choice(code, _(word)) for code, word in fields_of("course")["category"].choices]
        made = [
            Filter("team", N_("Team"), lambda: self._teams),
            Filter("post", N_("Post"), lambda: self._posts),
            Filter("category", N_("Category"), lambda: kinds),
            Filter("gaps", N_("Only with gaps")),
        ]
        return [Filter("site", N_("Site"), lambda: sites), *made] if len(sites) > 1 else made

    def _read_choices(self) -> None:
        with self.desk.read() as read:
            self._teams = [Choice(word.value, word.words) for word in teams(read)]
            self._posts = [Choice(word.value, word.words) for word in posts(read)]

    # what is shown

    def asked(self) -> dict[str, Any]:
        """The filters that are on, as the print takes them, too."""
        values = self.filters.values()
        return values | {"state": self._states} if self._states else values

    def reload(self) -> None:
        asked, text = self.asked(), self.filters.search.text().strip()
        desk = self.desk

        def work() -> Matrix:
            with desk.read() as read:
                return matrix(read, desk.actor, desk.today(), asked, text)

        self.tasks.run(work, self._show, owner=self, latest="matrix")

    def _show(self, found: Matrix) -> None:
        self.view.show_matrix(found)
        empty = self._none if not found.courses else self._nobody
        self._stack.setCurrentWidget(self.view if found.lines and found.courses else empty)
        self.counts.show_counts(found.counts)
        coverage = Share(found.held, found.required)
        said = _("{people} people × {courses} courses").format(
            people=len(found.lines), courses=len(found.courses)
        )
        share = _("coverage {percent} % ({held} / {required})").format(
            percent=coverage.percent, held=coverage.part, required=coverage.whole
        )
        day = _("As of {date}").format(date=found.as_of)
        self.facts = "·".join([day, said, share] if coverage.whole else [day, said])
        counts = found.counts
        sums = _("Required: valid {valid}·expiring {expiring}·expired or not passed {gone}·missing {missing}")
        gone = counts["expired"] + counts["not_passed"]
        self.legend.show_sums(
            sums.format(
                valid=counts["valid"], expiring=counts["expiring"], gone=gone, missing=counts["missing"]
            )
        )
        if not self.inspector.isHidden():
            self._fill_again()
        self.changed.emit()

    def _on_states(self, states: Any) -> None:
        self._states = states
        self.reload()

    def _on_clear(self) -> None:
        self.counts.press(None)
        self.filters.clear()

    # the inspector

    def _on_opened(self, row: int, column: int) -> None:
        self._fill_cell(row, column)
        self.panes.open_inspector()

    def _on_moved(self, row: int, column: int) -> None:
        if not self.inspector.isHidden() and row >= 0:
            self._fill_cell(row, column)

    def _on_person(self, row: int) -> None:
        self.open_person(self.view.found.found.lines[row].person.id)

    def open_person(self, staff: bytes) -> None:
        """Show the training file of a person."""
        self.view.go_to(staff)
        self._shown = ("person", -1, -1)
        self._staff = staff
        fill_person(self.inspector, self.desk, staff, self._person_buttons(staff))
        self.panes.open_inspector()

    def _fill_cell(self, row: int, column: int) -> None:
        found = self.view.found.found
        line, head = found.lines[row], found.courses[column]
        self._shown = ("cell", row, column)
        buttons = []
        if self.desk.may(Permission.EDIT_TRAINING):
            made = button(_("Record training"), "plus", scale="small")
            made.clicked.connect(lambda: self._record(row, column))
            buttons.append(made)
        file = button(_("Training file"), "user", scale="small")
        file.clicked.connect(lambda: self.open_person(line.person.id))
        place = (head, line.cells[column])
        fill_standing(self.inspector, self.desk, line, place, [*buttons, file])
        record = line.cells[column].record
        if buttons and record:
            self.inspector.add_tool("trash-2", _("Void this result"), lambda: self._void(record))

    def _fill_again(self) -> None:
        if self._shown[0] == "person":
            fill_person(self.inspector, self.desk, self._staff, self._person_buttons(self._staff))
        elif self.view.currentIndex().isValid():
            self._fill_cell(self.view.currentIndex().row(), self.view.currentIndex().column())

    def _person_buttons(self, staff: bytes) -> list[QPushButton]:
        with self.desk.read() as read:
            who = person(read, staff)
        if who is None or not self.desk.may(Permission.PRINT_REPORTS):
            return []
        made = button(_("Print training record"), "printer", scale="small")
        made.clicked.connect(lambda: self.report_wanted.emit("training-record", {"staff": who.staff_no}))
        return [made]

    # what is done

    def begin_search(self) -> None:
        self.filters.search.setFocus()

    def new(self) -> None:
        if self.primary:
            result_dialog(self._place()).open()

    def _record(self, row: int, column: int) -> None:
        found = self.view.found.found
        result_dialog(self._place(), found.lines[row].person, found.courses[column]).open()

    def _void(self, record: bytes) -> None:
        fields = [FormField("reason", _("Reason"), "lines", required=True)]
        WriteDialog(
            self,
            _("Void this result"),
            fields,
            {},
            tasks=self.tasks,
            work=lambda typed: void_record(self.desk, record, typed["reason"]),
            done=self.on_saved(_("The result is void.")),
            do=_("Void"),
            text=_("It stays in the history with the reason."),
        ).open()

    def _place(self) -> Place:
        return Place(self, self.desk, self.tasks, self.on_saved(_("The result is recorded.")))

    def report(self) -> None:
        """Preview the matrix of the site and the team in view."""
        asked = self.asked()
        code = {site.id: site.code for site in self.desk.sites()}.get(asked.get("site", b""), ALL)
        with self.desk.read() as read:
            params = {"site": code, "team": team_code(read, asked.get("team"))}
        self.report_wanted.emit("training-matrix", {key: value for key, value in params.items() if value})
