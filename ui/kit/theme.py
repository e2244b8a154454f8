"""The look of the program: colours, sizes and fonts of the current scheme, light or dark."""

import functools
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ui.kit import fonts, tokens
from ui.kit.fonts import font
from ui.kit.tokens import size

__all__ = ["LEVELS", "Level", "apply", "color", "font", "notifier", "restyle", "scheme", "size"]


class Level(NamedTuple):
    """How a level of urgency looks: its sign, and the colours of sign, word and ground."""

    icon: str
    sign: str
    text: str
    soft: str


LEVELS = {
    name: Level(icon, f"{name}_sign", f"{name}_text", f"{name}_soft")
    for name, icon in {
        "ok": "circle-check",
        "info": "info",
        "warn": "triangle-alert",
        "danger": "octagon-alert",
        "neutral": "circle-dashed",
    }.items()
}


class Notifier(QObject):
    """Says that the scheme has changed; pages that keep pictures of their own listen."""

    changed = Signal()


notifier = Notifier()
_state = {"wanted": "light", "scheme": "light"}


def scheme() -> str:
    """The scheme that is shown: "light" or "dark"."""
    return _state["scheme"]


def wanted() -> str:
    """The scheme that was asked for: "light", "dark" or "system"."""
    return _state["wanted"]


@functools.cache
def _argb(which: str, name: str) -> QColor:
    return QColor(tokens.TOKENS["color"][which][name])


def color(name: str) -> QColor:
    """A colour of the current scheme by its token's name."""
    return QColor(_argb(_state["scheme"], name))


def apply(qt: QApplication, scheme: str) -> None:
    """Dresses the whole program in "light", "dark" or "system": fonts, palette, then shapes."""
    _state["wanted"] = scheme
    _state["scheme"] = _resolved(qt, scheme)
    fonts.load()
    qt.setStyle("Fusion")
    qt.setFont(font("body"))
    qt.setPalette(palette())
    qt.setStyleSheet(stylesheet())
    _follow_system(qt)
    notifier.changed.emit()


def _resolved(qt: QApplication, wanted: str) -> str:
    if wanted != "system":
        return wanted
    return "dark" if qt.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


@functools.cache
def _follow_system(qt: QApplication) -> None:
    def on_scheme_changed() -> None:
        if _state["wanted"] == "system" and _resolved(qt, "system") != scheme():
            apply(qt, "system")

    qt.styleHints().colorSchemeChanged.connect(on_scheme_changed)


_ROLES = {
    QPalette.ColorRole.Window: "bg",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "surface_alt",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "danger_text",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "selection_text",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.ToolTipBase: "tooltip",
    QPalette.ColorRole.ToolTipText: "tooltip_text",
    QPalette.ColorRole.PlaceholderText: "text_3",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Midlight: "surface_alt",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "border_strong",
    QPalette.ColorRole.Shadow: "border_strong",
    QPalette.ColorRole.Accent: "accent",
}
_DISABLED_TEXT = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.HighlightedText,
    QPalette.ColorRole.PlaceholderText,
)


def palette() -> QPalette:
    """The scheme as a palette: dialogs, menus, tooltips and calendars follow it without a rule."""
    made = QPalette()
    groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled)
    for role, name in _ROLES.items():
        for group in groups:
            made.setColor(group, role, color(name))
    for group in groups[1:]:
        made.setColor(group, QPalette.ColorRole.Highlight, color("selection_inactive"))
    made.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.HighlightedText, color("text"))
    for role in _DISABLED_TEXT:
        made.setColor(QPalette.ColorGroup.Disabled, role, color("text_disabled"))
    return made


def stylesheet() -> str:
    """The shapes: resources/qss/kit.qss with the colours of the scheme and its recoloured signs."""
    text = (files("resources") / "qss" / "kit.qss").read_text("utf-8")
    opposite = "light" if scheme() == "dark" else "dark"  # a toast has the ground of the other scheme
    text = text.replace("@toast_link", _argb(opposite, "accent").name())
    for name in sorted(tokens.TOKENS["color"][scheme()], key=len, reverse=True):
        tone = color(name)
        text = text.replace(f"@{name}", tone.name() if tone.alpha() == 255 else f"#{tone.rgba():08x}")
    tones = "".join(f'*[tone="{name}"] {{ color: {color(name).name()}; }}\n' for name in _TONES)
    _draw_signs()
    return text.replace("url(kit:", f"url(kit:{scheme()}-") + tones


_TONES = ["text", "text_2", "text_3", "text_disabled", "accent", *(level.text for level in LEVELS.values())]


@functools.cache
def _sign_folder() -> tempfile.TemporaryDirectory[str]:
    """Style sheets take signs only from files and cannot recolour them: they are written for this run."""
    folder = tempfile.TemporaryDirectory(prefix="sitewright-", ignore_cleanup_errors=True)
    QDir.addSearchPath("kit", folder.name)
    return folder


def _draw_signs() -> None:
    from ui.kit import icons

    for name, role, suffix in (
        ("chevron-down", "text_2", ""),
        ("chevron-down", "text_disabled", "-off"),
        ("check", "on_accent", ""),
        ("check", "text_disabled", "-off"),
        ("chevron-left", "text_2", ""),
        ("chevron-right", "text_2", ""),
    ):
        target = Path(_sign_folder().name) / f"{scheme()}-{name}{suffix}.svg"
        target.write_bytes(icons.svg(name, color(role), 2.4 if name == "check" else 2.0))


def restyle(widget: QWidget) -> None:
    """Dresses a widget again after one of its properties (kind, scale, tone, state) has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
