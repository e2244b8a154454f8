"""The part in a storekeeper's hand: what the scan station shows of one, by indexed look-ups alone."""

from dataclasses import dataclass

from app.inventory.parts import STATES
from app.names import named
from app.tx import Reader


@dataclass(frozen=True)
class HandPart:
    """A part with its figures over the sites in view (thousandths) and the bin where it usually lies."""

    id: bytes
    part_no: str
    name: str
    unit: str
    on_hand: int
    state: str
    bin: str


def part_in_hand(read: Reader, part: bytes, site: bytes | None) -> HandPart | None:
    """One part; None where it is not in the register."""
    here, at = ("", ()) if site is None else (" AND +x.site_id = ?", (site,))
    stock = f"FROM part_stock x WHERE x.part_id = p.id{here}"
    policy = f"FROM stock_policy x JOIN location l ON l.id = x.bin_id WHERE x.part_id = p.id AND x.deleted = 0{here}"
    level = f"FROM stock_level x JOIN location l ON l.id = x.bin_id WHERE x.part_id = p.id AND x.on_hand <> 0{here}"
    sql = (
        f"SELECT p.part_no, {named('p')}, p.unit, (SELECT sum(x.on_hand) {stock}), (SELECT group_concat(x.state) {stock}), "
        f"coalesce((SELECT l.code {policy} ORDER BY x.n LIMIT 1), (SELECT l.code {level} ORDER BY x.n LIMIT 1), '') "
        "FROM part p WHERE p.id = ?"
    )
    row = read.row(sql, *at, *at, *at, *at, part)
    if row is None:
        return None
    part_no, name, unit, on_hand, states, place = row
    known = [state for state in (states or "").split(",") if state in STATES]
    state = min(known, key=STATES.index) if known else "ok"
    return HandPart(part, part_no, name, unit, on_hand or 0, state, place)
