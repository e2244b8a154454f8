"""A round as it is filled in and reviewed: its sheet, its answers, what is open, what an item was before."""

from dataclasses import dataclass
from typing import Any

from app.fields import from_json
from app.inspections.rules import FAIL, NA, Item, spoken, value_said
from app.inspections.settle import RULE
from app.tx import Reader
from app.words import _
from db.ids import made_id


@dataclass(frozen=True)
class Given:
    """The latest answer of an item."""

    id: bytes
    item_id: bytes
    value_num: int | None
    value_text: str | None
    state: str
    remark: str
    measured_at: int
    by: str


@dataclass(frozen=True)
class Past:
    """What an item was in an earlier round."""

    day_at: int
    value_num: int | None
    value_text: str | None
    state: str


@dataclass(frozen=True)
class OpenPoint:
    """Why a round cannot be submitted yet: an item, and the sentence."""

    item_id: bytes
    seq: int
    name: str
    why: str


@dataclass(frozen=True)
class SheetItem:
    """An item of a sheet with its place, its latest answer and its photos."""

    item: Item
    place: str
    equipment: str
    given: Given | None
    photos: int


@dataclass(frozen=True)
class Sheet:
    """A round: what it is, where it stands, and its items by place."""

    task_id: bytes
    code: str
    name: str
    template_code: str
    version: int
    status: str
    site_id: bytes
    place: str
    due_from: int
    due_to: int
    started_at: int | None
    submitted_at: int | None
    submitted_by: str
    people: str
    scanned_at: int | None
    scanned_label: str
    review_remark: str
    late_reason: str
    result: str
    manager: str
    safety_note: str
    items: tuple[SheetItem, ...]

    @property
    def done(self) -> int:
        """How many items are answered."""
        return sum(1 for found in self.items if found.given)

    @property
    def failed(self) -> int:
        return sum(1 for found in self.items if found.given and found.given.state == FAIL)


#: The plus keeps SQLite to the index of the round: that of the item holds its answers of all years.
_LATEST = """
SELECT r.id, r.item_id, r.value_num, r.value_text, r.state, coalesce(r.remark, ''), r.measured_at,
       coalesce(s.name, u.username, '')
FROM inspection_result r LEFT JOIN user_account u ON u.id = r.measured_by LEFT JOIN staff s ON s.id = u.staff_id
WHERE r.task_id = ?1 AND r.deleted = 0 AND NOT EXISTS (
    SELECT 1 FROM inspection_result x WHERE x.task_id = ?1 AND +x.item_id = r.item_id AND x.deleted = 0
    AND (x.measured_at, x.id) > (r.measured_at, r.id))
ORDER BY r.item_id
"""


def latest_answers(read: Reader, task_id: bytes) -> list[Given]:
    """The answer of each item that counts: the latest."""
    return read.as_(Given, _LATEST, task_id)


def items_of(read: Reader, template_id: bytes) -> list[Item]:
    """The items of a template in their order."""
    ids = read.rows(
        "SELECT id FROM inspection_item WHERE template_id = ? AND deleted = 0 ORDER BY seq, n", template_id
    )
    return [Item.of(row) for (item_id,) in ids if (row := read.get("inspection_item", item_id))]


def photo_hashes(read: Reader, task_id: bytes, item_id: bytes | None = None) -> list[bytes]:
    """The contents of the photos of a round, or of one of its items."""
    rows = read.rows(
        "SELECT sha256 FROM attachment WHERE owner_table = 'inspection_task' AND owner_id = ? AND deleted = 0 "
        "AND (? IS NULL OR item_id = ?) ORDER BY n",
        task_id, item_id, item_id,
    )  # fmt: skip
    return [sha for (sha,) in rows]


def _photo_counts(read: Reader, task_id: bytes) -> dict[bytes, int]:
    return dict(
        read.rows(
            "SELECT item_id, count(*) FROM attachment WHERE owner_table = 'inspection_task' AND owner_id = ? "
            "AND deleted = 0 GROUP BY item_id",
            task_id,
        )
    )


def task_of(read: Reader, task_id: bytes) -> dict[str, Any]:
    """The row of a round. Raises KeyError where it is not there."""
    row = read.get("inspection_task", task_id)
    if row is None:
        raise KeyError(task_id.hex())
    return row


def sheet(read: Reader, task_id: bytes) -> Sheet:
    """The sheet of a round: items by place, each with its latest answer."""
    task = task_of(read, task_id)
    template = read.get("inspection_template", task["template_id"]) or {}
    given = {found.item_id: found for found in latest_answers(read, task_id)}
    photos = _photo_counts(read, task_id)
    places, machines = _Places(read), only_equipment(read, task["equipment"])
    home = places.name(task["location_id"])
    items = items_of(read, task["template_id"])
    at = {item.id: places.of(item, machines) for item in items}
    # Where some items name their places, the others are of the whole site; else the sections of the template part them.
    whole = _("Whole site") if any(at.values()) else ""
    rows = [
        SheetItem(
            item,
            at[item.id] or whole or item.heading or home,
            places.code(item.equipment_id or machines),
            given.get(item.id),
            photos.get(item.id, 0),
        )
        for item in items
    ]
    return Sheet(
        task_id=task_id,
        code=task["code"],
        name=spoken(template.get("name"), template.get("name_en")),
        template_code=template.get("code", ""),
        version=template.get("version", 1),
        status=task["status"],
        site_id=task["site_id"],
        place=home or ", ".join(from_json(task["equipment"]) or []),
        due_from=task["due_from"],
        due_to=task["due_to"],
        started_at=task["started_at"],
        submitted_at=task["submitted_at"],
        submitted_by=person(read, task["submitted_by"]),
        people=", ".join(
            filter(None, (person(read, bytes.fromhex(p)) for p in from_json(task["executors"]) or []))
        ),
        scanned_at=task["scanned_at_place"],
        scanned_label=task["scanned_label"] or "",
        review_remark=task["review_remark"] or "",
        late_reason=task["late_reason"] or "",
        result=task["result"] or "",
        manager=manager_of(read, task["site_id"]),
        safety_note=template.get("safety_note") or "",
        items=tuple(_by_place(rows)),
    )


def _by_place(rows: list[SheetItem]) -> list[SheetItem]:
    """Items of one place stand together, places in the order in which the template first names them."""
    order = {place: number for number, place in enumerate(dict.fromkeys(row.place for row in rows))}
    return sorted(rows, key=lambda row: (order[row.place], row.item.seq))


class _Places:
    """Names of places and codes of machines, each read once."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._locations: dict[bytes, dict[str, Any]] = {}
        self._machines: dict[bytes, dict[str, Any]] = {}

    def name(self, location_id: bytes | None) -> str:
        row = self._row(self._locations, "location", location_id)
        return spoken(row.get("name"), row.get("name_en"))

    def code(self, equipment_id: bytes | None) -> str:
        return str(self._row(self._machines, "equipment", equipment_id).get("code", ""))

    def of(self, item: Item, machine: bytes | None) -> str:
        row = self._row(self._machines, "equipment", item.equipment_id)
        return self.name(item.location_id or row.get("location_id"))

    def _row(self, known: dict[bytes, dict[str, Any]], table: str, row_id: bytes | None) -> dict[str, Any]:
        if row_id is None:
            return {}
        if row_id not in known:
            known[row_id] = self._read.get(table, row_id) or {}
        return known[row_id]


def place_of(read: Reader, item: Item) -> str:
    """The name of the place of an item, its own or its machine's."""
    return _Places(read).of(item, None)


def person(read: Reader, user_id: bytes | None) -> str:
    """The name of the person of an account, in the language of the reader."""
    row = read.row(
        "SELECT s.name, s.name_en, u.username FROM user_account u LEFT JOIN staff s ON s.id = u.staff_id WHERE u.id = ?",
        user_id,
    )
    return (spoken(row[0], row[1]) or str(row[2])) if row else ""


def manager_of(read: Reader, site_id: bytes) -> str:
    """Who answers for a site."""
    row = read.row(
        "SELECT s.name, s.name_en FROM site t JOIN staff s ON s.id = t.manager_id WHERE t.id = ?", site_id
    )
    return spoken(row[0], row[1]) if row else ""


def only_equipment(read: Reader, codes: str | None) -> bytes | None:
    """The machine of a round that is about one alone."""
    listed = from_json(codes) or []
    return read.find("equipment", code=listed[0]) if len(listed) == 1 else None


def open_alert(read: Reader, task_id: bytes, item_id: bytes) -> bool:
    """Whether the alert of an item's answer stands."""
    alert = made_id(RULE, task_id, item_id)
    return read.value("SELECT 1 FROM alert WHERE id = ? AND state <> 'withdrawn'", alert) is not None


def open_points(read: Reader, task_id: bytes) -> list[OpenPoint]:
    """What keeps a round from being submitted, in the order of the sheet."""
    points = []
    for found in sheet(read, task_id).items:
        item, given = found.item, found.given
        if given is None:
            if item.required:
                points.append(OpenPoint(item.id, item.seq, item.text, _("No answer yet")))
        elif item.photo_required and given.state != NA and not found.photos:
            points.append(OpenPoint(item.id, item.seq, item.text, _("A photo is needed")))
    return points


def result_of(read: Reader, task_id: bytes) -> str:
    """Fail while an item fails, conditional when one failed at the last submission and is right now, else pass."""
    if any(found.state == FAIL for found in latest_answers(read, task_id)):
        return "fail"
    failed_before = task_of(read, task_id)["result"] in {"fail", "conditional"}
    return "conditional" if failed_before else "pass"


#: One version of an item at a time, so that its index gives the newest and the years before are not read.
_PAST = """
SELECT r.measured_at, r.value_num, r.value_text, r.state FROM inspection_result r JOIN inspection_task t ON t.id = r.task_id
WHERE r.item_id = ? AND +r.site_id = ? AND +r.task_id <> ? AND r.measured_at < ? AND t.location_id IS ? AND t.equipment IS ?
AND r.deleted = 0 AND NOT EXISTS (SELECT 1 FROM inspection_result x WHERE x.task_id = r.task_id AND +x.item_id = r.item_id
  AND (x.measured_at, x.id) > (r.measured_at, r.id))
ORDER BY r.measured_at DESC LIMIT ?
"""


def last_values(read: Reader, task_id: bytes, item: Item, count: int = 5) -> list[Past]:
    """What the item was in the last rounds before this one at this place, oldest first; older versions count, too."""
    task = task_of(read, task_id)
    where = (task["site_id"], task_id, task["started_at"] or 2**62, task["location_id"], task["equipment"])
    versions = read.rows("SELECT id FROM inspection_item WHERE code = ?", item.code)
    rows = [row for (version,) in versions for row in read.as_(Past, _PAST, version, *where, count)]
    return sorted(rows, key=lambda row: row.day_at)[-count:]


def open_orders(read: Reader, equipment_id: bytes | None) -> list[tuple[str, str]]:
    """Numbers and states of the work orders that are open on a machine, newest first."""
    rows = read.rows(
        "SELECT code, status FROM work_order WHERE equipment_id = ? AND deleted = 0 "
        "AND status NOT IN ('closed', 'cancelled', 'verified') ORDER BY n DESC LIMIT 3",
        equipment_id,
    )
    return [(code, status) for code, status in rows]


@dataclass(frozen=True)
class HistoryEntry:
    """One answer in the life of a machine (状态履历): when, what was checked, what was found, on which round."""

    at: int
    what: str
    value: str
    state: str
    remark: str
    round_code: str
    task_id: bytes
    by: str


def condition_history(read: Reader, equipment_id: bytes, limit: int = 200) -> list[HistoryEntry]:
    """What rounds have found on a machine, newest first."""
    rows = read.rows(
        """SELECT r.measured_at, i.id, r.value_num, r.value_text, r.state, r.remark, t.code, t.id, r.measured_by
        FROM inspection_result r JOIN inspection_item i ON i.id = r.item_id JOIN inspection_task t ON t.id = r.task_id
        WHERE r.equipment_id = ? AND r.deleted = 0 ORDER BY r.measured_at DESC, r.n DESC LIMIT ?""",
        equipment_id, limit,
    )  # fmt: skip
    made = []
    for at, item_id, number, text, state, remark, code, task_id, by in rows:
        item = Item.of(read.get("inspection_item", item_id) or {})
        said = _("Not applicable") if state == NA else value_said(item, number, text)
        made.append(HistoryEntry(at, item.text, said, state, remark or "", code, task_id, person(read, by)))
    return made


def recent_remarks(read: Reader, item: Item, site_id: bytes, count: int = 3) -> list[str]:
    """What people last wrote on this item here: short remarks to take by one touch."""
    rows = read.rows(
        """SELECT remark FROM inspection_result WHERE item_id IN (SELECT id FROM inspection_item WHERE code = ?)
        AND site_id = ? AND state = 'fail' AND length(remark) <= 16 AND deleted = 0
        GROUP BY remark ORDER BY max(measured_at) DESC LIMIT ?""",
        item.code, site_id, count,
    )  # fmt: skip
    return [remark for (remark,) in rows]


@dataclass(frozen=True)
class FollowUp:
    """What an answer has raised: an alert of a level, a fault or an order by its number, and how that stands."""

    item_id: bytes
    kind: str
    number: str
    level: int
    state: str


def follow_ups(read: Reader, task_id: bytes) -> list[FollowUp]:
    """Alerts, faults and work orders that a round has raised, withdrawn ones too."""
    found = [
        FollowUp(bytes.fromhex(from_json(facts)["item"]), "alert", "", level, state)
        for facts, level, state in read.rows(
            "SELECT facts, level, state FROM alert WHERE rule = ? AND subject_id = ? ORDER BY n",
            RULE,
            task_id,
        )
    ]
    found += read.as_(
        FollowUp,
        "SELECT item_id, 'fault', code, severity, status FROM fault WHERE task_id = ?1 AND deleted = 0 UNION ALL "
        "SELECT f.item_id, 'work_order', o.code, 0, o.status FROM work_order o JOIN fault f ON f.id = o.fault_id "
        "WHERE f.task_id = ?1 AND o.deleted = 0",
        task_id,
    )
    return found
