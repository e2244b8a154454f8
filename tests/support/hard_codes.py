"""Pictures as a laptop's camera takes them: small, turned, blurred, dark, noisy, glaring codes in a frame of 1280 x 720."""

import io
import random
from dataclasses import dataclass

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

SIZE = (1280, 720)


@dataclass(frozen=True)
class Taken:
    """A frame, and the words of the code in it."""

    frame: Image.Image
    text: str
    trouble: str


def frames(seed: int, count: int) -> list[Taken]:
    """So many frames of growing trouble; the same seed gives the same frames."""
    chance = random.Random(seed)
    return [taken(chance) for _ in range(count)]


def taken(chance: random.Random) -> Taken:
    """One frame with one code."""
    text = "".join(chance.choice("0123456789") for _ in range(chance.choice((13, 17, 24))))
    code = _perspective(_label(text), chance).rotate(
        chance.uniform(-25, 25), Image.Resampling.BICUBIC, expand=True, fillcolor=235
    )
    frame = _desk(chance)
    place = (
        (SIZE[0] - code.width) // 2 + chance.randint(-120, 120),
        (SIZE[1] - code.height) // 2 + chance.randint(-60, 60),
    )
    side = chance.uniform(58, 170) / code.width
    code = code.resize((round(code.width * side), round(code.height * side)), Image.Resampling.BICUBIC)
    place = (place[0] + 300 - code.width // 2 - 150, max(0, place[1] + 100 - code.height // 2))
    place = (min(max(place[0], 330), 860), min(max(place[1], 190), 450))
    frame.paste(code, place)
    trouble = chance.choice(tuple(_TROUBLES))
    frame = _TROUBLES[trouble](frame, chance)
    return Taken(_jpeg(frame, chance.randint(45, 85)), text, trouble)


def noise_alone(chance: random.Random) -> Image.Image:
    """A frame without any code."""
    return _noisy(_blurred(_desk(chance), chance), chance)


def _label(text: str) -> Image.Image:
    made = qrcode.QRCode(border=4, box_size=12, error_correction=qrcode.ERROR_CORRECT_M)
    made.add_data(text)
    drawn: Image.Image = made.make_image().get_image().convert("L")
    return drawn


def _desk(chance: random.Random) -> Image.Image:
    """Something grey with edges and writing-like strokes around the label."""
    frame = Image.new("L", SIZE, chance.randint(90, 190))
    pen = ImageDraw.Draw(frame)
    for _ in range(40):
        x, y = chance.randint(0, SIZE[0]), chance.randint(0, SIZE[1])
        box = (x, y, x + chance.randint(5, 200), y + chance.randint(2, 40))
        pen.rectangle(box, fill=chance.randint(20, 240))
    return frame


def _perspective(code: Image.Image, chance: random.Random) -> Image.Image:
    width, height = code.size
    lean = chance.uniform(-0.12, 0.12)
    coefficients = (1, lean, -lean * height / 2, 0, 1, 0, 0, lean / height / 2, 1)
    return code.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        coefficients[:6] + coefficients[6:8],
        Image.Resampling.BICUBIC,
        fillcolor=235,
    )


def _blurred(frame: Image.Image, chance: random.Random) -> Image.Image:
    return frame.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.9)))


def _noisy(frame: Image.Image, chance: random.Random, strength: float = 0.0) -> Image.Image:
    grain = Image.frombytes("L", SIZE, chance.randbytes(SIZE[0] * SIZE[1]))
    return Image.blend(frame, grain, strength or chance.uniform(0.2, 0.5))


def _dark(frame: Image.Image, chance: random.Random) -> Image.Image:
    dim = ImageEnhance.Brightness(frame).enhance(chance.uniform(0.05, 0.2))
    return _noisy(dim, chance, chance.uniform(0.01, 0.06))


def _pale(frame: Image.Image, chance: random.Random) -> Image.Image:
    pale = ImageEnhance.Contrast(frame).enhance(chance.uniform(0.06, 0.3))
    return _noisy(pale.filter(ImageFilter.GaussianBlur(0.7)), chance, 0.03)


def _glaring(frame: Image.Image, chance: random.Random) -> Image.Image:
    light = Image.new("L", SIZE, 0)
    x, y = chance.randint(300, 900), chance.randint(150, 500)
    ImageDraw.Draw(light).ellipse((x, y, x + 260, y + 260), fill=chance.randint(90, 200))
    return ImageChops.add(_blurred(frame, chance), light.filter(ImageFilter.GaussianBlur(60)))


def _moved(frame: Image.Image, chance: random.Random) -> Image.Image:
    """The hand shook: the mean of the frame and itself some pixels on."""
    steps = chance.randint(2, 5)
    moved = frame
    for step in range(1, steps):
        moved = Image.blend(moved, ImageChops.offset(frame, step, 0), 1 / (step + 1))
    return moved


def _white_on_black(frame: Image.Image, chance: random.Random) -> Image.Image:
    return _blurred(ImageChops.invert(frame), chance)


_TROUBLES = {
    "blur": _blurred,
    "noise": _noisy,
    "dark": _dark,
    "pale": _pale,
    "glare": _glaring,
    "motion": _moved,
    "inverted": _white_on_black,
}


def _jpeg(frame: Image.Image, quality: int) -> Image.Image:
    kept = io.BytesIO()
    frame.save(kept, "JPEG", quality=quality)
    return Image.open(kept).convert("L")
