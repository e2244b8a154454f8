"""The two fonts of the house, and a font for each role of text."""

import functools
from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase

from ui.kit import tokens


@functools.cache
def load() -> None:
    """Noto Sans SC, Regular and Bold; without them Qt's default font is used."""
    for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"):
        source = files("resources") / "fonts" / name
        if source.is_file():
            QFontDatabase.addApplicationFontFromData(source.read_bytes())


def font(role: str) -> QFont:
    """The font of a role of text: caption, dense, body, body_strong, section, title, item, kpi, value ..."""
    scale = tokens.TYPE["scale"][role]
    made = QFont(tokens.TYPE["family"])
    made.setPixelSize(scale["px"])
    made.setWeight(QFont.Weight(scale["weight"]))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made
