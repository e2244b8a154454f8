"""A printer and a scanner for tests: PDF pages as pictures, QR codes read by a library that is not ours."""

import io
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import zxingcpp
from PIL import Image, ImageFilter

from app.labels.layouts import Layout


def printed(pdf: Path, dpi: float) -> list[Image.Image]:
    """The pages as a printer of that resolution sees them."""
    stem = pdf.with_name(f"{pdf.stem}-{dpi:.0f}")
    subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), str(pdf), str(stem)], check=True)
    return [Image.open(page) for page in sorted(pdf.parent.glob(f"{stem.name}-*.pgm"))]


def cut_out(pages: list[Image.Image], layout: Layout, dpi: float, count: int) -> Iterator[Image.Image]:
    """One picture for each label."""
    dots = dpi / 25.4
    for position in range(count):
        page, slot = divmod(position, layout.per_page)
        left, top = layout.place(slot)
        edges = (left, top, left + layout.width, top + layout.height)
        yield pages[page].crop(tuple(round(edge * dots) for edge in edges))


def photographed(picture: Image.Image, seed: int) -> Image.Image:
    """As a laptop's camera shows a label: turned, blurred, noisy, pale, compressed."""
    chance = random.Random(seed)
    turned = picture.rotate(chance.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(0.8)).point(lambda value: int(32 + value * 0.75))
    noise = Image.frombytes("L", soft.size, chance.randbytes(soft.width * soft.height))
    stream = io.BytesIO()
    Image.blend(soft, noise, 0.12).save(stream, "JPEG", quality=60)
    return Image.open(stream)


def scanned(picture: Image.Image) -> str:
    """What stands in the QR code of the picture; empty when it cannot be read."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return "|".join(code.text for code in found)
