"""A person brings in a table: chooses, matches, tries, mends, imports, and takes it back."""

import csv

from app.access import Actor, Permission
from app.desk import Desk
from ui.exchange import ExportDialog, ImportPage
from ui.exchange.page import CHECK, COLUMNS, DONE, FILE


def to_check(page, qtbot, path):
    page.open_file(path)
    qtbot.waitUntil(page.go_on.isEnabled)
    page.go_on.click()
    assert page.step == COLUMNS
    page.columns_step._boxes["supplier"].setChecked(True)
    page.go_on.click()
    qtbot.waitUntil(lambda: page.step == CHECK)
    qtbot.waitUntil(page.tasks.idle)


def test_every_bad_row_is_listed_and_the_good_ones_go_in(page, qtbot, parts_file, sample_desk):
    to_check(page, qtbot, parts_file)
    assert page.file_step.target.value() == "part"
    assert [(p.row, p.column) for p in page.plan.problems] == [(4, "安全库存"), (5, "名称"), (6, "备件号")]
    assert page.plan.problems[2].said == "与第 3 行重复。"
    assert [(c.row, c.key, c.old, c.new) for c in page.check_step._changes.all] == [(2, "HVAC-015", "2", "3")]
    assert (page.check_step.good.number.text(), page.check_step.bad.number.text()) == ("2", "3")
    assert not page.go_on.isEnabled()
    page.only_good.click()
    qtbot.waitUntil(lambda: page.step == DONE)
    with sample_desk.read() as read:
        assert (
            read.value(
                "SELECT s.on_hand FROM stock_level s JOIN part p ON p.id = s.part_id WHERE p.part_no = 'NEW-001'"
            )
            == 5000
        )
        assert read.value("SELECT count(*) FROM supplier WHERE name = '新供应商有限公司'") == 1
    page.done_step.undo.click()
    qtbot.waitUntil(page.tasks.idle)
    qtbot.waitUntil(page.done_step.undo.isHidden)
    with sample_desk.read() as read:
        assert read.find("part", part_no="NEW-001") is None
        assert (
            read.value(
                "SELECT reorder_point FROM stock_policy y JOIN part p ON p.id = y.part_id WHERE p.part_no = 'HVAC-015'"
            )
            == 2000
        )


def test_a_mended_file_goes_in_whole_and_the_mapping_is_remembered(page, qtbot, parts_file):
    to_check(page, qtbot, parts_file)
    lines = parts_file.read_text("gb18030").splitlines()
    parts_file.write_text("\n".join(lines[:3]) + "\n", "gb18030")
    page.again.click()
    qtbot.waitUntil(page.go_on.isEnabled)
    page.go_on.click()
    qtbot.waitUntil(lambda: page.step == DONE)
    page.done_step.another.click()
    assert page.step == FILE
    page.open_file(parts_file)
    qtbot.waitUntil(page.tasks.idle)
    assert page.mapping.create == {"supplier"}
    page.go_on.click()
    page.go_on.click()
    qtbot.waitUntil(lambda: page.step == CHECK)
    assert page.plan.count("same") == 2
    assert not page.go_on.isEnabled()
    assert page.note.isVisible()


def test_the_list_of_problems_is_saved(page, qtbot, parts_file, tmp_path):
    to_check(page, qtbot, parts_file)
    page.check_step.export_wanted.emit(tmp_path / "problems.csv")
    qtbot.waitUntil(page.tasks.idle)
    rows = list(csv.reader((tmp_path / "problems.csv").read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["4", "5", "6"]


def test_what_is_no_table_is_said_on_the_page(page, qtbot, tmp_path):
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    page.open_file(path)
    qtbot.waitUntil(page.note.isVisible)
    assert "photo.xlsx" in page.note.text()
    assert not page.go_on.isEnabled()


def test_who_may_not_import_is_told(qtbot, sample_desk, page):
    nobody = Desk(sample_desk.profile, Actor(None, "nobody", frozenset({Permission.SEE})))
    qtbot.addWidget(ImportPage(nobody, page.tasks))


def test_a_register_is_exported(page, qtbot, sample_desk, tmp_path):
    dialog = ExportDialog(page, sample_desk, page.tasks, "part")
    qtbot.addWidget(dialog)
    dialog.write(tmp_path / "parts.xlsx")
    qtbot.waitUntil(page.tasks.idle)
    qtbot.waitUntil(lambda: not dialog.note.isHidden())
    assert "120" in dialog.note.text()
    assert (tmp_path / "parts.xlsx").stat().st_size > 5000
