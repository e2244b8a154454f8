"""Templates (巡检模板): a published version is frozen; to change it is to make the next one (R-4.2-a)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access import Actor, Permission
from app.changes import ROUNDS, Done
from app.desk import Desk
from app.errors import AppError, Objection
from app.fields import check_row, clean_row, fields_of
from app.generic import NewRow, patch
from app.inspections.rules import spoken
from app.ops import Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_
from db.ids import new_id

TEMPLATE, ITEM = "inspection_template", "inspection_item"


@operation("inspection.version", Permission.PLAN_ROUNDS, {"inspections", ROUNDS})
class NewVersion(Op, frozen=True):
    """The next version of a template with all of its items; the one before is withdrawn, its rounds keep it."""

    before: bytes
    template: NewRow
    items: tuple[NewRow, ...]

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        yield from check_row(TEMPLATE, self.template.values, complete=True)
        for row in self.items:
            yield from check_row(ITEM, row.values, complete=True)
            low, high = row.values.get("limit_low"), row.values.get("limit_high")
            if low is not None and high is not None and low > high:
                text = N_("{item}: the lower limit lies above the upper one.")
                yield Objection("limits", text, {"item": row.values.get("name", "")}, field="limit_low")

    def apply(self, tx: Tx) -> None:
        for table, row in ((TEMPLATE, self.template), *((ITEM, row) for row in self.items)):
            values = clean_row(table, row.values)
            if not tx.has(table, row.id):
                tx.insert(table, row.id, values)
        if tx.has(TEMPLATE, self.before):
            tx.update(TEMPLATE, self.before, {"status": "retired"})

    def subject(self) -> Subject:
        return TEMPLATE, self.template.id


@dataclass(frozen=True)
class TemplateLine:
    """A template in the list: its newest version."""

    n: int
    id: bytes
    code: str
    name: str
    version: int
    kind: str
    cycle: str
    status: str
    minutes: int | None
    items: int
    rounds: int


def templates(read: Reader) -> list[TemplateLine]:
    """The templates, each by its newest version."""
    rows = read.rows(
        """SELECT t.n, t.id, t.code, t.name, t.name_en, t.version, t.kind, t.cycle, t.status, t.standard_minutes,
        (SELECT count(*) FROM inspection_item i WHERE i.template_id = t.id AND i.deleted = 0),
        (SELECT count(*) FROM inspection_task k WHERE k.template_id = t.id AND k.deleted = 0)
        FROM inspection_template t WHERE t.deleted = 0 AND NOT EXISTS (
            SELECT 1 FROM inspection_template x WHERE x.code = t.code AND x.version > t.version AND x.deleted = 0)
        ORDER BY t.n"""
    )
    return [
        TemplateLine(n, row_id, code, spoken(name, name_en), *rest)
        for n, row_id, code, name, name_en, *rest in rows
    ]


def change_template(
    desk: Desk,
    template_id: bytes,
    changes: Mapping[str, Any] | None = None,
    items: Sequence[Mapping[str, Any]] = (),
) -> tuple[bytes, Done]:
    """Change a template: a draft itself, a published one by its version n + 1. Returns the id of the changed version.

    `items` are changed fields with the item's `id`; one with `drop` is left out, one without an id is new.
    """
    with desk.read() as read:
        old = read.get(TEMPLATE, template_id)
        if old is None:
            raise AppError(N_("This template is no longer there. Go back to the list."))
        newest = read.value(
            "SELECT max(version) FROM inspection_template WHERE code = ? AND deleted = 0", old["code"]
        )
        ids = read.rows(
            "SELECT id FROM inspection_item WHERE template_id = ? AND deleted = 0 ORDER BY seq, n",
            template_id,
        )
        rows = [row for (item_id,) in ids if (row := read.get(ITEM, item_id))]
    if old["status"] == "draft":
        return template_id, _change_draft(desk, old, rows, changes or {}, items)
    head = _declared(TEMPLATE, old) | {
        "version": newest + 1,
        "effective_from": desk.today(),
        "status": "published",
    }
    made = NewRow(new_id(), _filled(head | dict(changes or {})))
    done = desk.perform(NewVersion(old["id"], made, tuple(_next_items(made.id, rows, items))))
    return made.id, done


def _next_items(
    template: bytes, rows: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]
) -> Iterator[NewRow]:
    """The items of the next version. They keep their codes, by which their history goes on."""
    by_id = {change["id"]: change for change in changes if change.get("id")}
    for row in rows:
        change = by_id.get(row["id"], {})
        if not change.get("drop"):
            now = _declared(ITEM, row) | _declared(ITEM, change) | {"template_id": template}
            yield NewRow(new_id(), _filled(now))
    for change in changes:
        if not change.get("id"):
            yield NewRow(new_id(), _filled(_declared(ITEM, change) | {"template_id": template}))


def _declared(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in fields_of(table) if name in row}


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _change_draft(
    desk: Desk,
    old: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
) -> Done:
    by_id = {row["id"]: row for row in rows}
    ops: list[Op | None] = [patch(TEMPLATE, old, **changes)]
    ops += [patch(ITEM, by_id[c["id"]], **_declared(ITEM, c)) for c in items if c.get("id") in by_id]
    return desk.perform(*ops)
