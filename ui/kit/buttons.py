"""Buttons: default, primary (one in a view), ghost, danger; small, normal, large and touch."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QWidget

from ui.kit import icons, theme
from ui.kit.labels import plain_tip

_PIXELS = {"small": 13, "normal": 14, "large": 14, "touch": 18}
_SIGNS = {"small": 16, "normal": 18, "large": 18, "touch": 26}
_ROLES = {"default": "text", "primary": "on_accent", "ghost": "accent", "danger": "danger_text"}


class Button(QPushButton):
    """A button whose word may hold any sign: an ampersand is shown, not taken as a shortcut."""

    def set_text(self, text: str) -> None:
        """The word; Qt has four pixels between sign and word and no setting for it, a blank makes it wider."""
        gap = " " if text and not self.icon().isNull() else ""
        self.setText(gap + text.replace("&", "&&"))
        self.setAccessibleName(text)


def button(
    text: str, icon: str | None = None, kind: str = "default", scale: str = "normal", tip: str = ""
) -> QPushButton:
    """A button: verb first, its sign before the word, a tip that says why when it is disabled."""
    made = Button()
    made.setProperty("kind", kind)
    made.setProperty("scale", scale)
    font = theme.font("body")
    font.setPixelSize(_PIXELS[scale])
    made.setFont(font)
    made.setAutoDefault(False)
    if icon:
        side = _SIGNS[scale]
        made.setIcon(icons.icon(icon, _ROLES[kind], side))
        made.setIconSize(QSize(side, side))
    made.set_text(text)
    made.setToolTip(plain_tip(tip))
    return made


def icon_button(icon: str, tip: str, *, checkable: bool = False) -> QPushButton:
    """A square button with a sign only; the tip says what it does, to the eye and to a screen reader."""
    made = QPushButton()
    made.setProperty("square", True)
    made.setIcon(icons.icon(icon, "text_2", 18))
    made.setIconSize(QSize(18, 18))
    made.setFixedSize(32, 32)
    made.setAutoDefault(False)
    made.setCheckable(checkable)
    made.setToolTip(plain_tip(tip))
    made.setAccessibleName(tip)
    return made


def set_kind(target: QWidget, kind: str) -> None:
    """Makes a button primary, ghost, danger or default."""
    target.setProperty("kind", kind)
    theme.restyle(target)
