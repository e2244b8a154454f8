"""B9: 1,000 labels with QR codes to PDF, against the matrices of the codes alone; and every label is read back at 200 dpi."""

import io
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import zxingcpp
from large_site import Size, build
from PIL import Image

from app.desk import Desk
from app.labels import symbol
from app.labels.face import Label
from app.labels.jobs import labels_of
from app.labels.layouts import LAYOUTS
from app.labels.payload import encode
from app.labels.render import render_labels

if TYPE_CHECKING:
    from run import Measure

LABELS, DPI = 1_000, 200


def measures(folder: Path, size: Size) -> Iterator["Measure"]:
    """Labels of parts on sheets of 21."""
    from run import Measure, in_turn, timed

    profile = build(folder, size)
    desk, layout = Desk.of_administrator(profile), LAYOUTS["L7160"]
    labels = labels_of(desk, "part")[: min(LABELS, size.parts // 5)]
    profile.close()

    def ours() -> bytes:
        symbol.matrix.cache_clear()
        stream = io.BytesIO()
        render_labels(labels, layout, stream)
        return stream.getvalue()

    def matrices() -> None:
        symbol.matrix.cache_clear()
        for label in labels:
            symbol.matrix(encode(label.kind, label.code, case_matters=label.case_matters))

    took, reference, ratio = in_turn(timed(ours), timed(matrices), 3)
    yield Measure("B9", f"{len(labels):,} QR labels to PDF, vectors", took, reference, "s", ratio, 2.0)
    unread = len(labels) - len(_read_back(ours(), labels))
    yield Measure(
        "B9", f"labels of these that are not read back at {DPI} dpi", unread, len(labels), "", unread, 0.0
    )


def _read_back(pdf: bytes, labels: list[Label]) -> set[str]:
    """The codes of the labels that a second library finds on the printed sheets."""
    wanted = {encode(label.kind, label.code, case_matters=label.case_matters) for label in labels}
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "labels.pdf").write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", str(DPI), "-gray", "labels.pdf", "page"], cwd=name, check=True, timeout=300
        )
        found = set()
        for page in sorted(Path(name).glob("page*.pgm")):
            with Image.open(page) as picture:
                found |= {
                    code.text
                    for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
                }
    return found & wanted
