"""Forms over the registers of training: fields as they are declared, and a dialog that saves on the worker."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from app.errors import AppError, Refused
from app.fields import fields_of, from_json, to_json
from app.values import THOUSAND
from app.words import N_, _
from ui.kit.dialogs import FormDialog, Scroller
from ui.kit.editors import Find
from ui.kit.forms import FormField
from ui.kit.tasks import Tasks

_KINDS = {
    "code": "text", "text": "text", "note": "lines", "measure": "number", "int": "number", "day": "date",
    "choice": "choice", "flag": "flag", "many": "many", "ref": "reference",
}  # fmt: skip

Work = Callable[[dict[str, Any]], object]


def form_field(
    table: str, name: str, find: Find | None = None, help_text: str = "", unit: str = ""
) -> FormField:
    """The field of a form for a declared column."""
    field = fields_of(table)[name]
    return FormField(
        name,
        _(field.label),
        _KINDS[field.kind],
        unit=unit or (_(field.unit) if field.unit else ""),
        required=field.required and field.kind != "flag",
        choices=[(code, _(word)) for code, word in field.choices],
        find=find,
        help=help_text,
    )


def shown(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as the fields of a form take them."""
    made = {}
    for name, value in row.items():
        field = fields_of(table).get(name)
        if field and value is not None:
            made[name] = (
                value * THOUSAND
                if field.kind == "int"
                else from_json(value)
                if field.kind == "many"
                else value
            )
    return made


def physical(table: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What a form gives, in the form in which it is kept; raises AppError for a part of a whole thing."""
    made = dict(typed)
    for name, value in typed.items():
        field = fields_of(table).get(name)
        if field is None or value is None:
            continue
        if field.kind == "many":
            made[name] = to_json(list(value))
        elif field.kind == "int":
            if value % THOUSAND:
                raise AppError(N_("{field}: type a whole number."), field=field.label)
            made[name] = value // THOUSAND
    return made


def sentences(error: AppError) -> dict[str, str]:
    """What to say at which field; "" is said under the form."""
    if isinstance(error, Refused):
        return {found.field or found.code: str(found) for found in error.objections}
    return {"": str(error)}


class WriteDialog(FormDialog):
    """A form that saves on the worker: it closes when that is done, and stays open with what speaks against it."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        fields: Iterable[FormField],
        values: Mapping[str, Any],
        *,
        tasks: Tasks,
        work: Work,
        done: Callable[[], object],
        do: str = "",
        text: str = "",
    ) -> None:
        listed = list(fields)
        super().__init__(
            parent, title, listed, values, do=do, text=text, columns=1 if len(listed) in {3, 4} else 2
        )
        self._tasks, self._work, self._done = tasks, work, done
        self.scroller = self.findChildren(Scroller)[0]
        self.finished.connect(self.deleteLater)

    def add_below(self, *parts: QWidget) -> None:
        """More under the fields, across the whole form; it scrolls with them where the screen is low."""
        grid = self.form.layout()
        assert isinstance(grid, QGridLayout)
        for part in parts:
            grid.addWidget(part, grid.rowCount(), 0, 1, grid.columnCount())

    def values(self) -> dict[str, Any]:
        """What is to be saved."""
        return self.form.values()

    def on_save(self) -> None:
        """Save; a second press while it is under way does nothing."""
        self._note.hide()
        if not self.form.check():
            return
        typed = self.values()
        self.save.setEnabled(False)
        self._tasks.run(
            lambda: self._work(typed),
            self._on_done,
            self._on_failed,
            owner=self,
            ended=lambda: self.save.setEnabled(True),
        )

    def _on_done(self, _answer: object) -> None:
        self.accept()
        self._done()

    def _on_failed(self, error: Exception) -> None:
        said = sentences(error) if isinstance(error, AppError) else {}
        self.form.show_errors(said)
        general = [text for name, text in said.items() if text and name not in self.form.boxes]
        if general:
            self._note.set("\n".join(general), "danger")
            self._note.show()
