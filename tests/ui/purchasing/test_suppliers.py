"""The page of the suppliers by keyboard: new, changed, out of use, merged; their parts, prices and orders."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.access import Permission
from app.inventory.booking import receive_part
from app.purchasing import orders
from app.purchasing.prices import keep_terms, sales_of
from app.sample import sample_id
from app.words import use
from ui.kit.dialogs import FormDialog
from ui.kit.timeline import TimeLine
from ui.purchasing import suppliers as pages
from ui.purchasing.charts import PriceChart, QuarterChart
from ui.purchasing.suppliers import SuppliersPage
from ui.sync.merge_dialog import MergeDialog

FOUR, PART = sample_id("supplier", "SUP-04"), sample_id("part", "HVAC-003")


@pytest.fixture
def answers(monkeypatch) -> list[dict[str, object]]:
    """What is typed into the next forms; each is saved."""
    wanted: list[dict[str, object]] = []

    def answer(dialog):
        dialog.form.set_values(wanted.pop(0))
        dialog.on_save()
        return dialog.result()

    monkeypatch.setattr(FormDialog, "exec", answer)
    return wanted


@pytest.fixture
def page(office) -> SuppliersPage:
    use("en")
    keep_terms(
        office.keeper,
        PART,
        FOUR,
        {"unit_price": 75_0000, "sku": "B-17", "pack_qty": 2000},
        [(20_000, 70_0000)],
    )
    line = next(one for one in office.card().lines if one.part_no == "HVAC-003")
    receive_part(office.keeper, line.part_id, None, 2000, purchase_line=line.id, unit_price=76_0000)
    made = office.show(SuppliersPage(office.keeper, office.tasks))
    office.settle()
    made.open_target(FOUR)
    return made


@pytest.fixture
def row(office) -> Callable[[bytes], dict[str, object]]:
    def found(supplier: bytes) -> dict[str, object]:
        with office.keeper.read() as read:
            return read.get("supplier", supplier) or {}

    return found


def seen(page: SuppliersPage, kind: type[QWidget]) -> list[QWidget]:
    """What the inspector shows of a kind; what the last record left waits for its deletion."""
    QApplication.processEvents()  # a layout shows what was added to it with the next event
    return [one for one in page.inspector.findChildren(kind) if one.isVisibleTo(page)]


def words_of(page: SuppliersPage) -> set[str]:
    return {one.text().strip() or one.toolTip() for one in seen(page, QPushButton)}


def test_a_supplier_is_registered_and_changed(page, office, answers, row):
    answers += [
        {"code": "SUP-90", "name": "新供应商", "name_en": "New Ltd", "currency": "EUR", "min_order": 500_00, "payment_terms": "30 days"},
        {"default_lead_days": 9000, "over_percent": 5000, "address": "Harbour Road 1"},
    ]  # fmt: skip
    page.new()
    office.settle()
    assert page.card.row["code"] == "SUP-90"
    made = page.card.row["id"]
    page.change()
    office.settle()
    now = row(made)
    assert (now["currency"], now["min_order"], now["default_lead_days"], now["over_percent"]) == (
        "EUR",
        500_00,
        9,
        5000,
    )
    assert (now["name_en"], now["payment_terms"], now["address"]) == ("New Ltd", "30 days", "Harbour Road 1")


def test_what_they_sell_stands_with_terms_and_trend(page, office, answers):
    assert [one.part_no for one in page.card.sold] == ["HVAC-003"]
    (chart,) = seen(page, PriceChart)
    assert "76.00" in chart.accessibleName()
    assert "ordered" in chart.accessibleName()
    answers.append({"unit_price": 80_0000, "steps": "20 = 72\n50 = 65"})
    page.change_part()
    office.settle()
    with office.keeper.read() as read:
        sale = sales_of(read, PART)[0]
    assert (sale.row["unit_price"], [step[1:] for step in sale.breaks]) == (
        80_0000,
        [(20_000, 72_0000), (50_000, 65_0000)],
    )
    answers.append(
        {"part_id": (sample_id("part", "HVAC-001"), "HVAC-001"), "unit_price": 9_0000, "currency": "USD"}
    )
    page.add_part()
    office.settle()
    assert [(one.part_no, one.currency) for one in page.card.sold] == [
        ("HVAC-001", "USD"),
        ("HVAC-003", "CNY"),
    ]


def test_a_price_that_is_no_number_keeps_the_form(page, monkeypatch):
    found = []

    def answer(dialog):
        dialog.form.editor("unit_price").setText("面议")
        dialog.form.editor("steps").setPlainText("ten pieces")
        dialog.on_save()
        found.append(dialog.form.problems())
        return dialog.result()

    monkeypatch.setattr(FormDialog, "exec", answer)
    page.change_part()
    assert "is not a number" in found[0]["unit_price"]


def test_the_record_is_drawn_by_quarter(page, office):
    order, _done = orders.new_order(office.keeper, FOUR)
    orders.add_line(office.keeper, order, PART, 4000)
    orders.take_step(office.keeper, order, "submitted")
    orders.take_step(office.boss, order, "approved")
    orders.take_step(office.keeper, order, "ordered", ordered_on="2026-11-01", due_on="2026-11-10")
    office.settle()
    page.open_target(FOUR)
    (chart,) = seen(page, QuarterChart)
    assert "2026 Q4: on time 0 %, complete 0 %" in chart.accessibleName()


def test_an_order_is_opened_from_its_supplier(page, qtbot):
    asked = []
    page.record_wanted.connect(lambda table, record: asked.append((table, record)))
    page.page_wanted.connect(lambda name, filters: asked.append((name, filters)))
    (line,) = seen(page, TimeLine)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    next(one for one in seen(page, QPushButton) if one.text().strip() == "Show orders").click()
    assert asked == [("purchase_order", page.card.orders[0].id), ("purchasing", {"supplier": FOUR})]


def test_out_of_use_and_back(page, office, monkeypatch, row):
    monkeypatch.setattr(pages, "ask", lambda *_args, **_more: True)
    other = sample_id("supplier", "SUP-11")
    page.open_target(other)
    assert not page.card.record.open_orders
    page.retire()
    office.settle()
    assert row(other)["active"] == 0
    page.open_target(other)
    page.use_again()
    office.settle()
    assert row(other)["active"] == 1


def test_two_suppliers_are_compared_and_merged(page, office, answers, monkeypatch, row):
    answers += [{"code": "SUP-91", "name": "样例制冷", "address": "Harbour Road 1"}]
    page.new()
    office.settle()
    twice = page.card.row["id"]
    answers.append({"other": (FOUR, "SUP-04")})
    kept = []

    def compare(dialog):
        dialog.choose("", 1)
        kept.append(dialog.kept)
        return 1

    monkeypatch.setattr(MergeDialog, "exec", compare)
    page.merge()
    office.settle()
    assert kept == [FOUR]
    assert row(FOUR)["address"] == "Harbour Road 1"
    assert page.card.row["id"] == FOUR
    assert row(twice)["deleted"] == 1


def test_who_may_not_edit_sees_no_buttons(office, person):
    use("en")
    desk = person("tech", "technician", "SW-0005")
    assert not desk.may(Permission.EDIT_PARTS)
    page = office.show(SuppliersPage(desk, office.tasks))
    office.settle()
    page.open_target(FOUR)
    assert words_of(page).isdisjoint(
        {"Change", "Merge with another supplier", "Take out of use", "Add a part"}
    )
