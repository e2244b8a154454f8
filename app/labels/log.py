"""The log of printed labels (打印记录): what was printed, when, by whom; and the same once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.desk import Desk
from app.labels.jobs import RecordLabel, labels_of
from app.labels.payload import Kind

MOST = 500
_TABLES = {
    Kind.EQ: "equipment",
    Kind.PT: "part",
    Kind.LC: "location",
    Kind.BN: "location",
    Kind.WO: "work_order",
}


@dataclass(frozen=True)
class Print:
    """One action that printed labels: when, who, its records by table, copies, layout, and the codes for the eye."""

    action: bytes
    at: int
    by: str
    copies: int
    layout: str
    records: tuple[tuple[str, bytes], ...]
    codes: tuple[str, ...]


def prints(desk: Desk, limit: int = MOST) -> list[Print]:
    """The newest prints of the site file, newest first; each printing is one line however many labels it had."""
    with desk.read() as read:
        rows = read.rows(
            "SELECT a.action_id, q.printed_at, coalesce(s.name, u.username, ''), q.copies, coalesce(q.layout, ''), q.type, "
            "q.target_id, coalesce(e.code, p.part_no, l.code, w.code, '') FROM qr_label q "
            "JOIN audit a ON a.tbl = 'qr_label' AND a.row_id = q.id AND a.verb = 'insert' "
            "LEFT JOIN user_account u ON u.id = q.printed_by LEFT JOIN staff s ON s.id = u.staff_id LEFT JOIN equipment e ON e.id = q.target_id "
            "LEFT JOIN part p ON p.id = q.target_id LEFT JOIN location l ON l.id = q.target_id "
            "LEFT JOIN work_order w ON w.id = q.target_id "
            "WHERE q.deleted = 0 ORDER BY q.printed_at DESC, q.n LIMIT ?",
            limit * 20,
        )
    found: dict[bytes, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return [_print(lines) for lines in list(found.values())[:limit]]


def _print(lines: Sequence[tuple[Any, ...]]) -> Print:
    action, at, by, copies, layout = lines[0][:5]
    known = [(_TABLES[Kind(kind)], record, code) for *_, kind, record, code in lines if Kind(kind) in _TABLES]
    records = tuple((table, record) for table, record, _code in known)
    return Print(action, at, by, copies, layout, records, tuple(code for *_, code in known))


def again(desk: Desk, printed: Print) -> list[RecordLabel]:
    """The labels of an earlier print as their records are now; what was deleted since has none."""
    labels: list[RecordLabel] = []
    for table in dict.fromkeys(table for table, _ in printed.records):
        ids = [record for name, record in printed.records if name == table]
        labels += labels_of(desk, table, ids=ids)
    return labels
