"""The sample's faults and work orders in the states of their lives, each step by the person whose step it is."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from app.generic import create
from app.sample.people import desk_of, desk_of_staff
from app.sample.site import Event, Site, rows_of, sample_id
from app.values import parse_quantity
from app.work import actions

_SUPERVISORS = {"DC1": "super", "MT1": "mt-super", "BD1": "bd-super"}
_HOUR = 3_600_000
#: The states that an order passes on its way.
_WAYS: dict[str, tuple[str, ...]] = {
    "planned": (),
    "assigned": ("assign",),
    "in_progress": ("assign", "start"),
    "on_hold": ("assign", "start", "hold"),
    "done": ("assign", "start", "finish"),
    "verified": ("assign", "start", "finish", "verify"),
    "closed": ("assign", "start", "finish", "verify", "close"),
}


def work_events(site: Site) -> Iterator[Event]:
    """All orders, step by step."""
    for order in rows_of("work_orders"):
        begun = site.instant(int(order["days_ago"]), order["time"])
        yield begun, partial(_raise, site, order, begun)
        steps = _WAYS[order["state"]]
        room = min(site.now, begun + 72 * _HOUR) - begun
        for count, name in enumerate(steps, 1):
            at = begun + room * count // (len(steps) + 1)
            yield at, partial(_STEPS[name], site, order, at)


def _ids(order: dict[str, str]) -> tuple[bytes, bytes]:
    return sample_id("fault", order["key"]), sample_id("work_order", order["key"])


def _raise(site: Site, order: dict[str, str], at: int) -> None:
    """The fault, if it is one, and its order."""
    fault, row = _ids(order)
    desk, faulty = desk_of_staff(site, order["assignee_staff_no"]), bool(order["severity"])
    place = {
        "site_id": sample_id("site", order["site_code"]),
        "equipment_id": sample_id("equipment", order["equipment_code"]),
    }
    with desk.read() as read:
        machine = read.get("equipment", place["equipment_id"]) or {}
    place["location_id"] = machine["location_id"]
    if faulty:
        site.desk().perform(
            create(
                "fault", fault, code=desk.number("FT"), fault_class="system", severity=int(order["severity"]), symptom=order["title_zh"],
                occurred_at=at, occurred_estimated=1, discovered_at=at, reported_at=at, status="reported", **place,
            )
        )  # fmt: skip
    days = int(order["end_in_days"])
    site.desk().perform(
        create(
            "work_order", row, code=desk.number("WO"), kind=order["kind"], title=order["title_zh"], priority=order["priority"],
            fault_id=fault if faulty else None, planned_end=site.instant(-days, order["end_time"]), status="planned", **place,
        )
    )  # fmt: skip


def _assign(site: Site, order: dict[str, str], at: int) -> None:
    fault, row = _ids(order)
    desk = desk_of(site, _SUPERVISORS[order["site_code"]])
    planned_end = max(site.instant(-int(order["end_in_days"]), order["end_time"]), at + 2 * _HOUR)
    actions.assign(desk, row, sample_id("staff", order["assignee_staff_no"]), planned_end=planned_end)
    if order["severity"]:
        actions.move_fault(desk, fault, "analysing")


def _start(site: Site, order: dict[str, str], _at: int) -> None:
    fault, row = _ids(order)
    desk = desk_of_staff(site, order["assignee_staff_no"])
    actions.start(desk, row)
    if order["severity"]:
        actions.move_fault(desk, fault, "handling", failure_cause=order["cause_zh"])


def _hold(site: Site, order: dict[str, str], _at: int) -> None:
    actions.hold(desk_of_staff(site, order["assignee_staff_no"]), _ids(order)[1], "parts")


def _finish(site: Site, order: dict[str, str], _at: int) -> None:
    actions.finish(
        desk_of_staff(site, order["assignee_staff_no"]),
        _ids(order)[1],
        order["done_zh"],
        parse_quantity(order["hours"]),
    )


def _verify(site: Site, order: dict[str, str], at: int) -> None:
    fault, row = _ids(order)
    desk = desk_of(site, _SUPERVISORS[order["site_code"]])
    actions.verify(desk, row, passed=True)
    if order["severity"]:
        actions.move_fault(desk, fault, "verified", solution=order["done_zh"], restored_at=at)


def _close(site: Site, order: dict[str, str], _at: int) -> None:
    fault, row = _ids(order)
    desk = desk_of(site, _SUPERVISORS[order["site_code"]])
    actions.close(desk, row, order["summary_zh"])
    if order["severity"]:
        actions.move_fault(desk, fault, "archived", informed_party=order["site_code"])


_STEPS: dict[str, Callable[[Site, dict[str, str], int], Any]] = {
    "assign": _assign,
    "start": _start,
    "hold": _hold,
    "finish": _finish,
    "verify": _verify,
    "close": _close,
}
