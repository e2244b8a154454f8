"""Make resources/fonts from the Noto Sans SC package: the characters a Chinese site writes, in two weights.

Run: npm pack @expo-google-fonts/noto-sans-sc, unpack it, then python packaging/fonts.py path/to/package
"""

import argparse
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "resources" / "fonts"
WEIGHTS = {"NotoSansSC-Regular.ttf": "400Regular", "NotoSansSC-Bold.ttf": "700Bold"}
BLOCKS = (
    (0x0020, 0x017F),  # ASCII, Latin-1, Latin Extended-A: names of foreign makers
    (0x02B0, 0x02DF),  # tone marks of pinyin
    (0x0370, 0x03FF),  # Greek
    (0x2000, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x2100, 0x218F),  # ℃ № Ω, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical signs
    (0x2460, 0x24FF),  # ① ② ③
    (0x2500, 0x25FF),  # boxes and geometric shapes
    (0x3000, 0x303F),  # Chinese punctuation
    (0x3041, 0x30FF),  # kana and ・, the dot in foreign names
    (0x3105, 0x312F),  # bopomofo, part of GBK
    (0x3200, 0x33FF),  # ㎡ ㎜ ㎏
    (0xFF00, 0xFFEF),  # full-width forms
)
# GBK has no tick, and these are names of people and places that need more than GBK.
EXTRA = "✓△×—○●■□≤≥±℃°²³→←↑↓·‰ΩμµΩ𠮷㙦"


def gbk() -> Iterable[int]:
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                character = bytes((high, low)).decode("gbk")
            except UnicodeDecodeError:
                continue
            yield from map(ord, character)


def wanted() -> set[int]:
    points = {point for first, last in BLOCKS for point in range(first, last + 1)}
    points.update(gbk())
    points.update(map(ord, EXTRA))
    for table in sorted((ROOT / "resources" / "sample").glob("*.csv")):
        points.update(map(ord, table.read_text("utf-8-sig")))
    return points


def subset(source: Path, target: Path, points: set[int]) -> int:
    """Write the characters in `points` of the font `source`; return how many of them it has."""
    options = Options(hinting=False, layout_features=["kern", "locl", "ccmp", "mark", "mkmk"])
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "gasp"]
    options.name_languages = ["*"]
    options.name_IDs = ["*"]  # the licence travels inside the font
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    font.save(target)
    return len(font.getBestCmap())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked package @expo-google-fonts/noto-sans-sc")
    package: Path = parser.parse_args().package
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    points = wanted()
    for name, folder in WEIGHTS.items():
        target = FONTS / name
        count = subset(package / folder / f"NotoSansSC_{folder}.ttf", target, points)
        print(f"{name}: {count} characters, {target.stat().st_size / 1e6:.1f} MB")
    shutil.copyfile(package / "LICENSE_FONT", FONTS / "OFL.txt")


if __name__ == "__main__":
    main()
