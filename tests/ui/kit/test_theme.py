"""The look: contrast recomputed from the tokens, palette, style sheet, fonts."""

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QWidget

from ui.kit import theme, tokens

SCHEMES = ["light", "dark"]


@pytest.fixture(autouse=True)
def _light_again(qapp):
    yield
    theme.apply(qapp, "light")


def luminance(color: QColor) -> float:
    parts = [part / 255 for part in (color.red(), color.green(), color.blue())]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, two: QColor) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_colours_can_be_read(scheme):
    colors = {name: QColor(value) for name, value in tokens.TOKENS["color"][scheme].items()}
    for pair in tokens.TOKENS["contrast"][scheme]:
        found = contrast(colors[pair["fg"]], colors[pair["bg"]])
        assert found >= pair["min"], pair
        assert round(found, 2) == pytest.approx(pair["ratio"], abs=0.02), pair


@pytest.mark.parametrize("scheme", SCHEMES)
def test_palette_knows_inactive_and_disabled(qapp, scheme):
    theme.apply(qapp, scheme)
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    assert qapp.palette().color(group.Active, role.Highlight) == theme.color("selection")
    assert qapp.palette().color(group.Inactive, role.Highlight) == theme.color("selection_inactive")
    assert qapp.palette().color(group.Disabled, role.Text) == theme.color("text_disabled")
    assert qapp.palette().color(group.Active, role.PlaceholderText) == theme.color("text_3")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_style_sheet_has_no_token_left(qapp, scheme):
    theme.apply(qapp, scheme)
    assert "@" not in theme.stylesheet()
    assert f"url(kit:{scheme}-check.svg)" in theme.stylesheet()


def test_a_change_is_announced_and_restyles_what_is_open(qtbot, qapp):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    with qtbot.waitSignal(theme.notifier.changed):
        theme.apply(qapp, "dark")
    assert theme.scheme() == "dark"
    assert widget.palette().color(QPalette.ColorRole.Window) == theme.color("bg")


def test_system_resolves_to_one_of_two(qapp):
    theme.apply(qapp, "system")
    assert theme.wanted() == "system"
    assert theme.scheme() in SCHEMES


def test_a_colour_given_out_is_a_copy():
    theme.color("text").setAlpha(0)
    assert theme.color("text").alpha() == 255


def test_fonts_of_the_house_in_pixels(qapp):
    assert "Noto Sans SC" in QFontDatabase.families()
    assert theme.font("kpi").pixelSize() == 30
    assert theme.font("section").bold()
    assert qapp.font().family() == "Noto Sans SC"


def test_sizes_by_path():
    assert theme.size("height.row_dense") == 28
    assert theme.size("width.rail") == 80
    assert tokens.stroke(16) == 2.0
    assert tokens.stroke(200) == 1.5
