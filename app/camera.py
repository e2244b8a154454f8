"""Codes in pictures: from the laptop's camera, a photo, a screenshot. A ladder of tries, from the quick to the patient.

The reader alone misses what is small, shaken, dark or grainy. What it does not find in the whole frame is looked for once more in the
middle, where a person holds the code: enlarged, and sharpened. A still picture may take longer: it is also tried whole, enlarged and dulled.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import AppError
from app.words import N_

if TYPE_CHECKING:
    from PIL.Image import Image

#: The kinds of code that stand on parts and machines. Without a list the reader tries all, five times slower. Micro QR is left out:
#: a damaged QR code with one corner left was read as one.
FORMATS = (
    "QRCodeModel2", "DataMatrix", "Code128", "Code39", "EAN13", "EAN8", "UPCA", "ITF14",
)  # fmt: skip
#: A frame of the camera is made no larger than this before it is read.
FRAME = (1280, 720)
LARGEST_FILE = 64 * 1024 * 1024
MOST_PIXELS = 120_000_000
#: A still picture is read at this length of its longer side.
STILL_SIDE = 2400
_PICTURES = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_BROKEN = N_("“{name}” is not a picture that can be read. Choose a JPEG or PNG file.")
_TOO_LARGE = N_("“{name}” is too large for a picture of a code. Choose a smaller file.")

Point = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """A code in a picture: its words, its kind, and its four corners in the picture's pixels."""

    text: str
    kind: str
    corners: tuple[Point, ...]

    @property
    def middle(self) -> Point:
        """Where the code lies."""
        return sum(x for x, _ in self.corners) // 4, sum(y for _, y in self.corners) // 4


def can_read() -> bool:
    """Whether this installation has the library that reads codes in pictures."""
    try:
        _reader()
    except ImportError:
        return False
    return True


@cache
def _reader() -> tuple[Any, Any]:
    import zxingcpp

    return zxingcpp, [getattr(zxingcpp.BarcodeFormat, name) for name in FORMATS]


def read_frame(frame: "Image") -> list[Found]:
    """The codes in one frame of a camera, grey: quick, since the next frame is coming. Raises ImportError without the library."""
    return _climb(frame, _FRAME_RUNGS)


def read_still(picture: "Image") -> list[Found]:
    """The codes in a photo or a screenshot, grey: patient. Raises ImportError without the library."""
    return _climb(picture, _FRAME_RUNGS + _STILL_RUNGS)


def open_picture(source: Path | bytes, name: str = "") -> "Image":
    """A picture from a file or from bytes as grey pixels, upright, of bounded size. Raises AppError where it is none or is hostile."""
    import PIL.Image
    from PIL import ImageOps

    name = name or (source.name if isinstance(source, Path) else "")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(BytesIO(_bytes_of(source, name)), formats=_PICTURES) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise AppError(_TOO_LARGE, name=name)
                found.draft("L", (STILL_SIDE, STILL_SIDE))
                grey = _on_white(ImageOps.exif_transpose(found))
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError):
        raise AppError(_TOO_LARGE, name=name) from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, TypeError, OverflowError):
        raise AppError(_BROKEN, name=name) from None
    grey.thumbnail((STILL_SIDE, STILL_SIDE))
    return grey


def _bytes_of(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    if source.stat().st_size > LARGEST_FILE:
        raise AppError(_TOO_LARGE, name=name)
    return source.read_bytes()


def _on_white(picture: "Image") -> "Image":
    """A screenshot may have a ground that lets through: codes are black on white."""
    import PIL.Image

    if picture.mode not in {"RGBA", "LA", "PA"} and "transparency" not in picture.info:
        return picture.convert("L")
    clear = picture.convert("RGBA")
    ground = PIL.Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    return ground.convert("L")


# --- the ladder ---


@dataclass(frozen=True)
class _Rung:
    """One try: the part of the picture (left and top as parts of its size), made so many times larger, after a treatment."""

    margin: float = 0.0
    times: float = 1.0
    treat: "Callable[[Image], Image] | None" = None
    #: All kinds of code and turned ones, not only the square ones.
    wide: bool = False

    def look(self, picture: "Image") -> list[Found]:
        from PIL.Image import Resampling

        left, top = round(picture.width * self.margin), round(picture.height * self.margin)
        seen = (
            picture.crop((left, top, picture.width - left, picture.height - top)) if self.margin else picture
        )
        if self.treat:
            seen = self.treat(seen)
        if self.times != 1:
            seen = seen.resize(
                (round(seen.width * self.times), round(seen.height * self.times)), Resampling.BILINEAR
            )
        return list(_codes(seen, left, top, self.times, wide=self.wide))


def _sharpened(picture: "Image") -> "Image":
    from PIL import ImageFilter

    return picture.filter(ImageFilter.UnsharpMask(2, 200, 0))


def _calmed(picture: "Image") -> "Image":
    """Grain taken out, what is grey stretched to black and white."""
    from PIL import ImageFilter, ImageOps

    return ImageOps.autocontrast(picture.filter(ImageFilter.MedianFilter(3)), cutoff=1)


_FRAME_RUNGS = (_Rung(wide=True), _Rung(0.25, 2), _Rung(0.25, 2, _sharpened))
_STILL_RUNGS = (
    _Rung(0, 2, wide=True),
    _Rung(0, 2, _sharpened),
    _Rung(0, 1, _calmed, wide=True),
    _Rung(0, 2, _calmed),
    _Rung(0, 0.5, wide=True),
    _Rung(0.3, 4),
)


def _climb(picture: "Image", rungs: tuple[_Rung, ...]) -> list[Found]:
    for rung in rungs:
        if found := rung.look(picture):
            return found
    return []


def _codes(seen: "Image", left: int, top: int, times: float, *, wide: bool) -> Iterator[Found]:
    library, formats = _reader()
    read = library.read_barcodes(
        seen, formats=formats if wide else formats[:2], try_rotate=wide, try_downscale=wide
    )
    for code in read:
        at = code.position
        corners = [
            (left + round(point.x / times), top + round(point.y / times))
            for point in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        ]
        if code.valid and code.text:
            yield Found(code.text, code.format.name, tuple(corners))
