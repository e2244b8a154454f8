"""The register of suppliers (供应商): who they are, how long they take, what they may bring beyond an order."""

from typing import Any

from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.fields import check_row
from app.generic import create, patch
from app.tx import Reader
from app.words import N_
from db.ids import new_id

#: What is filled in about a supplier, in the order of the form.
FIELDS = (
    "code", "name", "scope", "rating", "default_lead_days", "default_warranty_months", "over_percent",
    "contact_name", "phone", "email", "active",
)  # fmt: skip


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
    if objections := list(check_row("supplier", values, complete=False)):
        raise Refused(objections)
    op = patch("supplier", row, **values)
    return desk.perform(op) if op else None
