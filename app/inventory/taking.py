"""Parts taken without the storekeeper (待仓管确认), several parts on one slip (领用单), and paper slips typed in later (补录)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.inventory.checking import HOLDS, OTHERWISE, WAITS
from app.inventory.slips import Receiver, Slip, Taken, book_slip
from app.names import named, person
from app.tx import Reader

__all__ = ["Taken", "Withdrawal", "decided", "issue_slip", "waiting"]


@dataclass(frozen=True)
class Withdrawal:
    """What was taken without the storekeeper, and what became of it; quantities in thousandths."""

    movement_id: bytes
    number: str
    part_id: bytes
    part_no: str
    name: str
    unit: str
    bin: str
    qty: int
    happened_at: int
    what_for: str
    taken_by: str
    booked_by: str
    on_hand: int
    photo: bytes | None
    #: The decision that holds: its id, what it says, the right quantity, why, who and when.
    check_id: bytes | None = None
    decision: str = ""
    right_qty: int | None = None
    reason: str = ""
    decided_by: str = ""
    decided_at: int | None = None
    #: What somebody else said who did not know of it.
    other: str = ""
    other_qty: int | None = None
    other_by: str = ""
    #: It was taken back without a decision.
    gone: int = 0

    @property
    def state(self) -> str:
        """waiting, disputed, taken_back, confirmed, corrected or refused."""
        if self.other:
            return "disputed"
        if self.decision in {"", "open"}:
            return "taken_back" if self.gone else "waiting"
        return self.decision


def issue_slip(
    desk: Desk,
    lines: Sequence[Taken],
    *,
    work_order: bytes | None = None,
    equipment: bytes | None = None,
    taken_by: bytes | None = None,
    taken_how: str = "named",
    reason: str = "",
    happened_at: int | None = None,
    paper: str | None = None,
    anyway: str = "",
) -> tuple[Done, str]:
    """Parts leave the store on one slip; with it the slip's number.

    `paper` is the number of a slip that was written by hand and is typed in now, at `happened_at` its true time. Who may take
    parts but not keep the store takes them himself: that counts at once and waits for the storekeeper.
    """
    slip = Slip(
        lines, work_order=work_order, equipment=equipment, receiver=Receiver(taken_by, taken_how), reason=reason,
        happened_at=happened_at, paper=paper,
    )  # fmt: skip
    return book_slip(desk, slip, anyway)


_COLUMNS = f"""m.id, m.movement_no, m.part_id, p.part_no, {{name}}, p.unit, coalesce(l.code, ''), m.qty, m.happened_at,
  coalesce((SELECT code FROM work_order WHERE id = m.work_order_id), (SELECT code FROM equipment WHERE id = m.equipment_id),
    m.reason, ''),
  coalesce((SELECT {{taker}} FROM staff t WHERE t.id = m.taken_by_id), ''), coalesce({{booker}}, ''),
  coalesce((SELECT sum(on_hand) FROM stock_level v WHERE v.part_id = m.part_id AND v.bin_id = m.bin_id), 0),
  (SELECT thumbnail FROM attachment a WHERE a.owner_table = 'stock_movement' AND a.owner_id = m.id AND a.kind = 'photo'
    AND a.deleted = 0 ORDER BY a.n LIMIT 1),
  c.id, coalesce(c.decision, ''), c.qty, coalesce(c.reason, ''), coalesce({{decider}}, ''), c.at,
  coalesce(x.decision, ''), x.qty, coalesce({{other}}, ''),
  EXISTS (SELECT 1 FROM stock_movement r WHERE r.reversal_of_id = coalesce(c.booked_id, m.id))
FROM stock_movement m JOIN part p ON p.id = m.part_id LEFT JOIN location l ON l.id = m.bin_id
LEFT JOIN movement_check c ON c.movement_id = m.id AND {HOLDS}
LEFT JOIN movement_check x ON {OTHERWISE}
WHERE """


def _withdrawals(read: Reader, more: str, *params: object) -> list[Withdrawal]:
    columns = _COLUMNS.format(
        name=named("p"),
        taker=named("t"),
        booker=person("m.by_id"),
        decider=person("c.by_id"),
        other=person("x.by_id"),
    )
    rows = read.as_(Withdrawal, f"SELECT {columns}{more}", *params)
    return list({row.movement_id: row for row in reversed(rows)}.values())[::-1]


def waiting(read: Reader, site: bytes | None, limit: int = 200) -> list[Withdrawal]:
    """The withdrawals that wait for the storekeeper, the oldest first; those that two people decided differently, too."""
    here, params = (" AND m.site_id = ?", [site]) if site else ("", [])
    return _withdrawals(read, f"{WAITS}{here} ORDER BY m.happened_at, m.n LIMIT ?", *params, limit)


def decided(read: Reader, site: bytes | None, desk: Desk, limit: int = 100) -> list[Withdrawal]:
    """What became of the last withdrawals, the newest first; who does not keep the store sees what he took himself."""
    terms, params = "m.entry = 'self' AND m.reversal_of_id IS NULL", list[object]()
    if site:
        terms, params = f"{terms} AND m.site_id = ?", [site]
    if not desk.may(Permission.MOVE_STOCK):
        terms += " AND (m.by_id = ? OR m.taken_by_id = ?)"
        params += [desk.actor.user_id, desk.actor.staff_id]
    return _withdrawals(read, f"{terms} ORDER BY m.happened_at DESC, m.n DESC LIMIT ?", *params, limit)


@dataclass(frozen=True)
class Word:
    """What somebody said of a withdrawal; `late`: he did not know what was said before."""

    decision: str
    qty: int | None
    reason: str
    by: str
    at: int
    late: int


def words_on(read: Reader, movement: bytes) -> list[Word]:
    """Everything that was said of a withdrawal, the newest first."""
    return read.as_(
        Word,
        f"SELECT c.decision, c.qty, coalesce(c.reason, ''), coalesce({person('c.by_id')}, ''), c.at, c.late "
        "FROM movement_check c WHERE c.movement_id = ? AND c.deleted = 0 ORDER BY c.at DESC, c.n DESC",
        movement,
    )
