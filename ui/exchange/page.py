"""The import page (导入): file, columns, check, done; nothing is written before the last step, and that step can be undone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.exchange.commit import Imported, commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import Mapping, guess, guess_target, remember, remembered
from app.exchange.plan import Cancelled, Plan
from app.exchange.read import Sheet, read_table
from app.exchange.shown import Change, changes, write_problems
from app.exchange.targets import targets
from app.words import _, ngettext
from ui.exchange.check_step import CheckStep
from ui.exchange.columns_step import ColumnsStep
from ui.exchange.done_step import DoneStep
from ui.exchange.file_step import FileStep
from ui.kit.bars import ProgressBar
from ui.kit.buttons import button
from ui.kit.empty import EmptyState
from ui.kit.labels import ElidedLabel, SignLabel, label, line, plain_tip
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.steps import StepsBar
from ui.kit.tasks import Progress, Tasks

FILE, COLUMNS, CHECK, DONE = range(4)
#: Below this width the page leaves out what is said elsewhere, too.
_NARROW = 800


class ImportPage(Page):
    """A table of any kind comes in: the person sees what it will do before it does it."""

    said = Signal(str, object)
    """What was done, in words, and the action that takes it back."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Import"))
        self.desk, self.tasks = desk, tasks
        self.sheet: Sheet | None = None
        self.mapping: Mapping | None = None
        self.plan: Plan | None = None
        self.imported: Imported | None = None
        self._progress: Progress | None = None
        if not desk.may(Permission.IMPORT):
            self.body.addWidget(
                EmptyState(
                    "no_permission", _("Your role cannot import"), _("Ask a supervisor or the administrator.")
                )
            )
            return
        self.step = FILE
        self.file_step, self.columns_step = FileStep(desk), ColumnsStep(desk)
        self.check_step, self.done_step = CheckStep(), DoneStep()
        self._lay_out()
        self._connect()
        self._go(FILE)

    def _lay_out(self) -> None:
        self._steps_card = steps = Card()
        row = QHBoxLayout()
        self._steps = StepsBar([_("Choose file"), _("Match columns"), _("Trial run"), _("Import")])
        self._sign, self._file = SignLabel("file-spreadsheet", "text_2"), label("", "dense", "text_2")
        row.addWidget(self._steps, 1)
        row.addWidget(self._sign)
        row.addWidget(self._file)
        steps.body.addLayout(row)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self._stack = QStackedWidget()
        for part in (self.file_step, self.columns_step, self.check_step, self.done_step):
            self._stack.addWidget(part)
        for widget in (steps, self.note):
            self.body.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        outer = self.layout()
        if isinstance(outer, QVBoxLayout):
            outer.addWidget(line())
            outer.addWidget(self._foot())

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setProperty("ground", "surface")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 9, 20, 9)
        row.setSpacing(12)
        self.back = button(_("Back"), "arrow-left", scale="large")
        self._hint = ElidedLabel("", "dense", "text_2")
        self._bar, self._share = ProgressBar(), label("", "dense", "text_2")
        self._bar.setMinimumWidth(140)
        self.stop = button(_("Stop"), "x", scale="large")
        self.again = button(_("Check the file again"), "refresh-cw", scale="large")
        self.only_good = button("", "upload", scale="large")
        self.go_on = button("", kind="primary", scale="large")
        row.addWidget(self.back)
        row.addWidget(self._hint, 1)
        for part in (self._bar, self._share, self.stop, self.again, self.only_good, self.go_on):
            row.addWidget(part)
        return foot

    def _connect(self) -> None:
        self.file_step.chosen.connect(self.open_file)
        self.file_step.sheet_chosen.connect(self._on_sheet)
        self.file_step.target_chosen.connect(self._on_target)
        self.columns_step.changed.connect(self._show_buttons)
        self.check_step.export_wanted.connect(self._on_export)
        self.back.clicked.connect(self.on_back)
        self.again.clicked.connect(self.on_again)
        self.stop.clicked.connect(self.on_stop)
        self.go_on.clicked.connect(self.on_go_on)
        self.only_good.clicked.connect(lambda: self._import(only_good=True))
        self.done_step.undo_wanted.connect(self.on_undo)
        self.done_step.another_wanted.connect(lambda: self._go(FILE))

    # steps

    def _go(self, step: int) -> None:
        self.step = step
        self._steps.set_current(step if step < DONE else DONE + 1)
        self._stack.setCurrentIndex(step)
        parts = (self.file_step, self.columns_step, self.check_step, self.done_step)
        # The page is as high as the step that is shown, not as the highest one.
        for place, part in enumerate(parts):
            policy = QSizePolicy.Policy.Preferred if place == step else QSizePolicy.Policy.Ignored
            part.setSizePolicy(policy, policy)
        self._stack.updateGeometry()
        self.note.hide()
        title = _(targets()[self.mapping.target].title) if self.mapping and step else ""
        self.set_title(_("Import: {what}").format(what=title) if title else _("Import"))
        names = (_("choose a file"), _("which column is what"), _("what would happen"), _("done"))
        self.set_facts(_("Step {number}: {name}").format(number=step + 1, name=names[step]))
        self._show_file()
        self._show_buttons()

    def _show_file(self) -> None:
        known = self.sheet is not None and self.step != DONE and self.width() >= _NARROW
        self._sign.setVisible(known)
        self._file.setVisible(known)
        if self.sheet:
            rows = ngettext("{count} row", "{count} rows", len(self.sheet.rows)).format(
                count=len(self.sheet.rows)
            )
            name = self._file.fontMetrics().elidedText(
                self.sheet.path.name, Qt.TextElideMode.ElideMiddle, 260
            )
            self._file.setText(f"{name} · {self.sheet.form} · {rows}")
            self._file.setToolTip(plain_tip(str(self.sheet.path)))

    def _show_buttons(self) -> None:
        busy, step = self._progress is not None, self.step
        bad = self.plan.count("error") if self.plan else 0
        changed = self.plan.changes if self.plan else 0
        narrow = self.width() < _NARROW
        final = _("Import when all is mended") if bad and not narrow else _("Import")
        for made, word in ((self.back, _("Back")), (self.again, _("Check the file again"))):
            made.setText("" if narrow else " " + word)
            made.setToolTip(plain_tip(word) if narrow else "")
            made.setAccessibleName(word)
        words = (_("To the columns"), _("Check the file"), final, "")
        hints = (
            "",
            _("The choice is remembered for files with the same headings."),
            _("Nothing has been changed yet. After the import, one step takes it back."),
            "",
        )
        self._hint.setText("" if busy or self.width() < _NARROW else hints[step])
        self.go_on.setText(words[step])
        self.go_on.setVisible(step != DONE)
        self.go_on.setEnabled(not busy and self._may_go_on(bad, changed))
        self.back.setVisible(step in {COLUMNS, CHECK})
        self.back.setEnabled(not busy)
        self.again.setVisible(step == CHECK and not busy)
        self.only_good.setVisible(step == CHECK and bad > 0 and not busy)
        good = self.plan.good if self.plan else 0
        self.only_good.setEnabled(good > 0 and changed > 0)
        self.only_good.setText(
            " " + ngettext("Only the {count} good row", "Only the {count} good rows", good).format(count=good)
        )
        for part in (self._bar, self._share, self.stop):
            part.setVisible(busy)

    def _may_go_on(self, bad: int, changed: int) -> bool:
        if self.step == FILE:
            return self.sheet is not None and bool(self.file_step.target.value())
        if self.step == COLUMNS:
            return not self.columns_step.mapping().missing()
        return self.step == CHECK and bad == 0 and changed > 0

    def on_back(self) -> None:
        """One step back; what was chosen stays."""
        self._go(self.step - 1)

    def on_go_on(self) -> None:
        """The primary button of the step."""
        if self.step == FILE and self.mapping and self.sheet:
            self.columns_step.show_mapping(self.sheet, self.mapping)
            self._go(COLUMNS)
        elif self.step == COLUMNS:
            self.mapping = self.columns_step.mapping()
            self._check()
        elif self.step == CHECK:
            self._import(only_good=False)

    # work

    def open_file(self, path: Path, sheet: str = "", header_row: int = 0) -> None:
        """Read a file; what it seems to be is proposed."""
        self._run(
            lambda p: read_table(path, sheet, header_row=header_row, progress=_teller(p)), self._on_read
        )

    def _on_read(self, sheet: Sheet) -> None:
        self.sheet, self.plan = sheet, None
        allowed = [t.name for t in targets().values() if self.desk.may(t.needs)]
        self._on_target(guess_target(sheet.header, allowed))
        self.file_step.show_sheet(sheet, self.mapping.target if self.mapping else "")
        self._go(FILE)
        if sheet.lost:
            self._say(
                _(
                    "{count} characters could not be read in this encoding. Save the table as Excel or UTF-8."
                ).format(count=sheet.lost),
                "warn",
            )

    def _on_sheet(self, name: str, header_row: int) -> None:
        if self.sheet:
            self.open_file(self.sheet.path, name, header_row)

    def _on_target(self, name: str) -> None:
        if self.sheet is None or not name:
            self.mapping = None
            return
        self.mapping = remembered(self.desk, self.sheet, name) or guess(targets()[name], self.sheet.header)
        self._show_buttons()

    def on_again(self) -> None:
        """Read the file once more (it was mended meanwhile) and check it."""
        if self.sheet is None:
            return
        old = self.sheet
        self._run(lambda p: read_table(old.path, old.name, progress=_teller(p)), self._on_mended)

    def _on_mended(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._check()

    def _check(self) -> None:
        sheet, mapping = self.sheet, self.mapping
        if sheet is None or mapping is None:
            return

        def work(progress: Progress) -> tuple[Plan, list[Change]]:
            plan = dry_run(self.desk, sheet, mapping, progress=_stopper(progress))
            return plan, changes(self.desk, plan)

        self._run(work, self._on_checked)

    def _on_checked(self, found: tuple[Plan, list[Change]]) -> None:
        self.plan = found[0]
        self.check_step.show_plan(*found)
        self._go(CHECK)
        self.check_step.problems.view.setFocus()
        if self.plan.changes == 0 and self.plan.count("error") == 0:
            self._say(_("This file changes nothing: everything in it is here already."), "info")

    def _import(self, *, only_good: bool) -> None:
        plan = self.plan
        if plan is None:
            return

        def work(progress: Progress) -> Imported:
            made = commit(self.desk, plan, only_good=only_good, progress=_stopper(progress))
            remember(self.desk, plan.sheet, plan.mapping)
            return made

        self._run(work, self._on_imported)

    def _on_imported(self, made: Imported) -> None:
        self.imported = made
        self.done_step.show_result(made)
        self._go(DONE)
        self.said.emit(
            _("Imported: {new} new, {changed} changed").format(new=made.new, changed=made.changed),
            made.action_id,
        )

    def on_undo(self) -> None:
        """Take the import back in one step."""
        action = self.imported.action_id if self.imported else None
        if action:
            self._run(lambda _p: self.desk.undo(action), self._on_undone)

    def _on_undone(self, done: Done) -> None:
        self.done_step.show_undone(len(done.skipped))
        self.said.emit(_("The import was undone"), None)  # in the place of the line that offered it

    def _on_export(self, path: Path) -> None:
        plan = self.plan
        if plan:
            self._run(
                lambda _p: write_problems(plan, path),
                lambda _n: self.said.emit(_("Saved: {name}").format(name=path.name), None),
            )

    def _run(self, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        self._progress = Progress(self)
        self._progress.reported.connect(self._on_progress)
        self._on_progress(0, 0)
        self._show_buttons()
        self.tasks.run(work, done, self._on_failed, owner=self, ended=self._on_ended, progress=self._progress)

    def _on_progress(self, done: int, total: int) -> None:
        self._bar.set(done, total)
        self._share.setText(
            _("{done} of {total}").format(done=done, total=total) if total else _("Working …")
        )

    def _on_ended(self) -> None:
        self._progress = None
        self._show_buttons()

    def _on_failed(self, error: Exception) -> None:
        level = "info" if isinstance(error, Cancelled) else "danger"
        self._say(str(error), level)

    def on_stop(self) -> None:
        """Stop what runs; nothing of it stays."""
        if self._progress:
            self._progress.cancel()

    def _say(self, text: str, level: str) -> None:
        self.note.set(text, level)
        self.note.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_steps"):
            narrow = self.width() < _NARROW
            self.check_step.set_narrow(narrow)
            self.columns_step.set_narrow(narrow)
            self._steps_card.setVisible(not narrow)  # the line of facts names the step
            self._show_file()
            self._show_buttons()

    def actions_of_step(self) -> list[QPushButton]:
        """The buttons that are shown at the foot."""
        return [b for b in (self.back, self.again, self.only_good, self.go_on) if b.isVisible()]


def _stopper(progress: Progress) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if progress.cancelled:
            raise Cancelled
        progress.report(done, total)

    return tell


def _teller(progress: Progress) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if progress.cancelled:
            raise Cancelled
        progress.report(done, 0)

    return tell
