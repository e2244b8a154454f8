"""The main job on one laptop, from signing in to a printed report, in both languages, with the real widgets."""

from pathlib import Path

from app.inventory.figures import proposals, summary
from ui.story import Story


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
