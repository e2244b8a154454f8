"""The dry run: every row of a file is tried, nothing is written."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.access import editor_of
from app.desk import Desk
from app.errors import AppError
from app.exchange.cells import NOTE, Problem
from app.exchange.fields import Cells, Given, bind
from app.exchange.mapping import Mapping
from app.exchange.openings import Opening, weigh_openings
from app.exchange.plan import PLAIN, Line, Options, Plan, Progress
from app.exchange.quiet import uncollected
from app.exchange.read import Row, Sheet
from app.exchange.resolve import CREATABLE, Resolver
from app.exchange.targets import MAIN, OPENING, RowSpec, Target, targets, total_words
from app.fields import fields_of
from app.inventory.ops import ABSURD
from app.inventory.signs import is_piece
from app.tx import Reader
from app.values import THOUSAND
from app.words import N_

_FILL_IN = N_("{field}: please fill this in.")
_HOW_TO_FILL = N_("Fill in the cell, or give one value for all rows.")
#: Codes that one query asks for.
_ASKED = 500


@uncollected()
def dry_run(
    desk: Desk, sheet: Sheet, mapping: Mapping, *, options: Options = PLAIN, progress: Progress | None = None
) -> Plan:
    """Try a file without writing anything. `progress` may raise to cancel. Raises Denied where the role may not import it."""
    target = targets()[mapping.target]
    desk.actor.demand(target.needs)
    with desk.read() as read:
        seen = read.value("SELECT coalesce(max(n), 0) FROM op")
        run = _Run(read, desk, sheet, mapping, options)
        lines = run.lines(progress)
        problems = [*run.cells.problems, *weigh_openings(read, lines, run.opening_heading())]
    problems.sort(key=lambda p: p.row)
    return Plan(sheet, mapping, tuple(lines), tuple(problems), run.needed(lines), int(seen))


def creatable(desk: Desk) -> frozenset[str]:
    """The tables whose missing records this person may create on the way."""
    return frozenset(table for table in CREATABLE if desk.may(editor_of(table)))


class _Run:
    """One dry run."""

    def __init__(self, read: Reader, desk: Desk, sheet: Sheet, mapping: Mapping, options: Options) -> None:
        self._read, self._sheet, self._options = read, sheet, options
        self._target: Target = targets()[mapping.target]
        self._resolver = Resolver(read, creatable(desk) & mapping.create, options.make_id)
        self.cells = Cells(
            desk, self._target, bind(self._target, sheet, mapping, desk.actor), self._resolver, options
        )
        self._own = {name for name, bound in self.cells.bound.items() if bound.column.row == MAIN}
        fed = {MAIN, *(bound.column.row for bound in self.cells.bound.values())}
        self._specs = [spec for spec in self._target.rows if spec.name in fed]
        self._ids: dict[int, bytes] = {}
        self._there: set[bytes] = set()
        self._first: dict[tuple[Any, ...], int] = {}

    def lines(self, progress: Progress | None) -> list[Line]:
        """All rows, each judged."""
        self._register_keys()
        made, total = [], len(self._sheet.rows)
        for count, row in enumerate(self._sheet.rows, 1):
            if not self._is_total(row):
                made.append(self._line(row))
            if progress and (count % 200 == 0 or count == total):
                progress(count, total)
        return made

    def _is_total(self, row: Row) -> bool:
        """A row of totals under the table is left out, and said."""
        first = next(cell for cell in row.cells if cell)
        if first.casefold().rstrip(":：") not in total_words():
            return False
        note = Problem(
            row.number,
            self._sheet.header[0],
            first,
            NOTE,
            N_("A row of totals: left out."),
            N_("Nothing to do."),
            {},
        )
        self.cells.problems.append(note)
        return True

    def opening_heading(self) -> str:
        """The heading of the opening balance."""
        return self.cells.heading("opening.qty") if "opening.qty" in self.cells.bound else ""

    def needed(self, lines: list[Line]) -> dict[str, dict[bytes, dict[str, Any]]]:
        """The records to be created on the way, without those that only bad rows asked for."""
        made = self._resolver.made
        if not made or not any(line.bad for line in lines):
            return made
        wanted = {value for line in lines if not line.bad for value in _ids_in(line)}
        places = made.get("location", {})
        for row_id in [i for i in places if i in wanted]:
            above = places[row_id].get("parent_id")
            while above:
                wanted.add(above)
                above = places.get(above, {}).get("parent_id")
        kept = {table: {i: v for i, v in rows.items() if i in wanted} for table, rows in made.items()}
        return {table: rows for table, rows in kept.items() if rows}

    def _register_keys(self) -> None:
        """The keys of the file first, so that a row may point to one that stands below it."""
        main = self._target.main
        if main is None or len(main.key) != 1 or main.key[0] not in self.cells.bound:
            return
        codes = [(row, code) for row in self._sheet.rows if (code := self.cells.text(row, main.key[0]))]
        there = self._records(main, [code for _row, code in codes])
        self._there.update(there.values())
        for row, code in codes:
            row_id = there.get(code) or self._options.make_id(main.table, code)
            self._ids[row.number] = row_id
            site = self._site_of(row) if main.table == "location" else None
            self._resolver.register(main.table, code, self.cells.text(row, "name"), row_id, site)

    def _records(self, main: RowSpec, codes: list[str]) -> dict[str, bytes]:
        """The records that the register holds already: code -> id, the oldest of those with one code."""
        key, found = main.key[0], dict[str, bytes]()
        for start in range(0, len(codes), _ASKED):
            asked = codes[start : start + _ASKED]
            sql = f'SELECT "{key}", id FROM "{main.table}" WHERE "{key}" IN ({", ".join("?" * len(asked))}) AND deleted = 0 ORDER BY n DESC'
            found.update(self._read.rows(sql, *asked))
        return found

    def _site_of(self, row: Row) -> bytes | None:
        try:
            return self._resolver.find("site", self.cells.text(row, "site_id"))
        except AppError:
            return None

    def _line(self, row: Row) -> Line:
        line = Line(row)
        given = self.cells.read(line)
        main_id: bytes | None = None
        for spec in self._specs:
            if spec.name == MAIN:
                main_id = self._main(spec, given, line)
            elif main_id is not None:
                self._attached(spec, given, main_id, line)
        if "opening.qty" in self.cells.bound or self._target.main is None:
            self._opening(given, main_id, line)
        return line

    def _main(self, spec: RowSpec, given: Given, line: Line) -> bytes:
        values = {name: value for name, value in given.items() if name in self._own}
        known = self._ids.get(line.row)
        if known:
            old = self._read.get(spec.table, known) if known in self._there else None
        else:
            old = self._by_key(spec, values)
        key = tuple(values.get(name) for name in spec.key)
        line.key = self.cells.text(line.source, spec.key[-1])
        self._demand_once(spec, key, line)
        row_id: bytes = old["id"] if old else known or self._options.make_id(spec.table, line.key)
        line.new = old is None
        self._put(spec, row_id, old, values, line)
        return row_id

    def _by_key(self, spec: RowSpec, values: Given) -> dict[str, Any] | None:
        key = [values.get(name) for name in spec.key]
        if _unnamed(spec, key):
            return None
        terms = " AND ".join(f'"{name}" IS ?' for name in spec.key)
        found = self._read.value(
            f'SELECT id FROM "{spec.table}" WHERE {terms} AND deleted = 0 ORDER BY n', *key
        )
        return self._read.get(spec.table, found)

    def _demand_once(self, spec: RowSpec, key: tuple[Any, ...], line: Line) -> None:
        if _unnamed(spec, key):
            return
        first = self._first.setdefault(key, line.row)
        if first != line.row:
            mend = N_("Keep one of the two rows, or give each its own number.")
            self.cells.wrong(line, spec.key[-1], N_("The same as in row {first}."), mend, first=first)

    def _put(
        self, spec: RowSpec, row_id: bytes, old: dict[str, Any] | None, values: Given, line: Line
    ) -> None:
        """A new row, or the fields of an old one that differ; an empty cell changes nothing."""
        new = values if old else dict(spec.defaults) | values
        prefix = f"{spec.name}." if spec.name else ""
        self.cells.check(spec.table, prefix, new, line, complete=old is None)
        if old is None:
            line.creates.append((spec.table, row_id, new))
        elif changed := {name: (old[name], value) for name, value in values.items() if old[name] != value}:
            line.patches.append((spec.table, row_id, changed))

    def _attached(self, spec: RowSpec, given: Given, main_id: bytes, line: Line) -> None:
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
        old = None if line.new else self._by_key(spec, values)
        made = "/".join(str(values.get(name)) for name in spec.key)
        row_id = old["id"] if old else self._options.make_id(spec.table, made)
        self._put(spec, row_id, old, values, line)

    def _complete_policy(self, values: Given, given: Given, line: Line) -> None:
        place = values.get("bin_id")
        own = values.get("site_id") or (self._resolver.site_of(place) if place else None)
        if site := own or self.cells.site("policy", given):
            values["site_id"] = site
        if "safety_stock" in values:
            values.setdefault("reorder_point", max(0, values["safety_stock"]))
        self._demand_site(place, values.get("site_id"), "policy.bin_id", line)

    def _demand_site(self, place: bytes | None, site: bytes | None, name: str, line: Line) -> None:
        if place and site and self._resolver.site_of(place) != site:
            text, mend = N_("This location belongs to another site."), N_("Correct the location or the site.")
            self.cells.wrong(line, name, text, mend)

    def _opening(self, given: Given, main_id: bytes | None, line: Line) -> None:
        """The opening balance of the row: what lies in the bin before the first movement."""
        values = {n.removeprefix("opening."): v for n, v in given.items() if n.startswith("opening.")}
        if main_id is None:
            line.key = self.cells.text(line.source, "opening.part_id")
        place = values.get("bin_id") or given.get("policy.bin_id")
        quantity = values.get("qty")
        self._check_opening(values, main_id, place, line)
        self._check_pieces(quantity, main_id or values.get("part_id"), given, line)
        site = self._resolver.site_of(place) if place else None
        if line.bad or not quantity or place is None or site is None:
            return
        names = ("batch", "serial", "expires_on", "unit_price", "reason")
        told = {n: values.get(n) for n in names}
        part = main_id or values["part_id"]
        if told["unit_price"] is None:  # stock has a value from its first day: that of the register
            register = self._read.get("part", part) or {}
            told["unit_price"] = given.get("unit_price", register.get("unit_price"))
        line.opening = Opening(part, site, place, quantity, **told)

    def _check_opening(self, values: Given, main_id: bytes | None, place: bytes | None, line: Line) -> None:
        quantity = values.get("qty")
        lacking = [] if main_id else [n for n in ("part_id", "qty") if values.get(n) is None]
        lacking += ["bin_id"] if place is None and (quantity or main_id is None) else []
        for name in lacking:
            column = self._target.column(
                f"{OPENING}.{name}" if main_id is None or name == "qty" else "policy.bin_id"
            )
            if not self.cells.text(line.source, column.name):
                self.cells.wrong(line, column.name, _FILL_IN, _HOW_TO_FILL, field=column.field.label)
        if quantity is not None and quantity < 0:
            self.cells.wrong(
                line, "opening.qty", N_("A balance cannot be below zero."), N_("Write a larger number.")
            )
        if quantity is not None and quantity > ABSURD:
            self.cells.wrong(
                line, "opening.qty", N_("This quantity cannot be right."), N_("Write a smaller number.")
            )
        self._demand_site(place, values.get("site_id"), "opening.bin_id", line)

    def _check_pieces(self, quantity: int | None, part: bytes | None, given: Given, line: Line) -> None:
        """There is no third of a piece: the unit is that of the row, else that of the register."""
        register = self._read.get("part", part) or {}
        if quantity and quantity % THOUSAND and is_piece(given.get("unit") or register.get("unit") or ""):
            text = N_("This part is counted in whole pieces.")
            mend = N_("Write a whole number, or give the part another unit.")
            self.cells.wrong(line, "opening.qty", text, mend)


def _unnamed(spec: RowSpec, key: Sequence[Any]) -> bool:
    """Whether a row lacks what it is known by; of several parts of a key, those that may be empty may be."""
    fields = fields_of(spec.table)
    return any(
        value is None and (len(key) == 1 or fields[name].required)
        for name, value in zip(spec.key, key, strict=True)
    )


def _ids_in(line: Line) -> Iterator[bytes]:
    """All records that a row points to."""
    for _table, _id, values in line.creates:
        yield from (v for v in values.values() if isinstance(v, bytes))
    for _table, _id, fields in line.patches:
        yield from (v for _old, v in fields.values() if isinstance(v, bytes))
    if line.opening:
        yield line.opening.bin
