"""The QR code itself: as much error correction as its size holds, drawn as outlines."""

from collections.abc import Sequence
from functools import lru_cache

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_NUMBER, QRData

QUIET = 4
"""Modules of white on each side, required by ISO/IEC 18004."""

Matrix = tuple[tuple[bool, ...], ...]
Point = tuple[int, int]


@lru_cache(maxsize=4096)
def matrix(digits: str) -> Matrix:
    """The modules, dark ones true: level M, raised to the highest that the same version holds."""
    version = _version(digits, ERROR_CORRECT_M)
    level = next(
        level
        for level in (ERROR_CORRECT_H, ERROR_CORRECT_Q, ERROR_CORRECT_M)
        if _version(digits, level) == version
    )
    code = _code(digits, level)
    code.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in code.modules)


def outlines(modules: Sequence[Sequence[bool]]) -> list[list[Point]]:
    """The edges of the dark areas as closed loops of corners (x, y), to be filled even-odd: no white seams between modules."""
    ways = _edges(modules)
    loops = []
    while ways:
        start = point = next(iter(ways))
        loop: list[Point] = []
        while True:
            following = ways[point].pop()
            if not ways[point]:
                del ways[point]
            loop.append(point)
            point = following
            if point == start:
                break
        loops.append(_corners(loop))
    return loops


def _version(digits: str, level: int) -> int:
    return int(_code(digits, level).best_fit())


def _code(digits: str, level: int) -> QRCode:
    code = QRCode(error_correction=level, border=0)
    code.add_data(QRData(digits, mode=MODE_NUMBER), optimize=0)
    return code


def _edges(modules: Sequence[Sequence[bool]]) -> dict[Point, list[Point]]:
    """Steps from corner to corner with the dark side on the right."""
    side = len(modules)
    white = (False,) * side
    ways: dict[Point, list[Point]] = {}
    for x in range(side):
        for y in range(side):
            row = modules[y]
            if not row[x]:
                continue
            if not (modules[y - 1] if y else white)[x]:
                ways.setdefault((x, y), []).append((x + 1, y))
            if x + 1 == side or not row[x + 1]:
                ways.setdefault((x + 1, y), []).append((x + 1, y + 1))
            if not (modules[y + 1] if y + 1 < side else white)[x]:
                ways.setdefault((x + 1, y + 1), []).append((x, y + 1))
            if not x or not row[x - 1]:
                ways.setdefault((x, y + 1), []).append((x, y))
    return ways


def _corners(loop: list[Point]) -> list[Point]:
    """The loop without the points in the middle of a straight line."""
    around = zip([loop[-1], *loop[:-1]], loop, [*loop[1:], loop[0]], strict=True)
    return [
        here
        for before, here, after in around
        if not before[0] == here[0] == after[0] and not before[1] == here[1] == after[1]
    ]
