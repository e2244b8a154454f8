"""Forms from declared fields: a table says what it holds, this says how it is typed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app import values
from app.desk import Desk
from app.errors import AppError
from app.fields import Field, fields_of, parse
from app.names import candidates, label_of
from app.words import _
from ui.kit.editors import Find
from ui.kit.forms import FormField

_KINDS = {"note": "lines", "qty": "number", "measure": "number", "day": "date", "ref": "reference"}
_SAME = {"money", "price", "rate", "choice", "flag"}


def finder(desk: Desk, table: str) -> Find:
    """Finds records of a table by code, name or pinyin, those of the site in view."""

    def find(text: str) -> Sequence[tuple[Any, str]]:
        with desk.read() as read:
            return candidates(read, table, text, site=desk.site.id if desk.site else None)

    return find


def form_field(desk: Desk, table: str, name: str, *, required: bool | None = None) -> FormField:
    """The field of a form for a column; `required` where a step demands more than the table."""
    field = fields_of(table)[name]
    must = field.required if required is None else required
    kind, choices = _KINDS.get(field.kind, field.kind if field.kind in _SAME else "text"), _choices(field)
    return FormField(
        name,
        _(field.label),
        "choice" if choices else kind,
        unit=_(field.unit) if kind != "choice" and field.unit else "",
        required=must,
        choices=choices,
        find=finder(desk, field.target) if kind == "reference" else None,
        placeholder="2026-11-22 11:41" if field.kind == "instant" else "",
    )


def _choices(field: Field) -> Sequence[tuple[Any, str]]:
    if (
        field.kind == "int"
        and field.low is not None
        and field.high is not None
        and field.high - field.low < 10
    ):
        return [(n, str(n)) for n in range(field.low, field.high + 1)]
    return [(code, _(word)) for code, word in field.choices] if field.kind == "choice" else ()


def form_fields(
    desk: Desk, table: str, names: Iterable[str], *, required: Iterable[str] = ()
) -> list[FormField]:
    """The fields of a form in this order."""
    more = set(required)
    return [form_field(desk, table, name, required=True if name in more else None) for name in names]


def to_form(desk: Desk, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as the form takes them: references with their words, times at the site."""
    fields = fields_of(table)
    known = {name: value for name, value in row.items() if name in fields and value is not None}
    return {name: _shown(desk, fields[name], value) for name, value in known.items()}


def _shown(desk: Desk, field: Field, value: Any) -> Any:
    if field.kind == "ref":
        with desk.read() as read:
            return value, label_of(read, field.target, value)
    if field.kind == "instant":
        return values.show_instant(value, desk.timezone)
    return str(value) if field.kind == "int" and not _choices(field) else value


def from_form(desk: Desk, table: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed in the physical form of its fields; empty is None. Raises FieldError for a time that is none."""
    fields = fields_of(table)
    return {name: _read(desk, name, fields[name], value) for name, value in typed.items() if name in fields}


def _read(desk: Desk, name: str, field: Field, value: Any) -> Any:
    if value in (None, ""):
        return None
    try:
        if field.kind == "instant":
            return values.parse_instant(value, desk.timezone)
        return parse(field, value) if field.kind == "int" and isinstance(value, str) else value
    except AppError as error:
        raise FieldError(name, error) from error


class FieldError(AppError):
    """What was typed into a field cannot be read; `field` is its name."""

    def __init__(self, field: str, error: AppError) -> None:
        super().__init__(error.message, **error.params)
        self.field = field


def unreadable(desk: Desk, table: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """The sentence at the field whose text cannot be read; empty when all can (for `FormDialog.ask(check=...)`)."""
    try:
        from_form(desk, table, typed)
    except FieldError as error:
        return {error.field: str(error)}
    return {}
