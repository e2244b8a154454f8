"""The smaller widgets: plain text, keys, tiles, steps, time line, bars, charts, toast, page."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ui.kit import theme
from ui.kit.bars import Stock, StockBar
from ui.kit.busy import BusyBar, Toast
from ui.kit.buttons import button, icon_button
from ui.kit.charts import Point, Trend, TrendChart
from ui.kit.chips import Chip
from ui.kit.empty import EmptyState
from ui.kit.labels import ElidedLabel, key_hint, label, plain_tip
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.steps import StepsBar, folded
from ui.kit.tiles import Figure, Tile
from ui.kit.timeline import Event, TimeLine

MARKUP = "<b>A & B</b>"


@pytest.fixture(autouse=True)
def _light(qapp):
    theme.apply(qapp, "light")


def has_colour(image: QImage, name: str) -> bool:
    wanted = theme.color(name)
    return any(image.pixelColor(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize(
    "make",
    [
        lambda: label(MARKUP),
        lambda: ElidedLabel(MARKUP),
        lambda: NoteStrip(MARKUP, more=MARKUP),
        lambda: EmptyState("nothing_found", MARKUP, MARKUP),
        lambda: Card(MARKUP, MARKUP),
        lambda: Page(MARKUP),
        lambda: Tile(MARKUP, Figure("1", MARKUP, basis=MARKUP)),
        lambda: key_hint("Enter", MARKUP),
    ],
)
def test_markup_is_shown_never_read(qtbot, make):
    made = make()
    qtbot.addWidget(made)
    found = made.findChildren(QLabel) or [made]
    assert MARKUP in [shown.text() for shown in found]
    assert {shown.textFormat() for shown in found} == {Qt.TextFormat.PlainText}


def test_markup_in_buttons_and_tips(qtbot):
    made = button(MARKUP, tip=MARKUP)
    qtbot.addWidget(made)
    assert made.text() == "<b>A && B</b>"
    assert made.toolTip() == plain_tip(MARKUP) == "<qt>&lt;b>A &amp; B&lt;/b></qt>"
    assert plain_tip("no match") == "no match"


@pytest.mark.parametrize(("scale", "height"), [("small", 28), ("normal", 32), ("large", 40), ("touch", 60)])
def test_heights_of_buttons_with_and_without_focus(qtbot, scale, height):
    window = QWidget()
    qtbot.addWidget(window)
    made = button("领用", "log-out", "primary", scale)
    made.setParent(window)
    window.show()
    made.adjustSize()
    assert made.height() == height
    made.setFocus()
    made.adjustSize()
    assert made.height() == height


def test_sign_only_button_has_a_name(qtbot):
    made = icon_button("x", "关闭")
    qtbot.addWidget(made)
    assert made.accessibleName() == made.toolTip() == "关闭"


def test_chip_shows_level_on_its_ground_and_bare(qtbot):
    chip, bare = Chip.of("out_of_stock"), Chip.of("out_of_stock", bare=True)
    for made in (chip, bare):
        qtbot.addWidget(made)
        made.resize(made.sizeHint())
    assert chip.height() == theme.size("height.chip")
    assert has_colour(chip.grab().toImage(), "danger_soft")
    assert not has_colour(bare.grab().toImage(), "danger_soft")
    assert chip.word == "缺货"


def test_tile_without_data_gives_the_reason(qtbot):
    made = Tile("MTTR", Figure(basis="no closed fault"))
    qtbot.addWidget(made)
    texts = [shown.text() for shown in made.findChildren(QLabel)]
    assert "无数据" in texts
    assert "no closed fault" in texts
    assert not [text for text in texts if text == "0"]


def test_tile_is_opened_by_key_and_mouse(qtbot):
    made = Tile("Open", Figure("2"))
    qtbot.addWidget(made)
    with qtbot.waitSignals([made.clicked] * 2):
        qtbot.keyClick(made, Qt.Key.Key_Return)
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton)


def test_many_steps_fold_in_the_middle(qtbot):
    words = [f"s{i}" for i in range(12)]
    assert len(folded(words[:7], 3)) == 7
    for current in range(13):
        shown = folded(words, current)
        assert len(shown) <= 7
        assert shown[0] == (0, "s0")
        assert shown[-1] == (11, "s11")
        assert current == 12 or (current, words[current]) in shown
    bar = StepsBar(words, 5)
    qtbot.addWidget(bar)
    bar.set_current(12)
    assert not bar.grab().isNull()


def test_time_line_by_keyboard(qtbot):
    made = TimeLine([Event("hammer", "info", "a", "1"), Event("wrench", "warn", "b", "2")], clickable=True)
    qtbot.addWidget(made)
    qtbot.keyClick(made, Qt.Key.Key_Down)
    qtbot.keyClick(made, Qt.Key.Key_Down)
    with qtbot.waitSignal(made.opened) as opened:
        qtbot.keyClick(made, Qt.Key.Key_Return)
    assert opened.args == [1]


def test_stock_bar_scales_to_115_percent_of_maximum():
    assert Stock(0, maximum=6000).scale == pytest.approx(6900)
    assert Stock(0).scale > 0
    assert "6" in Stock(1000, 500, 2000, 3000, 6000).said


def test_stock_bar_draws_each_part(qtbot):
    made = StockBar(Stock(2000, 1000, 2000, 3000, 6000, "danger"))
    qtbot.addWidget(made)
    made.resize(170, 18)
    image = made.grab().toImage()
    assert image.pixelColor(20, 9) == theme.color("danger_sign")
    assert image.pixelColor(round(3 / 6.9 * 170), 2) == theme.color("text")
    assert image.pixelColor(165, 9) == theme.color("sunken")


def test_trend_marks_what_is_out_of_limits(qtbot):
    points = [Point("1", 20_000), Point("2", None), Point("3", 28_000)]
    chart = TrendChart(Trend(points, 18_000, 27_000))
    qtbot.addWidget(chart)
    chart.resize(320, 200)
    image = chart.grab().toImage()
    assert has_colour(image, "danger_sign")
    assert has_colour(image, "chart_band")
    chart.set(Trend([Point("1", 20_000)]))
    assert not has_colour(chart.grab().toImage(), "danger_sign")
    chart.set(Trend([]))
    assert "无数据" in TrendChart(Trend([Point("1", None)])).accessibleName()


def test_a_gap_in_the_trend_stays_a_gap(qtbot):
    chart = TrendChart(
        Trend([Point(str(i), value) for i, value in enumerate([5000, 5000, None, 5000, 5000])])
    )
    qtbot.addWidget(chart)
    chart.resize(320, 200)
    image = chart.grab().toImage()
    plot = chart._plot()
    y = round(chart._height(plot, 5000))
    assert image.pixelColor(round(plot.x() + plot.width() / 8), y) == theme.color("chart_1")
    assert image.pixelColor(round(plot.center().x()), y) != theme.color("chart_1")


def test_busy_bar_waits_before_it_shows(qtbot):
    bar = BusyBar()
    qtbot.addWidget(bar)
    bar.start()
    assert not bar.shown
    qtbot.waitUntil(lambda: bar.shown, timeout=2000)
    bar.stop()
    assert not bar.shown


def test_toast_undo_and_hover(qtbot):
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    toast = Toast(window)
    done: list[int] = []
    toast.say("已领用 × 1", lambda: done.append(1))
    assert toast.isVisible()
    assert toast.geometry().bottom() < 400
    assert abs(toast.geometry().center().x() - 300) <= 1
    toast.enterEvent(QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not toast._timer.isActive()
    toast.leaveEvent(QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()
    toast.findChild(QPushButton).click()
    assert done == [1]
    assert not toast.isVisible()


def test_page_puts_secondary_buttons_into_more_when_narrow(qtbot):
    page = Page("备件")
    qtbot.addWidget(page)
    clicked: list[str] = []
    for word in ("导入", "打印标签", "盘点"):
        made = button(word)
        made.clicked.connect(lambda _on=False, word=word: clicked.append(word))
        page.add_action(made)
    page.set_primary(button("登记备件", "plus", "primary"))
    page.resize(1000, 400)
    page.show()
    assert all(made.isVisible() for made in page.actions_shown())
    page.resize(380, 400)
    assert not any(made.isVisible() for made in page.actions_shown())
    assert page._more.isVisible()
    menu = page.more_menu()
    menu.actions()[1].trigger()
    assert clicked == ["打印标签"]


def test_card_keeps_its_title_at_the_top(qtbot):
    card = Card("库存")
    qtbot.addWidget(card)
    card.body.addWidget(StockBar(Stock(1)))
    card.resize(300, 400)
    card.show()
    qtbot.waitUntil(lambda: card.findChild(StockBar).mapTo(card, card.rect().topLeft()).y() < 60)
