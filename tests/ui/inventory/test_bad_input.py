"""Bad input, row by row as the requirements name it: typed into the real form or counted at the real page, answered in both languages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app import words
from app.errors import Refused
from app.generic import patch
from app.inventory import finders
from app.inventory.booking import receive_part
from app.inventory.slips import Receiver, Slip, Taken, book_slip
from app.labels.payload import Kind, encode
from app.stocktake import counting
from app.stocktake.lines import lines_of
from ui.inventory.booking import BookingDialog
from ui.kit import theme
from ui.stocktake import CountPage

PART, SERIAL = "SRV-012", "SN-77"


@dataclass(frozen=True)
class Case:
    """What is typed into the form of a booking, and what is said about it; `may`: it can be booked all the same."""

    name: str
    kind: str
    typed: dict[str, object]
    en: str
    zh: str
    may: bool = False


CASES = (
    Case("nothing", "issue", {"qty": "0"}, "The quantity must be more than nothing.", "数量必须大于 0。"),
    Case("less than nothing", "issue", {"qty": "-1"}, "The quantity must be more than nothing.", "数量必须大于 0。"),
    Case("a thousand million", "issue", {"qty": "1e9"}, "“1e9” is not a number. Type digits, for example 12.5.",
         "“1e9”不是数字。请输入数字，例如 12.5。"),
    Case("a thousand million in digits", "issue", {"qty": "1000000000"},
         "1000000000 cannot be right. Type the quantity again.", "数量 1000000000 不合理，请重新输入。"),
    Case("a third of a piece", "issue", {"qty": "0.3333"}, "“0.3333” has too many decimals: at most 3.", "“0.3333”的小数位太多：最多 3 位。"),
    Case("a part of a piece", "issue", {"qty": "0.333"}, "SRV-012 is counted in whole pieces. Book 0.333 anyway?",
         "SRV-012 按整件计数，仍要登记 0.333 吗？", may=True),
    Case("more than there is", "issue", {"qty": "５００"}, "Only {held} on hand in this bin. Book it anyway?",
         "该货位现存只有 {held}，仍要登记吗？", may=True),
    Case("an order that is closed", "issue", {"purpose": "WO-T01-0900"}, "Work order WO-T01-0900 is closed. Issue to it anyway?",
         "工单 WO-T01-0900 已关闭，仍要领用吗？", may=True),
    Case("the same bin", "transfer", {"target": "same"}, "It lies in this bin already. Choose another bin.",
         "它已经在这个货位上，请另选货位。"),
    Case("an obsolete part", "issue", {"obsolete": 1}, "SRV-012 is obsolete. Book it anyway?", "SRV-012 已停用，仍要登记吗？", may=True),
    Case("a serial number twice", "receipt", {"serial": SERIAL},
         "By the books, serial number SN-77 is in stock already. Book it anyway?", "账上序列号 SN-77 已在库。仍要记账吗？", may=True),
    Case("a serial number issued twice", "issue", {"serial": SERIAL, "gone": 1},
         "By the books, serial number SN-77 is not in stock. Book it anyway?", "账上没有序列号 SN-77 的库存。仍要记账吗？", may=True),
)  # fmt: skip


@pytest.fixture(params=["en", "zh_CN"])
def language(request, qapp) -> Iterator[str]:
    assert qapp
    theme.apply(qapp, "light")
    words.use(request.param)
    yield request.param
    words.use("zh_CN")


@pytest.fixture
def form(*, qtbot, language, store, tasks, settled, id_of) -> Callable[[Case], BookingDialog]:
    """The form of a case, filled in and with its button pressed."""

    def made(case: Case) -> BookingDialog:
        part = id_of("part", PART)
        prepare(store, part, case)
        assert words.language() == language
        dialog = BookingDialog(None, store, tasks, kind=case.kind, part=part)
        qtbot.addWidget(dialog)
        dialog.show()
        fill(dialog, store, case)
        dialog.on_save()
        settled()
        return dialog

    return made


def prepare(store, part: bytes, case: Case) -> None:
    """What the case needs in the store: an order that is closed, a part that is obsolete, a piece that is there or gone."""
    with store.read() as read:
        order, row = (
            read.get("work_order", read.find("work_order", code="WO-T01-0900")),
            read.get("part", part),
        )
        (place, _code), *_more = finders.bins_of_part(read, part, store.site.id)
    if "purpose" in case.typed:
        store.perform(patch("work_order", order, status="closed"))
    if case.typed.get("obsolete"):
        store.perform(patch("part", row, status="obsolete"))
    if "serial" in case.typed:
        store.perform(patch("part", row, serialised=1))
        receive_part(store, part, place, 1000, serial=SERIAL)
    if case.typed.get("gone"):
        book_slip(store, Slip([Taken(part, place, 1000, serial=SERIAL)], receiver=Receiver(), reason="first"))


def fill(dialog: BookingDialog, store, case: Case) -> None:
    given = {"qty": "1", **case.typed}
    dialog.form.editor("qty").setText(given["qty"])
    if "reason" in dialog.form.boxes:
        dialog.form.editor("reason").setText("test")
    if "purpose" in given:
        with store.read() as read:
            dialog.form.editor("purpose").set_value(
                (read.find("work_order", code=given["purpose"]), given["purpose"])
            )
    if given.get("target"):
        dialog.form.editor("target").set_value((dialog.form.values()["bin_id"], "same"))
    if "serial" in given:
        assert dialog.form.boxes["serial"].isVisible()
        dialog.form.editor("serial").setText(given["serial"])


def said(dialog: BookingDialog) -> str:
    """The sentence at the field or below the form."""
    marked = [
        shown.text()
        for box in dialog.form.boxes.values()
        for shown in box.findChildren(QLabel)
        if shown.isVisible()
    ]
    return "\n".join([*marked, *([dialog.note.text()] if dialog.note.isVisible() else [])])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_has_its_sentence_and_loses_nothing(
    *, case, form, language, store, id_of, settled, figures
) -> None:
    before = None if "serial" in case.typed else figures(PART)[0]
    dialog = form(case)
    with store.read() as read:
        held = finders.on_hand_in(read, id_of("part", PART), dialog.form.boxes["bin_id"].value())
    expected = (case.en if language == "en" else case.zh).format(held=held // 1000)
    assert expected in said(dialog)
    assert dialog.isVisible()
    assert dialog.form.editor("qty").text() == case.typed.get("qty", "1"), "what was typed stays"
    if before is not None:
        assert figures(PART)[0] == before
    if case.may:
        dialog.on_save()
        settled()
        assert not dialog.isVisible(), "asked once, then it is booked"


def test_full_width_digits_are_digits(form, figures) -> None:
    before = figures(PART)[0]
    assert not form(Case("full-width", "issue", {"qty": "１"}, "", "")).isVisible()
    assert figures(PART)[0] == before - 1000


TWICE = {
    "en": "{part} was counted already: 3. Count it again, or add to it?",
    "zh_CN": "{part} 已盘过：3。重新盘点还是累加？",
}


def counted(store, part: str, quantity: int) -> tuple[bytes, tuple]:
    """A stock-take in which a part of a bin was counted."""
    count = counting.open_count(store, "full", blind=False)[0]
    with store.read() as read:
        key = next(line.key for line in lines_of(read, count).rows if line.part_no == part)
    counting.count_line(store, count, key, quantity)
    return count, key


def test_a_count_typed_twice_asks_whether_to_replace_or_to_add(
    *, language, store, tasks, settled, qtbot
) -> None:
    count, key = counted(store, PART, 3000)
    page = CountPage(store, tasks, count)
    qtbot.addWidget(page)
    page.resize(1286, 716)
    page.show()
    settled()
    with store.read() as read:
        place = read.get("location", key[1])["code"]
    page.on_scan(encode(Kind.BN, place))
    page.on_scan(encode(Kind.PT, PART))
    page.entry.setText("2")
    qtbot.keyClick(page.entry, Qt.Key.Key_Return)
    settled()
    assert TWICE[language].format(part=PART) in {page.band.result.name, page.band.result.more}
    assert all(choice.isVisible() for choice in page.choices)
    qtbot.keyClick(page.entry, Qt.Key.Key_F7)
    settled()
    with store.read() as read:
        assert next(line for line in lines_of(read, count).rows if line.key == key).counted == 5000


def test_a_second_count_of_one_line_is_never_taken_silently(language, store) -> None:
    count, key = counted(store, PART, 3000)
    with store.read() as read:
        other = counting.counted_op(store, read, count, key, 2000)
    with pytest.raises(Refused) as refused:
        store.perform(other)
    assert TWICE[language].format(part=PART) in str(refused.value)
