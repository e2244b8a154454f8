"""The dry run: what each row of the file would do, and every problem with row, column, value, reason and mending."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.desk import Desk
from app.errors import AppError
from app.exchange.cells import ERROR, NOTE, Problem, from_error, from_objection, value_of
from app.exchange.mapping import Mapping
from app.exchange.openings import Opening, weigh_openings
from app.exchange.read import Row, Sheet
from app.exchange.resolve import MakeId, Resolver, fresh_id
from app.exchange.targets import MAIN, OPENING, Column, RowSpec, Target, targets
from app.fields import check_row
from app.tx import Reader
from app.words import N_

Progress = Callable[[int, int], None]
Fields = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Options:
    """What only the sample's loader and tests set."""

    shift_days: int = 0
    make_id: MakeId = fresh_id
    happened_at: int | None = None


@dataclass(slots=True)
class Line:
    """What one row of the file does."""

    row: int
    key: str
    creates: list[tuple[str, bytes, dict[str, Any]]] = field(default_factory=list)
    patches: list[tuple[str, bytes, Fields]] = field(default_factory=list)
    opening: Opening | None = None
    bad: bool = False
    new: bool = False

    @property
    def verdict(self) -> str:
        """new, changed, same or error."""
        if self.bad:
            return ERROR
        if self.new:
            return "new"
        return "changed" if self.creates or self.patches or self.opening else "same"


@dataclass(frozen=True)
class Plan:
    """The result of a dry run; nothing has been written."""

    sheet: Sheet
    mapping: Mapping
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    #: Records that are created on the way: table -> id -> values.
    extra: dict[str, dict[bytes, dict[str, Any]]]
    #: The newest op that the dry run has seen.
    seen: int

    @property
    def target(self) -> Target:
        return targets()[self.mapping.target]

    def count(self, verdict: str) -> int:
        """How many rows are new, changed, same or error."""
        return sum(line.verdict == verdict for line in self.lines)

    @property
    def good(self) -> int:
        """Rows that can go in, unchanged ones included."""
        return len(self.lines) - self.count(ERROR)

    @property
    def noted(self) -> int:
        """Rows that can go in but should be looked at."""
        return len(
            {p.row for p in self.problems if p.level == NOTE} - {line.row for line in self.lines if line.bad}
        )

    @property
    def changes(self) -> int:
        """Rows that would write something."""
        return self.count("new") + self.count("changed")


def dry_run(
    desk: Desk,
    sheet: Sheet,
    mapping: Mapping,
    *,
    options: Options = Options(),
    progress: Progress | None = None,
) -> Plan:
    """Try a file without writing anything. `progress` may raise to cancel. Raises Denied where the role may not import it."""
    target = targets()[mapping.target]
    desk.actor.demand(target.needs)
    with desk.read() as read:
        seen = read.value("SELECT coalesce(max(n), 0) FROM op")
        run = _Run(read, desk, sheet, target, mapping, options)
        lines = run.lines(progress)
        run.problems += weigh_openings(read, lines, run.heading("opening.qty"))
    problems = sorted(run.problems, key=lambda p: (p.row, p.level))
    return Plan(sheet, mapping, tuple(lines), tuple(problems), run.needed(lines), int(seen))


@dataclass
class _Bound:
    """A field with the places of its headings in the file."""

    column: Column
    table: str
    places: tuple[int, ...]
    heading: str
    constant: str
    prefix: str

    def text(self, row: Row) -> str:
        """What the file says, else the constant."""
        found = next((row.cells[p] for p in self.places if row.cells[p]), "")
        return self.prefix + found if found else self.constant


class _Run:
    """One dry run."""

    def __init__(
        self, read: Reader, desk: Desk, sheet: Sheet, target: Target, mapping: Mapping, options: Options
    ) -> None:
        self._read, self._desk, self._sheet, self._target, self._options = read, desk, sheet, target, options
        self._tables = {spec.name: spec.table for spec in target.rows} | {OPENING: "stock_movement"}
        self._bound = [b for c in target.columns if (b := self._bind(c, mapping))]
        self._resolver = Resolver(read, mapping.create, options.make_id)
        self._ids: dict[int, bytes] = {}
        self._old: dict[bytes, dict[str, Any]] = {}
        self._first: dict[tuple[Any, ...], int] = {}
        self.problems: list[Problem] = []

    def _bind(self, column: Column, mapping: Mapping) -> _Bound | None:
        headings = [h for h in mapping.sources.get(column.name, ()) if h in self._sheet.header]
        constant = mapping.constants.get(column.name, "")
        if not headings and not constant:
            return None
        places = tuple(self._sheet.header.index(h) for h in headings)
        table = self._tables.get(column.row, "")
        return _Bound(
            column,
            table,
            places,
            headings[0] if headings else column.field.label,
            constant,
            mapping.prefixes.get(column.name, ""),
        )

    def heading(self, name: str) -> str:
        """The heading that feeds a field, else its name."""
        return next((b.heading for b in self._bound if b.column.name == name), name)

    def lines(self, progress: Progress | None) -> list[Line]:
        """All rows, each judged."""
        self._register_keys()
        made, total = [], len(self._sheet.rows)
        for count, row in enumerate(self._sheet.rows, 1):
            made.append(self._line(row))
            if progress and (count % 200 == 0 or count == total):
                progress(count, total)
        return made

    def needed(self, lines: list[Line]) -> dict[str, dict[bytes, dict[str, Any]]]:
        """The records to be created on the way, without those that only bad rows asked for."""
        made = self._resolver.made
        if not made or not any(line.bad for line in lines):
            return made
        used = {v for line in lines if not line.bad for v in _ids_in(line)}
        wanted = {t: {i for i in rows if i in used} for t, rows in made.items()}
        for row_id in list(wanted.get("location", ())):
            while row_id := made["location"].get(row_id, {}).get("parent_id"):
                wanted["location"].add(row_id)
        return {t: {i: v for i, v in rows.items() if i in wanted[t]} for t, rows in made.items() if wanted[t]}

    def _register_keys(self) -> None:
        """The keys of the file first, so that a row may point to one that stands below it."""
        main = self._target.main
        if main is None or len(main.key) != 1:
            return
        by_name = {b.column.name: b for b in self._bound}
        key, name = by_name.get(main.key[0]), by_name.get("name")
        if key is None or key.column.field.kind == "ref":
            return
        site = by_name.get("site_id")
        for row in self._sheet.rows:
            code = key.text(row)
            if not code:
                continue
            row_id = self._read.find(main.table, **{main.key[0]: code}) or self._options.make_id(
                main.table, code
            )
            self._ids[row.number] = row_id
            where = self._quiet(site, row) if main.table == "location" and site else None
            self._resolver.register(main.table, code, name.text(row) if name else "", row_id, where)

    def _quiet(self, bound: _Bound, row: Row) -> bytes | None:
        try:
            return self._resolver.find("site", bound.text(row))
        except AppError:
            return None

    def _line(self, row: Row) -> Line:
        line = Line(row.number, "")
        given = self._values(row, line)
        main_id: bytes | None = None
        for spec in self._target.rows:
            if spec.name == MAIN:
                main_id = self._main(spec, given, line, row)
            elif main_id is not None:
                self._attached(spec, given, main_id, line)
        if any(name.startswith(f"{OPENING}.") for name in given):
            self._opening(given, main_id, line)
        return line

    def _values(self, row: Row, line: Line) -> dict[str, Any]:
        """Field -> value of what the row gives; references last, as they need the site."""
        given: dict[str, Any] = {}
        texts = [(b, text) for b in self._bound if (text := b.text(row))]
        for bound, text in texts:
            if bound.column.field.kind != "ref":
                self._take(
                    given,
                    bound,
                    text,
                    line,
                    lambda b=bound, t=text: value_of(b.column, b.table, t, self._options.shift_days),
                )  # type: ignore[misc]
        for bound, text in sorted(texts, key=lambda pair: pair[0].column.field.target != "site"):
            if bound.column.field.kind == "ref":
                self._take(given, bound, text, line, lambda b=bound, t=text: self._reference(b, t, given))  # type: ignore[misc]
        return given

    def _take(
        self, given: dict[str, Any], bound: _Bound, text: str, line: Line, work: Callable[[], Any]
    ) -> None:
        try:
            given[bound.column.name] = work()
        except AppError as error:
            self._blame(line, from_error(line.row, bound.heading, text, error, bound.column.field.kind))

    def _reference(self, bound: _Bound, text: str, given: dict[str, Any]) -> bytes:
        column = bound.column
        site = self._site(column.row, given)
        more = {
            n.removeprefix(f"{column.name}."): v for n, v in given.items() if n.startswith(f"{column.name}.")
        }
        return self._resolver.find(column.field.target, text, site, more)

    def _site(self, row: str, given: dict[str, Any]) -> bytes | None:
        name = f"{row}.site_id" if row and not row.startswith("new:") else "site_id"
        site = given.get(name)
        return site if isinstance(site, bytes) else self._desk.site.id if self._desk.site else None

    def _blame(self, line: Line, problem: Problem) -> None:
        line.bad = line.bad or problem.level == ERROR
        self.problems.append(problem)

    def _main(self, spec: RowSpec, given: dict[str, Any], line: Line, row: Row) -> bytes | None:
        values = {
            b.column.name: given[b.column.name]
            for b in self._bound
            if b.column.row == MAIN and b.column.name in given
        }
        old = self._existing(spec, values, row)
        key = tuple(values.get(name) for name in spec.key)
        line.key = next((str(v) for v in key if isinstance(v, str)), "")
        self._demand_once(key, line)
        row_id = (
            old["id"] if old else self._ids.get(row.number) or self._options.make_id(spec.table, line.key)
        )
        self._put(spec, row_id, old, values, line)
        line.new = old is None
        return bytes(row_id)

    def _existing(self, spec: RowSpec, values: dict[str, Any], row: Row) -> dict[str, Any] | None:
        if row.number in self._ids:
            return self._read.get(spec.table, self._ids[row.number])
        return self._by_key(spec, values)

    def _by_key(self, spec: RowSpec, values: dict[str, Any]) -> dict[str, Any] | None:
        if any(values.get(name) is None for name in spec.key):
            return None
        return self._read.get(
            spec.table, self._read.find(spec.table, **{name: values[name] for name in spec.key})
        )

    def _demand_once(self, key: tuple[Any, ...], line: Line) -> None:
        if None in key:
            return
        first = self._first.setdefault(key, line.row)
        if first != line.row:
            spec = self._target.rows[0]
            bound = next(b for b in self._bound if b.column.name == spec.key[-1])
            text = N_("The same as in row {first}.")
            mend = N_("Keep one of the two rows, or give each its own number.")
            self._blame(line, Problem(line.row, bound.heading, line.key, ERROR, text, mend, {"first": first}))

    def _put(
        self, spec: RowSpec, row_id: bytes, old: dict[str, Any] | None, values: dict[str, Any], line: Line
    ) -> None:
        """A new row, or the fields of an old one that differ."""
        new = values if old else dict(spec.defaults) | values
        self._check(spec, new, line, complete=old is None)
        if old is None:
            line.creates.append((spec.table, row_id, new))
        elif changed := {n: (old[n], v) for n, v in values.items() if old[n] != v}:
            line.patches.append((spec.table, row_id, changed))

    def _check(self, spec: RowSpec, values: dict[str, Any], line: Line, *, complete: bool) -> None:
        prefix = f"{spec.name}." if spec.name else ""
        blamed = {p.column for p in self.problems[-len(self._bound) :] if p.row == line.row}
        for found in check_row(spec.table, values, complete=complete):
            heading = self._heading_of(f"{prefix}{found.field}")
            if heading not in blamed:
                shown = next(
                    (
                        b.text(self._row(line))
                        for b in self._bound
                        if b.column.name == f"{prefix}{found.field}"
                    ),
                    "",
                )
                self._blame(line, from_objection(line.row, heading, shown, found))

    def _row(self, line: Line) -> Row:
        at = self._places_by_number().get(line.row, 0)
        return self._sheet.rows[at]

    def _places_by_number(self) -> dict[int, int]:
        if not hasattr(self, "_numbers"):
            self._numbers = {row.number: at for at, row in enumerate(self._sheet.rows)}
        return self._numbers

    def _heading_of(self, name: str) -> str:
        bound = next((b for b in self._bound if b.column.name == name), None)
        return bound.heading if bound else self._target.column(name).field.label

    def _attached(self, spec: RowSpec, given: dict[str, Any], main_id: bytes, line: Line) -> None:
        """A neighbouring row (a part's policy, a person's fitness), only where the file says something about it."""
        prefix = f"{spec.name}."
        values = {n.removeprefix(prefix): v for n, v in given.items() if n.startswith(prefix)}
        if not any(v for n, v in values.items() if n not in spec.key):
            return
        for name, source in spec.links.items():
            linked = main_id if source == "id" else given.get(source)
            if linked is not None:
                values[name] = linked
        if spec.table == "stock_policy":
            self._complete_policy(values, given, line)
        old = self._by_key(spec, values) if not line.new else None
        row_id = (
            old["id"]
            if old
            else self._options.make_id(spec.table, "/".join(_key_text(values.get(n)) for n in spec.key))
        )
        self._put(spec, row_id, old, values, line)

    def _complete_policy(self, values: dict[str, Any], given: dict[str, Any], line: Line) -> None:
        place = values.get("bin_id")
        values["site_id"] = (
            values.get("site_id")
            or (self._resolver.site_of(place) if place else None)
            or self._site("policy", given)
        )
        if values["site_id"] is None:
            del values["site_id"]
        if "safety_stock" in values:
            values.setdefault("reorder_point", values["safety_stock"])
        self._demand_site(place, values.get("site_id"), "policy.bin_id", line)

    def _demand_site(self, place: bytes | None, site: bytes | None, name: str, line: Line) -> None:
        if place and site and self._resolver.site_of(place) not in (None, site):
            text, mend = N_("This location belongs to another site."), N_("Correct the location or the site.")
            self._blame(line, Problem(line.row, self._heading_of(name), "", ERROR, text, mend, {}))

    def _opening(self, given: dict[str, Any], main_id: bytes | None, line: Line) -> None:
        """The opening balance of the row: what lies in the bin before the first movement."""
        values = {n.removeprefix(f"{OPENING}."): v for n, v in given.items() if n.startswith(f"{OPENING}.")}
        part = main_id or values.get("part_id")
        place = values.get("bin_id") or given.get("policy.bin_id")
        quantity = values.get("qty")
        if main_id is None:
            self._check_opening(values, line)
            line.key = self._key_of_opening(line)
        if line.bad or not quantity or part is None:
            return
        site = self._resolver.site_of(place) if place else None
        if place is None or site is None:
            text, mend = (
                N_("{field}: please fill this in."),
                N_("Fill in the cell, or give one value for all rows."),
            )
            self._blame(
                line,
                Problem(line.row, self.heading("opening.qty"), "", ERROR, text, mend, {"field": N_("Bin")}),
            )
            return
        self._demand_site(place, values.get("site_id"), "opening.bin_id", line)
        line.opening = Opening(
            part,
            site,
            place,
            quantity,
            values.get("batch"),
            values.get("serial"),
            values.get("unit_price"),
            values.get("reason"),
        )

    def _key_of_opening(self, line: Line) -> str:
        bound = next((b for b in self._bound if b.column.name == "opening.part_id"), None)
        return bound.text(self._row(line)) if bound else ""

    def _check_opening(self, values: dict[str, Any], line: Line) -> None:
        blamed = {p.column for p in self.problems if p.row == line.row} if line.bad else set()
        for name in ("part_id", "bin_id", "qty"):
            heading = self._heading_of(f"{OPENING}.{name}")
            if values.get(name) is None and heading not in blamed:
                text, mend = (
                    N_("{field}: please fill this in."),
                    N_("Fill in the cell, or give one value for all rows."),
                )
                label = self._target.column(f"{OPENING}.{name}").field.label
                self._blame(line, Problem(line.row, heading, "", ERROR, text, mend, {"field": label}))
        if (quantity := values.get("qty")) is not None and quantity < 0:
            text, mend = N_("A balance cannot be below zero."), N_("Write a larger number.")
            self._blame(line, Problem(line.row, self.heading("opening.qty"), "", ERROR, text, mend, {}))


def _key_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _ids_in(line: Line) -> Iterator[bytes]:
    for _table, _id, values in line.creates:
        yield from (v for v in values.values() if isinstance(v, bytes))
    for _table, _id, fields in line.patches:
        yield from (v for _old, v in fields.values() if isinstance(v, bytes))
    if line.opening:
        yield line.opening.bin


def problem_columns(plan: Plan) -> list[str]:
    """The headings that have problems, most first."""
    return [name for name, _count in Counter(p.column for p in plan.problems).most_common()]
