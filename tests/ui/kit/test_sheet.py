"""One sheet with every widget of the kit: what changes the look is looked at here first.

Run as a script with a folder, it writes the sheet in both schemes as pictures.
"""

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app import words
from ui.kit import theme
from ui.kit.bars import ProgressBar, Stock, StockBar
from ui.kit.buttons import button, icon_button
from ui.kit.charts import Point, Trend, TrendChart
from ui.kit.chips import Chip
from ui.kit.empty import EmptyState
from ui.kit.forms import Form, FormField
from ui.kit.labels import key_hint, label
from ui.kit.layout import Card, Page
from ui.kit.notes import NoteStrip
from ui.kit.steps import StepsBar
from ui.kit.tiles import Figure, Tile
from ui.kit.timeline import Event, TimeLine


def row(*widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(10)
    for widget in widgets:
        made.addWidget(widget)
    if stretch:
        made.addStretch()
    return made


def buttons() -> QHBoxLayout:
    off, off_primary = button("停用", "save", tip="没有可保存的内容"), button("停用", "check", "primary")
    off.setEnabled(False)
    off_primary.setEnabled(False)
    marked = button("选中", "check")
    marked.setCheckable(True)
    marked.setChecked(True)
    return row(
        button("默认", "save"), button("主要", "check", "primary"), button("轻按钮", kind="ghost"),
        button("作废", "trash-2", "danger"), off, off_primary, marked, button("小", scale="small"),
        button("大", "plus", scale="large"), button("触摸", "arrow-right", "primary", "touch"),
        icon_button("columns-3", "列设置"), icon_button("x", "关闭"),
    )  # fmt: skip


def chips(*, bare: bool) -> QHBoxLayout:
    codes = [
        "pass",
        "in_progress",
        "expiring",
        "out_of_limits",
        "overdue",
        "scheduled",
        "na",
        "waiting_parts",
        "returned",
    ]
    return row(*[Chip.of(code, bare=bare) for code in [*codes, "above_max", "out_of_stock", "under_repair"]])


FIELDS = [
    FormField("name", "名称", required=True),
    FormField("temperature", "冷通道温度", "number", "℃", limits=(18_000, 27_000)),
    FormField(
        "state", "状态", "choice", choices=[("in_service", "在用"), ("standby", "备用")], required=True
    ),
    FormField("due", "要求完成", "date", help="到这一天 24:00 为止"),
    FormField("part", "备件", "reference", find=lambda _text: [(b"1", "HVAC-003 空调风机皮带")]),
    FormField("qty", "数量", "number", "根", required=True),
    FormField("note", "现场情况", "lines", placeholder="写明看到什么、做了什么"),
    FormField("photo", "照片必填", "flag"),
]


def form_card() -> Card:
    form = Form(FIELDS, columns=2)
    form.set_values(
        {
            "name": "A 机房冷通道",
            "temperature": 27_900,
            "due": "2026-11-22",
            "part": (b"1", "HVAC-003"),
            "photo": 1,
        }
    )
    form.editor("qty").setText("三根")
    form.boxes["qty"].show_error("“三根”不是数字。请输入数字，例如 12.5。")
    card = Card("表单", "标签在上，错误在字段下")
    card.body.addWidget(form)
    return card


def inputs() -> QHBoxLayout:
    plain, hint, locked, off = QLineEdit("27.0"), QLineEdit(), QLineEdit("只读"), QLineEdit("停用")
    hint.setPlaceholderText("占位文字")
    locked.setReadOnly(True)
    off.setEnabled(False)
    unit = QComboBox()
    unit.addItems(["个", "只"])
    box, no_box = QCheckBox("照片必填"), QCheckBox("停用")
    box.setChecked(True)
    no_box.setEnabled(False)
    return row(plain, hint, locked, off, unit, box, no_box, stretch=False)


def tiles() -> QHBoxLayout:
    return row(
        Tile("本月巡检完成率", Figure("92.3", "%", "低于目标 95 %", "warn", basis="168 / 182 项·上月 96.1 %", trend=[96, 95, 96, 94, 92.3])),
        Tile("漏检", Figure("3", "次", "比上月多 2 次", "danger", basis="已说明原因 2 / 3")),
        Tile("逾期工单", Figure("2", "张", "最长 3 天", "danger", "clock-alert", "未完成 11 张")),
        Tile("平均修复时间 MTTR", Figure(basis="本月没有已关闭的故障")),
        Tile("待采购备件", Figure("11", "种", "4 种缺货", "danger", "octagon-x", "9 家供应商·约 ¥21,640")),
        stretch=False,
    )  # fmt: skip


def bars_card() -> Card:
    card = Card("库存条")
    for stock in (
        Stock(0, reorder=3000, maximum=6000, level="danger"),
        Stock(1000, on_order=4000, reorder=3000, maximum=6000, level="danger"),
        Stock(3000, reserved=1500, reorder=3000, maximum=6000, level="warn"),
        Stock(5000, reorder=3000, maximum=6000),
        Stock(9000, reorder=3000, maximum=6000, level="info"),
    ):
        card.body.addWidget(StockBar(stock))
    card.body.addLayout(row(label("5 / 14 项"), ProgressBar(5, 14, 1), stretch=False))
    card.body.addWidget(TimeLine([
        Event("hammer", "info", "更换温湿度传感器", "11-22 09:12", "WO-2611-0043·执行中·已领 HVAC-015 × 1"),
        Event("octagon-alert", "danger", "回风温度 27.9 ℃，上限 27 ℃", "11-22 08:55", "二级预警 ALM-2611-0019·每日巡检第 1 项"),
        Event("circle-check", "ok", "月度状态监测合格", "11-12 10:05", "IT-HVC-M·9 项·欧阳小管审核"),
    ]))  # fmt: skip
    return card


def chart_card() -> Card:
    values = [24_000, 23_800, 24_200, None, 25_100, 24_600, 27_900]
    days = ["11-16", "11-17", "11-18", "11-19", "11-20", "11-21", "今天"]
    card = Card("最近 7 次", "℃")
    card.body.addWidget(
        TrendChart(Trend([Point(*p) for p in zip(days, values, strict=True)], 18_000, 27_000))
    )
    return card


def empties() -> QHBoxLayout:
    made = QHBoxLayout()
    for state in (
        EmptyState(
            "nothing_to_do",
            "没有未处理的预警",
            "上一条预警在 11-18 关闭。",
            button("看已关闭的预警", "history"),
        ),
        EmptyState("nothing_found", "没有符合条件的记录", "当前筛选：级别 1", button("清除筛选", "funnel")),
        EmptyState("needs_hub", "这里需要连接中心", "本站点的照常可用。", button("重新连接", "refresh-cw")),
        EmptyState("no_permission", "你没有查看权限", "请找站点主管。", button("查看我的权限", "user")),
    ):
        card = Card()
        card.body.addWidget(state)
        made.addWidget(card)
    return made


def make_sheet() -> Page:
    page = Page("组件")
    page.set_facts("tokens.json → QPalette + QSS + 委托")
    page.add_action(button("打印", "printer"))
    page.set_primary(button("登记设备", "plus", "primary"))
    page.add_action(button("导入", "upload"))
    for part in (buttons(), chips(bare=False), chips(bare=True), inputs()):
        page.body.addLayout(part)
    page.body.addWidget(StepsBar(["选文件", "对应列", "试运行", "导入"], 2))
    page.body.addLayout(row(
        NoteStrip("扫标签即可开始"), NoteStrip("已自动合并 2 个字段", "ok"),
        NoteStrip("10 种备件需要采购", "warn", "shopping-cart", button("查看采购建议", "arrow-right", scale="small")),
        NoteStrip("越限：高于上限 0.9 ℃", "danger", more="提交后产生二级预警"), stretch=False,
    ))  # fmt: skip
    page.body.addLayout(row(key_hint("Ctrl K", "跳转"), key_hint("F1", "帮助"), key_hint("Enter", "下一项")))
    page.body.addLayout(tiles())
    grid = QGridLayout()
    grid.setSpacing(13)
    for place, card in enumerate((form_card(), bars_card(), chart_card())):
        grid.addWidget(card, 0, place)
        grid.setColumnStretch(place, 4 if place == 0 else 3)
    page.body.addLayout(grid)
    page.body.addLayout(empties())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_widget_can_be_drawn_in_both_schemes(qtbot, qapp, scheme):
    theme.apply(qapp, scheme)
    page = make_sheet()
    qtbot.addWidget(page)
    page.resize(1286, 1080)
    picture = page.grab().toImage()
    assert picture.pixelColor(3, 3) == theme.color("bg")
    assert not picture.isNull()


def test_painting_drops_no_reference_to_none(qtbot):
    page = make_sheet()
    qtbot.addWidget(page)
    page.resize(1286, 1080)
    page.grab()
    before = sys.getrefcount(None)
    for _round in range(5):
        page.grab()
    assert sys.getrefcount(None) > before - 50


def main(folder: Path) -> None:
    qt = QApplication.instance() or QApplication([])
    words.use("zh_CN")
    window = QWidget()
    QVBoxLayout(window).setContentsMargins(0, 0, 0, 0)
    theme.apply(qt, "light")
    page = make_sheet()
    window.layout().addWidget(page)
    for scheme in ("light", "dark"):
        theme.apply(qt, scheme)
        window.resize(1286, 1110)
        window.show()
        qt.processEvents()
        window.grab().save(str(folder / f"kit-{scheme}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
