"""Labels of records: which, what they say, and printing them."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.access import Permission
from app.desk import Desk
from app.errors import AppError
from app.fields import about
from app.files import write_safely
from app.labels.face import Label
from app.labels.payload import Kind, encode
from app.labels.raw import raw_labels, send
from app.labels.record import MOST_ROWS, LabelPrint, Printed
from app.labels.render import render_labels
from app.labels.sizes import Printer, layout_of, remember
from app.tx import Reader
from app.words import N_, language, pgettext
from app.work.machines import OPEN_ORDERS

SHOWN_CODES = 5
#: How far a printer can be off, in millimetres.
FARTHEST = 10
T = TypeVar("T")
_Row = tuple[Any, ...]
_OPEN = ", ".join(f"'{state}'" for state in OPEN_ORDERS)
_TYPES = f"CASE WHEN l.location_type = 'bin' THEN '{Kind.BN}' ELSE '{Kind.LC}' END"


@dataclass(frozen=True, slots=True)
class RecordLabel(Label):
    """The label of a record of the site file."""

    record: bytes = b""


@dataclass(frozen=True)
class _Source:
    """How the records of a table become labels; `usual` are those that are printed when nothing is chosen."""

    alias: str
    select: str
    key: str
    usual: str
    site: str


_SOURCES = {
    "part": _Source(
        "p",
        f"SELECT '{Kind.PT}', p.part_no, p.name, p.name_en, coalesce((SELECT l.code FROM stock_policy y "
        "JOIN location l ON l.id = y.bin_id WHERE y.part_id = p.id AND y.deleted = 0 AND (?1 IS NULL OR y.site_id = ?1) "
        "ORDER BY y.n LIMIT 1), ''), coalesce(p.spec, ''), p.id FROM part p WHERE p.deleted = 0",
        "p.part_no",
        "p.status = 'active'",
        "EXISTS (SELECT 1 FROM stock_policy y WHERE y.part_id = p.id AND y.deleted = 0 AND y.site_id = ?1)",
    ),
    "equipment": _Source(
        "e",
        f"SELECT '{Kind.EQ}', e.code, e.name, e.name_en, coalesce(l.code, ''), '', e.id FROM equipment e "
        "LEFT JOIN location l ON l.id = e.location_id WHERE e.deleted = 0",
        "e.code",
        "e.status NOT IN ('retired', 'disposed')",
        "e.site_id = ?1",
    ),
    "location": _Source(
        "l",
        f"SELECT {_TYPES}, l.code, l.name, l.name_en, s.code, '', l.id FROM location l JOIN site s ON s.id = l.site_id "
        "WHERE l.deleted = 0",
        "l.code",
        "l.qr_label = 1",
        "l.site_id = ?1",
    ),
    "work_order": _Source(
        "o",
        f"SELECT '{Kind.WO}', o.code, o.title, NULL, coalesce(e.code, ''), '', o.id FROM work_order o "
        "LEFT JOIN equipment e ON e.id = o.equipment_id WHERE o.deleted = 0",
        "o.code",
        f"o.status IN ({_OPEN})",
        "o.site_id = ?1",
    ),
}


def labels_of(
    desk: Desk, table: str, codes: Sequence[str] | None = None, ids: Sequence[bytes] | None = None
) -> list[RecordLabel]:
    """The labels of these records in the order given; without a choice, of all that carry one at the site in view.

    Tables: part, equipment, location (bins and other places), work_order. Raises AppError for an unknown code.
    """
    if table not in _SOURCES:
        known = pgettext("list", ", ").join(_SOURCES)
        raise AppError(N_("There are no labels for “{table}”, only for: {known}."), table=table, known=known)
    site = desk.site.id if desk.site else None
    with desk.read() as read:
        rows = _rows(read, _SOURCES[table], site, codes, ids)
        twins = _twins(read, table)
    return [_label(row, twins) for row in rows]


def _rows(
    read: Reader,
    source: _Source,
    site: bytes | None,
    codes: Sequence[str] | None,
    ids: Sequence[bytes] | None,
) -> list[_Row]:
    if codes is None and ids is None:
        here = f"{source.usual} AND (?1 IS NULL OR {source.site})"
        return read.rows(f"{source.select} AND {here} ORDER BY {source.key}", site)
    if ids is not None:
        known = {row[-1]: row for row in _chosen(read, source, site, f"{source.alias}.id", ids)}
        return [known[row_id] for row_id in ids if row_id in known]
    wanted = [code.strip().upper() for code in codes or ()]
    by_code = {row[1].upper(): row for row in _chosen(read, source, site, f"upper({source.key})", wanted)}
    if absent := [code for code in wanted if code not in by_code]:
        shown = pgettext("list", ", ").join(absent[:SHOWN_CODES])
        raise AppError(N_("There is no record with this code: {codes}. Check the spelling."), codes=shown)
    return [by_code[code] for code in wanted]


def _chosen(
    read: Reader, source: _Source, site: bytes | None, column: str, wanted: Sequence[str | bytes]
) -> Iterator[_Row]:
    for part in _slices(wanted):
        marks = ", ".join("?" * len(part))
        # Not every select names the site, but each gets it.
        yield from read.rows(f"{source.select} AND (1 OR ?1) AND {column} IN ({marks})", site, *part)


def _slices(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    return (wanted[start : start + MOST_ROWS] for start in range(0, len(wanted), MOST_ROWS))


def _twins(read: Reader, table: str) -> frozenset[str]:
    """Codes that differ from another one only in small and capital letters."""
    key = about(table).key
    rows = read.rows(
        f'SELECT "{key}" FROM "{table}" WHERE deleted = 0 AND upper("{key}") IN (SELECT upper("{key}") FROM "{table}" '
        f"WHERE deleted = 0 GROUP BY 1 HAVING count(*) > 1)"
    )
    return frozenset(code for (code,) in rows)


def _label(row: _Row, twins: frozenset[str]) -> RecordLabel:
    """Both names, that of the spoken language first, with what tells two parts of one name apart."""
    kind, code, name, english, place, spec, record = row
    names = (english or name, name) if language() == "en" else (name or english, english)
    return RecordLabel(
        Kind(kind),
        code,
        f"{names[0] or ''} {spec}".strip(),
        names[1] or "",
        place or "",
        case_matters=code in twins,
        record=record,
    )


@dataclass(frozen=True)
class Job:
    """How labels are printed: layout, first free position, spoilt places of the first sheet, shift in millimetres,
    outlines to cut along, copies of each (or of some records their own number), scale, and a roll printer's head.
    """

    layout: str = "L7160"
    first: int = 1
    offset: tuple[float, float] = (0, 0)
    outlines: bool = False
    copies: int = 1
    spoilt: frozenset[int] = frozenset()
    counts: Mapping[bytes, int] = field(default_factory=dict)
    scale: tuple[float, float] = (1, 1)
    head: str = "203"

    def copies_of(self, labels: Sequence[Label]) -> list[int]:
        """How often each label is printed."""
        return [self.counts.get(getattr(label, "record", b""), 1) * self.copies for label in labels]


def preview_labels(desk: Desk, labels: Sequence[Label], job: Job) -> tuple[bytes, list[str]]:
    """The PDF as it would be and its warnings; nothing is logged."""
    _demand_near(job.offset)
    stream = io.BytesIO()
    warnings = render_labels(
        labels,
        layout_of(desk, job.layout).with_head(job.head),
        stream,
        offset_mm=job.offset,
        first=job.first,
        spoilt=job.spoilt,
        outlines=job.outlines,
        copies=job.copies_of(labels),
        scale=job.scale,
    )
    return stream.getvalue(), warnings


def _demand_near(offset: tuple[float, float]) -> None:
    if max(map(abs, offset)) > FARTHEST:
        raise AppError(N_("A sheet is shifted by at most {limit} mm."), limit=FARTHEST)


def print_labels(
    desk: Desk, labels: Sequence[RecordLabel], layout: str | Job, target: Path, *, first: int = 1
) -> list[str]:
    """Write the labels to a PDF file and log them; what the person should know comes back as sentences."""
    if target.suffix.lower() != ".pdf":
        raise AppError(
            N_("Labels are written as PDF: let the name of “{name}” end in .pdf."), name=target.name
        )
    desk.actor.demand(Permission.PRINT_LABELS)
    job = Job(layout, first) if isinstance(layout, str) else layout
    raw, warnings = preview_labels(desk, labels, job)
    with write_safely(target) as stream:
        stream.write(raw)
    note_labels(desk, labels, job)
    return warnings


def send_labels(desk: Desk, labels: Sequence[RecordLabel], job: Job, used: Printer) -> None:
    """To a label printer in its own language, and into the log. Raises AppError where it does not answer; nothing is logged then."""
    desk.actor.demand(Permission.PRINT_LABELS)
    _demand_near(job.offset)
    raw = raw_labels(
        labels,
        layout_of(desk, job.layout).with_head(used.head),
        used.tongue,
        copies=job.copies_of(labels),
        gap_mm=used.gap,
        offset_mm=job.offset,
    )
    send(raw, used.target)
    remember(desk, used, job.layout)
    note_labels(desk, labels, job)


def note_labels(desk: Desk, labels: Sequence[RecordLabel], job: Job | None = None) -> None:
    """Log labels that went to paper: one action, at most 500 of one number of copies in an op."""
    made = job or Job()
    by_copies: dict[int, list[Printed]] = {}
    for label, number in zip(labels, made.copies_of(labels), strict=True):
        digits = encode(label.kind, label.code, case_matters=label.case_matters)
        by_copies.setdefault(number, []).append(Printed(str(label.kind), label.record, digits))
    ops = [
        LabelPrint(tuple(part), number, made.layout)
        for number, printed in by_copies.items()
        for part in _slices(printed)
    ]
    desk.perform(*ops)
