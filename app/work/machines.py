"""The lives of work orders (工单, SM-02) and of faults (故障, SM-09)."""

from functools import partial

from app.access import Permission
from app.words import N_
from app.workflow import Machine, Step, declare, remarked

ORDERS = declare(
    Machine(
        "SM-02",
        "work_order",
        (
            Step(
                "planned",
                "assigned",
                N_("Assign"),
                Permission.PLAN_WORK,
                ("assignee_id", "scope", "planned_start", "planned_end"),
            ),
            # Whoever raised an order may take it back while nobody works on it (a corrected slip in a round).
            Step("planned", "cancelled", N_("Cancel order"), Permission.DO_WORK, remark=True, grave=True),
            Step("assigned", "in_progress", N_("Start"), Permission.DO_WORK),
            Step("assigned", "cancelled", N_("Cancel order"), Permission.DO_WORK, remark=True, grave=True),
            Step("in_progress", "done", N_("Finish"), Permission.DO_WORK, ("done_text", "hours")),
            Step("in_progress", "on_hold", N_("Put on hold"), Permission.DO_WORK, ("hold_reason",)),
            Step("on_hold", "in_progress", N_("Resume"), Permission.DO_WORK),
            Step("in_progress", "adjusting", N_("Adjust"), Permission.DO_WORK, ("adjustment",)),
            Step("adjusting", "in_progress", N_("Go on"), Permission.DO_WORK),
            Step("done", "verified", N_("Verify"), Permission.VERIFY_WORK),
            Step("done", "in_progress", N_("Check failed"), Permission.VERIFY_WORK, remark=True),
            Step("verified", "closed", N_("Close"), Permission.VERIFY_WORK, ("summary",)),
            Step("verified", "in_progress", N_("Check failed"), Permission.VERIFY_WORK, remark=True),
        ),
        line=("planned", "assigned", "in_progress", "done", "verified", "closed"),
        record=partial(remarked, "work_order"),
    )
)

FAULTS = declare(
    Machine(
        "SM-09",
        "fault",
        (
            Step(
                "discovered",
                "reported",
                N_("Submit report"),
                Permission.REPORT_FAULTS,
                ("fault_class", "severity"),
            ),
            Step(
                "discovered", "withdrawn", N_("Withdraw"), Permission.REPORT_FAULTS, remark=True, grave=True
            ),
            Step("reported", "analysing", N_("Analyse"), Permission.DO_WORK),
            Step("reported", "withdrawn", N_("Withdraw"), Permission.REPORT_FAULTS, remark=True, grave=True),
            Step("analysing", "handling", N_("Handle"), Permission.DO_WORK, ("failure_cause",)),
            Step("handling", "verified", N_("Verify"), Permission.VERIFY_WORK, ("solution", "restored_at")),
            Step("verified", "archived", N_("Archive"), Permission.VERIFY_WORK, ("informed_party",)),
            Step("verified", "handling", N_("Check failed"), Permission.VERIFY_WORK, remark=True),
        ),
        line=("discovered", "reported", "analysing", "handling", "verified", "archived"),
        record=partial(remarked, "fault"),
    )
)

#: States in which a record still asks for somebody.
OPEN_ORDERS = ("planned", "assigned", "in_progress", "on_hold", "adjusting", "done")
OPEN_FAULTS = ("discovered", "reported", "analysing", "handling")
