"""R-4.2-a: a published version is frozen; to edit it makes version n + 1, and old rounds still show theirs."""

import pytest

from app.errors import Denied, Refused
from app.inspections import actions, lists, queries
from app.inspections.planned import current_template
from app.inspections.templates import change_template, templates


def test_editing_a_published_template_makes_the_next_version(room):
    (line,) = lists.rounds_to_do(room.desk)
    task = actions.start_round(room.desk, line.id)
    actions.answer_item(room.desk, task, room.items["temp"], 24_000)
    made, _done = change_template(
        room.desk, room.template, {"standard_minutes": 30},
        [{"id": room.items["temp"], "limit_high": 28_000}, {"id": room.items["note"], "drop": True}],
    )  # fmt: skip
    with room.desk.read() as read:
        assert current_template(read, "T") == made
        old, new = queries.items_of(read, room.template), queries.items_of(read, made)
        assert (old[0].limit_high, new[0].limit_high) == (27_000, 28_000)
        assert (len(old), len(new)) == (4, 3)
        assert queries.sheet(read, task).version == 1
        (found,) = templates(read)
        assert (found.version, found.items, found.minutes, found.rounds) == (2, 3, 30, 0)


def test_wrong_limits_and_missing_rights_are_refused(room):
    with pytest.raises(Refused):
        change_template(room.desk, room.template, {}, [{"id": room.items["temp"], "limit_low": 30_000}])
    with pytest.raises(Denied):
        change_template(room.person("technician"), room.template, {"name": "x"})
