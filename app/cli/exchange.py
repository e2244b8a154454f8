"""`sitewright import` and `export`: the same dry run and the same single action as in the window."""

import argparse
from collections.abc import Iterable

import msgspec

from app.cli.commands import say, say_json
from app.cli.parser import FAULTS, OK, UsageError
from app.desk import Desk
from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import Mapping, guess, remember, remembered
from app.exchange.plan import Plan
from app.exchange.read import Sheet, read_table
from app.exchange.targets import targets
from app.words import N_, _, pgettext


def import_file(desk: Desk, arguments: argparse.Namespace) -> int:
    """Try the file, list every bad row, then bring it in as one action unless it is a dry run or rows are bad."""
    sheet = read_table(arguments.file)
    mapping = _mapping(desk, sheet, arguments)
    plan = dry_run(desk, sheet, mapping)
    bad = plan.count("error")
    if arguments.json:
        say_json(_as_json(plan))
    else:
        _list(plan)
    if arguments.dry_run or (bad and not arguments.good_rows):
        return FAULTS if bad else OK
    made = commit(desk, plan, only_good=arguments.good_rows)
    remember(desk, sheet, mapping)
    if not arguments.json:
        say(_("Brought in: {new} new, {changed} changed, {same} the same, {left} left out.").format(
            new=made.new, changed=made.changed, same=made.same, left=made.left_out
        ))  # fmt: skip
    return FAULTS if bad else OK


def _mapping(desk: Desk, sheet: Sheet, arguments: argparse.Namespace) -> Mapping:
    known = targets()
    if arguments.name not in known:
        raise UsageError(
            N_("“{name}” cannot be imported. Known: {known}."), name=arguments.name, known=_listed(known)
        )
    mapping = remembered(desk, sheet, arguments.name) or guess(known[arguments.name], sheet.header)
    for pair in arguments.map:
        mapping = _with(mapping, sheet, pair)
    if missing := mapping.missing():
        names = _listed(_(column.field.label) for column in missing)
        raise UsageError(
            N_(
                "No column of the file gives: {names}. Name one: --map FIELD=COLUMN, or a value: --map FIELD==VALUE"
            ),
            names=names,
        )
    return mapping


def _with(mapping: Mapping, sheet: Sheet, pair: str) -> Mapping:
    field, sign, column = pair.partition("=")
    known = {c.name for c in targets()[mapping.target].columns}
    if not sign or field not in known:
        raise UsageError(
            N_("“{text}” is not FIELD=COLUMN. The fields: {known}."),
            text=pair,
            known=_listed(sorted(known)),
        )
    if column.startswith("="):
        return msgspec.structs.replace(mapping, constants=mapping.constants | {field: column[1:]})
    if column not in sheet.header:
        raise UsageError(
            N_("The file has no column “{column}”. It has: {known}."),
            column=column,
            known=_listed(sheet.header),
        )
    return msgspec.structs.replace(mapping, sources=mapping.sources | {field: (column,)})


def _listed(names: Iterable[str]) -> str:
    return pgettext("list", ", ").join(names)


def _list(plan: Plan) -> None:
    for problem in plan.problems:
        say(
            _("row {row}, {column}: {said}").format(
                row=problem.row, column=problem.column or "-", said=problem.said
            )
        )
    say(_("{rows} rows: {new} new, {changed} changed, {same} the same, {bad} with errors.").format(
        rows=len(plan.lines), new=plan.count("new"), changed=plan.count("changed"), same=plan.count("same"), bad=plan.count("error")
    ))  # fmt: skip


def _as_json(plan: Plan) -> dict[str, object]:
    problems = [
        {
            "row": p.row,
            "column": p.column,
            "value": p.value,
            "level": p.level,
            "reason": str(p.said),
            "mend": str(p.advice),
        }
        for p in plan.problems
    ]
    counts = {name: plan.count(name) for name in ("new", "changed", "same", "error")}
    return {"rows": len(plan.lines), **counts, "problems": problems}


def export_file(desk: Desk, arguments: argparse.Namespace) -> int:
    """Write a register to a file that comes in again."""
    from app.exchange.export import export_register

    count = export_register(desk, arguments.name, arguments.to)
    say(_("Written: {path} ({count} rows)").format(path=arguments.to, count=count))
    return OK
