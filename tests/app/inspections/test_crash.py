"""Kill the process in the middle of a round: every answer that was acknowledged is there when it is opened again."""

import subprocess
import sys
from pathlib import Path

from app.bootstrap import start
from app.clock import Clock
from app.inspections import actions, lists, queries

ROOT = Path(__file__).resolve().parents[3]
WORKER = """
import sys
from pathlib import Path
from app.bootstrap import start
from app.clock import Clock
from app.desk import Desk
from app.inspections import actions
profile = start(Path(sys.argv[1]), Clock.pinned(int(sys.argv[2])))
desk, task, item = Desk.of_administrator(profile), bytes.fromhex(sys.argv[3]), bytes.fromhex(sys.argv[4])
for value in range(20_000, 27_000):
    actions.answer_item(desk, task, item, value)
    print(value, flush=True)
"""


def test_acknowledged_answers_survive_a_kill(room):
    (line,) = lists.rounds_to_do(room.desk)
    task, profile = actions.start_round(room.desk, line.id), room.desk.profile
    profile.close()
    command = [
        sys.executable,
        "-c",
        WORKER,
        str(profile.folder),
        str(room.desk.now()),
        task.hex(),
        room.items["temp"].hex(),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        told = [int(worker.stdout.readline()) for _ in range(12)]
        worker.kill()
        told += [int(line) for line in worker.stdout.read().split()]
    again = start(profile.folder, Clock.pinned(room.desk.now()))
    with again.store.read() as read:
        kept = [value for (value,) in read.rows("SELECT value_num FROM inspection_result ORDER BY n")]
        answers = queries.latest_answers(read, task)
        assert read.value("PRAGMA integrity_check") == "ok"
    assert kept[: len(told)] == told
    assert len(kept) <= len(told) + 1
    assert len(answers) == 1
    again.close()
