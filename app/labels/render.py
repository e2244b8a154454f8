"""Sheets and rolls of labels as PDF, at true size."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from typing import BinaryIO

from app.errors import AppError
from app.files import write_safely
from app.labels import symbol
from app.labels.face import SAFE_QR, Face, Label, compose
from app.labels.layouts import Layout
from app.reports.canvas import MM, Area, Pen
from app.reports.text import missing
from app.words import N_, _, language

MOST_COPIES = 500
OUTLINE = "#BBBBBB"
SHOWN_CODES = 5

_log = logging.getLogger(__name__)


def render_labels(
    labels: Sequence[Label],
    layout: Layout,
    target: Path | BinaryIO,
    *,
    offset_mm: tuple[float, float] = (0, 0),
    first: int = 1,
    spoilt: frozenset[int] = frozenset(),
    outlines: bool = False,
    copies: int | Sequence[int] = 1,
    scale: tuple[float, float] = (1, 1),
) -> list[str]:
    """Print the labels from position `first` of the first sheet on, past its spoilt places; return what the person should know.

    `copies` is one number for all, or one for each label; `scale` makes up for a printer that draws too small or too large.
    """
    each = list(copies) if isinstance(copies, Sequence) else [copies] * len(labels)
    _check(labels, layout, first, each)
    faces = [compose(label, layout) for label in labels]
    turns = [face for face, number in zip(faces, each, strict=True) for _copy in range(number)]
    with opened(target) as stream:
        page_size = (layout.page[0] * MM, layout.page[1] * MM)
        pen = Pen(stream, page_size, title=_("Labels"), author="", language=language().replace("_", "-"))
        pen.at_true_size()
        pen.scale(*scale)
        page = 0
        for face, (sheet, slot) in zip(turns, places(layout, first, spoilt), strict=False):
            if sheet > page:
                page = sheet
                pen.next_page()
                pen.scale(*scale)
            left, top = layout.place(slot)
            corner = ((left + offset_mm[0]) * MM, (top + offset_mm[1]) * MM)
            if outlines:
                pen.box(Area(*corner, layout.width * MM, layout.height * MM), 0.25, OUTLINE, 1.5 * MM)
            _draw(pen, face, *corner)
        pen.save()
    return list(_warnings(labels, faces))


def places(layout: Layout, first: int, spoilt: frozenset[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """(sheet, place on it) for one label after the other; spoilt places of the first sheet, counted from 1, are passed over."""
    if not set(range(first, layout.per_page + 1)) - spoilt:
        raise AppError(N_("No place of this sheet is left. Take a new one."))
    for position in count(first - 1):
        sheet, slot = divmod(position, layout.per_page)
        if sheet or slot + 1 not in spoilt:
            yield sheet, slot


def opened(target: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """A stream for a path, whole or not at all; a stream stays what it is."""
    return write_safely(target) if isinstance(target, Path) else nullcontext(target)


def _check(labels: Sequence[Label], layout: Layout, first: int, copies: Sequence[int]) -> None:
    if not labels:
        raise AppError(N_("There is no label to print. Choose at least one object."))
    if not 1 <= first <= layout.per_page:
        raise AppError(
            N_("The first free label is one of 1 to {count} on this sheet."), count=layout.per_page
        )
    if not all(1 <= number <= MOST_COPIES for number in copies):
        raise AppError(N_("Print 1 to {limit} copies of each label."), limit=MOST_COPIES)


def _draw(pen: Pen, face: Face, left: float, top: float) -> None:
    x, y, band_width, band_height = face.band
    loops = symbol.outlines(symbol.matrix(face.square.digits))
    pen.outline(loops, left + face.square.x, top + face.square.y, face.square.module, "#000000")
    pen.fill(Area(left + x, top + y, band_width, band_height), "#000000")
    for line in face.lines:
        pen.text(left + line.x, top + line.y, line.text, line.font, line.size, colour=line.colour)


def _warnings(labels: Sequence[Label], faces: Sequence[Face]) -> Iterator[str]:
    side = min(face.square.side_mm for face in faces)
    if side < SAFE_QR - 1e-9:
        yield _(
            "The QR code is only {side} mm wide; a laptop camera needs 12 mm. Print one sheet and try to scan it."
        ).format(side=f"{side:.1f}")
    thin = [label.code for label, face in zip(labels, faces, strict=True) if face.square.thin]
    if thin:
        message = _(
            "These codes are long for this label, so their QR codes are very fine: {codes}. Print one and try to scan it, or choose a larger label."
        )
        yield message.format(codes=_listed(thin))
    cut = [label.code for label, face in zip(labels, faces, strict=True) if face.cut]
    if cut:
        _log.info("texts cut on labels: %s", ", ".join(cut))
        yield _("Some texts did not fit and end with “…”: {codes}").format(codes=_listed(cut))
    unknown = "".join(
        dict.fromkeys(missing("".join(label.name + label.name_en + label.place for label in labels)))
    )
    if unknown:
        yield _(
            "The printing font lacks these characters; the labels show their numbers instead: {characters}"
        ).format(characters=" ".join(unknown))


def _listed(codes: Sequence[str]) -> str:
    codes = list(dict.fromkeys(codes))
    return ", ".join(codes[:SHOWN_CODES]) + (" …" if len(codes) > SHOWN_CODES else "")
