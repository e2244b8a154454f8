"""A line that something has overtaken is a task of its own: named, assigned, on the first page, gone with the recount."""

from dataclasses import replace

import pytest
from shelf import Shelf

from app.alerts import alert_rows
from app.desk import Desk
from app.errors import AppError
from app.fields import from_json
from app.generic import create
from app.stocktake import counting
from app.stocktake.lines import lines_of
from app.stocktake.recount import Asked, asked_of, assign, counters
from app.words import speaking

ACCOUNT = b"k" * 16


@pytest.fixture
def overtaken(shelf: Shelf) -> tuple[Shelf, bytes]:
    """Of four pieces three were found, and one is issued after that."""
    account = create(
        "user_account", ACCOUNT, username="xu", roles='["storekeeper"]', active=1, must_change_password=0
    )
    Desk.of_administrator(shelf.boss.profile).perform(account)
    count = counting.open_count(shelf.keeper, "full", blind=False)[0]
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000)
    shelf.later()
    shelf.move("issue", "HVAC-1", 1)
    return shelf, count


def tasks(shelf: Shelf) -> list[dict]:
    with shelf.boss.read() as read:
        rows = read.rows("SELECT facts FROM alert WHERE rule = 'recount.line' AND cleared_at IS NULL")
    return [from_json(facts) for (facts,) in rows]


def lines(shelf: Shelf, count: bytes) -> list:
    with shelf.boss.read() as read:
        return lines_of(read, count).recount


def test_an_issue_after_the_count_asks_for_a_recount_and_the_recount_clears_it(overtaken):
    shelf, count = overtaken
    (facts,) = tasks(shelf)
    assert (facts["bin"], facts["counted"], facts["count"]) == ("S1-WH-A01", 3000, count.hex())
    shelf.later()
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 2000, how="replace")
    assert tasks(shelf) == []


def test_a_count_that_nothing_overtook_asks_for_nothing(shelf):
    count = counting.open_count(shelf.keeper, "full", blind=False)[0]
    counting.count_line(shelf.keeper, count, shelf.key("HVAC-1"), 3000)
    shelf.later()
    shelf.move("issue", "HVAC-2", 1)
    assert tasks(shelf) == []


def test_the_end_of_the_stocktake_ends_its_tasks(overtaken):
    shelf, count = overtaken
    counting.cancel_count(shelf.keeper, count, "begun by mistake")
    assert tasks(shelf) == []


def test_somebody_is_asked_and_sees_it_as_his_own(overtaken):
    shelf, count = overtaken
    with shelf.boss.read() as read:
        assert counters(read) == [(ACCOUNT, "xu")]
    done = assign(shelf.boss, count, lines(shelf, count), ACCOUNT)
    his = replace(shelf.keeper, actor=replace(shelf.keeper.actor, user_id=ACCOUNT))
    with shelf.boss.read() as read:
        assert asked_of(read, his) == Asked(1, 1, count, open=True)
        assert asked_of(read, shelf.boss).mine == 0
    shelf.boss.undo(done.action_id)
    with shelf.boss.read() as read:
        assert asked_of(read, his) == Asked(1, 0, count, open=True)
    with pytest.raises(AppError):
        assign(shelf.boss, count, [], ACCOUNT)


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "xu 已盘 3 个"), ("en", "xu counted 3 个")])
def test_the_alert_says_which_line_and_who_in_both_languages(overtaken, language, said):
    shelf, count = overtaken
    assign(shelf.boss, count, lines(shelf, count), ACCOUNT)
    with shelf.boss.read() as read, speaking(language):
        (n,) = read.row("SELECT n FROM alert WHERE rule = 'recount.line'")
        assert said in alert_rows(read, [n])[0].what
