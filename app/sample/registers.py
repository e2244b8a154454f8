"""The registers of the sample, brought in by the same importer as anybody's file: dry run, then one action a file."""

from collections.abc import Mapping as Map
from dataclasses import replace
from importlib.resources import as_file, files

import msgspec

from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import Mapping, guess
from app.exchange.plan import Options
from app.exchange.read import Row, Sheet, read_table
from app.exchange.targets import targets
from app.sample.site import Site, sample_id
from app.sample.stock import opening_quantities

#: File, target, and fields that are left out in the first pass (their records come later).
_FILES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("sites", "site", frozenset({"manager_id"})),
    ("locations", "location", frozenset()),
    ("suppliers", "supplier", frozenset()),
    ("equipment_classes", "equipment_class", frozenset()),
    ("staff", "staff", frozenset()),
    ("sites", "site", frozenset()),
    ("equipment", "equipment", frozenset()),
    ("parts", "part", frozenset()),
    ("courses", "course", frozenset()),
    ("staff_certificates", "staff_certificate", frozenset()),
    ("training_records", "training_record", frozenset()),
    ("inspection_templates", "inspection_template", frozenset()),
    ("inspection_template_items", "inspection_item", frozenset()),
    ("inspection_plans", "inspection_plan", frozenset()),
)
_ON_THE_WAY = frozenset({"org_unit", "cert_type"})


class SampleBroken(Exception):
    """A file of the sample does not go in cleanly."""


def load_registers(site: Site, history: Map[str, int]) -> None:
    """Bring in all files; `history` is what the movements change each part's balance by."""
    options = Options(shift_days=site.shift, make_id=sample_id)
    for name, target, left_out in _FILES:
        sheet = _sheet(name, history)
        mapping = _mapping(target, sheet, left_out)
        plan = dry_run(site.desk(), sheet, mapping, options=options)
        if plan.problems:
            raise SampleBroken(name, [(p.row, p.column, p.value, p.said) for p in plan.problems[:5]])
        commit(site.desk(), plan, options=options)


def _mapping(target: str, sheet: Sheet, left_out: frozenset[str]) -> Mapping:
    mapping = guess(targets()[target], sheet.header)
    sources = {name: heads for name, heads in mapping.sources.items() if name not in left_out}
    return msgspec.structs.replace(mapping, sources=sources, create=_ON_THE_WAY)


def _sheet(name: str, history: Map[str, int]) -> Sheet:
    with as_file(files("resources") / "sample" / f"{name}.csv") as path:
        sheet = read_table(path)
    if name == "parts":
        return _with_openings(sheet, history)
    return _with_reviews(sheet) if name == "staff_certificates" else sheet


def _with_openings(sheet: Sheet, history: Map[str, int]) -> Sheet:
    """The opening balance stands where the file has today's: the movements lead from one to the other."""
    part, stock = sheet.header.index("part_no"), sheet.header.index("stock_qty")
    opened = opening_quantities({row.cells[part]: row.cells[stock] for row in sheet.rows}, history)
    return replace(sheet, rows=tuple(_put(row, stock, opened[row.cells[part]]) for row in sheet.rows))


def _with_reviews(sheet: Sheet) -> Sheet:
    """The file says whether the review was passed; the register keeps the day, which is the day it was due."""
    due, passed = sheet.header.index("review_due_date"), sheet.header.index("review_passed")
    rows = tuple(
        Row(r.number, (*r.cells, r.cells[due] if r.cells[passed] == "1" else "")) for r in sheet.rows
    )
    return replace(sheet, header=(*sheet.header, "review_passed_on"), rows=rows)


def _put(row: Row, place: int, text: str) -> Row:
    return Row(row.number, (*row.cells[:place], text, *row.cells[place + 1 :]))
