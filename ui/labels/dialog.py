"""Labels of records on sheets and rolls: layout, first free place, copies, shift, preview, print."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.access import Permission
from app.desk import Desk
from app.labels.jobs import (
    Job,
    RecordLabel,
    labels_of,
    note_labels,
    preview_labels,
    print_labels,
    send_labels,
)
from app.labels.layouts import Layout
from app.labels.sizes import Tuning, layouts, tune, tuning
from app.settings import LABEL_LAYOUT, Preferences, printers
from app.words import _, ngettext
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, tell
from ui.kit.forms import Form, FormField
from ui.kit.labels import label, line
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Runner
from ui.labels.sheet import SheetPicture
from ui.reports.viewer import Viewer

SIDE = 320
SETTLES = 250
LARGEST = QSize(1120, 960)
EDGE = 24


class LabelDialog(Dialog):
    """Prints the labels of these records (`ids` of a table: part, equipment, location, work_order); `counts` says how many of some."""

    printed = Signal(str)
    """What was done, in one line."""

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        tasks: Runner,
        table: str,
        ids: Sequence[bytes] | None = None,
        *,
        counts: Mapping[bytes, int] | None = None,
        labels: Sequence[RecordLabel] | None = None,
    ) -> None:
        self._labels = list(labels_of(desk, table, ids=ids) if labels is None else labels)
        self._counts = dict(counts or {})
        self._layouts = layouts(desk)
        count = len(self._labels)
        title = ngettext("Print {count} label", "Print {count} labels", count).format(count=count)
        super().__init__(parent, title)
        self._desk, self._tasks = desk, tasks
        self._prefs = Preferences(desk.profile, desk.actor.user_id)
        self.setFixedSize((parent.window().size() - QSize(2 * EDGE, 2 * EDGE)).boundedTo(LARGEST))
        self.finished.connect(self.deleteLater)
        self.viewer = Viewer()
        self.kind, self.form = self._make_forms()
        self.sheet = SheetPicture(self._layout())
        self.first = label("", "dense", "text_2", wrap=True)
        self.note = NoteStrip("", "warn")
        self.note.hide()
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._side())
        row.addWidget(line("v"))
        row.addWidget(self.viewer, 1)
        self.body.addLayout(row, 1)
        self.body.addWidget(self.note)
        self._add_buttons()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(SETTLES)
        self._wait.timeout.connect(self.refresh)
        self.kind.changed.connect(self._on_changed)
        self.form.changed.connect(self._on_changed)
        self.sheet.picked.connect(lambda _place: self._on_changed())
        self.sheet.marked.connect(lambda _places: self._on_changed())
        self._on_changed()
        self.refresh()

    def _make_forms(self) -> tuple[Form, Form]:
        kind = Form(
            [
                FormField(
                    "layout", _("Sheet or roll"), "choice", required=True, choices=self._choices(), given=True
                )
            ]
        )
        kept = _("Steps of 0.1 mm; kept for the next time.")
        more = Form(
            [
                FormField("copies", _("Copies of each label"), "number"),
                FormField("right", _("Shift to the right"), "number", unit="mm"),
                FormField("down", _("Shift down"), "number", unit="mm", help=kept),
                FormField("outlines", _("Outlines to cut along"), "flag"),
            ]
        )
        layout = self._prefs.option(LABEL_LAYOUT)
        kind.set_values({"layout": layout if layout in self._layouts else Job().layout})
        more.set_values({"copies": 1000, "outlines": 0} | self._shift(kind.values()["layout"]))
        return kind, more

    def _choices(self) -> list[tuple[str, str]]:
        return [(code, layout.title) for code, layout in self._layouts.items()]

    def _shift(self, layout: str) -> dict[str, int]:
        """What was set for this layout the last time, in thousandths of a millimetre."""
        self._tuned = layout
        self._tuning = tuning(self._desk, layout)
        return {"right": self._tuning.right * 100, "down": self._tuning.down * 100}

    def _side(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(10)
        column.addWidget(self.kind)
        self._caption = label(_("First free label"), "dense", "text_2")
        column.addWidget(self._caption)
        column.addWidget(self.sheet, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.first)
        column.addWidget(self.form)
        column.addWidget(
            label(
                _("Print at 100 %, not fitted to the page, or the labels miss their places."),
                "caption",
                "text_2",
                wrap=True,
            )
        )
        column.addSpacing(4)
        for words, icon, slot in (
            (_("Own sizes…"), "pencil", self.edit_sizes),
            (_("Test page and ruler…"), "file-text", self.measure),
            (_("Printed before…"), "history", self.show_history),
        ):
            made = button(words, icon, "ghost", "small")
            made.clicked.connect(slot)
            column.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()
        area = QScrollArea()
        area.setFixedWidth(SIDE)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        return area

    def _add_buttons(self) -> None:
        self.add_button(button(_("Close"))).clicked.connect(self.reject)
        self.pdf = self.add_button(button(_("Save PDF"), "file-text"))
        self.raw = self.add_button(button(_("Label printer…"), "printer"))
        self.raw.clicked.connect(self.print_raw)
        self.print = self.add_button(button(_("Print"), "printer", kind="primary"), safe=True)
        self.pdf.clicked.connect(self.save)
        self.print.clicked.connect(self.print_sheet)
        for made in (self.pdf, self.raw, self.print):
            made.setVisible(self._desk.may(Permission.PRINT_LABELS))

    # what is chosen

    def _layout(self) -> Layout:
        return self._layouts.get(self.kind.values()["layout"]) or next(iter(self._layouts.values()))

    def job(self) -> Job:
        """How the labels are printed by what is filled in."""
        values = self.form.values()
        offset = ((values["right"] or 0) / 1000, (values["down"] or 0) / 1000)
        return Job(
            self._layout().code,
            self.sheet.first,
            offset,
            bool(values["outlines"]),
            (values["copies"] or 1000) // 1000,
            self.sheet.spoilt,
            self._counts,
            self._tuning.scale,
        )

    def _on_changed(self) -> None:
        layout = self._layout()
        if layout.code != self._tuned:
            self.form.set_values(self._shift(layout.code))
        job = self.job()
        count = sum(job.copies_of(self._labels))
        self.raw.setVisible(bool(layout.dpi) and self._desk.may(Permission.PRINT_LABELS))
        self.sheet.show_sheet(layout, self.sheet.first, count)
        for part in (self.sheet, self._caption):
            part.setVisible(layout.per_page > 1)
        passed = sum(1 for place in self.sheet.spoilt if place >= self.sheet.first)
        sheets = -(-(self.sheet.first - 1 + passed + count) // layout.per_page)
        if layout.per_page > 1:
            said = ngettext(
                "Begins at place {first}; {count} sheet.", "Begins at place {first}; {count} sheets.", sheets
            )
        else:
            said = _("One label after the other; {count} in all.")
        self.first.setText(
            said.format(first=self.sheet.first, count=sheets if layout.per_page > 1 else count)
        )
        self._wait.start()

    # preview, paper, file

    def refresh(self) -> None:
        """Make the preview anew."""
        self._wait.stop()
        if self.form.problems():
            self.form.check()
            self._enable(ready=False)
            return
        self.viewer.busy.start()
        self._tasks.run(
            partial(preview_labels, self._desk, self._labels, self.job()),
            self._on_made,
            self._on_failed,
            owner=self,
            latest="preview",
            ended=self.viewer.busy.stop,
        )

    def _on_made(self, made: tuple[bytes, list[str]]) -> None:
        raw, warnings = made
        self.viewer.show_pdf(raw)
        self.note.set("\n".join(warnings), "warn")
        self.note.setVisible(bool(warnings))
        self._enable(ready=True)

    def _on_failed(self, error: Exception) -> None:
        self.note.hide()
        self.viewer.show_reason("error", str(error))
        self._enable(ready=False)

    def _enable(self, *, ready: bool) -> None:
        self.print.setEnabled(ready)
        self.pdf.setEnabled(ready)

    def print_sheet(self) -> None:
        """To the printer that the person chooses."""
        from ui.reports.paper import ask_printer, print_pdf, printed_words

        layout = self._layout()
        chosen = ask_printer(
            self,
            self.windowTitle(),
            printers(self._desk),
            f"labels.{layout.code}",
            pages=[layout.page],
            save=self.save,
            back=_("Choose another sheet or roll"),
        )
        if chosen is None:
            return
        desk, labels, job = self._desk, self._labels, self.job()

        def work() -> int:
            raw, _warnings = preview_labels(desk, labels, job)
            pages = print_pdf(raw, *chosen)
            note_labels(desk, labels, job)
            return pages

        self._run(work, lambda pages: self._finish(printed_words(pages)))

    def save(self) -> None:
        """To a file that the person chooses."""
        from ui.reports.paper import ask_file

        path = ask_file(self, f"{_('Labels')} {self._desk.today()}", "pdf")
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """To this file."""
        work = partial(print_labels, self._desk, self._labels, self.job(), path)
        self._run(work, lambda _warnings: self._finish(_("Saved as {file}").format(file=path.name)))

    # the other ways, and what belongs to the printer

    def print_raw(self) -> None:
        """To a label printer in its own language."""
        from ui.labels.printer import ask_label_printer

        used = ask_label_printer(self, self._desk, self._layout().code)
        if used is not None:
            work = partial(send_labels, self._desk, self._labels, self.job(), used)
            self._run(work, lambda _nothing: self._finish(_("Sent to the label printer")))

    def measure(self) -> None:
        """A test page, and what the ruler said."""
        from ui.labels.ruler import RulerDialog

        dialog = RulerDialog(self, self._layout(), self._tuning, printers(self._desk))
        if dialog.exec() and dialog.made:
            self._keep(dialog.made)
            self.form.set_values(self._shift(self._layout().code))
            self._on_changed()
        dialog.deleteLater()

    def _keep(self, made: Tuning) -> None:
        self._tuning = made
        tune(self._desk, self._layout().code, made)

    def edit_sizes(self) -> None:
        """Sheets and rolls of one's own."""
        from ui.labels.own_size import OwnSizeDialog

        dialog = OwnSizeDialog(self, self._desk)
        dialog.exec()
        chosen = dialog.chosen or self._layout().code
        dialog.deleteLater()
        self._layouts = layouts(self._desk)
        self.kind.editor("layout").set_choices(self._choices())
        self.kind.set_values({"layout": chosen if chosen in self._layouts else Job().layout})
        self._on_changed()

    def show_history(self) -> None:
        """What was printed before, to print it once more."""
        from ui.labels.history import HistoryDialog

        dialog = HistoryDialog(self, self._desk)
        if dialog.exec() and dialog.chosen:
            self._labels, self._counts = dialog.labels, {}
            if dialog.chosen.layout in self._layouts:
                self.kind.set_values({"layout": dialog.chosen.layout})
            self.form.set_values({"copies": dialog.chosen.copies * 1000})
            self._on_changed()
        dialog.deleteLater()

    def _run(self, work: Any, done: Any) -> None:
        values = self.form.values()
        self._prefs[LABEL_LAYOUT.key] = self._layout().code
        shift = ((values["right"] or 0) // 100, (values["down"] or 0) // 100)
        self._keep(Tuning(*shift, self._tuning.measured))
        self._enable(ready=False)
        self.viewer.busy.start()
        self._tasks.run(work, done, self._on_refused, owner=self, ended=self._on_ended)

    def _on_ended(self) -> None:
        self.viewer.busy.stop()
        self._enable(ready=True)

    def _on_refused(self, error: Exception) -> None:
        tell(self, error)

    def _finish(self, words: str) -> None:
        self.printed.emit(words)
        self.accept()
