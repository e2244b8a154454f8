"""`sitewright stock low`: what needs buying or looking after."""

from typing import Any

from app.cli.commands import say, say_json
from app.cli.parser import OK
from app.desk import Desk
from app.inventory.figures import LowRow, low_stock
from app.signs import sign
from app.values import show_quantity
from app.words import _


def low(desk: Desk, *, as_json: bool) -> int:
    """The parts at or below their reorder point, worst first, with what is proposed to be bought."""
    with desk.read() as read:
        rows = low_stock(read, desk.site.id if desk.site else None)
    if as_json:
        say_json([_fields(row) for row in rows])
    else:
        for row in rows or ():
            say(f"{row.part_no:14} {sign(row.state).text:　<8} {_facts(row)}  {row.name}")
        say(_("{count} parts need attention, {bought} of them are proposed to be bought.").format(
            count=len(rows), bought=sum(row.proposal > 0 for row in rows)
        ))  # fmt: skip
    return OK


def _facts(row: LowRow) -> str:
    return _("available {available} {unit}, on order {on_order}, buy {proposal}").format(
        available=show_quantity(row.available),
        unit=row.unit,
        on_order=show_quantity(row.on_order),
        proposal=show_quantity(row.proposal),
    )


def _fields(row: LowRow) -> dict[str, Any]:
    return {
        "part_no": row.part_no,
        "name": row.name,
        "site": row.site,
        "state": row.state,
        "unit": row.unit,
        "on_hand": show_quantity(row.on_hand),
        "available": show_quantity(row.available),
        "on_order": show_quantity(row.on_order),
        "safety_stock": show_quantity(row.safety),
        "reorder_point": show_quantity(row.reorder),
        "proposal": show_quantity(row.proposal),
    }
