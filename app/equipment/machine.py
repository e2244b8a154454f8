"""The life of a machine (设备, SM-06); every move is an entry of its history that cannot be edited."""

from collections.abc import Mapping
from typing import Any

from app.access import Permission
from app.tx import Tx
from app.words import N_
from app.workflow import Machine, Step, declare

WORKING = ("in_service", "standby", "degraded", "under_repair", "out_of_service")
#: What has not come yet, and what has gone.
BEFORE = ("planned", "ordered", "arrived", "to_install", "commissioning")
AFTER = ("retired", "disposed")


def write_event(tx: Tx, equipment: Mapping[str, Any], kind: str, **values: Any) -> None:
    """One entry in the history of a machine, in the name of the op's person."""
    known = {name: value for name, value in values.items() if value is not None}
    tx.insert(
        "equipment_event",
        tx.made(f"event:{equipment['id'].hex()}:{kind}"),
        {
            "equipment_id": equipment["id"],
            "site_id": equipment["site_id"],
            "event_type": kind,
            "at": tx.op.wall,
            "actor_id": tx.op.actor,
            **known,
        },
    )


def _record(tx: Tx, old: Mapping[str, Any], target: str, remark: str) -> None:
    write_event(tx, old, "state_change", from_state=old["status"], to_state=target, text=remark or None)


def _working_steps() -> tuple[Step, ...]:
    words = {
        "standby": N_("Put on standby"),
        "degraded": N_("Run degraded"),
        "under_repair": N_("Take into repair"),
        "out_of_service": N_("Take out of service"),
    }
    away = tuple(Step("in_service", state, word, Permission.USE_EQUIPMENT) for state, word in words.items())
    back = tuple(
        Step(state, "in_service", N_("Back in service"), Permission.USE_EQUIPMENT) for state in words
    )
    gone = tuple(
        Step(
            state,
            "retired",
            N_("Retire"),
            Permission.RETIRE_EQUIPMENT,
            ("retire_reason", "retire_decision"),
            grave=True,
        )
        for state in WORKING
    )
    return away + back + gone


LIFE = declare(
    Machine(
        "SM-06",
        "equipment",
        (
            Step(
                "planned",
                "ordered",
                N_("Place order"),
                Permission.EDIT_EQUIPMENT,
                ("supplier_id", "purchase_cost"),
            ),
            Step(
                "ordered",
                "arrived",
                N_("Accept delivery"),
                Permission.EDIT_EQUIPMENT,
                ("serial_no", "arrival_check"),
            ),
            Step("arrived", "to_install", N_("Release for installation"), Permission.EDIT_EQUIPMENT),
            Step(
                "arrived",
                "ordered",
                N_("Refuse delivery"),
                Permission.EDIT_EQUIPMENT,
                remark=True,
                grave=True,
            ),
            Step(
                "to_install",
                "commissioning",
                N_("Report installed"),
                Permission.USE_EQUIPMENT,
                ("install_date", "location_id"),
            ),
            # To accept an installation is to verify work: the supervisor's.
            Step(
                "commissioning",
                "in_service",
                N_("Put into service"),
                Permission.VERIFY_WORK,
                ("acceptance", "commission_date"),
            ),
            *_working_steps(),
            Step(
                "retired",
                "disposed",
                N_("Dispose of"),
                Permission.RETIRE_EQUIPMENT,
                ("disposal_way", "disposed_on"),
                grave=True,
            ),
        ),
        line=(*BEFORE, "in_service", *AFTER),
        record=_record,
    )
)
