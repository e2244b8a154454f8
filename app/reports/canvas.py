"""The pen of a printed page: points from the top left corner, our two fonts, and a memory of all it wrote."""

from __future__ import annotations

import re
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from app.reports.text import REGULAR, faces, fit, visible, width

INK = "#111111"
GREY = "#555555"
HAIR = "#8C8C8C"
TINT = "#ECEFF2"
MARKED = "#F4F4F4"
DARK = "#12395B"
EARLIER = "#B9C1C9"
DANGER = "#8E1616"
WHITE = "#FFFFFF"
MM = 72 / 25.4
# Pages as letters only were meant for mail of long ago: a quarter larger, and slow to make.
cast("Any", rl_config).useA85 = 0
Align = Literal["left", "right", "centre"]


class Area(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


class Pen:
    """Draws on one PDF; `drawn` holds every string, `cut` those that had to lose their end."""

    def __init__(
        self, stream: BinaryIO, size: tuple[float, float], *, title: str, author: str, language: str
    ) -> None:
        faces()
        self.width, self.height = size
        self.drawn: list[str] = []
        self.cut: list[str] = []
        self._canvas: Any = Canvas(
            stream,
            pagesize=size,
            invariant=1,
            initialFontName=cast("Any", REGULAR),
            pageCompression=1,
            lang=language,
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("Sitewright")
        self._canvas.setProducer("Sitewright")
        self._clean()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        font: str = REGULAR,
        size: float = 9,
        *,
        colour: str = INK,
        align: Align = "left",
    ) -> None:
        """Write one line whose baseline is at y."""
        text = visible(text)
        if not text:
            return
        self.drawn.append(text)
        if align != "left":
            x -= width(text, font, size) * (1 if align == "right" else 0.5)
        self._fill(colour)
        self._font(font, size)
        self._canvas.drawString(x, self.height - y, text)

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        room: float,
        *,
        font: str = REGULAR,
        size: float = 9,
        colour: str = INK,
        align: Align = "left",
    ) -> None:
        """Write one line that keeps to its share of the width."""
        fitted = fit(text, font, size, room)
        if fitted.cut:
            self.cut.append(text)
        self.text(x, y, fitted.text, font, fitted.size, colour=colour, align=align)

    def turned(self, x: float, y: float, text: str, size: float = 7.5) -> None:
        """Write upwards from (x, y), x being the baseline."""
        self.drawn.append(visible(text))
        self._canvas.saveState()
        self._canvas.translate(x, self.height - y)
        self._canvas.rotate(90)
        self._canvas.setFillColor(INK)
        self._canvas.setFont(REGULAR, size)
        self._canvas.drawString(0, 0, visible(text))
        self._canvas.restoreState()
        self._clean()

    def rule(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        weight: float = 0.25,
        colour: str = HAIR,
        dash: bool = False,
    ) -> None:
        self._stroke(colour, weight)
        if dash:
            self._canvas.setDash(3, 2)
        self._canvas.line(x1, self.height - y1, x2, self.height - y2)
        if dash:
            self._canvas.setDash()

    def path(self, points: list[tuple[float, float]], weight: float, colour: str) -> None:
        """A line through the points."""
        self._stroke(colour, weight)
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], self.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self.height - y)
        self._canvas.drawPath(path)

    def outline(
        self, loops: list[list[tuple[int, int]]], x: float, y: float, step: float, colour: str = INK
    ) -> None:
        """Closed loops of corners on a grid filled as one area, even-odd: holes stay open and no seam shows.

        (x, y) is the grid's top left corner and `step` the distance of its lines.
        """
        self._fill(colour)
        self._canvas.saveState()
        self._canvas.transform(step, 0, 0, -step, x, self.height - y)
        self._canvas.drawPath(_Loops(loops), stroke=0, fill=1, fillMode=0)
        self._canvas.restoreState()

    def fill(self, area: Area, colour: str, radius: float = 0) -> None:
        x, y, w, h = area
        self._fill(colour)
        if radius:
            self._canvas.roundRect(x, self.height - y - h, w, h, radius, stroke=0, fill=1)
        else:
            self._canvas.rect(x, self.height - y - h, w, h, stroke=0, fill=1)

    def box(self, area: Area, weight: float = 0.5, colour: str = INK, radius: float = 0) -> None:
        x, y, w, h = area
        self._stroke(colour, weight)
        if radius:
            self._canvas.roundRect(x, self.height - y - h, w, h, radius, stroke=1, fill=0)
        else:
            self._canvas.rect(x, self.height - y - h, w, h, stroke=1, fill=0)

    def image(self, area: Area, picture: Any) -> None:
        x, y, w, h = area
        self._canvas.drawImage(picture, x, self.height - y - h, w, h)

    def next_page(self) -> None:
        self._canvas.showPage()
        self._clean()

    def save(self) -> None:
        self._canvas.save()

    def at_true_size(self) -> None:
        """Ask the viewer to print at 100 %, not fitted to the page: labels must meet their sheet."""
        self._canvas.setViewerPreference("PrintScaling", "None")

    def scale(self, across: float, down: float) -> None:
        """Draw this page larger or smaller from its top left corner: a printer that draws 50 mm as 49.8 is made up for."""
        if (across, down) != (1, 1):
            self._canvas.translate(0, self.height)
            self._canvas.scale(across, down)
            self._canvas.translate(0, -self.height)

    @property
    def missing(self) -> tuple[str, ...]:
        """Code points that the font could not draw and that stand on paper as 〔U+…〕."""
        found = re.findall(r"〔U\+([0-9A-F]+)〕", "\n".join(self.drawn))
        return tuple(dict.fromkeys(found))

    def _clean(self) -> None:
        self._filled = self._stroked = ""
        self._weight = -1.0
        self._set = ("", 0.0)

    def _fill(self, colour: str) -> None:
        if colour != self._filled:
            self._canvas.setFillColor(colour)
            self._filled = colour

    def _stroke(self, colour: str, weight: float) -> None:
        if colour != self._stroked:
            self._canvas.setStrokeColor(colour)
            self._stroked = colour
        if weight != self._weight:
            self._canvas.setLineWidth(weight)
            self._weight = weight

    def _font(self, font: str, size: float) -> None:
        if (font, size) != self._set:
            self._canvas.setFont(font, size)
            self._set = (font, size)


class _Loops:
    """A path of whole numbers as the canvas wants it, without a decimal point to work out for each corner."""

    def __init__(self, loops: list[list[tuple[int, int]]]) -> None:
        self._loops = loops

    def getCode(self) -> str:
        return " ".join([self._code(*loop) for loop in self._loops])

    @staticmethod
    def _code(first: tuple[int, int], *more: tuple[int, int]) -> str:
        return f"{first[0]} {first[1]} m {''.join([f'{x} {y} l ' for x, y in more])}h"
