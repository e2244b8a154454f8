"""The columns of one file bound to fields: every cell of a row becomes a value, or a problem that is noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.access import Actor
from app.desk import Desk
from app.errors import AppError
from app.exchange.cells import ERROR, NOTE, Problem, Rounded, from_error, from_objection, value_of
from app.exchange.mapping import Mapping
from app.exchange.plan import Line, Options
from app.exchange.read import Row, Sheet
from app.exchange.resolve import Resolver
from app.exchange.targets import OPENING, Column, Target
from app.exchange.units import Measured, measured
from app.fields import check_row, show
from app.words import N_, _

Given = dict[str, Any]
#: What stands for a character that the file's encoding lost.
LOST = "\ufffd"
#: What is said of a number with more decimals than are kept, by the kind of its field.
_ROUNDED = {
    "price": N_("Rounded to {shown}: prices have four decimals."),
    "qty": N_("Rounded to {shown}: quantities have three decimals."),
}
#: Texts of a column whose values are remembered.
_KNOWN = 10_000


@dataclass(frozen=True)
class Bound:
    """A field with the places of its headings in the file."""

    column: Column
    table: str
    places: tuple[int, ...]
    heading: str
    constant: str
    prefix: str
    #: Texts that were read before and gave nothing to remark: most columns hold few different ones.
    known: dict[str, Any] = field(default_factory=dict)

    def text(self, row: Row) -> str:
        """What the file says, else the constant."""
        for place in self.places:
            if found := row.cells[place]:
                return self.prefix + found
        return self.constant


def bind(target: Target, sheet: Sheet, mapping: Mapping, actor: Actor) -> list[Bound]:
    """The fields that the file or a constant feeds."""
    tables = {spec.name: spec.table for spec in target.rows} | {OPENING: "stock_movement"}
    places = {heading: place for place, heading in enumerate(sheet.header)}
    bound = []
    for column in target.columns_for(actor):
        headings = [h for h in mapping.sources.get(column.name, ()) if h in places]
        constant = mapping.constants.get(column.name, "")
        if headings or constant:
            shown = headings[0] if headings else _(column.field.label)
            where = tuple(places[h] for h in headings)
            prefix = mapping.prefixes.get(column.name, "")
            bound.append(Bound(column, tables.get(column.row, ""), where, shown, constant, prefix))
    return bound


class Cells:
    """Reads the rows of one file; what cannot be read is kept as a problem of its row."""

    def __init__(
        self, desk: Desk, target: Target, bound: list[Bound], resolver: Resolver, options: Options
    ) -> None:
        self._desk, self._target, self._resolver, self._options = desk, target, resolver, options
        self._plain = [b for b in bound if b.column.field.kind != "ref"]
        # A reference may need the site of its row, so that one comes first.
        self._refs = sorted(
            (b for b in bound if b.column.field.kind == "ref"), key=lambda b: b.column.field.target != "site"
        )
        self.bound = {b.column.name: b for b in bound}
        self.problems: list[Problem] = []
        self._units: dict[bytes, str] = {}

    def heading(self, name: str) -> str:
        """The heading that feeds a field, else the field's label."""
        found = self.bound.get(name)
        return found.heading if found else _(self._target.column(name).field.label)

    def text(self, row: Row, name: str) -> str:
        """What a row says for a field."""
        found = self.bound.get(name)
        return found.text(row) if found else ""

    def blame(self, line: Line, problem: Problem) -> None:
        """Note a problem of a row."""
        line.bad = line.bad or problem.level == ERROR
        self.problems.append(problem)

    def wrong(self, line: Line, name: str, message: str, mend: str, **params: Any) -> None:
        """Note an error of a field."""
        self.blame(
            line,
            Problem(line.row, self.heading(name), self.text(line.source, name), ERROR, message, mend, params),
        )

    def read(self, line: Line) -> Given:
        """Field -> value of what the row gives."""
        row = line.source
        given: Given = {}
        for bound in self._plain:
            text = bound.text(row)
            if text in bound.known:
                given[bound.column.name] = bound.known[text]
            elif text:
                self._take(given, bound, text, line, self._value)
        for bound in self._refs:
            if text := bound.text(row):
                self._take(given, bound, text, line, self._reference)
        for name in [name for name, value in given.items() if isinstance(value, Measured)]:
            self._settle_unit(line, given, name)
        return given

    def _settle_unit(self, line: Line, given: Given, name: str) -> None:
        """“250 ml” in the unit of the row's part."""
        found, bound = given.pop(name), self.bound[name]
        unit = self._unit(given)
        within = found.within(unit)
        if within is None:
            sentence = N_("{unit} is no unit that can be turned into {other}, the unit of this part.")
            self.wrong(
                line, name, sentence, N_("Write the number alone."), unit=found.unit, other=unit or "-"
            )
            return
        given[name], exact = within
        if not exact:
            shown = show(bound.column.field, given[name])
            self._note(
                line, bound, bound.text(line.source), _ROUNDED["qty"], N_("Nothing to do."), shown=shown
            )

    def _unit(self, given: Given) -> str:
        part = next((v for n, v in given.items() if n.rpartition(".")[2] == "part_id"), None)
        if "unit" in given or not isinstance(part, bytes):
            return str(given.get("unit") or "")
        if part not in self._units:
            with self._desk.read() as read:
                self._units[part] = str(read.value("SELECT unit FROM part WHERE id = ?", part) or "")
        return self._units[part]

    def _take(
        self,
        given: Given,
        bound: Bound,
        text: str,
        line: Line,
        work: Callable[[Bound, str, Line, Given], Any],
    ) -> None:
        if LOST in text:
            self._note(
                line,
                bound,
                text,
                N_("Characters were lost in this file."),
                N_("Save the table as Excel or UTF-8 again."),
            )
        try:
            given[bound.column.name] = work(bound, text, line, given)
        except AppError as error:
            self.blame(line, from_error(line.row, bound.heading, text, error, bound.column.field.kind))

    def _value(self, bound: Bound, text: str, line: Line, _given: Given) -> Any:
        if bound.column.field.kind == "qty" and (found := measured(text)):
            return found  # its unit is the part's, which may stand further on
        value = value_of(bound.column, bound.table, text, self._options.shift_days)
        if isinstance(value, Rounded):
            shown = show(bound.column.field, value.value)
            self._note(
                line,
                bound,
                text,
                _ROUNDED[bound.column.field.kind],
                N_("Nothing to do."),
                shown=shown,
            )
            return value.value
        if LOST not in text and len(bound.known) < _KNOWN:
            bound.known[text] = value
        return value

    def _note(self, line: Line, bound: Bound, text: str, message: str, mend: str, **params: Any) -> None:
        self.blame(line, Problem(line.row, bound.heading, text, NOTE, message, mend, params))

    def _reference(self, bound: Bound, text: str, _line: Line, given: Given) -> bytes:
        column = bound.column
        more = {
            n.removeprefix(f"{column.name}."): v for n, v in given.items() if n.startswith(f"{column.name}.")
        }
        return self._resolver.find(column.field.target, text, self.site(column.row, given), more)

    def site(self, row: str, given: Given) -> bytes | None:
        """The site of a row: its own, else the one in view."""
        found = given.get(f"{row}.site_id" if row and ":" not in row else "site_id")
        return found if isinstance(found, bytes) else self._desk.site.id if self._desk.site else None

    def check(self, table: str, prefix: str, values: Given, line: Line, *, complete: bool) -> None:
        """What the declared limits say; one problem a cell."""
        blamed = {p.column for p in self.problems[-20:] if p.row == line.row} if line.bad else set()
        for found in check_row(table, values, complete=complete):
            name = f"{prefix}{found.field}"
            if self.heading(name) not in blamed:
                self.blame(
                    line, from_objection(line.row, self.heading(name), self.text(line.source, name), found)
                )
