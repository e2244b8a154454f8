"""The count sheet (盘点表), to write on, and the list of what differs from the books (盘点差异表)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.reports.document import (
    Boxes,
    Code,
    Col,
    Fact,
    Group,
    Issue,
    Report,
    Row,
    Signature,
    Signatures,
    Status,
    Table,
    Text,
    Value,
)
from app.reports.parts import CURRENCY, joined, section
from app.stocktake.counts import DuePart
from app.values import day_of, show_instant, show_money
from app.words import _, ngettext, pgettext

SPARE_LINES = 5


@dataclass(frozen=True, slots=True)
class CountLineRow:
    """A line of a stock-take; quantities in thousandths, money in hundredths, `state` a code of `app.signs`."""

    part_no: str
    payload: str
    name: str
    spec: str
    unit: str
    bin: str
    batch: str
    book: int
    counted: int | None
    difference: int | None
    price: int | None
    value: int
    state: str
    reason: str
    #: Who counted, when, and how it came in: by scan, typed in later, from Excel.
    by: str = ""
    at: int | None = None
    entry: str = ""


@dataclass(frozen=True, slots=True)
class CountData:
    """A stock-take for paper; `accuracy` in tenths of a per cent."""

    code: str
    scope: str
    kind: str
    blind: bool
    opened_at: int
    lines: tuple[CountLineRow, ...]
    counted: int
    different: int
    recount: int
    accuracy: int | None
    gain: int
    loss: int
    counters: str = ""
    approved_by: str = ""


def count_sheet(data: CountData, issue: Issue) -> Report:
    """Every expected line with its code and boxes for digits; a blind sheet leaves out what the books say."""
    how = _("Blind count: the books are not shown") if data.blind else _("The books are shown")
    note = _(
        "How to fill in: one digit per box, to the right; empty boxes get a dash, none is 0. Correct with one line and your "
        "signature. What was not found is 0 with a remark; what is not on the list goes to the empty lines at the end."
    )
    return Report(
        code="count-sheet",
        title=_("Stock count sheet (blind)") if data.blind else _("Stock count sheet"),
        subtitle=_("{kind} · {how}").format(kind=data.kind, how=how),
        issue=issue,
        head=_sheet_head(data, issue),
        blocks=(
            Text(note, small=True),
            Table(
                _sheet_columns(blind=data.blind),
                _sheet_groups(data),
                name=_("Stock count sheet"),
                book_note=_(
                    "Counted at, like 2026-11-22 09:30, and counted by hold for the lines below, too, until others stand there. "
                    "Save the file and read it in at this stocktake: what was read before changes nothing."
                ),
                group_column=False,
                form=True,
                row_height=10,
            ),
            _signatures(),
        ),
        retention=_("5 years"),
    )


def _sheet_head(data: CountData, issue: Issue) -> tuple[Fact, ...]:
    lines = ngettext("{count} line", "{count} lines", len(data.lines)).format(count=len(data.lines))
    moment = "          /          /                    :"
    return (
        Fact(pgettext("stocktake", "Scope"), joined(data.scope, f"({lines})")),
        Fact(_("Books as of"), show_instant(issue.data_as_of, issue.timezone)),
        Fact(_("Counted by"), ""),
        Fact(_("Watched by"), ""),
        Fact(_("Begun"), moment),
        Fact(_("Ended"), moment),
    )


def _sheet_columns(*, blind: bool) -> tuple[Col, ...]:
    books = (
        Col("book", _("Books"), "quantity", 13),
        Col("difference", _("Difference"), "write", 16),
    )
    return (
        Col("seq", _("No."), "int", 9, centred=True),
        Col("code", _("Scan"), width=17, centred=True, book=False),
        Col("part_no", _("Part no."), "code", 23),
        Col("name_spec", _("Name / specification"), book=False),
        Col("name", _("Name"), paper=False),
        Col("spec", _("Specification"), paper=False),
        Col("bin", _("Bin"), "code", paper=False),
        Col("batch", _("Batch"), paper=False),
        Col("unit", _("Unit"), width=11, centred=True),
        *(() if blind else books[:1]),
        Col("boxes", pgettext("stocktake", "Counted"), width=28 if blind else 25, book=False),
        Col("counted", pgettext("stocktake", "Counted"), "input", paper=False, right=True),
        *(() if blind else books[1:]),
        Col("recount", _("Recount"), "input", 14, right=True),
        Col("remark", _("Remark"), "input", 24 if blind else 16),
        Col("at", _("Counted at"), "input", paper=False),
        Col("by", _("Counted by"), "input", paper=False),
    )


def _sheet_groups(data: CountData) -> tuple[Group, ...]:
    numbered = enumerate(data.lines, 1)
    groups = [
        Group(_("Bin {code}").format(code=code), tuple(_sheet_row(n, line) for n, line in lines))
        for code, lines in groupby(numbered, lambda pair: pair[1].bin)
    ]
    spare = tuple(Row({"boxes": Boxes(4)}, counted=False) for _n in range(SPARE_LINES))
    return (*groups, Group(_("Not on the list (scan it, or write its number)"), spare))


def _sheet_row(number: int, line: CountLineRow) -> Row:
    batch = _("batch {batch}").format(batch=line.batch) if line.batch else ""
    return Row(
        {
            "seq": number, "code": Code(line.payload) if line.payload else None, "part_no": line.part_no,
            "name_spec": "\n".join(filter(None, (line.name, joined(line.spec, batch)))), "name": line.name,
            "spec": line.spec, "bin": line.bin, "batch": line.batch, "unit": line.unit, "book": line.book,
            "boxes": Boxes(4),
        }
    )  # fmt: skip


def _signatures() -> Signatures:
    return Signatures(
        (
            Signature(_("Counted by")),
            Signature(_("Watched by")),
            Signature(_("Entered by")),
            Signature(_("Approved by"), note=_("agrees with the differences")),
        )
    )


def variance_list(data: CountData, issue: Issue) -> Report:
    """What differs, why, and what it is worth; what was not counted stands below."""
    different = [line for line in data.lines if line.difference]
    rest = [line for line in data.lines if line.counted is None]
    blocks = [_differences(different)]
    if rest:
        blocks.append(_not_counted(rest))
    return Report(
        code="count-variance",
        title=_("Stocktake variance list"),
        subtitle=_("{code} · difference = counted − books").format(code=data.code),
        issue=issue,
        head=_variance_head(data, issue),
        blocks=(
            *blocks,
            Text(
                _(
                    "Method: difference = counted − books of the time of the count; amounts at the moving average of that time."
                ),
                small=True,
            ),
            Signatures(
                (
                    Signature(_("Counted by"), data.counters),
                    Signature(_("Watched by")),
                    Signature(_("Approved by"), data.approved_by),
                )
            ),
        ),
        retention=_("5 years"),
    )


def _variance_head(data: CountData, issue: Issue) -> tuple[Fact, ...]:
    share = "—" if data.accuracy is None else f"{data.accuracy / 10:.1f} %"
    lines = ngettext("{count} line", "{count} lines", data.counted).format(count=data.counted)
    worth = _("surplus {gain}, shortage {loss}, together {sum}").format(
        gain=_amount(data.gain), loss=_amount(-data.loss), sum=_amount(data.gain + data.loss)
    )
    return (
        Fact(pgettext("stocktake", "Scope"), joined(data.scope, data.kind)),
        Fact(_("Begun"), show_instant(data.opened_at, issue.timezone)),
        Fact(pgettext("stocktake", "Counted"), joined(lines, _("blind") if data.blind else "")),
        Fact(
            _("Without difference"), _("{share} ({count} differ)").format(share=share, count=data.different)
        ),
        Fact(_("Value of the differences"), worth, wide=True),
        *(
            (Fact(_("Typed in later"), _later(data), wide=True),)
            if any(line.entry for line in data.lines)
            else ()
        ),
    )


def _amount(hundredths: int) -> str:
    shown = show_money(hundredths).replace("-", "−")
    return _("{currency} {amount}").format(currency=_(CURRENCY), amount=shown)


def _later(data: CountData) -> str:
    """How many lines came from paper or Excel, and who counted them."""
    late = [line for line in data.lines if line.entry]
    said = ngettext("{count} line", "{count} lines", len(late)).format(count=len(late))
    people = pgettext("list", ", ").join(sorted({line.by for line in late if line.by}))
    return joined(said, people)


def _line_columns() -> tuple[Col, ...]:
    return (
        Col("seq", _("No."), "int", 9, centred=True),
        Col("part_no", _("Part no."), "code", 22),
        Col("name_spec", _("Name / specification"), book=False),
        Col("name", _("Name"), paper=False),
        Col("spec", _("Specification"), paper=False),
        Col("unit", _("Unit"), width=9, centred=True),
        Col("bin", _("Bin"), width=20, small=True),
        Col("batch", _("Batch"), paper=False),
        Col("book", _("Books"), "quantity", 12),
    )


def _differences(lines: list[CountLineRow]) -> Table:
    columns = (
        *_line_columns(),
        Col("counted", pgettext("stocktake", "Counted"), "quantity", 13, bold=True),
        Col("difference", _("Difference"), "quantity", 15, bold=True, signed=True),
        Col("price", _("Average price"), "price", paper=False),
        Col("value", _("Amount"), "money", 22, unit=_(CURRENCY), signed=True),
        Col("state", _("Status"), "status", paper=False),
        Col("reason", _("Reason"), width=22),
        Col("at", _("Counted at"), "instant", paper=False),
        Col("by", _("Counted by"), paper=False),
        Col("entry", _("Entry"), paper=False),
    )
    return Table(
        columns,
        (Group("", tuple(_line_row(n, line) for n, line in enumerate(lines, 1))),),
        title=section(1, _("Differences")),
        name=_("Differences"),
        sums=("value",),
        total_label=_("Total"),
        label_column="name_spec",
        empty=_("Everything that was counted agrees with the books."),
    )


def _not_counted(lines: Iterable[CountLineRow]) -> Table:
    return Table(
        _line_columns(),
        (Group("", tuple(_line_row(n, line) for n, line in enumerate(lines, 1))),),
        title=section(2, _("Expected, but not counted")),
        aside=_("Their books stay as they are"),
        name=_("Not counted"),
    )


def _line_row(number: int, line: CountLineRow) -> Row:
    values: dict[str, Value] = {
        "seq": number, "part_no": line.part_no, "name_spec": joined(line.name, line.spec), "name": line.name,
        "spec": line.spec, "unit": line.unit, "bin": line.bin, "batch": line.batch, "book": line.book,
        "counted": line.counted, "difference": line.difference, "price": line.price, "value": line.value,
        "state": Status.of(line.state), "reason": line.reason, "at": line.at, "by": line.by, "entry": line.entry,
    }  # fmt: skip
    return Row(values, mark=line.state in {"not_found", "twice"})


def due_list(rows: Sequence[DuePart], issue: Issue, day: str) -> Report:
    """What is due to be counted by the cycle of its class, the most valuable class first (循环盘点到期清单)."""
    columns = (
        Col("part_no", _("Part no."), "code", 26),
        Col("name", _("Name")),
        Col("abc", _("ABC"), width=12, centred=True),
        Col("bins", _("Bins"), width=32, small=True),
        Col("every", _("Every (days)"), "int", 20),
        Col("last", _("Counted last"), "date", 22),
        Col("over", _("Overdue (days)"), "int", 20, bold=True),
    )
    lines = tuple(
        Row(
            {
                "part_no": row.part_no, "name": row.name, "abc": row.abc, "bins": row.bins, "every": row.every,
                "last": day_of(row.last, issue.timezone) if row.last else _("never"),
                "over": row.over if row.last else None,
            }
        )
        for row in rows
    )  # fmt: skip
    method = _(
        "Method: due = in stock and not counted within the days of its class (rules of the store); cancelled stocktakes do not count."
    )
    return Report(
        code="count-due", title=_("Due to be counted"), subtitle=_("Cycle counting by ABC class"), issue=issue,
        head=(Fact(_("Day"), day), Fact(_("Spare parts"), str(len(rows)))),
        blocks=(Table(columns, (Group("", lines),), title=section(1, _("Due to be counted")), name=_("Due to be counted"),
                      empty=_("Nothing is due to be counted.")), Text(method, small=True)),
        period=day, retention=_("1 year"),
    )  # fmt: skip
