"""The part register: a new part with its policy, changes of both, and foreign barcodes (R-4.4-a, e)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.documents import detach
from app.errors import AppError, Objection, Refused
from app.fields import from_json, to_json
from app.generic import create, patch
from app.inventory.card import policy_of
from app.inventory.reorder import work_out
from app.names import named
from app.numbers import next_code
from app.ops import Op
from app.tx import Reader
from app.words import N_
from db.ids import new_id

POLICY = ("safety_stock", "reorder_point", "max_stock", "order_multiple", "bin_id", "override_reason")
#: The class of the register that stands for all of them.
EVERY = "*"
_FLAGS = {"serialised": 0, "batch_tracked": 0}


def create_part(
    desk: Desk, part: Mapping[str, Any], policy: Mapping[str, Any] | None = None
) -> tuple[bytes, Done]:
    """Register a part, with its policy at the site in view; gives its id. Raises Refused with the fields to mend.

    Without a number it gets the next one of its category.
    """
    part_id = new_id()
    values = {"status": "active", "kind": "spare"} | _FLAGS | dict(part)
    if not values.get("part_no") and values.get("name"):
        category = values.get("category")
        values["part_no"] = next_code(
            desk,
            "part",
            {"category": category},
            f"{category if str(category).isascii() and category else 'P'}-",
        )
    ops: list[Op] = [create("part", part_id, **values)]
    if policy and any(value is not None for value in policy.values()):
        _weigh(policy)
        ops.append(_new_policy(desk, part_id, policy, values))
    return part_id, desk.perform(*ops)


def edit_part(
    desk: Desk, part_id: bytes, part: Mapping[str, Any], policy: Mapping[str, Any] | None = None
) -> Done | None:
    """Change a part and its policy at the site in view; None where nothing changed."""
    with desk.read() as read:
        row = read.get("part", part_id)
        old = policy_of(read, part_id, desk.site.id if desk.site else None)
    if row is None:
        raise AppError(N_("This part is not in the register any more. Look it up again."))
    ops: list[Op | None] = [patch("part", row, **part)]
    if policy and any(value is not None for value in policy.values()):
        now = row | dict(part)
        _weigh((old or {}) | dict(policy))
        if old is None:
            ops.append(_new_policy(desk, part_id, policy, now))
        else:
            ops.append(patch("stock_policy", old, **_complete(policy, now)))
    changed = [op for op in ops if op is not None]
    return desk.perform(*changed) if changed else None


def _new_policy(desk: Desk, part: bytes, policy: Mapping[str, Any], row: Mapping[str, Any]) -> Op:
    if desk.site is None:
        raise AppError(N_("Choose a site first: the stock policy belongs to a site."))
    return create("stock_policy", new_id(), part_id=part, site_id=desk.site.id, **_complete(policy, row))


def _complete(policy: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with its method: computed where it is what the working gives, else set by hand; the working is kept."""
    made = {name: policy[name] for name in POLICY if name in policy}
    found = work_out(row.get("annual_usage"), row.get("lead_time_days"))
    made["method"] = "manual"
    if found:
        taken = (policy.get("safety_stock"), policy.get("reorder_point"))
        made["method"] = "computed" if taken == (found.safety, found.reorder_point) else "manual"
        made["inputs"] = to_json(
            {"annual": found.annual, "lead_days": found.lead_days, "service": found.service,
             "safety": found.safety, "reorder": found.reorder_point}
        )  # fmt: skip
    return made


def _weigh(policy: Mapping[str, Any]) -> None:
    found = list(check_policy(policy))
    if found:
        raise Refused(found)


def check_policy(policy: Mapping[str, Any]) -> Iterator[Objection]:
    """Safety stock <= reorder point < maximum, and nothing below zero."""
    safety, reorder, most = (policy.get(name) for name in POLICY[:3])
    for name, value in zip(POLICY[:3], (safety, reorder, most), strict=True):
        if value is None:
            yield Objection(
                "policy", N_("Fill in safety stock, reorder point and maximum together."), field=name
            )
    if safety is not None and reorder is not None and safety > reorder:
        yield Objection(
            "policy", N_("The reorder point must not be below the safety stock."), field="reorder_point"
        )
    if most is not None and reorder is not None and most <= reorder:
        yield Objection("policy", N_("The maximum must be above the reorder point."), field="max_stock")


def bind_barcode(desk: Desk, part_id: bytes, number: str) -> Done | None:
    """From now on this foreign barcode finds the part."""
    row = _part(desk, part_id)
    known = barcodes_of(row)
    if number in known:
        return None
    return desk.perform(patch("part", row, barcode_alias=to_json([*known, number])))


def barcodes_of(row: Mapping[str, Any]) -> list[str]:
    """The foreign barcodes in the record of a part."""
    return [str(code) for code in from_json(row["barcode_alias"]) or ()]


def classes_of(read: Reader, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The classes of machines that a part fits: code and name."""
    codes = [str(code) for code in from_json(row["applicable"]) or ()]
    names = dict(all_classes(read))
    return [(code, names.get(code, code)) for code in codes]


def drop_photo(desk: Desk, part: bytes, sha256: bytes) -> object:
    """A photo shows the part no more; the history keeps it."""
    with desk.read() as read:
        found = read.find("attachment", owner_table="part", owner_id=part, sha256=sha256, kind="photo")
    if found is None:
        raise AppError(N_("This photo is not here any more. Look at the part again."))
    return detach(desk, "part", found)


def all_classes(read: Reader) -> list[tuple[str, str]]:
    """Every class of machines: code and name."""
    return read.rows(
        f"SELECT c.code, {named('c')} FROM equipment_class c WHERE c.deleted = 0 ORDER BY c.code"
    )


def drop_barcode(desk: Desk, part_id: bytes, number: str) -> Done | None:
    """A foreign barcode finds the part no more."""
    row = _part(desk, part_id)
    rest = [code for code in barcodes_of(row) if code != number]
    op = patch("part", row, barcode_alias=to_json(rest) if rest else None)
    return desk.perform(op) if op else None


def fit_classes(desk: Desk, part_id: bytes, codes: Sequence[str]) -> Done | None:
    """The part fits machines of these classes; "*" fits any machine."""
    row = _part(desk, part_id)
    fits = [EVERY] if EVERY in codes else list(codes)
    op = patch("part", row, applicable=to_json(fits) if fits else None)
    return desk.perform(op) if op else None


def _part(desk: Desk, part_id: bytes) -> dict[str, Any]:
    with desk.read() as read:
        row = read.get("part", part_id)
    if row is None:
        raise AppError(N_("This part is not in the register any more. Look it up again."))
    return row
