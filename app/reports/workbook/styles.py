"""Named styles of our workbooks: one for each kind of value, so that a user changes a look in one place."""

from __future__ import annotations

from functools import cache

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

FONT = "DengXian"
THIN = Side(style="thin", color="FFBFBFBF")
STRONG = Side(style="medium", color="FF111111")
HEAD = PatternFill("solid", fgColor="FFECEFF2")
INPUT = PatternFill("solid", fgColor="FFFFFBE6")


def add_styles(book: Workbook) -> None:
    """Register the styles in the order in which they are listed here."""
    for style in (*_heads(), *_cells(), *_ends()):
        book.add_named_style(style)


def _heads() -> list[NamedStyle]:
    left, right, centre = ("left", 1), ("right", 1), ("center", 0)
    return [
        _style("sw_title", size=16, bold=True, align=centre),
        _style("sw_line", size=9, colour="FF555555", align=left, wrap=True),
        _style(
            "sw_head",
            bold=True,
            align=left,
            wrap=True,
            fill=HEAD,
            border=Border(top=STRONG, bottom=Side(style="thin", color="FF111111")),
        ),
        _style(
            "sw_head_right",
            bold=True,
            align=right,
            wrap=True,
            fill=HEAD,
            border=Border(top=STRONG, bottom=Side(style="thin", color="FF111111")),
        ),
        _style(
            "sw_head_turned",
            size=9,
            align=centre,
            wrap=True,
            fill=HEAD,
            turned=90,
            border=Border(top=STRONG, bottom=Side(style="thin", color="FF111111")),
        ),
    ]


def _cells() -> list[NamedStyle]:
    left, right, centre = ("left", 1), ("right", 1), ("center", 0)
    return [
        _style("sw_text", align=left, wrap=True, border=Border(bottom=THIN)),
        _style("sw_code", align=left, number="@", border=Border(bottom=THIN)),
        _style("sw_right", align=right, wrap=True, border=Border(bottom=THIN)),
        _style("sw_centre", align=centre, border=Border(bottom=THIN)),
        _style("sw_status", align=left, border=Border(bottom=THIN)),
        _style("sw_int", align=right, number="#,##0", border=Border(bottom=THIN)),
        _style("sw_dec", align=right, number="#,##0.###", border=Border(bottom=THIN)),
        _style("sw_money", align=right, number="#,##0.00", border=Border(bottom=THIN)),
        _style("sw_date", align=left, number="yyyy-mm-dd", border=Border(bottom=THIN)),
        _style("sw_instant", align=left, number="yyyy-mm-dd hh:mm", border=Border(bottom=THIN)),
        _style(
            "sw_input", align=right, number="General", fill=INPUT, border=Border(bottom=THIN), locked=False
        ),
        _style("sw_write", align=left, number="@", fill=INPUT, border=Border(bottom=THIN), locked=False),
    ]


def _ends() -> list[NamedStyle]:
    left, right = ("left", 1), ("right", 1)
    return [
        _style(
            "sw_total",
            bold=True,
            align=left,
            border=Border(top=Side(style="thin", color="FF111111"), bottom=STRONG),
        ),
        _style(
            "sw_total_number",
            bold=True,
            align=right,
            number="#,##0.00",
            border=Border(top=Side(style="thin", color="FF111111"), bottom=STRONG),
        ),
        _style("sw_note", size=9, colour="FF555555", align=left, wrap=True),
        _style("sw_label", bold=True, align=left, wrap=True, fill=HEAD, border=Border(bottom=THIN)),
        _style(
            "sw_sign",
            align=left,
            wrap=True,
            border=Border(*(Side(style="thin", color="FF111111"),) * 4),
            locked=False,
        ),
    ]


def _style(
    name: str,
    *,
    size: float = 10,
    bold: bool = False,
    colour: str = "FF111111",
    align: tuple[str, int] = ("left", 1),
    number: str = "General",
    wrap: bool = False,
    turned: int = 0,
    fill: PatternFill | None = None,
    border: Border | None = None,
    locked: bool = True,
) -> NamedStyle:
    vertical = "center" if "head" in name or name == "sw_title" else "top"
    style = NamedStyle(name)
    style.font = Font(name=FONT, size=size, bold=bold, color=colour)
    style.alignment = Alignment(
        horizontal=align[0], indent=align[1], vertical=vertical, wrap_text=wrap, text_rotation=turned
    )
    style.number_format = number
    style.border = border or Border()
    style.protection = Protection(locked=locked)
    if fill:
        style.fill = fill
    return style


@cache
def number_format(places: int, unit: str = "") -> str:
    """So many decimals, thousands grouped, the unit as text behind."""
    decimals = f".{'0' * places}" if places else ""
    text = unit.replace('"', '""')
    return f"#,##0{decimals}" + (f'" {text}"' if unit else "")
