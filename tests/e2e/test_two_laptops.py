"""The first milestone of the sync as people see it: a hub process, two laptops, their windows."""

import socket
from urllib.parse import urlsplit

import pytest

from app.bootstrap import start
from app.clock import Clock
from app.health import check
from app.settings import Settings
from ui.program import Program
from ui.story import Story
from ui.two_laptops import HERE, LAST_PART, MACHINE, ORDER, TEMPLATE, THERE, TwoLaptops, on_hand

NOW = 1_795_318_860_000


@pytest.fixture
def laptops(qapp, sample_folder, photo, tmp_path):
    began = Clock.mono()
    profile = start(sample_folder, Clock(lambda: NOW + Clock.mono() - began))
    program = Program(profile, Settings(profile.folder), qapp)
    program.start("zh_CN")
    story = Story(program)
    story.settle()
    story.sign_in("tech", "7391")
    made = TwoLaptops(story, tmp_path, photo)
    yield made
    made.stop()
    program.stop()


def value(story: Story, sql: str, *params: object) -> object:
    with story.program.profile.store.read() as read:
        return read.value(sql, *params)


def ends(story: Story) -> dict[str, object]:
    """What a laptop says of everything that was played."""
    machine = "SELECT {} FROM equipment WHERE code = ?"
    return {
        "merged": [value(story, machine.format(name), MACHINE) for name in ("serial_no", "manufacturer")],
        "remark": value(story, machine.format("remark"), MACHINE),
        "decided": value(story, "SELECT count(*) FROM conflict WHERE decision IS NOT NULL"),
        "on hand": on_hand(story),
        "warned": value(
            story,
            "SELECT count(*) FROM alert a JOIN part p ON p.id = a.subject_id "
            "WHERE a.rule = 'stock.negative' AND a.cleared_at IS NULL AND p.part_no = ?",
            LAST_PART,
        ),
        "order": value(story, "SELECT status FROM work_order WHERE code = ?", ORDER),
        "round": value(
            story,
            "SELECT t.status FROM inspection_task t JOIN inspection_template p ON p.id = t.template_id "
            "WHERE p.code = ? ORDER BY t.n DESC LIMIT 1",
            TEMPLATE,
        ),
        "waiting": value(story, "SELECT count(*) FROM op WHERE acked = 0"),
        "faults": check(story.program.profile),
    }


def test_two_laptops_meet_at_a_hub(laptops: TwoLaptops):
    laptops.play("zh_CN")
    found = ends(laptops.first)
    assert found == ends(laptops.other)
    assert found["merged"] == [HERE["serial_no"], THERE["manufacturer"]]
    assert found["remark"] == HERE["remark"]
    assert (found["decided"], found["on hand"], found["warned"]) == (1, "-1", 1)
    assert (found["order"], found["round"]) == ("in_progress", "submitted")
    assert (found["waiting"], found["faults"]) == (0, [])
    laptops.stop()
    port = urlsplit(laptops.hub.address).port or 0
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), 1):
        pass  # the hub's process has gone
