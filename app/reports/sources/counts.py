"""The count sheet and the variance list: the lines of a stock-take."""

from dataclasses import replace

from app.errors import AppError
from app.fields import fields_of, show
from app.labels.payload import Kind, encode
from app.reports.counts import CountData, CountLineRow, count_sheet, due_list, variance_list
from app.reports.document import Issue, Report
from app.reports.sources.job import Job
from app.stocktake.counting import reason_word, scope_word
from app.stocktake.counts import CountRow, count_row, due_parts
from app.stocktake.lines import Line, Lines, lines_of
from app.words import N_, pgettext


def sheet(job: Job) -> Report:
    """The sheet to count with."""
    row, lines = _found(job)
    return count_sheet(_data(row, lines), _issue(job, lines, row))


def variance(job: Job) -> Report:
    """What differs; of a blind count only when the counting is over."""
    row, lines = _found(job)
    if row.blind and row.status == "open":
        raise AppError(N_("A blind count shows its differences when the counting is closed."))
    return variance_list(_data(row, lines), _issue(job, lines, row))


def due(job: Job) -> Report:
    """What is due to be counted today."""
    rows = due_parts(job.read, job.site_id, job.desk.now())
    return due_list(rows, job.issue(job.site), job.desk.today())


def _found(job: Job) -> tuple[CountRow, Lines]:
    code = job.given["count"]
    count = job.read.value("SELECT id FROM stock_count WHERE code = ? COLLATE NOCASE AND deleted = 0", code)
    row = count_row(job.read, count) if count else None
    if row is None or not job.sees((job.read.get("stock_count", count) or {}).get("site_id")):
        raise AppError(N_("There is no stocktake “{code}” here. Choose one from the list."), code=code)
    return row, lines_of(job.read, row.id)


def _issue(job: Job, lines: Lines, row: CountRow) -> Issue:
    """The sheet carries the number of the stock-take: its code leads back to it."""
    return replace(job.issue(lines.count["site_id"]), number=row.code)


def _data(row: CountRow, lines: Lines) -> CountData:
    people = {
        name for line in lines.counted for count in line.counts if (name := count.paper_name or count.by)
    }
    return CountData(
        code=row.code,
        scope=scope_word(row.kind, row.scope),
        kind=show(fields_of("stock_count")["kind"], row.kind),
        blind=row.blind,
        opened_at=row.opened_at,
        lines=tuple(_line(line) for line in lines.rows),
        counted=len(lines.counted),
        different=len(lines.different),
        recount=len(lines.recount),
        accuracy=lines.accuracy,
        gain=lines.gain,
        loss=lines.loss,
        counters=pgettext("list", ", ").join(sorted(people)),
        approved_by=row.approved_by,
    )


def _line(line: Line) -> CountLineRow:
    last = line.last
    told = (
        (
            last.paper_name or last.by,
            last.at,
            show(fields_of("count_line")["entry"], last.entry) if last.entry else "",
        )
        if last
        else ()
    )
    return CountLineRow(
        line.part_no, _payload(line.part_no), line.name, line.spec, line.unit, line.bin, line.batch, line.book,
        line.counted, line.difference, line.price, line.value, line.state, reason_word(line.reason), *told,
    )  # fmt: skip


def _payload(code: str) -> str:
    """What the label of the part says; a number that no label can carry is printed without one."""
    try:
        return encode(Kind.PT, code)
    except AppError:
        return ""
