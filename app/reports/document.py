"""What a report says, without how it looks: one frozen description for paper (PDF) and workbook (Excel).

All texts are already in the language of the reader. Numbers stay in their physical form (docs/developing.md), so that both
outputs show the same figures by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.signs import CIRCLE, TRIANGLE, Sign, sign

Kind = Literal[
    "text", "code", "int", "quantity", "money", "price", "date", "instant", "status", "input", "write"
]
#: In black and white three degrees of low stock must be told apart: block, frame, plain (word -> level, sign).
PRINTED = {sign("below_safety").word: ("warn", TRIANGLE), sign("at_reorder").word: ("info", CIRCLE)}
NUMBERS = frozenset({"int", "quantity", "money", "price"})


@dataclass(frozen=True, slots=True)
class Status:
    """Sign and word; the level (danger, warn, ok, info, neutral) decides the weight in print."""

    level: str
    glyph: str
    word: str = ""

    @classmethod
    def of(cls, state: Sign | str, word: str | None = None) -> Status:
        """The sign of a state (app.signs) with its own word, or with a date in its place (matrix)."""
        found = sign(state) if isinstance(state, str) else state
        level, glyph = PRINTED.get(found.word, (found.level, found.glyph))
        return cls(level, glyph, found.text if word is None else word)

    def __str__(self) -> str:
        return f"{self.glyph} {self.word}".strip()


@dataclass(frozen=True, slots=True)
class Measure:
    """A reading in thousandths with its unit and the decimals it was read with."""

    value: int
    unit: str = ""
    places: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """Options to tick by hand."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Boxes:
    """One box per digit to write in, with the unit behind."""

    count: int = 5
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A label code to scan from paper; `payload` holds its digits, `side` its millimetres."""

    payload: str
    side: float = 11


Value = str | int | Status | Measure | Choices | Boxes | Code | None


@dataclass(frozen=True, slots=True)
class Col:
    """A column: what it holds, its title, its width on paper (mm; 0 shares what is left); a signed one shows its plus."""

    key: str
    title: str
    kind: Kind = "text"
    width: float = 0
    unit: str = ""
    bold: bool = False
    small: bool = False
    centred: bool = False
    turned: bool = False
    right: bool = False
    signed: bool = False
    paper: bool = True
    book: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The values of a line by column key; a marked one needs action, one that is not counted stays out of the sums."""

    values: Mapping[str, Value]
    mark: bool = False
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A record (printed data) or a form (to write in). `sums` names the columns that are added up."""

    columns: tuple[Col, ...]
    groups: tuple[Group, ...]
    title: str = ""
    aside: str = ""
    note: str = ""
    #: What the workbook says below the table in the place of the note.
    book_note: str = ""
    name: str = ""
    group_title: str = ""
    sums: tuple[str, ...] = ()
    group_sums: tuple[str, ...] = ()
    total_label: str = ""
    subtotal_label: str = ""
    label_column: str = ""
    form: bool = False
    lined: bool = False
    row_height: float = 0
    empty: str = ""
    in_workbook: bool = True
    #: Whether the workbook has a column with the titles of the groups.
    group_column: bool = True

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for group in self.groups for row in group.rows)

    def total(self, rows: Iterable[Row], keys: Iterable[str] | None = None) -> dict[str, int]:
        """The sums of the named columns over these rows; figures in physical form."""
        rows = [row for row in rows if row.counted]
        return {
            key: sum(v for r in rows if isinstance(v := r.values.get(key), int)) for key in keys or self.sums
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value in a boxed head; a wide one takes the whole line."""

    label: str
    value: str | Status
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    facts: tuple[Fact, ...]
    title: str = ""
    aside: str = ""
    per_row: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    title: str = ""
    small: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as JPEG bytes; `label` is its number in the report."""

    label: str
    caption: str
    jpeg: bytes | None = None


@dataclass(frozen=True, slots=True)
class Photos:
    photos: tuple[Photo, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One column or point of a chart: its axis text, its value (thousandths), shown as `said`."""

    label: str
    value: int
    said: str
    now: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns, or a line with its limit; the message stands above."""

    message: str
    points: tuple[Point, ...]
    line: bool = False
    limit: int | None = None
    limit_said: str = ""


@dataclass(frozen=True, slots=True)
class Charts:
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of a time line: recorded, a step in between, or a broken limit."""

    at: str
    text: str
    who: str = ""
    kind: Literal["recorded", "step", "broken"] = "recorded"


@dataclass(frozen=True, slots=True)
class Timeline:
    moments: tuple[Moment, ...]
    title: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """Empty lines to write on, under a head."""

    title: str
    lines: int = 3


@dataclass(frozen=True, slots=True)
class ResultBox:
    question: str
    options: tuple[str, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A box to sign in; `picture` is what was signed on a pad already (PNG), `on` its day."""

    role: str
    name: str = ""
    note: str = ""
    picture: bytes | None = None
    on: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    boxes: tuple[Signature, ...]


Block = Table | Facts | Text | Photos | Charts | Timeline | Notes | ResultBox | Signatures
TAIL = (ResultBox, Signatures)


@dataclass(frozen=True, slots=True)
class Issue:
    """Who printed what when, from which state of the data; stands in the head and foot of each page."""

    number: str
    organisation: str
    site: str
    printed_by: str
    printed_at: int
    data_as_of: int
    device: str
    program: str = "Sitewright"
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as a declaration: head, blocks in reading order, signatures at the end."""

    code: str
    title: str
    subtitle: str
    issue: Issue
    head: tuple[Fact, ...] = ()
    blocks: tuple[Block, ...] = ()
    period: str = ""
    retention: str = ""
    legend: str = ""
    filters: tuple[tuple[str, str], ...] = field(default=())
    size: Literal["A4", "A3"] = "A4"
    landscape: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))
