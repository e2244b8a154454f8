"""B10: a frame of the camera to its code, against zxing-cpp alone on the same frames; and how many of a hard set each reads."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import zxingcpp
from hard_codes import frames
from large_site import Size

from app import camera

if TYPE_CHECKING:
    from run import Measure

FRAMES = 240
SEED = 23


def measures(_folder: Path, size: Size) -> Iterator["Measure"]:
    """Time a frame, and the share of the hard set that stays unread (less is better)."""
    from run import Measure, in_turn

    taken = frames(SEED, FRAMES if size.parts > 1000 else 30)
    formats = [getattr(zxingcpp.BarcodeFormat, name) for name in camera.FORMATS]
    read: dict[str, int] = {}

    def ours() -> float:
        began = time.perf_counter()
        codes = [camera.read_frame(one.frame) for one in taken]
        took = time.perf_counter() - began
        read["ours"] = sum(
            any(c.text == one.text for c in found) for found, one in zip(codes, taken, strict=True)
        )
        return took

    def alone() -> float:
        began = time.perf_counter()
        codes = [zxingcpp.read_barcodes(one.frame, formats=formats) for one in taken]
        took = time.perf_counter() - began
        read["alone"] = sum(
            any(c.text == one.text for c in found) for found, one in zip(codes, taken, strict=True)
        )
        return took

    mine, theirs, ratio = in_turn(ours, alone, 3)
    each = 1000 / len(taken)
    yield Measure(
        "B10", "a camera's frame of 1280 x 720 to its code", mine * each, theirs * each, "ms", ratio, 3.0
    )
    unread = [100 * (1 - read[who] / len(taken)) for who in ("ours", "alone")]
    yield Measure(
        "B10", "codes of a hard set that stay unread", *unread, "%", unread[0] / max(unread[1], 0.1), 1.0
    )
