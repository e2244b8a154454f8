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
_DIGITS = bytes.maketrans(b"\0\1", b"01")


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
    across, down = _edges(modules)
    loops = []
    while across:
        start, corner = across.popitem()
        loop = [start]
        while True:
            del across[corner]
            loop.append(corner)
            corner = down[corner]
            if corner == start:
                break
            loop.append(corner)
            corner = across.pop(corner)
        loops.append(loop)
    return loops


def _version(digits: str, level: int) -> int:
    return int(_code(digits, level).best_fit())


def _code(digits: str, level: int) -> QRCode:
    code = QRCode(error_correction=level, border=0)
    code.add_data(QRData(digits, mode=MODE_NUMBER), optimize=0)
    return code


def _edges(modules: Sequence[Sequence[bool]]) -> tuple[dict[Point, Point], dict[Point, Point]]:
    """Each corner -> the other end of its level edge, and of its upright one. Edges may cross, for they are filled even-odd."""
    across: dict[Point, Point] = {}
    down: dict[Point, Point] = {}
    open_edges: dict[int, Point] = {}
    above = 0
    for y, row in enumerate([*modules, ()]):
        here = int(bytes(row[::-1]).translate(_DIGITS) or b"0", 2)
        turns = (above ^ here) ^ (above ^ here) << 1
        left = None
        while turns:
            x = (turns & -turns).bit_length() - 1
            turns &= turns - 1
            corner = (x, y)
            if left is None:
                left = corner
            else:
                across[left], across[corner], left = corner, left, None
            if upper := open_edges.pop(x, None):
                down[upper], down[corner] = corner, upper
            else:
                open_edges[x] = corner
        above = here
    return across, down
