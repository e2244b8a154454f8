import io
import re
import subprocess

import pytest
from paper import cut_out, photographed, printed, scanned
from PIL import Image
from pypdf import PdfReader

from app.errors import AppError
from app.labels.face import Label, compose
from app.labels.layouts import LAYOUTS, roll
from app.labels.payload import Kind, Payload, decode, encode
from app.labels.render import render_labels
from app.labels.symbol import matrix, outlines
from app.reports.canvas import MM, Pen
from app.words import speaking

ALL = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
HARD = [
    Label(
        Kind.BN,
        "DC1-WH-A01-SHELF-03-LEVEL-02-BOX-000017X",
        "超长编码的货位" * 6,
        "Bin with a long code",
        "DC1-WH-A01",
    ),
    Label(Kind.DC, "_#&*:+ /.-Z", "符号", "Signs"),
]


@pytest.fixture(scope="module")
def sheet_of(labels, tmp_path_factory):
    """A page full of each layout, 24 labels of a roll."""
    folder = tmp_path_factory.mktemp("sheets")

    def make(layout):
        target = folder / f"{layout.code}.pdf"
        chosen = [*HARD, *labels][: max(layout.per_page, 24) if layout.dpi else layout.per_page]
        if not target.exists():
            render_labels(chosen, layout, target)
        return target, chosen

    return make


@ALL
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_every_label_of_a_sheet_is_read_back(sheet_of, layout, dpi):
    target, chosen = sheet_of(layout)
    pictures = cut_out(printed(target, dpi), layout, dpi, len(chosen))
    for label, picture in zip(chosen, pictures, strict=True):
        assert decode(scanned(picture)) == Payload(label.kind, label.code)


@ALL
def test_a_camera_reads_the_labels(sheet_of, layout):
    target, chosen = sheet_of(layout)
    pictures = list(cut_out(printed(target, 200), layout, 200, len(chosen)))[2::4]
    for seed, (label, picture) in enumerate(zip(chosen[2::4], pictures, strict=True)):
        assert scanned(photographed(picture, seed)) == encode(label.kind, label.code), label.code


def test_every_object_of_the_sample_site_has_a_label_that_can_be_read(labels, tmp_path):
    target, layout = tmp_path / "all.pdf", LAYOUTS["L7651"]
    warnings = render_labels(labels, layout, target)
    assert not [warning for warning in warnings if "…" not in warning]
    pictures = cut_out(printed(target, 150), layout, 150, len(labels))
    read = [scanned(picture) for picture in pictures]
    assert read == [encode(label.kind, label.code) for label in labels]


@ALL
def test_fonts_are_embedded_and_no_text_is_lost(sheet_of, layout):
    target, chosen = sheet_of(layout)
    reader = PdfReader(target)
    fonts = {
        f["/BaseFont"]: f
        for page in reader.pages
        for f in (r.get_object() for r in page["/Resources"]["/Font"].values())
    }
    assert {name.partition("+")[2] for name in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}
    for font in fonts.values():
        assert "/FontFile2" in font["/FontDescriptor"]
    assert not [image for page in reader.pages for image in page.images]
    text = re.sub(
        r"\s",
        "",
        subprocess.run(["pdftotext", "-raw", target, "-"], capture_output=True, check=True, text=True).stdout,
    )
    for label in chosen:
        for line in compose(label, layout).lines:
            assert re.sub(r"\s", "", line.text) in text, line.text


def test_the_same_labels_give_the_same_bytes(labels, tmp_path):
    once, again = io.BytesIO(), tmp_path / "again.pdf"
    render_labels(labels[:30], LAYOUTS["L7160"], once, outlines=True)
    render_labels(labels[:30], LAYOUTS["L7160"], again, outlines=True)
    assert once.getvalue() == again.read_bytes()
    assert len(once.getvalue()) < 150_000
    assert list(tmp_path.iterdir()) == [again]


def test_a_viewer_is_asked_not_to_scale(labels):
    stream = io.BytesIO()
    render_labels(labels[:1], LAYOUTS["L7160"], stream)
    assert PdfReader(stream).trailer["/Root"]["/ViewerPreferences"]["/PrintScaling"] == "/None"


def test_a_sheet_in_use_goes_on_at_its_first_free_label(labels, tmp_path):
    target, layout = tmp_path / "rest.pdf", LAYOUTS["L7160"]
    render_labels(labels[:2], layout, target, first=20, copies=2, offset_mm=(0.5, -0.3))
    pages = printed(target, 150)
    read = [scanned(picture) for picture in cut_out(pages, layout, 150, 42)]
    codes = [encode(label.kind, label.code) for label in labels[:2] for _copy in range(2)]
    assert read == [""] * 19 + codes + [""] * 19


def test_the_offset_moves_the_labels(labels, tmp_path):
    boxes = []
    for offset in ((0, 0), (2, -1)):
        target = tmp_path / f"{offset[0]}.pdf"
        render_labels(labels[:1], LAYOUTS["L7160"], target, offset_mm=offset)
        boxes.append(printed(target, 254)[0].point(lambda value: 255 - value).getbbox())
    assert [b - a for a, b in zip(*boxes, strict=True)] == pytest.approx([20, -10, 20, -10], abs=1)


@pytest.mark.parametrize("options", [{"first": 0}, {"first": 22}, {"copies": 0}, {"copies": 501}])
def test_settings_that_make_no_sense_are_refused(labels, tmp_path, options):
    with pytest.raises(AppError):
        render_labels(labels[:1], LAYOUTS["L7160"], tmp_path / "x.pdf", **options)
    assert not list(tmp_path.iterdir())


def test_no_labels_no_file(tmp_path):
    with pytest.raises(AppError):
        render_labels([], LAYOUTS["L7160"], tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_said(labels, tmp_path):
    with pytest.raises(AppError, match=r"x\.pdf"):
        render_labels(labels[:1], LAYOUTS["L7160"], tmp_path / "gone" / "x.pdf")


def test_the_person_is_warned_of_small_codes_and_lost_texts():
    labels = [Label(Kind.EQ, f"A-{number}", "泵" * 80 + "𠮷") for number in range(7)]
    with speaking("en"):
        warnings = render_labels(labels, roll("own", "own", (22, 12), qr=11.7), io.BytesIO())
    assert len(warnings) == 4
    assert "10.9 mm" in warnings[0]
    assert warnings[2].endswith("A-0, A-1, A-2, A-3, A-4 …")
    assert warnings[3].endswith("𠮷")


def test_a_qr_code_in_the_corner_of_a_report(tmp_path):
    target = tmp_path / "report.pdf"
    digits = encode(Kind.DC, "DC1-RPT-2026-11-0042")
    with target.open("wb") as stream:
        pen = Pen(stream, (100, 100), title="", author="", language="zh-CN")
        modules = matrix(digits)
        pen.outline(outlines(modules), 33, 33, 34 / len(modules))
        pen.save()
    assert scanned(printed(target, 200)[0]) == digits


@pytest.mark.parametrize("code", ["roll50x30", "tiny30x20"])
def test_a_thermal_printer_gets_each_module_as_whole_dots(sheet_of, code):
    layout = LAYOUTS[code]
    target, chosen = sheet_of(layout)
    for label, picture in zip(chosen, printed(target, 203.2), strict=True):
        square = compose(label, layout).square
        left, top = (round(edge / MM * 8) for edge in (square.x, square.y))
        modules, dots = matrix(square.digits), square.dots
        expected = Image.new("L", (len(modules) * dots,) * 2, 255)
        for y, row in enumerate(modules):
            for x, dark in enumerate(row):
                expected.paste(0 if dark else 255, (x * dots, y * dots, (x + 1) * dots, (y + 1) * dots))
        found = picture.crop((left, top, left + expected.width, top + expected.height))
        assert found.point(lambda value: 255 * (value > 127)).tobytes() == expected.tobytes(), label.code
