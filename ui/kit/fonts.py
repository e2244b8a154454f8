"""The two fonts of the house, and a font for each role of text."""

import functools
from importlib.resources import as_file, files

from PySide6.QtGui import QFont, QFontDatabase

from ui.kit import tokens


@functools.cache
def load() -> None:
    """Noto Sans SC, Regular and Bold; without them Qt's default font is used."""
    for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"):
        # By its path, so that the system maps the file: the bytes of both would fill 15 MB.
        with as_file(files("resources") / "fonts" / name) as source:
            if source.is_file():
                QFontDatabase.addApplicationFont(str(source))


def font(role: str) -> QFont:
    """The font of a role of text: caption, dense, body, body_strong, section, title, item, kpi, value ..."""
    scale = tokens.TYPE["scale"][role]
    made = QFont(tokens.TYPE["family"])
    made.setPixelSize(scale["px"])
    made.setWeight(QFont.Weight(scale["weight"]))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made
