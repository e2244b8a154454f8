"""Stock in figures: the matrix counts and leads to its parts, and the reorder point shows its working."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.inventory.rules import approval_of, change_rules, rules_of
from ui.inventory.analysis import AnalysisPage, MatrixCell
from ui.inventory.area import SparesArea
from ui.inventory.policy import PolicyDialog
from ui.inventory.review import ReviewPage
from ui.kit.dialogs import FormDialog


def words(widget) -> str:
    return "\n".join(found.text() for found in widget.findChildren(QLabel))


def test_the_matrix_of_the_sample_and_the_way_to_its_parts(qtbot, shown, sample_desk, tasks, settled):
    page = shown(AnalysisPage(sample_desk, tasks))
    settled()
    shown_words = words(page)
    for total in ("30 parts", "50 parts", "40 parts", "47 parts", "26 parts", "0.80", "454 days"):
        assert total in shown_words, total
    cell = page.findChildren(MatrixCell)[0]
    with qtbot.waitSignal(page.list_wanted) as heard:
        cell.click()
    assert heard.args == [{"abc": "A", "ved": "V"}]
    page.show_changes([])


def test_the_list_behind_a_cell_has_as_many_parts(shown, store, tasks, settled):
    area = shown(SparesArea(store, tasks))
    settled()
    area.open("analysis")
    settled()
    cell = area.current().findChildren(MatrixCell)[0]
    count = int(cell.text())
    cell.click()
    settled()
    assert area.current() is area.spares
    assert len(area.spares.table.model.ids) == count


@pytest.fixture
def dialog(shown, store, tasks, id_of) -> PolicyDialog:
    return shown(PolicyDialog(None, store, tasks, id_of("part", "HVAC-001")), 560, 640)


@pytest.mark.parametrize("reason", ["", "as the maker advises"])
def test_a_reorder_point_with_little_use_asks_for_a_reason(dialog, settled, reason):
    assert "1.84 → 2" in dialog.working.text()
    assert "2 + 3 = 5" in dialog.working.text()
    dialog.form.set_values(dialog.form.values() | {"reason": reason})
    dialog.on_save()
    settled()
    assert bool(dialog.result()) == bool(reason)
    assert ("say why" in dialog.note.text().lower()) or reason


def test_other_figures_are_an_override(dialog, store, settled, id_of):
    part = id_of("part", "HVAC-001")
    dialog.form.set_values(dialog.form.values() | {"safety": 4000, "reorder": 7000, "reason": "winter"})
    dialog._show()
    assert any(made.text().strip() == "Override" for made in dialog.findChildren(QAbstractButton))
    dialog.on_save()
    settled()
    with store.read() as read:
        row = read.row(
            "SELECT reorder_point, method, override_reason FROM stock_policy WHERE part_id = ? AND deleted = 0",
            part,
        )
    assert row == (7000, "manual", "winter")


def test_the_review_takes_over_what_is_chosen(monkeypatch, shown, store, tasks, settled):
    page = shown(ReviewPage(store, tasks))
    settled()
    assert page.rows == []  # the policies of the sample follow from its use
    change_rules(store, {"service_e": 99_000})
    page.reload()
    settled()
    before = len(page.rows)
    assert before == len(page.table.model.ids) > 0
    page.table.select([row.n for row in page.rows[:2]])
    monkeypatch.setattr(FormDialog, "ask", staticmethod(lambda *_a, **_k: {"reason": "as in other years"}))
    page.take_over()
    settled()
    settled()
    assert len(page.rows) == before - 2
    with store.read() as read:
        assert (
            read.value("SELECT count(*) FROM stock_policy WHERE override_reason = 'as in other years'") == 2
        )
    page.table.select([page.rows[0].n])
    page.open_working()
    assert "Maximum: " in page.dialog.working.text()
    page.dialog.reject()


def test_the_rules_of_the_store_are_set_by_a_supervisor(shown, store, tasks, settled):
    page = shown(AnalysisPage(store, tasks))
    settled()
    page.ask_rules()
    dialog = page.dialog
    dialog.form.set_values(dialog.form.values() | {"a_to": 97_000})
    dialog.on_save()
    settled()
    assert not dialog.result()
    assert dialog.note.isVisible()
    dialog.form.set_values(
        dialog.form.values()
        | {"a_to": 80_000, "count_days_a": 30_000, "group_1": ("AV",), "order_approval": "writer"}
    )
    dialog.on_save()
    settled()
    with store.read() as read:
        found = rules_of(read)
        assert approval_of(read, store.site.id) == "writer"
    assert (found.a_to, found.count_days_a, found.group_1, found.b_to) == (80_000, 30, ("AV",), 95_000)
    settled()
