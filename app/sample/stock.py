"""The sample's stock history: issues and receipts of the last months that lead from the opening balance to today's."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from app.generic import create
from app.inventory.ops import MoveStock
from app.sample.people import desk_of
from app.sample.site import FOUNDED, Event, Site, rows_of, sample_id
from app.values import parse_date, parse_price, parse_quantity, show_quantity

_SEED = 20261122
#: So many parts have moved.
_MOVED = 44
_KEEPERS = {"DC1": "store", "MT1": "mt-store", "BD1": "bd-store"}


@dataclass(frozen=True)
class Move:
    """A movement of the history, quantities in thousandths."""

    days_ago: int
    time: str
    part: str
    type: str
    qty: int
    equipment: str = ""
    order: str = ""

    @property
    def change(self) -> int:
        return self.qty if self.type == "receipt" else -self.qty


def history() -> list[Move]:
    """All movements since the opening balances, alike at every loading."""
    moves = [
        Move(
            int(o["days_ago"]) - 1,
            "14:20",
            o["part_no"],
            "issue",
            parse_quantity(o["qty"]),
            o["equipment_code"],
            o["key"],
        )
        for o in rows_of("work_orders")
        if o["part_no"]
    ]
    dice = random.Random(_SEED)  # noqa: S311 - the same history for everybody, no secret
    parts = [p for p in rows_of("parts") if p["status"] == "active" and _machines(p)]
    for part in sorted(dice.sample(parts, _MOVED), key=lambda p: p["part_no"]):
        moves += _moves_of(part, dice)
    return moves


def _machines(part: dict[str, str]) -> list[str]:
    """The machines at the part's site that it fits."""
    classes = set(part["applicable_class_codes"].split(";"))
    return [
        e["equipment_code"]
        for e in rows_of("equipment")
        if e["site_code"] == part["site_code"]
        and e["class_code"] in classes
        and e["status"] not in ("retired", "to_install")
    ]


def _moves_of(part: dict[str, str], dice: random.Random) -> Iterator[Move]:
    machines, stock = _machines(part), parse_quantity(part["stock_qty"])
    monthly = max(1, round(parse_quantity(part["annual_usage_qty"]) / 12_000)) * 1000
    each = min(monthly, stock) or monthly
    first = dice.randint(50, FOUNDED - 5)
    yield Move(
        first,
        f"{dice.randint(8, 17):02d}:{dice.randint(0, 59):02d}",
        part["part_no"],
        "issue",
        each,
        dice.choice(machines),
    )
    full = stock + each > parse_quantity(part["max_stock"])
    if stock and (full or dice.random() < 0.35):
        # What was delivered lies there still: the balance never falls below zero, nor was it ever above its maximum.
        yield Move(dice.randint(20, first - 10), "10:10", part["part_no"], "receipt", each)


def net(moves: Iterable[Move]) -> dict[str, int]:
    """What the history changes each balance by."""
    changes: dict[str, int] = {}
    for move in moves:
        changes[move.part] = changes.get(move.part, 0) + move.change
    return changes


def opening_quantities(stock: Mapping[str, str], history: Mapping[str, int]) -> dict[str, str]:
    """Today's balance less the history: what lay there at the beginning."""
    return {
        part: show_quantity(parse_quantity(today) - history.get(part, 0)) for part, today in stock.items()
    }


def stock_events(site: Site, moves: list[Move]) -> Iterator[Event]:
    """The movements as they happen."""
    parts = {p["part_no"]: p for p in rows_of("parts")}
    for move in moves:
        at = min(site.instant(move.days_ago, move.time), site.now)
        yield at, partial(_book, site, move, parts[move.part], at)


def _book(site: Site, move: Move, part: dict[str, str], at: int) -> None:
    desk = desk_of(site, _KEEPERS[part["site_code"]])
    desk.perform(
        MoveStock(
            number=desk.number("SM"), type=move.type, part=sample_id("part", move.part), site=sample_id("site", part["site_code"]),
            bin=sample_id("location", part["bin_location_code"]), qty=move.qty, happened_at=at,
            unit_price=parse_price(part["unit_price_cny"]),
            equipment=sample_id("equipment", move.equipment) if move.equipment else None,
            work_order=sample_id("work_order", move.order) if move.order else None,
        )
    )  # fmt: skip


def reserve_and_order(site: Site) -> None:
    """What is kept for a work order, and what is on its way."""
    from datetime import date, timedelta

    site.go(16, "10:30")
    desk = desk_of(site, "super")
    day = date.fromisoformat(site.today)
    ops = []
    for part in rows_of("parts"):
        key, where, row_id = (
            part["part_no"],
            sample_id("site", part["site_code"]),
            sample_id("part", part["part_no"]),
        )
        if quantity := parse_quantity(part["reserved_qty"]):
            ops.append(
                create(
                    "reservation", sample_id("reservation", key), part_id=row_id, site_id=where, qty=quantity
                )
            )
        if quantity := parse_quantity(part["on_order_qty"]):
            order, due = (
                sample_id("purchase_order", key),
                (day + timedelta(days=int(part["lead_time_days"]) - 10)).isoformat(),
            )
            ops.append(
                create(
                    "purchase_order", order, code=desk.number("PO"), site_id=where, supplier_id=sample_id("supplier", part["supplier_code"]),
                    status="ordered", ordered_on=parse_date((day - timedelta(days=16)).isoformat()), due_on=due,
                )
            )  # fmt: skip
            ops.append(
                create(
                    "purchase_line", sample_id("purchase_line", key), order_id=order, site_id=where, part_id=row_id, qty=quantity,
                    unit_price=parse_price(part["unit_price_cny"]), due_on=due,
                )
            )  # fmt: skip
    desk.perform(*ops)
