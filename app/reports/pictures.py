"""Photographs on paper: small enough to send, upright, and without the place where they were taken."""

from __future__ import annotations

import io
import logging
from functools import partial
from typing import Any

from PIL import Image, ImageOps
from reportlab.lib.utils import ImageReader

from app.reports.canvas import GREY, INK, MM, WHITE, Area, Pen
from app.reports.document import Photo, Photos
from app.reports.page import Flow
from app.reports.text import BOLD, REGULAR, width, wrap
from app.words import _

log = logging.getLogger(__name__)

FRAME = 55 * MM
CAPTION = 7.5
GAP = 5 * MM
DPI = 150


def for_paper(data: bytes, wide: float) -> bytes:
    """A photograph scaled to 150 dpi at this width (points), as JPEG without any metadata."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (int(wide / 72 * DPI) * 2,) * 2)
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((int(wide / 72 * DPI), int(FRAME * 2 / 72 * DPI)), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    stream = io.BytesIO()
    plain.save(stream, "JPEG", quality=80, optimize=True)
    return stream.getvalue()


def _readable(photo: Photo, wide: float) -> tuple[bytes | None, str]:
    """The picture for paper, or what stands in its place."""
    if photo.jpeg is None:
        return None, _("The photo is on another device")
    try:
        return for_paper(photo.jpeg, wide), ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        log.exception("a photo could not be read")
        return None, _("The photo cannot be read")


def place_photos(flow: Flow, block: Photos, below: float) -> None:
    """Photographs in pairs, each with its number and caption; the last pair keeps room for what hangs on it."""
    pairs = [block.photos[i : i + 2] for i in range(0, len(block.photos), 2)]
    wide = (flow.page.text_width - GAP) / 2
    for i, pair in enumerate(pairs):
        height = pair_height(pair, wide)
        flow.need(height + (below if i == len(pairs) - 1 else 0))
        flow.put(height, partial(_draw_pair, flow.page.left, wide, pair))


def pair_height(pair: tuple[Photo, ...], wide: float) -> float:
    return FRAME + max(len(_caption(photo, wide)) for photo in pair) * CAPTION * 1.4 + 3 * MM


def _caption(photo: Photo, wide: float) -> tuple[str, ...]:
    return wrap(f"{photo.label}  {photo.caption}", REGULAR, CAPTION, wide)


def _draw_pair(left: float, wide: float, pair: tuple[Photo, ...], pen: Pen, y: float) -> None:
    for i, photo in enumerate(pair):
        x = left + i * (wide + GAP)
        pen.fill(Area(x, y, wide, FRAME), "#E4E4E4")
        picture, instead = _readable(photo, wide)
        if picture:
            _draw_picture(pen, Area(x, y, wide, FRAME), ImageReader(io.BytesIO(picture)))
        else:
            pen.text(
                x + wide / 2,
                y + FRAME / 2,
                instead,
                size=CAPTION,
                colour=GREY,
                align="centre",
            )
        pen.box(Area(x, y, wide, FRAME), 0.4)
        tag = width(photo.label, BOLD, CAPTION) + 3 * MM
        pen.fill(Area(x, y, tag, 5 * MM), INK)
        pen.text(x + 1.5 * MM, y + 3.5 * MM, photo.label, BOLD, CAPTION, colour=WHITE)
        for j, line in enumerate(_caption(photo, wide)):
            pen.text(x, y + FRAME + 9.5 + j * CAPTION * 1.4, line, size=CAPTION)


def _draw_picture(pen: Pen, frame: Area, picture: Any) -> None:
    """The whole picture in the middle of its frame."""
    x, y, wide, high = frame
    w, h = picture.getSize()
    scale = min(wide / w, high / h)
    pen.image(Area(x + (wide - w * scale) / 2, y + (high - h * scale) / 2, w * scale, h * scale), picture)
