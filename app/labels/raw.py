"""Labels in the languages of thermal printers: TSPL and ZPL. The label goes as dots, so no printer needs a Chinese font,
and each module of the QR code is a whole number of them.

The commands are few and old, so that cheap printers know them: TSPL's SIZE, GAP, DIRECTION, CLS, BITMAP, PRINT (TSC's manual);
ZPL's ^PW, ^LL, ^GFA, ^PQ (Zebra's manual). A printer of the other language prints nothing or its name: nothing is damaged.
"""

import socket
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.errors import AppError
from app.files import write_safely
from app.labels import symbol
from app.labels.face import Face, Label, compose
from app.labels.layouts import Layout
from app.reports.canvas import WHITE
from app.reports.text import BOLD, visible
from app.words import N_

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGES = ("tspl", "zpl")
PORT = 9100
SECONDS = 10
#: Between two labels of a roll, in millimetres; 0 for a roll without gaps.
USUAL_GAP = 2.0
_FILES = {True: "NotoSansSC-Bold.ttf", False: "NotoSansSC-Regular.ttf"}


def raw_labels(
    labels: Sequence[Label],
    layout: Layout,
    tongue: str,
    *,
    copies: Sequence[int] = (),
    gap_mm: float = USUAL_GAP,
    offset_mm: tuple[float, float] = (0, 0),
) -> bytes:
    """The bytes that a thermal printer of this language ("tspl", "zpl") prints as these labels. Raises AppError."""
    if layout.dpi is None:
        raise AppError(N_("A label printer prints rolls. Choose a roll, or print the sheet as PDF."))
    if tongue not in LANGUAGES:
        raise AppError(N_("Label printers speak TSPL or ZPL, not “{name}”."), name=tongue)
    if not labels:
        raise AppError(N_("There is no label to print. Choose at least one object."))
    each = list(copies) or [1] * len(labels)
    dots = [draw(compose(label, layout), layout, offset_mm) for label in labels]
    speak = _tspl if tongue == "tspl" else _zpl
    return b"".join(
        speak(layout, picture, number, gap_mm) for picture, number in zip(dots, each, strict=True)
    )


def draw(face: Face, layout: Layout, offset_mm: tuple[float, float] = (0, 0)) -> "Image":
    """The label as the printer's dots, black ones 0: what the page of the PDF shows, at the head's resolution."""
    from PIL import Image, ImageDraw

    dpi = layout.dpi or 203.2
    size = (round(layout.width / 25.4 * dpi), round(layout.height / 25.4 * dpi))
    paper = Image.new("L", size, 255)
    pen = ImageDraw.Draw(paper)
    pen.fontmode = "1"  # a thermal head has no grey
    dot = dpi / 72
    shift = tuple(round(mm / 25.4 * dpi) for mm in offset_mm)
    _draw_square(pen, face, dot, shift)
    x, y, width, height = (part * dot for part in face.band)
    pen.rectangle((x + shift[0], y + shift[1], x + width + shift[0], y + height + shift[1]), fill=0)
    for line in face.lines:
        place = (line.x * dot + shift[0], line.y * dot + shift[1])
        fill = 255 if line.colour == WHITE else 0
        font = _font(max(6, round(line.size * dot)), bold=line.font == BOLD)
        pen.text(place, visible(line.text), fill=fill, font=font, anchor="ls")
    return paper.convert("1", dither=Image.Dither.NONE)


def _draw_square(pen: Any, face: Face, dot: float, shift: tuple[int, ...]) -> None:
    square = face.square
    side = square.dots or max(1, round(square.module * dot))
    left, top = round(square.x * dot) + shift[0], round(square.y * dot) + shift[1]
    for row, modules in enumerate(symbol.matrix(square.digits)):
        for column, dark in enumerate(modules):
            if dark:
                x, y = left + column * side, top + row * side
                pen.rectangle((x, y, x + side - 1, y + side - 1), fill=0)


@lru_cache(maxsize=64)
def _font(pixels: int, *, bold: bool) -> Any:
    from PIL import ImageFont

    raw = resources.files("resources").joinpath("fonts", _FILES[bold]).read_bytes()
    return ImageFont.truetype(BytesIO(raw), pixels)


def _tspl(layout: Layout, picture: "Image", copies: int, gap_mm: float) -> bytes:
    """A dot is printed where the bit is 0, as the picture has it; what pads a row stays white."""
    wide = -(-picture.width // 8)
    head = (
        f"SIZE {layout.width:g} mm,{layout.height:g} mm\r\nGAP {gap_mm:g} mm,0 mm\r\nDIRECTION 1\r\nCLS\r\n"
        f"BITMAP 0,0,{wide},{picture.height},0,"
    )
    return head.encode() + _padded(picture) + f"\r\nPRINT 1,{copies}\r\n".encode()


def _zpl(_layout: Layout, picture: "Image", copies: int, _gap_mm: float) -> bytes:
    """A dot is printed where the bit is 1; the printer itself knows its gap from its sensor."""
    wide = -(-picture.width // 8)
    bits = bytes(byte ^ 0xFF for byte in _padded(picture))
    head = f"^XA^PW{picture.width}^LL{picture.height}^LH0,0^FO0,0^GFA,{len(bits)},{len(bits)},{wide},"
    return (head + bits.hex().upper() + f"^FS^PQ{copies}^XZ\n").encode()


def _padded(picture: "Image") -> bytes:
    """The rows, whole bytes each, white to the right of the label."""
    from PIL import Image

    paper = Image.new("1", (-(-picture.width // 8) * 8, picture.height), 1)
    paper.paste(picture, (0, 0))
    return paper.tobytes()


# --- to the printer ---


def send(raw: bytes, target: str) -> None:
    r"""To a printer in the network (`tcp://address:9100`), a device or a shared queue (`/dev/usb/lp0`, `\\\\PC\\Zebra`), or a file.

    Raises AppError with a sentence where nothing answers.
    """
    if "://" in target:
        _send_by_network(raw, target)
    else:
        _send_to_path(raw, Path(target))


def _send_by_network(raw: bytes, target: str) -> None:
    parts = urlsplit(target)
    try:
        port = parts.port or PORT
    except ValueError:
        port = 0
    if parts.scheme not in {"tcp", "socket"} or not parts.hostname or not port:
        raise AppError(N_("“{target}” is no printer. For example: tcp://192.168.1.50:9100"), target=target)
    try:
        with socket.create_connection((parts.hostname, port), SECONDS) as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
    except OSError:
        raise AppError(
            N_("The printer at {target} does not answer. Check that it is on and in the same network."),
            target=f"{parts.hostname}:{port}",
        ) from None


def _send_to_path(raw: bytes, path: Path) -> None:
    device = (path.exists() and not path.is_file()) or str(path).startswith("\\\\")
    try:
        if device:
            with path.open("wb", buffering=0) as line:
                line.write(raw)
        else:
            with write_safely(path) as stream:
                stream.write(raw)
    except OSError:
        raise AppError(
            N_("Nothing can be sent to {target}. Check that the printer is on and that you may use it."),
            target=str(path),
        ) from None


def sentences(raw: bytes) -> Iterator[str]:
    """The commands without their pictures, for a person who looks at what was sent."""
    for line in raw.split(b"\r\n"):
        text = line[:60].decode("ascii", "replace")
        yield text if len(line) <= 60 else text + "…"
