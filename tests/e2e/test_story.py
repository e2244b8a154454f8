"""The main job on one laptop, from signing in to a printed report, in both languages, with the real widgets."""

import subprocess
import sys
from pathlib import Path

import zxingcpp
from paper import printed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from python_calamine import CalamineWorkbook

from app.bootstrap import start
from app.clock import Clock
from app.health import check
from app.inventory.figures import proposals, summary
from app.labels.payload import decode
from app.settings import Settings
from ui.exchange.page import CHECK, DONE
from ui.labels import LabelDialog
from ui.program import Program
from ui.reports import PreviewDialog
from ui.story import Story

Key = Qt.Key
NOW = 1_795_318_860_000


def value(story: Story, sql: str, *params: object) -> object:
    with story.program.profile.store.read() as read:
        return read.value(sql, *params)


def test_the_main_job_from_a_due_round_to_the_approval(story: Story, photo: Path) -> None:
    with story.program.profile.store.read() as read:
        before = summary(read, None)
        assert [before.states[s] for s in ("out_of_stock", "below_safety", "at_reorder", "above_max")] == [
            4,
            4,
            5,
            3,
        ]
        assert len(proposals(read, None)) == 10

    story.sign_in("tech", pin="7391")
    page = story.begin_round()
    assert page.sheet.code.startswith("DC1")
    story.answer_all(page, photo)
    task = story.submit(page)
    raised = {(f.kind, f.level) for f in story.raised(task)}
    assert {("alert", 2), ("work_order", 0)} <= raised
    order = value(
        story, "SELECT w.code FROM work_order w JOIN fault f ON f.id = w.fault_id WHERE f.task_id = ?", task
    )
    assert order

    story.switch_to("store")
    station = story.issue("HVAC-015", str(order), "1")
    assert station.band.result.level == "ok"
    assert (
        value(
            story,
            "SELECT count(*) FROM stock_movement m JOIN work_order w ON w.id = m.work_order_id WHERE w.code = ?",
            order,
        )
        == 1
    )
    story.leave()
    with story.program.profile.store.read() as read:
        assert summary(read, None).states["at_reorder"] == 6
        assert "HVAC-015" in [row.part_no for row in proposals(read, None)]
    assert value(
        story,
        "SELECT level FROM alert WHERE rule = 'stock.reorder' AND cleared_at IS NULL AND subject_id = (SELECT id FROM part WHERE part_no = 'HVAC-015')",
    )

    story.switch_to("super")
    story.open("today")
    story.approve(task)
    assert value(story, "SELECT status FROM inspection_task WHERE id = ?", task) == "reviewed"

    story.switch_to("tech", pin="7391")
    assert story.program.desk.actor.roles == ("technician",)


def test_a_corrected_slip_of_the_finger_is_withdrawn(story: Story, photo: Path) -> None:
    story.sign_in("tech")
    page = story.begin_round()
    story.answer(page, photo)
    alert = "SELECT state FROM alert WHERE rule = 'inspection.limit' AND subject_id = ? ORDER BY n DESC"
    task = page._task
    assert value(story, alert, task) == "open"
    story.press(Key.Key_PageUp)
    story.focus().selectAll()  # type: ignore[attr-defined]  # the number field
    story.write("25.7")
    story.press(Key.Key_Return)
    assert value(story, alert, task) == "withdrawn"
    assert page.note.isVisible()


def test_the_supervisor_prints_and_saves_and_labels_are_read_back(story: Story, tmp_path: Path) -> None:
    story.sign_in("super")
    round_code = str(
        value(story, "SELECT code FROM inspection_task WHERE status = 'reviewed' ORDER BY submitted_at DESC")
    )
    for name, told in (("inspection", {"round": round_code}), ("low-stock", {}), ("equipment-register", {})):
        story.program.links.report(name, told)
        dialog = story.dialog(PreviewDialog)
        story.until(lambda dialog=dialog: dialog.panel.viewer.document.pageCount() > 0, "no preview")
        for suffix in ("pdf", "xlsx"):
            dialog.panel.save_to(tmp_path / f"{name}.{suffix}")
            story.settle()
        dialog.reject()
        story.settle()
        text = subprocess.run(
            ["pdftotext", "-raw", str(tmp_path / f"{name}.pdf"), "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "欧阳小管" in text or "Ouyang" in text
        assert CalamineWorkbook.from_path(str(tmp_path / f"{name}.xlsx")).sheet_names
    assert value(story, "SELECT count(*) FROM report_run") == 6

    with story.program.profile.store.read() as read:
        ids = [row[0] for row in read.rows("SELECT id FROM part ORDER BY part_no LIMIT 21")]
        codes = [row[0] for row in read.rows("SELECT part_no FROM part ORDER BY part_no LIMIT 21")]
    page = story.open("spares")
    page.labels_requested.emit(ids)
    labels = story.dialog(LabelDialog)
    labels.save_to(tmp_path / "labels.pdf")
    story.settle()
    pages = printed(tmp_path / "labels.pdf", 200)
    seen = {
        decode(found.text)
        for found in zxingcpp.read_barcodes(pages[0], formats=zxingcpp.BarcodeFormat.QRCode)
    }
    assert {payload.code for payload in seen if payload} == set(codes)


STRANGER = """备件号,名称,规格,单位,供应商,站点,货位,安全库存,补货点,数量
HVAC-015,温湿度传感器,4-20mA,个,SUP-04,DC1,DC1-WH-A03,1,3,3
NEW-001,轴承,6204-2RS,个,新供应商有限公司,DC1,DC1-WH-A03,2,4,5
NEW-002,密封圈,DN50,个,SUP-04,DC1,DC1-WH-A03,1O,4,
NEW-003,,M8x30,个,SUP-04,DC1,DC1-WH-A03,1,2,
NEW-001,轴承,6204-2RS,个,SUP-04,DC1,DC1-WH-A03,2,4,
"""


def test_a_strangers_file_comes_in_and_goes_again(story: Story, tmp_path: Path) -> None:
    path = tmp_path / "备件.csv"
    path.write_text(STRANGER, encoding="gb18030")
    story.sign_in("super")
    page = story.open("import")
    page.open_file(path)
    story.until(page.go_on.isEnabled, "the file was not read")
    page.go_on.click()
    page.columns_step._boxes["supplier"].setChecked(True)
    page.go_on.click()
    story.until(lambda: page.step == CHECK, "no trial run")
    assert [p.row for p in page.plan.problems if p.level == "error"] == [4, 5, 6]
    assert not page.go_on.isEnabled()
    page.only_good.click()
    story.until(lambda: page.step == DONE, "nothing came in")
    assert value(story, "SELECT count(*) FROM part WHERE part_no = 'NEW-001' AND deleted = 0") == 1
    assert page.imported.new == 1
    page.done_step.undo.click()
    story.until(page.done_step.undo.isHidden, "it was not taken back")
    assert value(story, "SELECT count(*) FROM part WHERE part_no = 'NEW-001' AND deleted = 0") == 0


def test_a_killed_program_has_lost_nothing_but_the_item_in_hand(sample_folder: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("victim.py")), str(sample_folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    line = child.stdout.readline().strip()
    child.kill()
    child.wait()
    child.stdout.close()
    task, answered = line.split()
    profile = start(sample_folder, Clock.pinned(NOW))
    with profile.store.read() as read:
        found = read.value("SELECT count(*) FROM inspection_result WHERE task_id = ?", bytes.fromhex(task))
        in_hand = read.value("SELECT body FROM draft WHERE key LIKE '%' || ?", task)
    faults = check(profile)
    profile.close()
    assert (found, faults) == (int(answered), [])
    assert in_hand is None or "4" in in_hand


def test_a_clock_behind_the_newest_record_is_asked_about(sample_folder: Path, qapp: QApplication) -> None:
    profile = start(sample_folder, Clock.pinned(NOW - 3 * 3_600_000))
    program = Program(profile, Settings(profile.folder), qapp)
    program.start("en")
    story = Story(program)
    story.sign_in("tech")
    answer = next(b for b in program.window.findChildren(QPushButton) if "The clock is right" in b.text())
    assert answer.isVisible()
    QTest.mouseClick(answer, Qt.MouseButton.LeftButton)
    story.settle()
    assert profile.store.clock_behind() == 0
    program.stop()
