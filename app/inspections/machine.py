"""The life of a round (巡检任务, SM-07)."""

from app.access import Permission
from app.words import N_
from app.workflow import Machine, Step, declare

ROUNDS = declare(
    Machine(
        "SM-07",
        "inspection_task",
        (
            Step("scheduled", "in_progress", N_("Start"), Permission.DO_ROUNDS),
            Step("scheduled", "missed", N_("Missed"), Permission.DO_ROUNDS),
            Step(
                "scheduled", "cancelled", N_("Cancel round"), Permission.PLAN_ROUNDS, remark=True, grave=True
            ),
            Step("in_progress", "submitted", N_("Submit"), Permission.DO_ROUNDS),
            Step(
                "in_progress",
                "cancelled",
                N_("Cancel round"),
                Permission.PLAN_ROUNDS,
                remark=True,
                grave=True,
            ),
            Step("submitted", "reviewed", N_("Approve"), Permission.REVIEW_ROUNDS),
            Step("submitted", "returned", N_("Return"), Permission.REVIEW_ROUNDS, remark=True),
            Step("returned", "in_progress", N_("Correct"), Permission.DO_ROUNDS),
            Step("missed", "in_progress", N_("Do it late"), Permission.DO_ROUNDS, ("late_reason",)),
        ),
        line=("scheduled", "in_progress", "submitted", "reviewed"),
    )
)
#: States in which somebody still has to do something at the place.
OPEN = ("scheduled", "in_progress", "returned")
