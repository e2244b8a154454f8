"""Photos and codes on paper."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from app.labels.payload import Kind, decode
from app.reports.document import Issue, Photo, Photos, Report
from app.reports.pdf import render_pdf
from app.reports.pictures import for_paper


def photograph(width: int = 2000, height: int = 1500) -> bytes:
    """A picture with the place where it was taken and a turned camera."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    stream = io.BytesIO()
    picture.save(stream, "JPEG", exif=exif, quality=95)
    return stream.getvalue()


def test_a_photo_becomes_small_upright_and_without_its_place() -> None:
    small = for_paper(photograph(), 240)
    assert len(small) < 60_000
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.width < picture.height
        assert not picture.getexif()
        assert picture.width <= 500


@pytest.mark.logs("a photo could not be read")
def test_photos_missing_and_broken_ones_keep_their_frames(
    tmp_path: Path, issue: Callable[[str], Issue]
) -> None:
    photos = (Photo("1", "a", photograph(400, 300)), Photo("2", "b"), Photo("3", "c", b"not a picture"))
    path = tmp_path / "photos.pdf"
    report = Report("p", "Photos", "", issue("P-1"), blocks=(Photos(photos, "Photos"),))
    assert render_pdf(report, path).pages == 1
    listed = subprocess.run(
        ["pdfimages", "-list", str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert len(listed.splitlines()) == 3
    assert re.search(r"jpeg", listed)


def test_the_code_of_the_document_leads_back_to_it(
    makers: dict[str, Callable[[], Report]], tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    report = makers["blank"]()
    render_pdf(report, path)
    subprocess.run(
        [
            "pdftoppm",
            "-r",
            "200",
            "-f",
            "1",
            "-l",
            "1",
            "-png",
            "-singlefile",
            str(path),
            str(tmp_path / "page"),
        ],
        check=True,
    )
    with Image.open(tmp_path / "page.png") as page:
        found = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    assert [decode(code.text) for code in found] == [decode(found[0].text)]
    payload = decode(found[0].text)
    assert payload
    assert payload.kind is Kind.DC
    assert payload.code == report.issue.number


def test_a_danger_is_dark_and_a_warning_outlined_in_grey(
    makers: dict[str, Callable[[], Report]], tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    render_pdf(makers["low_stock"](), path)
    subprocess.run(
        [
            "pdftoppm",
            "-r",
            "100",
            "-f",
            "1",
            "-l",
            "1",
            "-gray",
            "-png",
            "-singlefile",
            str(path),
            str(tmp_path / "page"),
        ],
        check=True,
    )
    with Image.open(tmp_path / "page.png") as page:
        dark = page.convert("L").point(lambda value: 255 if value < 153 else 0)
        shares = dark.resize((page.width // 10, page.height // 10), Image.Resampling.BOX)
    assert sum(1 for value in shares.tobytes() if value > 150) > 30, "the blocks of what is out of stock"
