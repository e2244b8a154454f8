"""Foreign and blank codes are bound to a record once and find it from then on; a binding travels like any other change."""

from app.access import Permission
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.generic import Retire, create
from app.labels.codes import OWN, TABLES, Named, named_by, stored
from app.labels.payload import Kind, encode, read_scan
from app.ops import Op
from app.tx import Reader
from app.words import N_
from db.ids import new_id

#: The series of pre-printed blank labels.
SERIES = "BL"
MOST_BLANKS = 1000


def bind_code(desk: Desk, code: str, table: str, record: bytes, *, instead: bool = False) -> Done | None:
    """From now on this code finds the record; None where it does already.

    `code` is what `Meaning.foreign` gave. A code that finds another record is bound anew only `instead` of that.
    Raises AppError for a code of another record, or a record that is gone.
    """
    if table not in TABLES or not code.strip():
        raise AppError(N_("This code cannot be bound. Scan it again."))
    scan = read_scan(code)
    with desk.read() as read:
        if (read.get(table, record) or {"deleted": 1})["deleted"]:
            raise AppError(N_("This record is not in the register any more. Look it up again."))
        bound = bindings_of(read, code)
        others = [row for row, there, target in bound if (there, target) != (table, record)]
        taken = [] if bound else [one for one in _named(read, code) if (one.table, one.id) != (table, record)]
    if any(one.how == OWN for one in taken):
        raise AppError(
            N_("{code} is the number of a record of this site. Scan that label, or rename the record."),
            code=code,
        )
    if scan.payload and not scan.ean and not taken:
        raise AppError(
            N_("{code} is a code of this system and means one thing for ever. Bind another code."), code=code
        )
    if (others or taken) and not instead:
        raise AppError(
            N_("{code} is bound to another record already. Bind it to this one instead?"), code=code
        )
    ops: list[Op | None] = [Retire("code_alias", tuple(others)) if others else None]
    if len(others) == len(bound):
        ops.append(create("code_alias", new_id(), code=stored(code), target_table=table, target_id=record))
    made = [op for op in ops if op is not None]
    return desk.perform(*made) if made else None


def _named(read: Reader, code: str) -> list[Named]:
    return named_by(read, read_scan(code))


def bindings_of(read: Reader, code: str) -> list[tuple[bytes, str, bytes]]:
    """The bindings of a code: their ids, tables and records."""
    return read.rows(
        "SELECT id, target_table, target_id FROM code_alias WHERE code = ? AND deleted = 0 ORDER BY n",
        stored(code),
    )


def codes_of(read: Reader, table: str, record: bytes) -> list[tuple[bytes, str]]:
    """The other codes that find a record, with the ids of their bindings: foreign and blank ones, numbers it once had."""
    return read.rows(
        "SELECT id, code FROM code_alias WHERE target_table = ? AND target_id = ? AND deleted = 0 ORDER BY n",
        table,
        record,
    )


def unbind_code(desk: Desk, binding: bytes) -> Done:
    """The code finds nothing any more; the history keeps it."""
    return desk.perform(Retire("code_alias", (binding,)))


def may_bind(desk: Desk) -> bool:
    """Whether the role allows to bind codes."""
    return desk.may(Permission.EDIT_PARTS)


def blanks(desk: Desk, count: int) -> list[tuple[str, str]]:
    """New blank codes: what is printed under the code, and its digits. No two laptops give the same."""
    if not 1 <= count <= MOST_BLANKS:
        raise AppError(N_("Print 1 to {limit} blank labels at once."), limit=MOST_BLANKS)
    numbers = [number.removeprefix(f"{SERIES}-") for number in desk.numbers(SERIES, count)]
    return [(number, encode(Kind.BL, number)) for number in numbers]
