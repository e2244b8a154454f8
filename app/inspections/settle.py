"""What derives from rounds: those that are due and not begun, and the alerts that failing answers raise."""

from collections import defaultdict
from typing import Any

from app.changes import ALERTS, ROUNDS
from app.fields import to_json
from app.inspections.planned import AHEAD_MS, UNKNOWN_MS, planned
from app.inspections.rules import LEVELS
from app.settle import settles
from app.tx import Derive
from db.ids import made_id

RULE = "inspection.limit"
_PLANNING = {"inspection_plan", "inspection_template", "meter_reading"}
_COLUMNS = "id, plan_id, template_id, site_id, due_from, due_to, last_day"


def _kept_ms(derive: Derive) -> int:
    """With a hub a round whose time has passed stays in the list, as not known here, until the hub has concluded."""
    return UNKNOWN_MS if derive.value("SELECT 1 FROM meta WHERE key = 'hub_id'") else 0


@settles("due rounds", {*_PLANNING, "inspection_task"}, ROUNDS, order=40, timed=True)
def due_rounds(derive: Derive) -> bool:
    """Keep the rounds that are due now or in the next days, without those that somebody has begun."""
    if derive.touched and not _PLANNING & derive.touched.keys():
        begun = "id IN (SELECT id FROM temp.touched WHERE tbl = 'inspection_task')"
        return derive.run(f"DELETE FROM due_round WHERE {begun}") > 0
    wanted, ahead = {}, set()
    for found in planned(derive, derive.now - _kept_ms(derive), derive.now + AHEAD_MS):
        round_ = found.round
        if found.window.due_from > derive.now:
            # Of what is to come the next one is enough, and tomorrow's daily round is no news.
            if found.cycle == "daily" or round_.plan_id in ahead:
                continue
            ahead.add(round_.plan_id)
        wanted[round_.id] = (
            round_.id, round_.plan_id, round_.template_id, round_.site_id,
            round_.due_from, round_.due_to, found.window.last,
        )  # fmt: skip
    if wanted:
        marks = ", ".join("?" * len(wanted))
        for (begun_id,) in derive.rows(f"SELECT id FROM inspection_task WHERE id IN ({marks})", *wanted):
            del wanted[begun_id]
    now = {row[0]: row for row in derive.rows(f"SELECT {_COLUMNS} FROM due_round")}
    gone = [(row_id,) for row_id, row in now.items() if wanted.get(row_id) != row]
    new = [row for row_id, row in wanted.items() if now.get(row_id) != row]
    derive.run_many("DELETE FROM due_round WHERE id = ?", gone)
    derive.run_many(f"INSERT INTO due_round ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", new)
    return bool(gone or new)


_ANSWERS = """
SELECT r.task_id, r.item_id, r.site_id, r.state, r.measured_at, r.value_num, r.value_text, r.unit, r.limit_low,
       r.limit_high, r.remark, coalesce(r.equipment_id, i.equipment_id), coalesce(i.location_id, t.location_id), i.on_fail,
       i.name, i.name_en
FROM (SELECT DISTINCT a.task_id, a.item_id FROM temp.touched x JOIN inspection_result a ON a.id = x.id
      WHERE x.tbl = 'inspection_result') p
JOIN inspection_item i ON i.id = p.item_id AND i.on_fail IN ('alert_1', 'alert_2', 'alert_3')
JOIN inspection_result r ON r.task_id = p.task_id AND r.item_id = p.item_id AND r.deleted = 0
LEFT JOIN inspection_task t ON t.id = r.task_id
ORDER BY r.measured_at, r.id
"""


@settles(RULE, {"inspection_result"}, ALERTS, order=50)
def limit_alerts(derive: Derive) -> bool:
    """A failing answer raises the alert of its item; a later good one withdraws it, and both stay to be seen."""
    answers = defaultdict(list)
    for row in derive.rows(_ANSWERS):
        answers[row[0], row[1]].append(row)
    changed = False
    for (task_id, item_id), rows in answers.items():
        failing = [row for row in rows if row[3] == "fail"]
        if failing:
            changed |= _put(derive, (task_id, item_id), failing[-1], _begun(rows), rows[-1])
    return changed


def _begun(rows: list[Any]) -> int:
    """When the item began to fail the last time: one that fails again asks again."""
    begun, failed = 0, False
    for row in rows:
        if row[3] == "fail" and not failed:
            begun = row[4]
        failed = row[3] == "fail"
    return begun


def _put(derive: Derive, of: tuple[bytes, bytes], raised: Any, begun: int, latest: Any) -> bool:
    task_id, alert_id = of[0], made_id(RULE, *of)
    open_now = latest[3] == "fail"
    row = (
        alert_id, RULE, raised[2], LEVELS[raised[13]], "inspection_task", task_id, _facts(raised), begun,
        None if open_now else latest[4], "open" if open_now else "withdrawn",
    )  # fmt: skip
    changed = derive.run(
        "INSERT INTO alert (id, rule, site_id, level, subject_table, subject_id, facts, raised_at, cleared_at, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, level = excluded.level, "
        "raised_at = excluded.raised_at, cleared_at = excluded.cleared_at, "
        # Whoever has taken the alert up keeps it until the answer itself is taken back.
        "state = CASE WHEN excluded.state = 'withdrawn' OR alert.state = 'withdrawn' THEN excluded.state ELSE alert.state END",
        *row,
    )
    return changed > 0


def _facts(row: Any) -> str:
    names = [
        "task",
        "item",
        "value_num",
        "value_text",
        "unit",
        "low",
        "high",
        "remark",
        "equipment",
        "location",
        "name",
        "name_en",
        "measured_at",
    ]
    values = (
        row[0], row[1], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[14], row[15], row[4],
    )  # fmt: skip
    facts = dict(zip(names, values, strict=True))
    return to_json({k: v.hex() if isinstance(v, bytes) else v for k, v in facts.items() if v is not None})
