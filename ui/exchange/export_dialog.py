"""Exporting a register: as Excel or CSV, to a file that comes in again."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.desk import Desk
from app.exchange.export import export_register
from app.exchange.plan import Cancelled
from app.exchange.targets import targets
from app.words import _, ngettext
from ui.kit.bars import ProgressBar
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.editors import ChoiceEditor
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Progress, Tasks


class ExportDialog(Dialog):
    """Which register, as what; the file is whole or not there."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, name: str = "part") -> None:
        super().__init__(
            parent,
            _("Export"),
            _("The file can be changed and imported again: records are recognised by their number."),
        )
        self.desk, self.tasks = desk, tasks
        self._progress: Progress | None = None
        self.register = ChoiceEditor([(t.name, _(t.title)) for t in targets().values()], required=True)
        self.register.set_value(name)
        self.form = ChoiceEditor(
            [(".xlsx", _("Excel workbook (.xlsx)")), (".csv", _("CSV (.csv), UTF-8"))], required=True
        )
        self.form.set_value(".xlsx")
        for word, editor in ((_("Register"), self.register), (_("Format"), self.form)):
            self.body.addWidget(label(word, "caption", "text_2"))
            self.body.addWidget(editor)
        self._bar = ProgressBar()
        self.note = NoteStrip("", "ok")
        for part in (self._bar, self.note):
            part.hide()
            self.body.addWidget(part)
        self.close_button = button(_("Close"), scale="large")
        self.close_button.clicked.connect(self.reject)
        self.save = button(_("Choose a place and save"), "download", kind="primary", scale="large")
        self.save.clicked.connect(self.on_save)
        self.add_button(self.close_button)
        self.add_button(self.save, safe=True)

    def on_save(self) -> None:
        """Asks for the place, then writes."""
        suffix = str(self.form.value())
        title = self.register.currentText()
        name, _kind = QFileDialog.getSaveFileName(
            self, _("Export"), f"{title} {self.desk.today()}{suffix}", f"*{suffix}"
        )
        if name:
            path = Path(name)
            self.write(path if path.suffix.casefold() == suffix else path.with_name(path.name + suffix))

    def write(self, path: Path) -> None:
        """Write the register that is chosen."""
        register = str(self.register.value())
        self._progress = Progress(self)
        self._progress.reported.connect(self._bar.set)
        self._bar.show()
        self.save.setEnabled(False)

        def work(progress: Progress) -> int:
            def tell(done: int, total: int) -> None:
                if progress.cancelled:
                    raise Cancelled
                progress.report(done, total)

            return export_register(self.desk, register, path, progress=tell)

        self.tasks.run(
            work,
            lambda count: self._say(
                ngettext("{count} row written to {name}", "{count} rows written to {name}", count).format(
                    count=count, name=path.name
                ),
                "ok",
            ),
            lambda error: self._say(str(error), "danger"),
            owner=self,
            ended=self._on_ended,
            progress=self._progress,
        )

    def _on_ended(self) -> None:
        self._progress = None
        self._bar.hide()
        self.save.setEnabled(True)

    def _say(self, text: str, level: str) -> None:
        self.note.set(text, level)
        self.note.show()

    def reject(self) -> None:
        if self._progress:
            self._progress.cancel()
        super().reject()
