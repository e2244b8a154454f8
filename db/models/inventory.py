"""Suppliers, parts, policies, movements, counts and purchases. A quantity is only ever the sum of its movements."""

from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import (
    ID,
    About,
    Base,
    Choices,
    Field,
    Synced,
    choice,
    code,
    day,
    flag,
    instant,
    integer,
    many,
    mapping,
    measure,
    note,
    price,
    qty,
    ref,
    text,
)
from resources.marks import N_

RATINGS: Choices = (("A", "A"), ("B", "B"), ("C", "C"))
ABC: Choices = (("A", "A"), ("B", "B"), ("C", "C"))
VED: Choices = (("V", N_("Vital")), ("E", N_("Essential")), ("D", N_("Desirable")))
PART_KINDS: Choices = (
    ("spare", N_("Spare part")),
    ("consumable", N_("Consumable")),
    ("tool", N_("Tool")),
    ("insurance", N_("Insurance spare")),
    ("repairable", N_("Repairable spare")),
)
PART_STATUS: Choices = (
    ("active", N_("Active")),
    ("phase_out", N_("Phasing out")),
    ("obsolete", N_("Obsolete")),
)
#: Code, word; the sign of each type is in MOVEMENT_SIGNS.
MOVEMENT_TYPES: Choices = (
    ("opening", N_("Opening balance")),
    ("receipt", N_("Receipt")),
    ("issue", N_("Issue")),
    ("return", N_("Return to stock")),
    ("transfer_out", N_("Transfer out")),
    ("transfer_in", N_("Transfer in")),
    ("adjust_gain", N_("Stock gain")),
    ("adjust_loss", N_("Stock loss")),
    ("scrap", N_("Scrapping")),
)
MOVEMENT_SIGNS = {
    "opening": 1, "receipt": 1, "return": 1, "transfer_in": 1, "adjust_gain": 1,
    "issue": -1, "transfer_out": -1, "adjust_loss": -1, "scrap": -1,
}  # fmt: skip
METHODS: Choices = (("manual", N_("Set by hand")), ("computed", N_("Computed")))
COUNT_STATUS: Choices = (
    ("open", N_("Open")),
    ("counted", N_("Counted")),
    ("approved", N_("Approved")),
    ("cancelled", N_("Cancelled")),
)
PURCHASE_STATES: Choices = (
    ("draft", N_("Draft")),
    ("submitted", N_("Submitted")),
    ("approved", N_("Approved")),
    ("ordered", N_("Ordered")),
    ("part_received", N_("Partly received")),
    ("received", N_("Received")),
    ("closed", N_("Closed")),
    ("cancelled", N_("Cancelled")),
)


class Supplier(Synced, Base):
    """A firm that delivers (供应商)."""

    __tablename__ = "supplier"
    about: ClassVar = About(N_("Suppliers"), N_("Supplier"), key="code", name="name", topic="inventory")
    code: Mapped[str] = code(N_("Supplier code"), 80)
    name: Mapped[str] = text(N_("Name"), 120, required=True)
    scope: Mapped[str | None] = text(N_("Scope"), 200)
    scope_en: Mapped[str | None] = text(N_("Scope in English"), 200)
    rating: Mapped[str | None] = choice(N_("Rating"), RATINGS)
    default_lead_days: Mapped[int | None] = integer(N_("Lead time"), N_("days"), low=0)
    default_warranty_months: Mapped[int | None] = integer(N_("Warranty"), N_("months"), low=0)
    contact_name: Mapped[str | None] = text(N_("Contact"), 60)
    phone: Mapped[str | None] = text(N_("Phone"), 30)
    email: Mapped[str | None] = text(N_("E-mail"), 80)
    active: Mapped[int] = flag(N_("Active"))


class Part(Synced, Base):
    """A spare part (备件) of the register; stock and policy lie per warehouse and bin."""

    __tablename__ = "part"
    about: ClassVar = About(
        N_("Spare parts"), N_("Spare part"), key="part_no", name="name", topic="inventory"
    )
    part_no: Mapped[str] = code(N_("Part number"), 64)
    name: Mapped[str] = text(N_("Name"), 120, required=True)
    name_en: Mapped[str | None] = text(N_("English name"), 120)
    spec: Mapped[str | None] = text(N_("Specification"), 400)
    unit: Mapped[str] = text(N_("Unit"), 20, required=True)
    maker_part_no: Mapped[str | None] = text(N_("Maker's number"), 60)
    category: Mapped[str | None] = text(N_("Category"), 120)
    kind: Mapped[str] = choice(N_("Kind"), PART_KINDS, required=True)
    applicable: Mapped[str | None] = many(N_("Fits equipment classes"))
    abc_class: Mapped[str | None] = choice(N_("ABC class"), ABC)
    ved_class: Mapped[str | None] = choice(N_("VED class"), VED)
    annual_usage: Mapped[int | None] = qty(N_("Use per year"), low=0)
    unit_price: Mapped[int | None] = price(N_("Unit price"))
    lead_time_days: Mapped[int | None] = integer(N_("Lead time"), N_("days"), low=0)
    shelf_life_months: Mapped[int | None] = integer(N_("Shelf life"), N_("months"), low=1)
    serialised: Mapped[int] = flag(N_("Serial numbers"))
    batch_tracked: Mapped[int] = flag(N_("Batches"))
    barcode_alias: Mapped[str | None] = many(N_("External barcodes"))
    preferred_supplier_id: Mapped[bytes | None] = ref(N_("Supplier"), "supplier")
    replaced_by_id: Mapped[bytes | None] = ref(N_("Replaced by"), "part")
    keywords: Mapped[str | None] = text(N_("Keywords"), 400)
    link: Mapped[str | None] = text(N_("Link"), 400)
    status: Mapped[str] = choice(N_("Status"), PART_STATUS, required=True, index=True)
    remark: Mapped[str | None] = note(N_("Remarks"))


class PartSupplier(Synced, Base):
    """Where a part can be bought, and under which number (供货信息)."""

    __tablename__ = "part_supplier"
    about: ClassVar = About(N_("Supplier parts"), N_("Supplier part"), key="sku", topic="inventory")
    part_id: Mapped[bytes] = ref(N_("Spare part"), "part", required=True)
    supplier_id: Mapped[bytes] = ref(N_("Supplier"), "supplier", required=True)
    sku: Mapped[str] = code(N_("Supplier's number"), 80)
    description: Mapped[str | None] = text(N_("Description"), 400)
    pack_qty: Mapped[int | None] = qty(N_("Pack size"), low=0)
    unit_price: Mapped[int | None] = price(N_("Unit price"))
    link: Mapped[str | None] = text(N_("Link"), 400)


class StockPolicy(Synced, Base):
    """Safety stock, reorder point and maximum of a part in a warehouse (库存策略)."""

    __tablename__ = "stock_policy"
    about: ClassVar = About(N_("Stock policies"), N_("Stock policy"), bucket="site", topic="inventory")
    #: Without it a look-up by part and site reads all policies of the site.
    __table_args__ = (Index("ix_stock_policy_part_site", "part_id", "site_id"),)
    part_id: Mapped[bytes] = ref(N_("Spare part"), "part", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    bin_id: Mapped[bytes | None] = ref(N_("Usual bin"), "location")
    safety_stock: Mapped[int] = qty(N_("Safety stock"), required=True, low=0)
    reorder_point: Mapped[int] = qty(N_("Reorder point"), required=True, low=0)
    max_stock: Mapped[int | None] = qty(N_("Maximum stock"), low=0)
    order_multiple: Mapped[int | None] = qty(N_("Order multiple"), low=0)
    method: Mapped[str] = choice(N_("Method"), METHODS, required=True)
    service_level: Mapped[int | None] = measure(N_("Service level"), "%")
    inputs: Mapped[str | None] = mapping(N_("Working"))
    override_reason: Mapped[str | None] = text(N_("Reason for the override"), 200)


class StockMovement(Synced, Base):
    """A movement of stock (出入库流水), append-only; mistakes are reversed, never edited."""

    __tablename__ = "stock_movement"
    about: ClassVar = About(
        N_("Stock movements"),
        N_("Stock movement"),
        key="movement_no",
        bucket="site",
        topic="inventory",
        fact=True,
    )
    #: Covers the sum of movements, so that `settle` reads the index alone.
    __table_args__ = (
        Index(
            "ix_stock_movement_level", "part_id", "bin_id", "batch", "type", "qty", "site_id", "happened_at"
        ),
    )
    movement_no: Mapped[str] = code(N_("Movement number"), 40)
    type: Mapped[str] = choice(N_("Type"), MOVEMENT_TYPES, required=True)
    part_id: Mapped[bytes] = ref(N_("Spare part"), "part", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    bin_id: Mapped[bytes] = ref(N_("Bin"), "location", required=True)
    batch: Mapped[str | None] = text(N_("Batch"), 40)
    serial: Mapped[str | None] = text(N_("Serial number"), 60)
    qty: Mapped[int] = qty(N_("Quantity"), required=True, low=1)
    unit_price: Mapped[int | None] = price(N_("Unit price"))
    work_order_id: Mapped[bytes | None] = ref(N_("Work order"), "work_order")
    equipment_id: Mapped[bytes | None] = ref(N_("Equipment"), "equipment")
    purchase_line_id: Mapped[bytes | None] = ref(N_("Purchase line"), "purchase_line")
    count_id: Mapped[bytes | None] = ref(N_("Stocktake"), "stock_count")
    transfer_id: Mapped[bytes | None] = ref(N_("Transfer"), "")
    happened_at: Mapped[int] = instant(N_("Time"), required=True, index=True)
    by_id: Mapped[bytes | None] = ref(N_("Booked by"), "user_account")
    taken_by_id: Mapped[bytes | None] = ref(N_("Taken by"), "staff")
    reason: Mapped[str | None] = text(N_("Reason"), 200)
    reversal_of_id: Mapped[bytes | None] = ref(N_("Reversal of"), "stock_movement")


class Reservation(Synced, Base):
    """Stock kept for a work order (预留)."""

    __tablename__ = "reservation"
    about: ClassVar = About(N_("Reservations"), N_("Reservation"), bucket="site", topic="inventory")
    part_id: Mapped[bytes] = ref(N_("Spare part"), "part", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    qty: Mapped[int] = qty(N_("Quantity"), required=True, low=0)
    work_order_id: Mapped[bytes | None] = ref(N_("Work order"), "work_order")
    until: Mapped[str | None] = day(N_("Until"))
    reason: Mapped[str | None] = text(N_("Reason"), 200)


class StockCount(Synced, Base):
    """A stocktake (盘点单)."""

    __tablename__ = "stock_count"
    about: ClassVar = About(N_("Stocktakes"), N_("Stocktake"), key="code", bucket="site", topic="inventory")
    code: Mapped[str] = code(N_("Stocktake number"), 40)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    scope: Mapped[str] = text(N_("Scope"), 200, required=True)
    blind: Mapped[int] = flag(N_("Blind count"))
    status: Mapped[str] = choice(N_("Status"), COUNT_STATUS, required=True, group="status")
    approved_by: Mapped[bytes | None] = ref(N_("Approved by"), "user_account")


class CountLine(Synced, Base):
    """What was counted of one part in one bin (盘点明细): a fact with what was seen in the books."""

    __tablename__ = "count_line"
    about: ClassVar = About(
        N_("Stocktake lines"), N_("Stocktake line"), bucket="site", topic="inventory", fact=True
    )
    count_id: Mapped[bytes] = ref(N_("Stocktake"), "stock_count", required=True)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    part_id: Mapped[bytes] = ref(N_("Spare part"), "part", required=True)
    bin_id: Mapped[bytes] = ref(N_("Bin"), "location", required=True)
    batch: Mapped[str | None] = text(N_("Batch"), 40)
    counted: Mapped[int] = qty(N_("Counted"), required=True, low=0)
    seen_balance: Mapped[int] = qty(N_("In the books"), required=True)
    seen_hub_seq: Mapped[int | None] = integer(N_("Seen up to"))
    last_own_seq: Mapped[int | None] = integer(N_("Own records up to"))
    reason: Mapped[str | None] = text(N_("Reason"), 200)


class PurchaseOrder(Synced, Base):
    """A purchase (采购单); its life follows SM-11."""

    __tablename__ = "purchase_order"
    about: ClassVar = About(
        N_("Purchase orders"), N_("Purchase order"), key="code", bucket="site", topic="inventory"
    )
    code: Mapped[str] = code(N_("Order number"), 40)
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    supplier_id: Mapped[bytes | None] = ref(N_("Supplier"), "supplier")
    status: Mapped[str] = choice(N_("Status"), PURCHASE_STATES, required=True, group="status")
    ordered_on: Mapped[str | None] = day(N_("Ordered on"))
    due_on: Mapped[str | None] = day(N_("Due on"))
    remark: Mapped[str | None] = note(N_("Remarks"))


class PurchaseLine(Synced, Base):
    """A line of a purchase; what arrived is the sum of its receipts."""

    __tablename__ = "purchase_line"
    about: ClassVar = About(N_("Purchase lines"), N_("Purchase line"), bucket="site", topic="inventory")
    order_id: Mapped[bytes] = mapped_column(
        ID,
        ForeignKey("purchase_order.id"),
        index=True,
        info={"field": Field("ref", N_("Purchase order"), required=True, target="purchase_order")},
    )
    site_id: Mapped[bytes] = ref(N_("Site"), "site", required=True)
    part_id: Mapped[bytes] = ref(N_("Spare part"), "part", required=True)
    qty: Mapped[int] = qty(N_("Quantity"), required=True, low=0)
    unit_price: Mapped[int | None] = price(N_("Unit price"))
    due_on: Mapped[str | None] = day(N_("Due on"))


class QrLabel(Synced, Base):
    """A label that was printed (标签): which record, when, by whom, how many."""

    __tablename__ = "qr_label"
    about: ClassVar = About(N_("Labels"), N_("Label"), topic="labels", fact=True)
    type: Mapped[str] = text(N_("Type"), 2, required=True)
    target_id: Mapped[bytes] = ref(N_("Record"), "", required=True)
    payload: Mapped[str] = text(N_("Code on the label"), 64, required=True)
    printed_at: Mapped[int] = instant(N_("Printed at"), required=True)
    printed_by: Mapped[bytes | None] = ref(N_("Printed by"), "user_account")
    copies: Mapped[int] = integer(N_("Copies"), required=True, low=1)


class CodeAlias(Synced, Base):
    """A code that still finds its record (别名): a replaced number, a maker's barcode, a pre-printed blank."""

    __tablename__ = "code_alias"
    about: ClassVar = About(N_("Other codes"), N_("Other code"), key="code", topic="labels")
    code: Mapped[str] = code(N_("Code"), 80)
    target_table: Mapped[str] = text(N_("Table"), 40, required=True)
    target_id: Mapped[bytes] = ref(N_("Record"), "", required=True)
