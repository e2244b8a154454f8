"""One report: what it must be told, how it will look, and the way to paper, PDF and Excel."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.access import Permission
from app.desk import Desk
from app.reports import catalogue
from app.reports.catalogue import ReportSpec
from app.reports.parameters import Parameter
from app.settings import printers
from app.words import LANGUAGES, _, language
from ui.kit.buttons import button
from ui.kit.dialogs import tell
from ui.kit.forms import Form, FormField
from ui.kit.labels import ElidedLabel, line
from ui.kit.tasks import Runner
from ui.reports.viewer import Viewer

SETTLES = 250
#: Below this height the pages cannot be read; the panel scrolls instead.
LEAST = 260
LANGUAGE = "language"


class ReportPanel(QWidget):
    """Parameters above, pages below; every change of a parameter shows itself at once."""

    done = Signal(str)
    """What was done, in one line: printed or saved, with the number of the report."""

    def __init__(
        self,
        desk: Desk,
        tasks: Runner,
        spec: ReportSpec,
        parameters: Mapping[str, str] | None = None,
        *,
        heading: bool = True,
        columns: int = 4,
    ) -> None:
        super().__init__()
        self.setProperty("ground", "bg" if heading else "none")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._columns = columns
        self._desk, self._tasks, self.spec = desk, tasks, spec
        self._busy = False
        self.viewer = Viewer()
        self.viewer.setMinimumHeight(LEAST)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(heading=heading))
        self.form = self._make_form(parameters or {})
        column.addWidget(self._boxed(self.form))
        column.addWidget(line())
        column.addWidget(self.viewer, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(SETTLES)
        self._wait.timeout.connect(self.refresh)
        self.form.changed.connect(self._wait.start)
        self._enable()
        self.refresh()

    def _head(self, *, heading: bool) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(16, 12, 16, 4)
        row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(0)
        if heading:
            words.addWidget(ElidedLabel(_(self.spec.title), "section"))
        words.addWidget(ElidedLabel(_(self.spec.purpose), "dense", "text_2"))
        row.addLayout(words, 1)
        self.excel = self._button(_("Save Excel"), "file-spreadsheet", partial(self.save, "xlsx"))
        self.pdf = self._button(_("Save PDF"), "file-text", partial(self.save, "pdf"))
        self.print = self._button(_("Print"), "printer", self.print_report, kind="primary")
        for made_button in (self.excel, self.pdf, self.print):
            row.addWidget(made_button)  # first: a widget without a parent would show as a window of its own
            made_button.setVisible(self._desk.may(Permission.PRINT_REPORTS))
        return made

    @staticmethod
    def _button(words: str, icon: str, slot: Any, kind: str = "default") -> QPushButton:
        made = button(words, icon, kind)
        made.clicked.connect(lambda _checked=False: slot())
        return made

    @staticmethod
    def _boxed(form: Form) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(16, 4, 16, 12)
        column.addWidget(form)
        return made

    def _make_form(self, parameters: Mapping[str, str]) -> Form:
        fields = [_field(self._desk, parameter) for parameter in self.spec.parameters]
        fields.append(
            FormField(
                LANGUAGE,
                _("Language of the report"),
                "choice",
                required=True,
                choices=tuple(LANGUAGES.items()),
                given=True,
            )
        )
        form = Form(fields, columns=self._columns)
        values: dict[str, Any] = {LANGUAGE: language()}
        for parameter in self.spec.parameters:
            value = parameters.get(parameter.name) or parameter.default(self._desk)
            values[parameter.name] = value or None
        form.set_values({name: value for name, value in values.items() if value is not None})
        return form

    # parameters

    def parameters(self) -> dict[str, str]:
        """What is filled in."""
        return {name: value for name, value in self.form.values().items() if value and name != LANGUAGE}

    def _spoken(self) -> str:
        return str(self.form.values()[LANGUAGE] or language())

    def refresh(self) -> None:
        """Make the preview anew, from the data as they are now."""
        self._wait.stop()
        problems = self.form.problems()
        shown = {name: text for name, text in problems.items() if self._typed(name)}
        for name, box in self.form.boxes.items():
            box.show_error(shown.get(name, ""))
        if problems:
            first = next(iter(problems))
            self._refuse("nothing_yet", _("Choose: {field}").format(field=self.form.boxes[first].field.label))
            return
        work = partial(
            catalogue.make_bytes, self._desk, self.spec.name, self.parameters(), spoken=self._spoken()
        )
        self.viewer.busy.start()
        self._tasks.run(
            work, self._on_made, self._on_failed, owner=self, latest="preview", ended=self.viewer.busy.stop
        )

    def ask(self) -> None:
        """Put the cursor where something is still to be said."""
        if problems := self.form.problems():
            self.form.editor(next(iter(problems))).setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self, name: str) -> bool:
        """Whether something stands in the field; an empty one is asked for, not called wrong."""
        text = getattr(self.form.editor(name), "text", None)
        return bool(text and text().strip())

    def _on_made(self, raw: bytes) -> None:
        self.viewer.show_pdf(raw)
        self._enable()

    def _on_failed(self, error: Exception) -> None:
        self._refuse("error", str(error))

    def _refuse(self, kind: str, words: str) -> None:
        self.viewer.show_reason(kind, words)
        self._enable()

    def _enable(self) -> None:
        ready = self.viewer.count > 0 and not self._busy
        for made in (self.print, self.pdf, self.excel):
            made.setEnabled(ready)

    # paper and files

    def print_report(self) -> None:
        """To the printer that the person chooses, with a number of its own."""
        from ui.reports.paper import ask_printer, print_pdf, printed_words

        if not self.print.isEnabled() or not self.print.isVisibleTo(self):
            return
        chosen = ask_printer(
            self,
            _(self.spec.title),
            printers(self._desk),
            f"report.{self.spec.name}",
            pages=self.viewer.papers,
            save=partial(self.save, "pdf"),
        )
        if chosen is None:
            return
        desk, name, given, spoken = self._desk, self.spec.name, self.parameters(), self._spoken()

        def work() -> int:
            return print_pdf(catalogue.make_for_printer(desk, name, given, spoken=spoken), *chosen)

        self._run(work, lambda pages: self.done.emit(printed_words(pages)))

    def save(self, form: str) -> None:
        """To a file that the person chooses."""
        from ui.reports.paper import ask_file

        path = ask_file(self, self._suggestion(), form)
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """To this file; its ending says which kind."""
        work = partial(
            catalogue.make, self._desk, self.spec.name, self.parameters(), path, spoken=self._spoken()
        )
        self._run(
            work,
            lambda number: self.done.emit(
                _("Saved as {file} ({number})").format(file=path.name, number=number)
            ),
        )

    def _suggestion(self) -> str:
        told = [
            value
            for name, value in self.parameters().items()
            if name in {"round", "code", "staff", "template"}
        ]
        return " ".join((_(self.spec.title), *told, self._desk.today()))

    def _run(self, work: Any, done: Any) -> None:
        self._busy = True
        self._enable()
        self.viewer.busy.start()
        self._tasks.run(work, done, self._on_refused, owner=self, ended=self._on_ended)

    def _on_ended(self) -> None:
        self._busy = False
        self.viewer.busy.stop()
        self._enable()

    def _on_refused(self, error: Exception) -> None:
        tell(self, error)


def _field(desk: Desk, parameter: Parameter) -> FormField:
    """The field of a parameter; one that has a default is never empty and needs no word for it."""
    title = _(parameter.title)
    if parameter.kind == "date":
        return FormField(parameter.name, title, "date")
    if parameter.choices:
        always = parameter.required or bool(parameter.default(desk))
        choices = tuple(parameter.choices(desk))
        return FormField(
            parameter.name, title, "choice", required=always, choices=choices, given=not parameter.required
        )
    return FormField(
        parameter.name,
        title,
        "reference",
        required=parameter.required,
        find=lambda text: parameter.find(desk, text) if parameter.find else (),
    )


def scrolling(panel: QWidget) -> QScrollArea:
    """The panel in a frame that scrolls where a small screen has no room for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(panel)
    return area
