"""The register of suppliers (供应商): who they are, what they sell on which terms, how they deliver; two that are one."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.changes import Done
from app.desk import Desk
from app.duplicates import merge_records
from app.errors import AppError, Refused
from app.fields import check_row
from app.generic import Retire, create, patch
from app.inventory.purchases import EXPECTED
from app.names import candidates, named
from app.purchasing.lists import OrderRow, order_ids, order_rows
from app.purchasing.record import SupplierRecord, open_value, shares, supplier_record
from app.search import IN_SEARCH, match
from app.tx import Reader
from app.words import N_
from db.ids import new_id
from db.models.money import HOME

#: What is filled in about a supplier, in the order of the form.
FIELDS = (
    "code", "name", "name_en", "scope", "rating", "currency", "min_order", "payment_terms", "default_lead_days", "over_percent",
    "default_warranty_months", "contact_name", "phone", "email", "address", "remark", "active",
)  # fmt: skip
_LAST_ORDERS = 6


@dataclass(frozen=True)
class SupplierRow:
    """A supplier as the list shows it: money in hundredths of the site's currency, shares in per mille."""

    n: int
    id: bytes
    code: str
    name: str
    scope: str
    rating: str
    currency: str
    active: int
    lead_days: int | None
    parts: int
    open_orders: int
    open_value: int = 0
    due_lines: int = 0
    on_time: int | None = None
    complete: int | None = None


@dataclass(frozen=True)
class Sold:
    """A part on the terms of a supplier: quantities in thousandths, price in ten-thousandths of the currency."""

    n: int
    id: bytes
    part_id: bytes
    part_no: str
    name: str
    spec: str
    unit: str
    maker_no: str
    sku: str
    pack: int | None
    minimum: int | None
    lead_days: int | None
    price: int | None
    tax: str | None
    rate: int | None
    currency: str
    first: int
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class SupplierCard:
    """A supplier with all that belongs to it; `row` holds the columns of its table."""

    row: dict[str, Any]
    name: str
    record: SupplierRecord
    sold: list[Sold]
    orders: list[OrderRow]
    all_orders: int


_OPEN = f"(SELECT count(*) FROM purchase_order o WHERE o.supplier_id = u.id AND o.deleted = 0 AND o.status IN {EXPECTED})"
_PARTS = "(SELECT count(*) FROM part_supplier s WHERE s.supplier_id = u.id AND s.deleted = 0)"
_SORTS = {
    "": "u.active DESC, u.code",
    "code": "u.code",
    "rating": "u.rating IS NULL, u.rating",
    "lead_days": "u.default_lead_days IS NULL, u.default_lead_days",
    "parts": _PARTS,
    "open_orders": _OPEN,
}


def supplier_ids(
    read: Reader,
    sort: str = "",
    *,
    descending: bool = False,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
) -> "array[int]":
    """The suppliers that fit, by their code unless another column is asked for."""
    terms, params = ["u.deleted = 0"], list[Any]()
    wanted = filters or {}
    if wanted.get("active"):
        terms.append("u.active = 1")
    if wanted.get("open"):
        terms.append(f"{_OPEN} > 0")
    for name in ("rating", "currency"):
        if name in wanted:
            terms.append(f"u.{name} = ?")
            params.append(wanted[name])
    if text.strip():
        terms.append(f"u.{IN_SEARCH}")
        params += ["supplier", match(text) or '""']
    order = named("u") if sort == "name" else _SORTS[sort]
    order += (" DESC" if descending and sort else "") + (", u.code" if sort else "")
    sql = f"SELECT u.n FROM supplier u WHERE {' AND '.join(terms)} ORDER BY {order}"
    return array("q", (row[0] for row in read.rows(sql, *params)))


def supplier_rows(read: Reader, ids: Sequence[int], today: str) -> list[SupplierRow | None]:
    """The rows of a page, in the order of the ids, with what is open and how they delivered."""
    rows = read.as_(
        SupplierRow,
        f"SELECT u.n, u.id, u.code, {named('u')}, coalesce(u.scope, ''), coalesce(u.rating, ''), coalesce(u.currency, ''), u.active, "
        f"u.default_lead_days, {_PARTS}, {_OPEN} FROM supplier u WHERE u.n IN ({', '.join('?' * len(ids))})",
        *ids,
    )
    found = {row.n: _judged(read, row, today) for row in rows}
    return [found.get(n) for n in ids]


def _judged(read: Reader, row: SupplierRow, today: str) -> SupplierRow:
    due, on_time, complete = shares(read, row.id, today)
    value = open_value(read, row.id) if row.open_orders else 0
    return replace(row, open_value=value, due_lines=due, on_time=on_time, complete=complete)


def supplier_count(read: Reader) -> int:
    """How many suppliers there are."""
    return int(read.value("SELECT count(*) FROM supplier WHERE deleted = 0"))


def supplier_card(read: Reader, supplier: bytes, today: str) -> SupplierCard | None:
    """A supplier with parts, orders and record; None for one that is gone."""
    row = read.get("supplier", supplier)
    if row is None or row["deleted"]:
        return None
    name = read.value(f"SELECT {named('u')} FROM supplier u WHERE u.id = ?", supplier)
    orders = order_ids(read, None, today, "new", descending=True, filters={"supplier": supplier})
    shown = [one for one in order_rows(read, orders[:_LAST_ORDERS], today) if one]
    return SupplierCard(
        row, name, supplier_record(read, supplier, today), sold_by(read, supplier), shown, len(orders)
    )


def sold_by(read: Reader, supplier: bytes) -> list[Sold]:
    """The parts that a supplier sells, and on which terms."""
    steps: dict[bytes, list[tuple[int, int]]] = {}
    for sale, least, price in read.rows(
        "SELECT b.part_supplier_id, b.from_qty, b.unit_price FROM price_break b JOIN part_supplier s ON s.id = b.part_supplier_id "
        "WHERE s.supplier_id = ? AND s.deleted = 0 AND b.deleted = 0 ORDER BY b.from_qty, b.n",
        supplier,
    ):
        steps.setdefault(sale, []).append((least, price))
    rows = read.as_(
        Sold,
        f"SELECT s.n, s.id, p.id, p.part_no, {named('p')}, coalesce(p.spec, ''), p.unit, coalesce(p.maker_part_no, ''), s.sku, s.pack_qty, "
        "s.min_qty, s.lead_time_days, s.unit_price, s.price_tax, s.tax_rate, coalesce(s.currency, u.currency, ?), "
        "CASE WHEN p.preferred_supplier_id = u.id THEN 1 ELSE 0 END FROM part_supplier s JOIN part p ON p.id = s.part_id "
        "JOIN supplier u ON u.id = s.supplier_id WHERE s.supplier_id = ? AND s.deleted = 0 AND p.deleted = 0 ORDER BY p.part_no, s.n",
        HOME, supplier,
    )  # fmt: skip
    return [replace(row, breaks=tuple(steps.get(row.id, ()))) for row in rows]


def supplier_row(read: Reader, supplier: bytes) -> dict[str, Any]:
    """The columns of a supplier. Raises AppError for one that is gone."""
    row = read.get("supplier", supplier)
    if row is None or row["deleted"]:
        raise AppError(N_("This supplier is not in the register any more. Look it up again."))
    return row


def new_supplier(desk: Desk, values: dict[str, Any]) -> tuple[bytes, Done]:
    """Register a supplier; gives its id. Raises Refused with the fields to mend."""
    made = new_id()
    return made, desk.perform(create("supplier", made, **({"active": 1} | values)))


def edit_supplier(desk: Desk, supplier: bytes, values: dict[str, Any]) -> Done | None:
    """Change what is known of a supplier; None where nothing changes."""
    with desk.read() as read:
        row = supplier_row(read, supplier)
        if row["active"] and values.get("active") == 0:
            _weigh_retiring(read, row)
    if objections := list(check_row("supplier", values, complete=False)):
        raise Refused(objections)
    op = patch("supplier", row, **values)
    return desk.perform(op) if op else None


def retire_supplier(desk: Desk, supplier: bytes, *, back: bool = False) -> Done | None:
    """Nothing is bought there any more (`back`: it is again); what was stays. Raises AppError while orders are open."""
    return edit_supplier(desk, supplier, {"active": int(back)})


def _weigh_retiring(read: Reader, row: Mapping[str, Any]) -> None:
    sql = f"SELECT code FROM purchase_order WHERE supplier_id = ? AND deleted = 0 AND status IN {EXPECTED} ORDER BY code LIMIT 1"
    if order := read.value(sql, row["id"]):
        text = N_("{order} is still open at {supplier}. Receive or close it first.")
        raise AppError(text, order=order, supplier=row["name"])


def to_merge(read: Reader, text: str = "") -> list[tuple[bytes, str]]:
    """Suppliers by code or name, those out of use too, for the field that asks which one is the same firm."""
    return candidates(read, "supplier", text)


def same_parts(read: Reader, old: bytes, kept: bytes) -> list[tuple[bytes, str]]:
    """The entries of the supplier that is given up for parts of which the kept one has a price: they would come twice."""
    return read.rows(
        "SELECT s.id, p.part_no FROM part_supplier s JOIN part p ON p.id = s.part_id WHERE s.supplier_id = ? AND s.deleted = 0 "
        "AND EXISTS (SELECT 1 FROM part_supplier k WHERE k.part_id = s.part_id AND k.supplier_id = ? AND k.deleted = 0 "
        "AND (k.unit_price IS NOT NULL OR s.unit_price IS NULL)) ORDER BY p.part_no",
        old, kept,
    )  # fmt: skip


def merge_suppliers(desk: Desk, old: bytes, kept: bytes, chosen: Mapping[str, Any] | None = None) -> Done:
    """Two suppliers are one: orders, prices and parts of the old one are the kept one's, whose own terms of a part stand.

    Raises AppError where one of the two is not there any more.
    """
    with desk.read() as read:
        row, other = supplier_row(read, kept), supplier_row(read, old)
        twice = tuple(sale for sale, _part in same_parts(read, old, kept))
    before = [Retire("part_supplier", twice)] if twice else []
    filled = {name: other[name] for name in FIELDS if row[name] is None and other[name] is not None}
    return merge_records(desk, "supplier", old, kept, filled | dict(chosen or {}), *before)
