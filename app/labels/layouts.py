"""The label sheets and rolls that can be bought, in millimetres from the top left corner; and sizes of one's own."""

from dataclasses import dataclass, replace

from app.errors import AppError
from app.words import N_, _

A4 = (210.0, 297.0)
LETTER = (215.9, 279.4)
# Printers of 203 dpi have eight dots to the millimetre, those of 300 dpi twelve within a thousandth.
DPI_203 = 203.2
DPI_300 = 300.0
#: What a thermal printer can have: its name, and dots to the inch.
HEADS = {"203": DPI_203, "300": DPI_300}
SMALLEST_LABEL = (18.0, 12.0)
MOST_LABELS = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the labels lie on a page; with `dpi`, a thermal roll whose page is the label."""

    code: str
    name: str
    page: tuple[float, float]
    columns: int
    rows: int
    left: float
    top: float
    pitch_x: float
    pitch_y: float
    width: float
    height: float
    qr: float
    code_pt: float
    margin: float
    dpi: float | None = None
    #: A size that a person made; its name is theirs.
    own: bool = False

    @property
    def title(self) -> str:
        """The name in the spoken language, with the count and the size of the labels."""
        if self.own:
            return self.name
        size = {"width": f"{self.width:g}", "height": f"{self.height:g}"}
        if self.dpi:
            return _("Roll {width} × {height} mm").format(**size)
        paper = "Letter" if self.page == LETTER else "A4"
        return _("{paper} {code}: {count} labels of {width} × {height} mm").format(
            paper=paper, code=self.name, count=self.per_page, **size
        )

    def with_head(self, head: str) -> "Layout":
        """A roll as a printer of "203" or "300" dots to the inch prints it; a sheet stays as it is."""
        return replace(self, dpi=HEADS.get(head, DPI_203)) if self.dpi else self

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    def place(self, position: int) -> tuple[float, float]:
        """Left and top of the label at a position, counted from 0 along the rows."""
        row, column = divmod(position, self.columns)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y


def sheet(
    code: str,
    name: str,
    grid: tuple[int, int],
    first: tuple[float, float],
    pitch: tuple[float, float],
    *,
    label: tuple[float, float],
    qr: float = 0,
    code_pt: float = 0,
    margin: float = 0,
    page: tuple[float, float] = A4,
) -> Layout:
    """A sheet of labels; sizes that are not given follow from the label's size."""
    width, height = label
    _check(page, grid, first, pitch, label)
    return Layout(
        code,
        name,
        page,
        *grid,
        *first,
        *pitch,
        width,
        height,
        qr or _qr_side(width, height),
        code_pt or _code_size(width, height),
        margin or _margin(height),
    )


def roll(
    code: str,
    name: str,
    label: tuple[float, float],
    *,
    dpi: float = DPI_203,
    qr: float = 0,
    code_pt: float = 0,
    margin: float = 0,
) -> Layout:
    """A thermal roll: one label a page, and no module of the QR code ends between two dots."""
    width, height = label
    _check(label, (1, 1), (0, 0), label, label)
    side, size = qr or _qr_side(width, height), code_pt or _code_size(width, height)
    return Layout(
        code,
        name,
        label,
        1,
        1,
        0,
        0,
        width,
        height,
        width,
        height,
        side,
        size,
        margin or _margin(height),
        dpi,
    )


def _qr_side(width: float, height: float) -> float:
    return round(min(height - 2, width * 0.45), 1)


def _code_size(width: float, height: float) -> float:
    return round(min(22, max(6, min(height * 0.42, width * 0.24))), 1)


def _margin(height: float) -> float:
    return round(min(2.6, max(0.9, height * 0.055)), 1)


def _check(
    page: tuple[float, float],
    grid: tuple[int, int],
    first: tuple[float, float],
    pitch: tuple[float, float],
    label: tuple[float, float],
) -> None:
    smallest_width, smallest_height = SMALLEST_LABEL
    if label[0] < smallest_width or label[1] < smallest_height:
        message = N_(
            "A label of {width} × {height} mm is too small for a QR code and text: at least {least_width} × {least_height} mm."
        )
        raise AppError(
            message, width=label[0], height=label[1], least_width=smallest_width, least_height=smallest_height
        )
    if not 1 <= grid[0] * grid[1] <= MOST_LABELS or min(grid) < 1:
        raise AppError(
            N_("A sheet holds 1 to {limit} labels. Check the numbers of columns and rows."), limit=MOST_LABELS
        )
    for axis in (0, 1):
        if first[axis] < 0 or first[axis] + (grid[axis] - 1) * pitch[axis] + label[axis] > page[axis] + 0.05:
            raise AppError(
                N_(
                    "The labels do not fit on the page. Check the margins, distances and the numbers of columns and rows."
                )
            )
        if grid[axis] > 1 and pitch[axis] < label[axis] - 0.05:
            raise AppError(
                N_("The labels overlap. The distance from label to label is less than the size of a label.")
            )


# code, paper, columns and rows, left and top, distances, size of a label, side of the QR code, largest code in points, margin;
# 0: it follows from the size. The measures are the makers'.
_SHEETS = (
    ("L7160", A4, (3, 7), (7.2, 15.15), (66.04, 38.1), (63.5, 38.1), 27, 15, 2.6),
    ("L7163", A4, (2, 7), (4.67, 15.15), (101.6, 38.1), (99.06, 38.1), 31, 22, 2.8),
    ("L7159", A4, (3, 8), (6.46, 13.06), (66.54, 33.86), (64, 33.86), 26, 15, 2.2),
    ("3x8", A4, (3, 8), (0, 0.5), (70, 37), (70, 37), 27, 15, 4),
    ("L7651", A4, (5, 13), (4.67, 10.9), (40.64, 21.17), (38.1, 21.17), 17, 9, 1.1),
    ("L7157", A4, (3, 11), (6.46, 14), (66.54, 24.3), (64, 24.3), 20, 12, 1.4),
    ("L7161", A4, (3, 6), (7.21, 8.82), (66.04, 46.56), (63.5, 46.56), 0, 0, 0),
    ("L7162", A4, (2, 8), (4.67, 13.02), (101.6, 33.87), (99.06, 33.87), 0, 0, 0),
    ("L7164", A4, (3, 4), (7.21, 4.57), (66.04, 71.97), (63.5, 71.97), 0, 0, 0),
    ("L7165", A4, (2, 4), (4.67, 13.04), (101.6, 67.73), (99.06, 67.73), 0, 0, 0),
    ("L7166", A4, (2, 3), (4.67, 8.81), (101.6, 93.13), (99.06, 93.13), 0, 0, 0),
    ("L7173", A4, (2, 5), (4.67, 6), (101.6, 57), (99.06, 57), 0, 0, 0),
    ("5160", LETTER, (3, 10), (4.78, 12.7), (69.85, 25.4), (66.68, 25.4), 20, 12, 1.6),
    ("5161", LETTER, (2, 10), (3.96, 12.7), (106.36, 25.4), (101.6, 25.4), 21, 14, 1.6),
    ("5162", LETTER, (2, 7), (3.96, 21.17), (106.36, 33.87), (101.6, 33.87), 0, 0, 0),
    ("5163", LETTER, (2, 5), (3.96, 12.7), (106.36, 50.8), (101.6, 50.8), 0, 0, 0),
    ("5164", LETTER, (2, 3), (3.96, 12.7), (106.36, 84.67), (101.6, 84.67), 0, 0, 0),
)
_ROLLS = (
    ("tiny30x20", (30, 20), 14.5, 6.5, 0.9),
    ("roll40x30", (40, 30), 18.2, 9, 1.3),
    ("roll50x30", (50, 30), 21.8, 11, 1.5),
    ("roll60x40", (60, 40), 29, 14, 1.8),
    ("roll70x50", (70, 50), 32.7, 17, 2),
    ("roll100x70", (100, 70), 47.2, 22, 2.6),
)

LAYOUTS: dict[str, Layout] = {
    code: sheet(code, code, grid, first, pitch, label=label, qr=qr, code_pt=code_pt, margin=margin, page=page)
    for code, page, grid, first, pitch, label, qr, code_pt, margin in _SHEETS
} | {
    code: roll(code, code, label, qr=qr, code_pt=code_pt, margin=margin)
    for code, label, qr, code_pt, margin in _ROLLS
}
