"""The label sheets and rolls that can be bought, in millimetres from the top left corner."""

from dataclasses import dataclass

from app.errors import AppError
from app.words import N_, _

A4 = (210.0, 297.0)
# Printers of 203 dpi have eight dots to the millimetre.
DPI_203 = 203.2
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

    @property
    def title(self) -> str:
        """The name in the spoken language."""
        return _(self.name)

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


# code, name, columns and rows, left and top, distances, size of a label, side of the QR code, largest code in points, margin
_SHEETS = (
    ("L7160", N_("Sheet L7160, 21 labels"), (3, 7), (7.2, 15.15), (66.04, 38.1), (63.5, 38.1), 27, 15, 2.6),
    ("L7163", N_("Sheet L7163, 14 labels"), (2, 7), (4.67, 15.15), (101.6, 38.1), (99.06, 38.1), 31, 22, 2.8),
    ("L7159", N_("Sheet L7159, 24 labels"), (3, 8), (6.46, 13.06), (66.54, 33.86), (64, 33.86), 26, 15, 2.2),
    ("3x8", N_("Full sheet, 24 labels"), (3, 8), (0, 0.5), (70, 37), (70, 37), 27, 15, 4),
    ("L7651", N_("Sheet L7651, 65 labels"), (5, 13), (4.67, 10.9), (40.64, 21.17), (38.1, 21.17), 17, 9, 1.1),
)
_ROLLS = (
    ("roll50x30", N_("Roll 50 × 30 mm"), (50, 30), 21.8, 11, 1.5),
    ("tiny30x20", N_("Roll 30 × 20 mm"), (30, 20), 14.5, 6.5, 0.9),
)

LAYOUTS: dict[str, Layout] = {
    code: sheet(code, name, grid, first, pitch, label=label, qr=qr, code_pt=code_pt, margin=margin)
    for code, name, grid, first, pitch, label, qr, code_pt, margin in _SHEETS
} | {
    code: roll(code, name, label, qr=qr, code_pt=code_pt, margin=margin)
    for code, name, label, qr, code_pt, margin in _ROLLS
}
