"""The training page (培训): matrix, certificates, sessions, courses, staff."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QWidget

from app.access import Permission
from app.desk import Desk
from app.settings import Preferences
from app.words import _
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.labels import line
from ui.kit.layout import Page
from ui.kit.tasks import Tasks
from ui.training.matrix_tab import MatrixTab
from ui.training.register import RegisterTab, Tab
from ui.training.sessions import SessionsTab
from ui.training.tabs import CertificatesTab, CoursesTab, PeopleTab


class TrainingPage(Page):
    """Who has which course and certificate, until when, and what is to be done about it."""

    report_wanted = Signal(str, object)
    """A report by its code (training-matrix, training-record) and its parameters."""

    said = Signal(str)
    """What was done, for the toast."""

    def __init__(self, desk: Desk, tasks: Tasks, prefs: Preferences | None = None) -> None:
        super().__init__(_("Training"), table=True)
        self.desk = desk
        self.matrix = MatrixTab(desk, tasks)
        self.certificates = CertificatesTab(
            desk, tasks, prefs.part("certificates") if prefs is not None else None
        )
        self.sessions = SessionsTab(desk, tasks, prefs.part("sessions") if prefs is not None else None)
        self.courses = CoursesTab(desk, tasks, prefs.part("courses") if prefs is not None else None)
        self.people = PeopleTab(desk, tasks, prefs.part("people") if prefs is not None else None)
        self.tabs: list[Tab] = [self.matrix, self.certificates, self.sessions, self.courses, self.people]
        self._add_plan()
        self.bar, self._stack = QTabBar(), QStackedWidget()
        self.bar.setFont(theme.font("body"))
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.body.addWidget(self._tab_row())
        self.body.addWidget(line())
        self.body.addWidget(self._stack, 1)
        for tab in self.tabs:
            self._stack.addWidget(tab)
            tab.changed.connect(self._on_tab_changed)
            tab.said.connect(self.said)
            tab.report_wanted.connect(self.report_wanted)
            for made in tab.buttons:
                self.add_action(made)
        self.bar.currentChanged.connect(self._on_tab)
        self._on_tab(0)

    def _add_plan(self) -> None:
        if self.desk.may(Permission.EDIT_TRAINING):
            plan = button(_("Plan training"), "calendar-clock")
            plan.clicked.connect(self.on_plan)
            self.matrix.buttons.insert(0, plan)

    def _tab_row(self) -> QWidget:
        made = QWidget()
        made.setFixedHeight(theme.size("height.tab") + 2)
        row = QHBoxLayout(made)
        row.setContentsMargins(20, 0, 20, 0)
        row.addWidget(self.bar)
        row.addStretch()
        row.addWidget(self.matrix.counts)
        for tab in self.tabs:
            self.bar.addTab(_(tab.title))
        return made

    @property
    def tab(self) -> Tab:
        """The tab that is shown."""
        return self.tabs[self._stack.currentIndex()]

    def open_tab(self, tab: Tab) -> None:
        """Show a tab."""
        self.bar.setCurrentIndex(self.tabs.index(tab))

    def show_state(self, key: str | None) -> None:
        """The matrix of one count: gone, missing, expiring; what a tile opens."""
        self.open_tab(self.matrix)
        self.matrix.counts.press(key)

    def open_target(self, row_id: bytes) -> None:
        """A person, a certificate, a course or a session, as the jump box and the alerts open it."""
        registers: tuple[RegisterTab, ...] = (self.certificates, self.sessions, self.courses)
        for tab in registers:
            if tab.holds(row_id):
                self.open_tab(tab)
                tab.show_row(row_id)
                return
        self.open_tab(self.matrix)
        self.matrix.open_person(row_id)

    def show_list(self, filters: Mapping[str, Any]) -> None:
        """What a tile leads to: a `tab` by its name, or the matrix of one `state` (gone, missing, expiring)."""
        if "tab" in filters:
            self.open_tab(getattr(self, str(filters["tab"])))
        else:
            self.show_state(filters.get("state"))

    def on_plan(self) -> None:
        """Plan a session of the course in the current column."""
        now, found = self.matrix.view.currentIndex(), self.matrix.view.found.found
        course = found.courses[now.column()].id if now.isValid() and found.courses else None
        self.sessions.plan(course)

    def _on_tab(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        for tab in self.tabs:
            for made in tab.buttons:
                made.setVisible(tab is self.tab)
        if self.tab.primary:
            self.set_primary(self.tab.primary())
        self._fit()
        self._on_tab_changed()

    def _on_tab_changed(self) -> None:
        self.set_facts(self.tab.facts)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._enter)  # Qt gives the focus to the first widget after this

    def _enter(self) -> None:
        if self.isVisible():
            self.tab.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        wide = self.window().width() >= theme.size("breakpoint.compact_below")
        self.matrix.counts.setVisible(self.tab is self.matrix and wide)
        self.matrix.legend.setVisible(self.window().height() >= 500)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # what the window asks of a page

    def refresh(self, topics: set[str]) -> None:
        """Read again what has changed."""
        for tab in self.tabs:
            if topics & tab.topics:
                tab.reload()

    def find(self) -> None:  # type: ignore[override]  # the window's name for Ctrl F; QWidget.find is for window ids
        """Go to the search field."""
        self.tab.begin_search()

    def new(self) -> None:
        """A new record of the open tab."""
        self.tab.new()

    def print_page(self) -> None:
        """Print the matrix."""
        if self.desk.may(Permission.PRINT_REPORTS):
            self.matrix.report()

    @staticmethod
    def keys() -> list[tuple[str, str]]:
        """The keys of this page."""
        return [
            ("← ↑ → ↓", _("Move in the matrix")),
            ("Enter", _("Open the record")),
            ("Esc", _("Close the record")),
            ("Ctrl N", _("New record")),
            ("Ctrl P", _("Print")),
        ]
