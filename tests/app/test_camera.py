"""Codes in pictures: more than the reader alone finds, nothing where there is nothing, and no hostile file gets through."""

import io
import random
import subprocess
import sys
from typing import Any

import PIL.Image
import pytest
import zxingcpp
from hard_codes import Taken, frames, noise_alone

from app import camera
from app.errors import AppError


@pytest.fixture(scope="module")
def hard() -> list[Taken]:
    return frames(5, 45)


def test_the_ladder_reads_more_than_the_reader_alone(hard: list[Taken]) -> None:
    formats: Any = [getattr(zxingcpp.BarcodeFormat, name) for name in camera.FORMATS]
    alone = {n for n, t in enumerate(hard) if zxingcpp.read_barcodes(t.frame, formats=formats)}
    ours = {n: camera.read_frame(t.frame) for n, t in enumerate(hard)}
    read = {n for n, codes in ours.items() if codes}
    assert alone < read
    assert len(read) >= len(alone) + 3
    assert all(code.text == hard[n].text for n in read for code in ours[n])


def test_nothing_is_read_where_there_is_no_code() -> None:
    chance = random.Random(9)
    assert [camera.read_still(noise_alone(chance)) for _ in range(6)] == [[]] * 6


def test_the_corners_lie_around_the_code_on_every_rung(hard: list[Taken]) -> None:
    for one in hard:
        for code in camera.read_frame(one.frame):
            x, y = code.middle
            assert 300 < x < 1100
            assert 150 < y < 640


def test_several_codes_in_one_picture() -> None:
    sheet = PIL.Image.new("L", (1200, 500), "white")
    for place, text in ((50, "PN-0001"), (450, "PN-0002"), (850, "中文标签")):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        drawn = PIL.Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=8))
        sheet.paste(drawn, (place, 120))
    assert {code.text for code in camera.read_still(sheet)} == {"PN-0001", "PN-0002", "中文标签"}


def test_a_screenshot_with_a_clear_ground_and_a_turned_photo_are_read() -> None:
    code = zxingcpp.create_barcode("6901234567892", zxingcpp.BarcodeFormat.EAN13)
    drawn = PIL.Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=3)).convert("L")
    clear = PIL.Image.new("RGBA", drawn.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=drawn.point(lambda v: 255 if v < 128 else 0))
    kept = io.BytesIO()
    clear.save(kept, "PNG")
    assert [c.text for c in camera.read_still(camera.open_picture(kept.getvalue()))] == ["6901234567892"]
    turned = io.BytesIO()
    drawn.rotate(90, expand=True).save(turned, "JPEG")
    assert [c.text for c in camera.read_still(camera.open_picture(turned.getvalue()))] == ["6901234567892"]


@pytest.mark.parametrize("raw", [b"", b"GIF89a", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + bytes(40), bytes(1000)])
def test_what_is_no_picture_is_told(raw: bytes) -> None:
    with pytest.raises(AppError, match=r"x\.png"):
        camera.open_picture(raw, "x.png")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    kept = io.BytesIO()
    PIL.Image.new("1", (20_000, 20_000)).save(kept, "PNG")
    with pytest.raises(AppError, match=r"big\.png"):
        camera.open_picture(kept.getvalue(), "big.png")


def test_an_installation_without_the_reader_says_so() -> None:
    code = (
        "import sys; sys.modules['zxingcpp'] = None\n"
        "from app import camera; print(camera.can_read())\n"
        "from ui.camera import source\n"
        "from app.errors import AppError\n"
        "from app.words import use; use('en')\n"
        "try: source.cameras()\n"
        "except AppError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "False"
    assert "USB scanner" in done.stdout
