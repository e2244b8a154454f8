"""The labels of a thousand parts, printed on rolls of the store and read back by a second library; soiled ones, too."""

import random
from pathlib import Path

import pytest
from paper import cut_out, printed, scanned
from PIL import Image, ImageDraw, ImageFilter

from app import camera
from app.labels.face import Label
from app.labels.layouts import LAYOUTS
from app.labels.payload import Kind, encode
from app.labels.render import render_labels

COUNT, DPI = 1000, 200
#: Of the soiled labels at least this part is still read: what a blot leaves of the code is not ours to decide.
READ_SOILED = 0.7


def labels() -> list[Label]:
    """Part numbers of several forms and lengths, names from one to sixty characters."""
    forms = ("HVAC-{:04d}", "{:06d}", "PN/{:05d}-A", "M{:03d}.80.12", "6ES7{:04d}-0AB0")
    names = ("泵", "机械密封（氟橡胶）60 × 80", "V 形皮带" * 15, "Deep groove ball bearing 6204-2RS")
    return [
        Label(Kind.PT, forms[n % 5].format(n), names[n % 4], "Spare part", f"DC1-WH-{n % 90:02d}")
        for n in range(COUNT)
    ]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    target: Path = tmp_path_factory.mktemp("thousand") / "labels.pdf"
    layout = LAYOUTS["L7651"]
    render_labels(labels(), layout, target)
    return list(cut_out(printed(target, DPI), layout, DPI, COUNT))


def soiled(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Oil, scratches, a torn edge of the quiet zone, a dirty lens."""
    made = picture.copy()
    pen = ImageDraw.Draw(made)
    side = picture.height
    for _ in range(chance.randint(1, 3)):
        x, y, r = chance.uniform(0, side), chance.uniform(0, side), side * chance.uniform(0.02, 0.06)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=chance.choice((30, 110, 230)))
    for _ in range(chance.randint(0, 2)):
        start, end = ((chance.uniform(0, side), chance.uniform(0, side)) for _ in range(2))
        pen.line((start, end), fill=235, width=1)
    return made.filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.8)))


def test_a_thousand_labels_are_all_read_back(pictures: list[Image.Image]) -> None:
    wanted = [encode(label.kind, label.code) for label in labels()]
    assert [scanned(picture) for picture in pictures] == wanted


def test_soiled_labels_are_read_by_the_ladder_or_not_at_all(pictures: list[Image.Image]) -> None:
    chance = random.Random(11)
    read = 0
    for label, picture in zip(labels()[::5], pictures[::5], strict=True):
        found = [code.text for code in camera.read_still(soiled(picture, chance))]
        assert found in ([], [encode(label.kind, label.code)])
        read += len(found)
    assert read >= READ_SOILED * COUNT / 5
