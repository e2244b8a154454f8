"""The training page: the matrix by keyboard, results in one table, certificates by urgency, buttons by permission."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from school import key
from shiboken6 import isValid

from app import words
from app.access import ROLES, Actor
from app.training import actions
from app.training.matrix import matrix
from app.training.sessions import session, sessions
from ui.training import CertificatesCard, TrainingPage, TrainingTiles
from ui.training.grid import words_of
from ui.training.sessions import _clock


@pytest.fixture
def opened(qtbot, tasks):
    """Opens the page of a desk and waits until it is read."""
    pages = []  # kept until the end: a widget that Python lets go dies in whichever thread collects it

    def make(desk, size=(1366, 768)):
        page = TrainingPage(desk, tasks)
        pages.append(page)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(tasks.idle)
        return page

    yield make
    for page in pages:
        page.close()
        page.deleteLater()
        qtbot.waitUntil(lambda page=page: not isValid(page))


def dialog():
    return next(
        w for w in reversed(QApplication.topLevelWidgets()) if isinstance(w, QDialog) and w.isVisible()
    )


def role(desk, code):
    permissions = next(r for r in ROLES if r.code == code).permissions
    return replace(desk, actor=Actor(None, code, permissions, (code,)))


def cell(page, number, code):
    found = page.matrix.view.found.found
    column = [head.code for head in found.courses].index(code)
    row = [line.person.staff_no for line in found.lines].index(number)
    return row, column, found.lines[row].cells[column]


def shown(widget):
    return {b.text().strip() for b in widget.findChildren(QPushButton) if b.isVisibleTo(widget) and b.text()}


def test_the_matrix_shows_signs_words_and_the_window_in_days(school, opened):
    page = opened(school)
    assert page.matrix.view.found.rowCount() == 25
    assert words_of(cell(page, "SW-0010", "S05")[2]) == "过期"
    assert words_of(cell(page, "SW-0017", "S05")[2]) == "不合格"
    assert words_of(cell(page, "SW-0013", "C01")[2]) == "缺"
    assert words_of(cell(page, "SW-0007", "C01")[2]) == "26-12"
    assert {"过期或不合格 3", "缺 130", "即将到期 5"} <= shown(page)
    assert "覆盖率 45.7 %（112 / 245）" in page.matrix.facts
    assert "有效 107" in page.matrix.legend.sums.text()


def test_arrows_move_and_enter_opens_the_record(school, opened, qtbot):
    page = opened(school)
    view = page.matrix.view
    qtbot.waitUntil(view.hasFocus)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert (view.currentIndex().row(), view.currentIndex().column()) == (1, 1)
    assert page.matrix.inspector.isHidden()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert page.matrix.inspector.isVisible()
    QTest.keyClick(page.matrix.inspector, Qt.Key.Key_Escape)
    assert page.matrix.inspector.isHidden()
    assert view.hasFocus()


def test_a_count_shows_only_whom_it_concerns_and_lets_go(school, opened, qtbot, tasks):
    page = opened(school)
    page.show_state("gone")
    qtbot.waitUntil(tasks.idle)
    lines = page.matrix.view.found.found.lines
    assert [line.person.staff_no for line in lines] == ["SW-0010", "SW-0014", "SW-0017"]
    page.show_state(None)
    qtbot.waitUntil(tasks.idle)
    assert page.matrix.view.found.rowCount() == 25


def test_a_search_for_nobody_says_so(school, opened, qtbot, tasks):
    page = opened(school)
    page.find()
    qtbot.keyClicks(page.matrix.filters.search, "zzz")
    qtbot.keyClick(page.matrix.filters.search, Qt.Key.Key_Return)
    qtbot.waitUntil(tasks.idle)
    assert page.matrix._nobody.isVisible()
    page.matrix._on_clear()
    qtbot.waitUntil(tasks.idle)
    assert page.matrix.view.isVisible()


def test_a_result_is_recorded_from_its_cell(school, opened, qtbot, tasks):
    page = opened(school)
    row, column, _cell = cell(page, "SW-0017", "S05")
    page.matrix._record(row, column)
    form = dialog()
    form.form.editor("score").setText("101")
    form.save.click()
    qtbot.waitUntil(tasks.idle)
    assert form.isVisible()
    assert "0" in form.form.boxes["score"]._text.text()
    form.form.editor("score").setText("８５")
    with qtbot.waitSignal(page.said) as said:
        form.save.click()
    assert said.args == ["成绩已登记。"]
    qtbot.waitUntil(tasks.idle)
    assert cell(page, "SW-0017", "S05")[2].until == "2027-11-22"


def test_a_result_is_voided_with_a_reason(school, opened, qtbot, tasks):
    page = opened(school)
    row, column, standing = cell(page, "SW-0001", "B02")
    page.matrix._on_opened(row, column)
    page.matrix._void(standing.record)
    form = dialog()
    form.save.click()
    assert form.isVisible()
    form.form.editor("reason").set_value("录错人")
    with qtbot.waitSignal(page.said):
        form.save.click()
    qtbot.waitUntil(tasks.idle)
    assert cell(page, "SW-0001", "B02")[2].state == "missing"


def test_the_selection_stays_when_rows_come(school, opened, qtbot, tasks):
    page = opened(school)
    view = page.matrix.view
    view.setCurrentIndex(view.found.index(9, 9))
    actions.record_result(
        school, actions.Outcome(key("staff", "SW-0001"), 90_000), key("course", "B03"), "2026-11-01"
    )
    page.refresh({"training"})
    qtbot.waitUntil(tasks.idle)
    assert (view.currentIndex().row(), view.currentIndex().column()) == (9, 9)
    assert cell(page, "SW-0001", "B03")[2].state == "valid"


def test_a_session_proposes_who_has_a_gap_and_takes_results_by_keyboard(school, opened, qtbot, tasks):
    page = opened(school)
    plan = page.sessions.plan(key("course", "C01"))
    assert len(plan.participants()) == 2
    plan.form.editor("begin").setText("25:00")
    plan.save.click()
    assert plan.isVisible()
    plan.form.editor("begin").setText("930")
    with qtbot.waitSignal(page.said):
        plan.save.click()
    qtbot.waitUntil(tasks.idle)
    with school.read() as read:
        (view,) = sessions(read)
    page.open_tab(page.sessions)
    page.sessions._results(view)
    results = dialog()
    scores = results.lines.scores
    qtbot.keyClicks(scores[0], "92")
    qtbot.keyClick(scores[0], Qt.Key.Key_Return)
    qtbot.keyClicks(scores[1], "79,5")
    qtbot.keyClick(scores[1], Qt.Key.Key_Return)
    assert [chip.word for chip in results.lines._chips] == ["合格", "不合格"]
    with qtbot.waitSignal(page.said):
        results.save.click()
    qtbot.waitUntil(tasks.idle)
    with school.read() as read:
        assert (session(read, view.id).state, session(read, view.id).results) == ("held", 2)
    assert page.sessions.facts == "1 个培训班·0 个待实施"


def test_a_bad_score_keeps_the_dialog_open(school, opened, qtbot, tasks):
    start = actions.local_instant(school, "2026-11-20", "09:00")
    made = actions.save_session(
        school, None,
        {"course_id": key("course", "C01"), "planned_start": start, "participants": (key("staff", "SW-0013"),)},
    )  # fmt: skip
    page = opened(school)
    with school.read() as read:
        view = session(read, made)
    page.sessions._results(view)
    results = dialog()
    results.save.click()
    qtbot.waitUntil(tasks.idle)
    assert results._note.isVisible()
    results.lines.scores[0].setText("abc")
    results.save.click()
    assert "abc" in results._note.text()
    results.reject()


@pytest.mark.parametrize(
    ("typed", "expected"), [("9:30", "09:30"), ("930", "09:30"), ("０９：３０", "09:30"), ("23:59", "23:59")]
)
def test_a_time_of_day_is_understood(typed, expected):
    assert _clock(typed) == expected


def test_certificates_come_by_urgency_and_are_renewed(school, opened, qtbot, tasks):
    page = opened(school)
    page.open_tab(page.certificates)
    tab = page.certificates
    assert [tab.table.model.text(n, 0) for n in range(3)] == ["过期", "复审逾期", "即将到期"]
    tab.table.view.setCurrentIndex(tab.table.model.index(0, 0))
    assert tab.inspector.isVisible()
    assert {"换证", "复审通过"} <= shown(tab.inspector)
    tab._renew(tab.current())
    form = dialog()
    form.form.editor("certificate_no").setText("DEMO-REF-0099")
    form.form.editor("valid_until").setText("2032-11-22")
    with qtbot.waitSignal(page.said):
        form.save.click()
    qtbot.waitUntil(tasks.idle)
    assert tab.table.model.text(0, 0) == "复审逾期"
    assert tab.table.model.rowCount() == 24


def test_lists_sort_by_any_column(school, opened, qtbot, tasks):
    page = opened(school)
    for tab in (page.certificates, page.courses, page.people, page.sessions):
        for column in tab.table.model.columns:
            tab.table.sort_by(column.key, descending=True)
            qtbot.waitUntil(tasks.idle)
    assert page.people.table.model.rowCount() == 25


def test_a_course_is_made_with_its_posts(school, opened, qtbot, tasks):
    page = opened(school)
    page.open_tab(page.courses)
    page.new()
    form = dialog()
    given = {"code": "C05", "name": "新课", "category": "continuing", "hours": 4000, "pass_score": 60_000}
    form.form.set_values(
        given | {"validity_months": 12_500, "assessments": ("theory",), "required_for": ("planner",)}
    )
    form.save.click()
    qtbot.waitUntil(tasks.idle)
    assert form.isVisible()
    form.form.editor("validity_months").set_value(12_000)
    with qtbot.waitSignal(page.said):
        form.save.click()
    qtbot.waitUntil(tasks.idle)
    with school.read() as read:
        found = matrix(read, school.actor, "2026-11-22")
    head = next(head for head in found.courses if head.code == "C05")
    assert (head.posts, head.months) == (("planner",), 12)


def test_fitness_is_shown_on_demand_and_logged(school, opened):
    page = opened(school)
    page.open_target(key("staff", "SW-0021"))
    button = next(b for b in page.matrix.inspector.findChildren(QPushButton) if "健康" in b.text())
    with school.read() as read:
        assert read.value("SELECT count(*) FROM auth_event") == 0
    button.click()
    assert "2026-10-31" in button.text()
    with school.read() as read:
        assert read.value("SELECT what FROM auth_event") == "read_private"


@pytest.mark.parametrize(
    ("code", "may"),
    [("technician", False), ("auditor", False), ("training_admin", True), ("supervisor", True)],
)
def test_buttons_follow_the_role(school, opened, code, may):
    page = opened(role(school, code))
    assert ("登记培训" in shown(page)) is may
    assert ("安排补训" in shown(page)) is may
    page.open_target(key("staff", "SW-0021"))
    assert ("查看上岗健康状态" in shown(page.matrix.inspector)) is (code == "supervisor")
    page.open_tab(page.courses)
    page.new()
    assert any(isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets()) is may
    if may:
        dialog().reject()


def test_the_print_gets_what_the_screen_shows(school, opened, qtbot):
    page = opened(school)
    with qtbot.waitSignal(page.report_wanted) as wanted:
        page.print_page()
    assert wanted.args == ["training-matrix", {"site": "*"}]


@pytest.mark.usefixtures("tasks")
def test_the_card_of_the_first_page(school, qtbot):
    desk = replace(school, actor=replace(school.actor, staff_id=key("staff", "SW-0007")))
    card = CertificatesCard(desk)
    qtbot.addWidget(card)
    assert [(title, chip.word) for title, _more, chip in card._lines()] == [
        ("制冷与空调设备运行操作(特种作业操作证)", "还有 6 天"),
        ("上岗健康状态", "还有 70 天"),
    ]
    assert CertificatesCard(school)._lines() == []
    card.refresh({"training"})


@pytest.mark.usefixtures("tasks")
def test_the_tiles_of_the_supervisor(school, qtbot):
    tiles = TrainingTiles(school)
    qtbot.addWidget(tiles)
    assert "45.7 %" in tiles.tiles["matrix"].accessibleName()
    assert "18 人中 16 人" in tiles.tiles["certificates"].accessibleName()
    with qtbot.waitSignal(tiles.opened) as opened:
        tiles.tiles["gone"].clicked.emit()
    assert opened.args == ["gone"]
    tiles.refresh({"training"})


def test_an_empty_site_has_no_figures_and_says_what_to_do(desk, opened):
    page = opened(desk)
    assert page.matrix._none.isVisible()
    tiles = TrainingTiles(desk)
    assert "没有" in tiles.tiles["matrix"].accessibleName()
    tiles.deleteLater()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_page_fits_a_small_window(school, opened, language):
    words.use(language)
    try:
        page = opened(school, (683, 340))
        assert page.minimumSizeHint().width() <= 683
        assert page.matrix.view.isVisible()
    finally:
        words.use("zh_CN")


def test_records_are_opened_from_elsewhere(school, opened, qtbot, tasks):
    page = opened(school)
    for kind, code, tab in (("certificate", "CERT-018", page.certificates), ("course", "S05", page.courses)):
        page.open_target(key(kind, code))
        qtbot.waitUntil(tasks.idle)
        assert page.tab is tab
        assert tab.current().id == key(kind, code)
        assert tab.inspector.isVisible()
    page.open_target(key("staff", "SW-0017"))
    assert page.tab is page.matrix
    page.show_list({"tab": "certificates"})
    assert page.tab is page.certificates
    page.show_list({"state": "missing"})
    qtbot.waitUntil(tasks.idle)
    assert page.matrix.asked() == {"state": ("missing",)}
