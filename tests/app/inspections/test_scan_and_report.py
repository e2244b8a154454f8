"""Opening a round by its label (R-4.2-e), its history (R-4.2-g, -j), and what its report says."""

import pytest
from PIL import Image

from app.errors import AppError
from app.finder import look_up
from app.generic import Merge, create
from app.inspections import actions, lists, queries
from app.inspections.drafts import draft, round_key, save_draft
from app.inspections.report import blank_sheet_data, inspection_report_data, newest_reportable
from app.inspections.scan import task_for_scan
from app.labels.bindings import bind_code, blanks
from app.labels.codes import blank_code
from app.labels.payload import Kind, encode
from app.photos import attach_photo
from db.ids import new_id


@pytest.mark.parametrize(
    ("kind", "code"), [(Kind.LC, "DC1-HA"), (Kind.EQ, "DC1-CRA-003"), (Kind.LC, "DC1-HA-R01")]
)
def test_the_label_at_the_place_opens_its_round(room, kind, code):
    room.desk.perform(
        create("location", new_id(), code="DC1-HA-R01", site_id=room.site, parent_id=room.hall, name="01 列",
               location_type="rack", qr_label=1)
    )  # fmt: skip
    found = task_for_scan(room.desk, encode(kind, code))
    assert (found.line.template_code, found.label) == ("T", code)
    task = actions.start_round(room.desk, found.line.id, scanned_label=found.label)
    with room.desk.read() as read:
        sheet = queries.sheet(read, task)
    assert (sheet.scanned_label, sheet.scanned_at) == (code, room.desk.now())


def test_a_blank_label_and_a_merged_machine_open_the_round_too(room):
    desk = room.desk
    ((number, digits),) = blanks(desk, 1)
    with desk.read() as read:
        machine = read.find("equipment", code="DC1-CRA-003")
        row = read.get("equipment", machine)
    bind_code(desk, blank_code(number), "equipment", machine)
    assert task_for_scan(desk, digits).label == "DC1-CRA-003"
    told = {
        name: row[name] for name in ("name", "class_id", "site_id", "location_id", "status", "criticality")
    }
    for code in ("TWIN-1", "TWIN-2"):
        desk.perform(create("equipment", new_id(), code=code, **told))
    with desk.read() as read:
        first, second = (read.find("equipment", code=code) for code in ("TWIN-1", "TWIN-2"))
    desk.perform(Merge("equipment", second, first))
    desk.perform(Merge("equipment", first, machine))
    assert task_for_scan(desk, encode(Kind.EQ, "TWIN-2")).label == "DC1-CRA-003"
    with desk.read() as read:
        assert [found.code for found in look_up(read, encode(Kind.EQ, "TWIN-2"))] == ["DC1-CRA-003"]
        assert [found.code for found in look_up(read, digits)] == ["DC1-CRA-003"]


def test_a_wrong_label_is_answered_by_a_sentence(room):
    room.desk.perform(
        create(
            "location",
            new_id(),
            code="DC1-MON",
            site_id=room.site,
            name="监控室",
            location_type="room",
            qr_label=1,
        )
    )
    with pytest.raises(AppError, match="DC1-MON"):
        task_for_scan(room.desk, encode(Kind.LC, "DC1-MON"))
    with pytest.raises(AppError, match="NOWHERE"):
        task_for_scan(room.desk, encode(Kind.LC, "NOWHERE"))
    assert task_for_scan(room.desk, encode(Kind.PT, "HVAC-015")) is None
    assert task_for_scan(room.desk, "6901234567892") is None


def test_the_report_says_what_was_found(room, tmp_path):
    (line,) = lists.rounds_to_do(room.desk)
    task = actions.start_round(room.desk, line.id, scanned_label="DC1-HA")
    actions.answer_item(room.desk, task, room.items["temp"], 27_900, "滤网脏堵")
    actions.answer_item(room.desk, task, room.items["leak"], "否")
    raised = actions.answer_item(room.desk, task, room.items["crac"], "异常", "停机").raised
    Image.new("RGB", (64, 48)).save(tmp_path / "a.jpg")
    attach_photo(room.desk, tmp_path / "a.jpg", "inspection_task", task, item_id=room.items["leak"])
    actions.submit_round(room.desk, task)
    assert newest_reportable(room.desk) == task
    data = inspection_report_data(room.desk, task)
    assert [row.state for row in data.checks] == ["fail", "pass", "fail", "not_checked"]
    assert (data.checks[0].number, data.checks[0].standard, data.result) == (
        27_900,
        "18 – 27 ℃",
        "failed_open",
    )
    assert [row.reference for row in data.corrections] == ["", raised[1]]
    assert data.photos[0].jpeg
    assert "DC1-HA" in data.scanned
    with room.desk.read() as read:
        history = queries.condition_history(read, room.cra)
        follow = queries.follow_ups(read, task)
    assert [(entry.state, entry.remark) for entry in history] == [("fail", "停机")]
    assert [found.kind for found in follow] == ["alert", "fault", "work_order"]


def test_the_blank_sheet_lists_every_item(room):
    data = blank_sheet_data(room.desk, room.template)
    assert [(item.seq, item.value_type, item.photo) for item in data.items] == [
        (1, "number", False), (2, "bool", True), (3, "choice", False), (4, "text", False),
    ]  # fmt: skip


def test_a_draft_stays_with_its_author(room):
    author, other, key = room.person("technician"), room.person("supervisor"), round_key(b"t" * 16)
    save_draft(author, key, {"text": "27.", "remark": "滤网"})
    save_draft(author, key, {"text": "27.9", "remark": "滤网"})
    assert draft(author, key) == {"text": "27.9", "remark": "滤网"}
    assert draft(other, key) == draft(room.desk, key) == {}
    save_draft(author, key, {})
    assert draft(author, key) == {}
