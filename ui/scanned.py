"""Where a scan leads that no page took: to its record, to the scan station, or to the question what it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.access import Permission
from app.errors import AppError
from app.finder import TABLES
from app.inspections.scan import task_for_scan
from app.inventory.scans import resolve_scan
from app.labels.bindings import may_bind
from app.labels.payload import Kind, read_scan
from app.words import _

if TYPE_CHECKING:
    from ui.pages import Links


def route(links: Links, code: str) -> bool:
    """Follow a scan; whether it led somewhere: a round at a place first, an action to the station."""
    payload, desk = read_scan(code).payload, links.desk
    if payload and payload.kind is Kind.AC and desk.may(Permission.TAKE_PARTS):
        links.station(code)
        return True
    if payload is None or payload.kind in {Kind.BL, Kind.ST}:
        return _foreign(links, code)
    if payload.kind in {Kind.LC, Kind.EQ} and desk.may(Permission.DO_ROUNDS):
        links.scan_round(code)
        return True
    if TABLES.get(payload.kind, "") == "part" and (page := links.open("spares")) is not None:
        return bool(page.on_scan(code))  # type: ignore[attr-defined]  # the area of the store
    return False


def _foreign(links: Links, code: str) -> bool:
    """A maker's, foreign or blank code: to its record, or to the question what it belongs to."""
    found = resolve_scan(links.desk, code)
    table = "location" if found.kind in {"bin", "place"} else found.kind
    if (
        found.kind in {"place", "equipment"}
        and links.desk.may(Permission.DO_ROUNDS)
        and _round_due(links, code)
    ):
        links.scan_round(code)
        return True
    if links.has_home(table):
        links.open_record(table, found.id)
        return True
    if found.foreign and may_bind(links.desk):
        bind(links, found.foreign)
        return True
    return False


def _round_due(links: Links, code: str) -> bool:
    """Whether the bound label of a place or machine opens a round now; else it leads to the record."""
    try:
        return task_for_scan(links.desk, code) is not None
    except AppError:
        return False


def bind(links: Links, code: str) -> None:
    """An unknown code: what does it belong to?"""
    from ui.inventory.bind import BindDialog

    dialog = BindDialog(links.above(), links.desk, links.tasks, code, wedge=links.wedge)
    dialog.bound.connect(
        lambda words: links.say(_("From now on the code finds {record}.").format(record=words))
    )
    dialog.open()


def print_sheet(links: Links, name: str) -> None:
    """A sheet of codes on paper: actions, blank labels, the test of a scanner."""
    from ui.inventory.code_sheets import CodeSheetDialog

    dialog = CodeSheetDialog(links.above(), links.desk, links.tasks, name)
    dialog.said.connect(links.say)
    dialog.open()
