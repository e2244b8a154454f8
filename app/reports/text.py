"""Measuring, wrapping and fitting of printed text (排版): no character is lost, none is wider than its column."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "Sitewright"
BOLD = "Sitewright-Bold"
_FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}

# 禁则: signs that never begin a line, and signs that never end one.
NO_START = frozenset("，。、；：？！）》」』】〕〉”’…—·～％℃,.;:?!)]}%°\u00a0")
NO_END = frozenset("（《「『【〔〈“‘¥￥≤≥([{\u00a0")
WHOLE_CODE = 16
_RUN = re.compile(r"[^\S\u00a0]+|[!-\u1fff]+|.", re.DOTALL)
_PIECE = re.compile(r"[^-_/.]*[-_/.]+|[^-_/.]+")


@cache
def faces() -> dict[str, Any]:
    """Register the two fonts of paper once and return their faces by name."""
    found = {}
    for name, file in _FILES.items():
        data = resources.files("resources").joinpath("fonts", file).read_bytes()
        font = TTFont(name, io.BytesIO(data))
        pdfmetrics.registerFont(font)
        found[name] = font.face
    return found


@lru_cache(maxsize=65536)
def visible(text: str) -> str:
    """The text as the font can draw it: a character without glyph becomes its code point, never nothing."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_char, text))


@cache
def _visible_char(char: str) -> str:
    if char in "\n\t":
        return char if char == "\n" else " "
    if "\u2e80" <= char <= "\u2fdf":
        char = unicodedata.normalize("NFKC", char)
    if unicodedata.category(char) in {"Cf", "Cc"}:
        return ""
    return char if ord(char) in _glyphs() else f"〔U+{ord(char):04X}〕"


@cache
def _glyphs() -> frozenset[int]:
    """Code points that both weights can draw."""
    regular, bold = (frozenset(face.charToGlyph) for face in faces().values())
    return regular & bold


def missing(text: str) -> str:
    """Characters of the text that the font cannot draw, each once."""
    return "".join(dict.fromkeys(char for char in text if _visible_char(char).startswith("〔U+")))


def width(text: str, font: str, size: float) -> float:
    face = faces()[font]
    widths, default = face.charWidths, face.defaultWidth
    total = 0
    for char in text:
        total += widths.get(ord(char), default)
    return float(total * size / 1000)


@lru_cache(maxsize=65536)
def wrap(text: str, font: str, size: float, room: float) -> tuple[str, ...]:
    """Lines of the text, none wider than the room; words and codes whole, closing marks never first."""
    lines: list[str] = []
    for paragraph in visible(text).split("\n"):
        lines += _fill(atoms(paragraph), font, size, room)
    return tuple(lines)


def _fill(parts: list[str], font: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for atom in parts:
        if width((line + atom).rstrip(), font, size) <= room:
            line += atom
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = atom.lstrip()
        while width(line.rstrip(), font, size) > room:
            cut = _longest(line, font, size, room)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _longest(text: str, font: str, size: float, room: float) -> int:
    """How many characters fit the room, at least one so that the work goes on."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle], font, size) <= room else (low, middle - 1)
    return low


def atoms(text: str) -> list[str]:
    """Parts between which a line may end: a Chinese character with its marks, a word, a piece of a long code."""
    found: list[str] = []
    open_end = False
    for run in _RUN.findall(text):
        for piece in _PIECE.findall(run) if len(run) > WHOLE_CODE and not run.isspace() else [run]:
            joined = piece.isspace() or piece[0] in NO_START or open_end
            if (
                found
                and joined
                and not (found[-1][-1:].isspace() and piece[0] not in NO_START and not open_end)
            ):
                found[-1] += piece
            else:
                found.append(piece)
            open_end = piece[-1] in NO_END or (open_end and piece.isspace())
    return found


@dataclass(frozen=True, slots=True)
class Fitted:
    text: str
    size: float
    cut: bool = False


def fit(text: str, font: str, size: float, room: float, smallest: float = 6.5) -> Fitted:
    """One line within the room: smaller down to the smallest size, then cut with an ellipsis and said so."""
    text = visible(text).replace("\n", " ")
    full = width(text, font, size)
    if full <= room:
        return Fitted(text, size)
    shrunk = int(size * room / full * 4) / 4
    if shrunk >= smallest:
        return Fitted(text, shrunk)
    cut = _longest(text, font, smallest, room - width("…", font, smallest))
    return Fitted(text[:cut].rstrip() + "…", smallest, cut=True)
