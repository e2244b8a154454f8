"""One table of a report as a worksheet: title, line of origin, head, data, total, signature boxes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app import values
from app.reports.document import (
    NUMBERS,
    Boxes,
    Choices,
    Code,
    Col,
    Measure,
    Report,
    Row,
    Signatures,
    Table,
    Value,
)
from app.reports.show import decimals, places_of, shown
from app.reports.workbook import columns as shape
from app.reports.workbook.styles import number_format
from app.words import _

HEAD, FIRST = 4, 5
SCALES = {"int": 0, "quantity": 3, "money": 2, "price": 4}
MANY = 12
GROUP = "\0group"


class TableSheet:
    """Writes one table; `write` returns the stored results of its formulas by cell."""

    def __init__(self, sheet: Worksheet, report: Report, table: Table) -> None:
        self.sheet, self.report, self.table = sheet, report, table
        columns = [col for col in table.columns if col.book]
        grouped = table.group_column and any(group.title for group in table.groups)
        if grouped:
            columns.insert(min(1, len(columns)), Col(GROUP, table.group_title or _("Group")))
        self.columns = columns
        self.rows = [(group.title, row) for group in table.groups for row in group.rows]
        self.places = [places_of(col, table.rows) for col in columns]
        self.widths = [self._width(i) for i in range(len(columns))]
        self.last = FIRST + len(self.rows) - 1
        self.results: dict[str, int | str] = {}

    def write(self) -> dict[str, int | str]:
        self._top()
        for number, (group, row) in enumerate(self.rows, FIRST):
            self._row(number, group, row)
        below = self._total() if self.table.sums and self.rows else self.last + 1
        self._note(below)
        self._signatures(below + 2)
        self._view()
        self._looks()
        self._inputs()
        return self.results

    def _width(self, i: int) -> float:
        col = self.columns[i]
        if col.turned:
            return 9.5
        texts = [self._title(col), *(self._said(i, group, row) for group, row in self.rows)]
        if col.key in self.table.sums:
            texts.append(
                shown(self.table.total(self.table.rows, [col.key])[col.key], col, self.places[i], self._zone)
            )
        return max(shape.column_width(texts), 10 if col.kind in {"input", "date"} else 6)

    @property
    def _zone(self) -> str:
        return self.report.issue.timezone

    @staticmethod
    def _title(col: Col) -> str:
        title = col.title.replace("\n", " ")
        return _("{title} ({unit})").format(title=title, unit=col.unit) if col.unit else title

    def _said(self, i: int, group: str, row: Row) -> str:
        col = self.columns[i]
        return group if col.key == GROUP else shown(row.values.get(col.key), col, self.places[i], self._zone)

    def _top(self) -> None:
        sheet, last = self.sheet, len(self.columns)
        shape.put(sheet, 1, 1, self.report.title, "sw_title")
        sheet.row_dimensions[1].height = 26
        shape.put(sheet, 2, 1, self._origin(), "sw_line")
        sheet.row_dimensions[2].height = shape.row_height([(self._origin(), sum(self.widths) * 1.1)])
        if last > 1:
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
            sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=last)
        for i, col in enumerate(self.columns, 1):
            numeric = col.kind in NUMBERS or col.right
            style = "sw_head_turned" if col.turned else "sw_head_right" if numeric else "sw_head"
            shape.put(sheet, HEAD, i, self._title(col), style)
            sheet.column_dimensions[get_column_letter(i)].width = self.widths[i - 1]
        turned = any(col.turned for col in self.columns)
        titles = [
            (self._title(col), width)
            for col, width in zip(self.columns, self.widths, strict=True)
            if not col.turned
        ]
        sheet.row_dimensions[HEAD].height = 130 if turned else shape.row_height(titles) + 6

    def _origin(self) -> str:
        issue, period = self.report.issue, self.report.period
        text = (
            _(
                "Site: {site}   Period: {period}   No. {number}   Exported: {time} {person}   Data as of {as_of}"
            )
            if period
            else _("Site: {site}   No. {number}   Exported: {time} {person}   Data as of {as_of}")
        )
        time, as_of = (
            values.show_instant(instant, self._zone) for instant in (issue.printed_at, issue.data_as_of)
        )
        return text.format(
            site=issue.site,
            period=period,
            number=issue.number,
            time=time,
            person=issue.printed_by,
            as_of=as_of,
        )

    def _row(self, number: int, group: str, row: Row) -> None:
        texts = []
        for i, col in enumerate(self.columns):
            value = group if col.key == GROUP else row.values.get(col.key)
            if self.table.form and value is None and not row.counted:
                shape.put(
                    self.sheet, number, i + 1, None, _open_style(col)
                )  # a line for what is not on the list
                continue
            self._cell(number, i, col, value)
            if isinstance(value, str) and col.kind == "text":
                texts.append((value, self.widths[i]))
        self.sheet.row_dimensions[number].height = shape.row_height(texts)

    def _cell(self, row: int, i: int, col: Col, value: Value) -> None:
        if isinstance(value, Measure):
            cell = shape.put(self.sheet, row, i + 1, Decimal(value.value) / 1000, "sw_dec")
            cell.number_format = number_format(max(value.places, decimals(value.value, 3)), value.unit)
        elif isinstance(value, int) and col.kind in SCALES:
            scale = SCALES[col.kind]
            number = Decimal(value) / 10**scale if scale else value
            cell = shape.put(
                self.sheet, row, i + 1, number, {"int": "sw_int", "money": "sw_money"}.get(col.kind, "sw_dec")
            )
            cell.number_format = _format(col, self.places[i])
        elif isinstance(value, int):
            shape.put(
                self.sheet, row, i + 1, values.local(value, self._zone).replace(tzinfo=None), "sw_instant"
            )
        else:
            self._words(row, i, col, value)

    def _words(self, row: int, i: int, col: Col, value: Value) -> None:
        if col.kind == "date" and isinstance(value, str) and (moment := _moment(value)):
            shape.put(
                self.sheet, row, i + 1, moment, "sw_instant" if isinstance(moment, datetime) else "sw_date"
            )
            return
        style = {"code": "sw_code", "status": "sw_status"}.get(col.kind, "sw_text")
        if col.turned or col.centred:
            style = "sw_centre"
        elif col.kind == "input":
            style = _open_style(col)
        elif col.right or col.kind in NUMBERS:
            style = "sw_right"
        text = "" if value is None or isinstance(value, (Boxes, Choices, Code)) else str(value)
        shape.put(self.sheet, row, i + 1, text or None, style)

    def _total(self) -> int:
        """The sums as formulas that follow the filter, with their present result stored beside."""
        row, table = self.last + 1, self.table
        totals = table.total(table.rows)
        plain = any(not r.counted for r in table.rows)
        for i, col in enumerate(self.columns, 1):
            if col.key not in totals:
                shape.put(self.sheet, row, i, table.total_label if i == 1 else None, "sw_total")
                continue
            scale, letter = SCALES[col.kind], get_column_letter(i)
            number = Decimal(totals[col.key]) / 10**scale
            cell = shape.put(self.sheet, row, i, number, "sw_total_number")
            cell.number_format = _format(col, self.places[i - 1])
            if not plain:
                cell.value = f"=SUBTOTAL(109,{letter}{FIRST}:{letter}{self.last})"
                self.results[cell.coordinate] = str(number)
        self.sheet.row_dimensions[row].height = 18
        return row + 1

    def _note(self, row: int) -> None:
        note = self.table.book_note or self.table.note or (self.table.empty if not self.rows else "")
        if note:
            span = min(len(self.columns), 8)
            shape.put(self.sheet, row, 1, note, "sw_note")
            if span > 1:
                self.sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=span)
            self.sheet.row_dimensions[row].height = shape.row_height([(note, sum(self.widths[:span]))])

    def _signatures(self, row: int) -> None:
        """Boxes to sign below the last table, each over a third of the columns."""
        tables = [table for table in self.report.tables if table.in_workbook]
        boxes = [box for block in self.report.blocks if isinstance(block, Signatures) for box in block.boxes]
        if not boxes or self.table is not tables[-1] or len(self.columns) < len(boxes):
            return
        share = len(self.columns) / len(boxes)
        for i, box in enumerate(boxes):
            start, end = round(i * share) + 1, round((i + 1) * share)
            text = "\n".join([f"{box.role}   {box.name}".rstrip(), "", _("Date:")])
            for column in range(start, end + 1):
                shape.put(self.sheet, row, column, text if column == start else None, "sw_sign")
            if end > start:
                self.sheet.merge_cells(start_row=row, start_column=start, end_row=row, end_column=end)
        self.sheet.row_dimensions[row].height = 60

    def _view(self) -> None:
        sheet, size = self.sheet, "A3" if len(self.columns) > MANY else self.report.size
        shape.set_page(
            sheet, self.report, landscape=self.report.landscape or sum(self.widths) > 95, size=size
        )
        sheet.print_title_rows = f"{HEAD}:{HEAD}"
        frozen = next((i for i, col in enumerate(self.columns, 1) if col.key in {"name", "text"}), 1)
        sheet.freeze_panes = f"{get_column_letter(min(frozen, 3) + 1)}{FIRST}"
        sheet.sheet_view.showGridLines = False
        if self.rows:
            sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(self.columns))}{self.last}"

    def _looks(self) -> None:
        """Signs look as on paper: × white on dark, △ bold in a frame."""
        side = Side(style="thin", color="FF111111")
        for i, col in enumerate(self.columns, 1):
            if col.kind != "status" or not self.rows:
                continue
            letter = get_column_letter(i)
            area = f"{letter}{FIRST}:{letter}{self.last}"
            white, dark = (
                Font(bold=True, color="FFFFFFFF"),
                PatternFill(bgColor="FF8E1616", fill_type="solid"),
            )
            bad = self._rule(formula=[f'LEFT({letter}{FIRST},1)="×"'], font=white, fill=dark)
            frame = Border(side, side, side, side)
            near = self._rule(formula=[f'LEFT({letter}{FIRST},1)="△"'], font=Font(bold=True), border=frame)
            self.sheet.conditional_formatting.add(area, bad)
            self.sheet.conditional_formatting.add(area, near)

    _rule: Any = staticmethod(FormulaRule)

    def _inputs(self) -> None:
        """Cells to fill in are open, those for figures are checked, the rest is locked without a password."""
        inputs = [col for col in self.columns if col.kind == "input"]
        if not inputs or not self.rows:
            return
        rule = DataValidation(
            type="decimal",
            operator="greaterThanOrEqual",
            formula1="0",
            allow_blank=True,
            showErrorMessage=True,
        )
        rule.error = _("Type a number, 0 or more.")
        for i, col in enumerate(self.columns, 1):
            if col.kind == "input" and col.right:
                letter = get_column_letter(i)
                rule.add(f"{letter}{FIRST}:{letter}{self.last}")
        if rule.sqref:
            self.sheet.add_data_validation(rule)
        protection: Any = self.sheet.protection
        protection.sheet = True
        protection.sort = protection.autoFilter = protection.formatColumns = protection.formatRows = False


def _format(col: Col, places: int) -> str:
    plain = number_format(places)
    return f"+{plain};-{plain};{plain}" if col.signed else plain


def _open_style(col: Col) -> str:
    """The look of a cell to fill in: a figure, or words (and times, which Excel is not to reshape)."""
    return "sw_input" if col.right else "sw_write"


def _moment(text: str) -> date | datetime | None:
    """The date or time that an ISO text names; anything else stays text."""
    try:
        return (
            date.fromisoformat(text)
            if len(text) == 10
            else datetime.fromisoformat(text)
            if len(text) == 16
            else None
        )
    except ValueError:
        return None
