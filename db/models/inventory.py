"""Suppliers, parts, policies, movements, counts and purchases. A quantity is only ever the sum of its movements."""

from typing import ClassVar

from db.models.base import (
    PLACE,
    About,
    Base,
    Choices,
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
    money,
    note,
    part_of,
    price,
    qty,
    rate,
    ref,
    tax,
    text,
)
from db.models.money import CURRENCIES
from resources.marks import N_

RATINGS = ABC = (("A", "A"), ("B", "B"), ("C", "C"))
VED: Choices = (("V", N_("Vital")), ("E", N_("Essential")), ("D", N_("Desirable")))
PART_KINDS: Choices = (
    ("spare", N_("Spare part")),
    ("consumable", N_("Consumable")),
    ("tool", N_("Tool")),
    ("insurance", N_("Insurance spare")),
    ("repairable", N_("Repairable spare")),
    ("kit", N_("Kit")),
)
PART_STATUS: Choices = (
    ("active", N_("Active")),
    ("phase_out", N_("Phasing out")),
    ("obsolete", N_("Obsolete")),
)
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
    ("loan_out", N_("Lent")),
    ("loan_back", N_("Back from loan")),
)
MOVEMENT_SIGNS = {
    "opening": 1, "receipt": 1, "return": 1, "transfer_in": 1, "adjust_gain": 1, "loan_back": 1,
    "issue": -1, "transfer_out": -1, "adjust_loss": -1, "scrap": -1, "loan_out": -1,
}  # fmt: skip
#: How a movement came into the books; none: at the store, as it happened.
ENTRIES: Choices = (
    ("self", N_("Taken without the storekeeper")),
    ("paper", N_("Typed in later")),
)
TAKEN_HOW: Choices = (("named", N_("Named")), ("badge", N_("By badge")), ("signature", N_("Signed")))
#: Whether a price holds the tax; none: without.
TAXES: Choices = (("net", N_("Without tax")), ("gross", N_("With tax")))
METHODS: Choices = (("manual", N_("Set by hand")), ("computed", N_("Computed")))
COUNT_STATUS: Choices = (
    ("open", N_("Open")),
    ("counted", N_("Counted")),
    ("approved", N_("Approved")),
    ("cancelled", N_("Cancelled")),
)
COUNT_KINDS: Choices = (
    ("full", N_("Full stocktake")),
    ("bins", N_("By bin")),
    ("classes", N_("By ABC class")),
    ("cycle", N_("What is due")),
)
#: How a count came into the books; none: at the shelf, by scan.
COUNT_ENTRIES: Choices = (
    ("paper", N_("Typed in later")),
    ("file", N_("Read in from Excel")),
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
    code = code(N_("Supplier code"), 80)
    name = text(N_("Name"), 120, required=True)
    name_en = text(N_("English name"), 120)
    scope = text(N_("Goods supplied"), 200)
    scope_en = text(N_("Goods supplied in English"), 200)
    rating = choice(N_("Rating"), RATINGS)
    default_lead_days = integer(N_("Lead time"), N_("days"), low=0)
    default_warranty_months = integer(N_("Warranty"), N_("months"), low=0)
    contact_name = text(N_("Contact"), 60)
    phone = text(N_("Phone"), 30)
    email = text(N_("E-mail"), 80)
    address = text(N_("Address"), 200)
    payment_terms = text(N_("Payment terms"), 200)
    #: What its prices are in; the site's currency where none is named.
    currency = choice(N_("Currency"), CURRENCIES)
    #: Below this value, in its currency, it takes no order.
    min_order = money(N_("Minimum order value"), unit="")
    remark = note(N_("Remarks"))
    #: What may come beyond an order without a question.
    over_percent = measure(N_("Over-delivery allowed"), "%")
    active = flag(N_("Active"))


class Part(Synced, Base):
    """A spare part (备件) of the register; stock and policy lie per warehouse and bin."""

    __tablename__ = "part"
    about: ClassVar = About(
        N_("Spare parts"), N_("Spare part"), key="part_no", name="name", topic="inventory"
    )
    part_no = code(N_("Part number"), 64)
    name = text(N_("Name"), 120, required=True)
    name_en = text(N_("English name"), 120)
    spec = text(N_("Specification"), 400)
    unit = text(N_("Unit"), 20, required=True)
    maker_part_no = text(N_("Maker's number"), 60)
    category = text(N_("Category"), 120)
    kind = choice(N_("Kind"), PART_KINDS, required=True)
    applicable = many(N_("Fits equipment classes"))
    abc_class = choice(N_("ABC class"), ABC)
    ved_class = choice(N_("VED class"), VED)
    annual_usage = qty(N_("Use per year"), low=0)
    unit_price = price(N_("Unit price"))
    price_tax = choice(N_("Tax in the price"), TAXES)
    tax_rate = tax(N_("Tax rate"))
    lead_time_days = integer(N_("Lead time"), N_("days"), low=0)
    shelf_life_months = integer(N_("Shelf life"), N_("months"), low=1)
    serialised = flag(N_("Serial numbers"))
    batch_tracked = flag(N_("Batches"))
    barcode_alias = many(N_("External barcodes"))
    preferred_supplier_id = ref(N_("Supplier"), "supplier")
    replaced_by_id = ref(N_("Replaced by"), "part")
    keywords = text(N_("Keywords"), 400)
    link = text(N_("Link"), 400)
    status = choice(N_("Status"), PART_STATUS, required=True, index=True)
    remark = note(N_("Remarks"))


class PartSupplier(Synced, Base):
    """Where a part can be bought, and under which number (供货信息)."""

    __tablename__ = "part_supplier"
    about: ClassVar = About(
        N_("Supplier parts"), N_("Supplier part"), key="sku", topic="inventory", shared_key=True
    )
    part_id = ref(N_("Spare part"), "part", required=True)
    supplier_id = ref(N_("Supplier"), "supplier", required=True)
    sku = code(N_("Supplier's number"), 80)
    description = text(N_("Description"), 400)
    pack_qty = qty(N_("Pack size"), low=0)
    min_qty = qty(N_("Minimum order"), low=0)
    lead_time_days = integer(N_("Lead time"), N_("days"), low=0)
    unit_price = price(N_("Unit price"), unit="")
    price_tax = choice(N_("Tax in the price"), TAXES)
    tax_rate = tax(N_("Tax rate"))
    link = text(N_("Link"), 400)
    #: Of its price and its price breaks; the supplier's where none is named.
    currency = choice(N_("Currency"), CURRENCIES)


class StockPolicy(Synced, Base):
    """Safety stock, reorder point and maximum of a part in a warehouse (库存策略)."""

    __tablename__ = "stock_policy"
    about: ClassVar = About(N_("Stock policies"), N_("Stock policy"), bucket="site", topic="inventory")
    #: Without it a look-up by part and site reads all policies of the site.
    indexes = (("ix_stock_policy_part_site", "part_id", "site_id"),)
    part_id = ref(N_("Spare part"), "part", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    bin_id = ref(N_("Usual bin"), "location")
    safety_stock = qty(N_("Safety stock"), required=True, low=0)
    reorder_point = qty(N_("Reorder point"), required=True, low=0)
    max_stock = qty(N_("Maximum stock"), low=0)
    order_multiple = qty(N_("Order multiple"), low=0)
    method = choice(N_("Method"), METHODS, required=True)
    service_level = measure(N_("Service level"), "%")
    inputs = mapping(N_("Working"))
    override_reason = text(N_("Reason for the override"), 200)


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
    #: The first covers the sum of movements: `settle` reads it alone; the second tells of batches that grow old.
    indexes = (
        ("ix_stock_movement_level", "part_id", "bin_id", "batch", "type", "qty", "site_id", "happened_at"),
        ("ix_stock_movement_part_expires", "part_id", "expires_on"),
    )
    movement_no = code(N_("Movement number"), 40)
    type = choice(N_("Type"), MOVEMENT_TYPES, required=True)
    part_id = ref(N_("Spare part"), "part", required=True, index=False)
    site_id = ref(N_("Site"), "site", required=True)
    bin_id = ref(N_("Bin"), "location", required=True)
    #: In whose books it counts for ever: the warehouse above the bin when it was booked; none: the site's own store.
    warehouse_id = ref(N_("Warehouse"), "location", index=False)
    batch = text(N_("Batch"), 40)
    serial = text(N_("Serial number"), 60)
    #: The end of the shelf life as it stands on the pack.
    expires_on = day(N_("Expires on"))
    qty = qty(N_("Quantity"), required=True, low=1)
    unit_price = price(N_("Unit price"))
    price_tax = choice(N_("Tax in the price"), TAXES)
    tax_rate = tax(N_("Tax rate"))
    work_order_id = ref(N_("Work order"), "work_order")
    equipment_id = ref(N_("Equipment"), "equipment")
    purchase_line_id = ref(N_("Purchase line"), "purchase_line")
    count_id = ref(N_("Stocktake"), "stock_count")
    transfer_id = ref(N_("Transfer"), "")
    loan_id = ref(N_("Loan"), "loan")
    happened_at = instant(N_("Time"), required=True, index=True)
    #: Where its month was closed when it came: the beginning of the open period that it counts in.
    posted_at = instant(N_("Counts from"))
    entry = choice(N_("Entry"), ENTRIES)
    slip_no = text(N_("Slip number"), 40)
    by_id = ref(N_("Booked by"), "user_account")
    taken_by_id = ref(N_("Taken by"), "staff")
    taken_how = choice(N_("Receiver shown by"), TAKEN_HOW)
    reason = text(N_("Reason"), 200)
    reversal_of_id = ref(N_("Reversal of"), "stock_movement")
    #: A reversal was taken back: this movement brings back what that one took.
    again_of_id = ref(N_("Books again"), "stock_movement", index=False)
    hub_place = PLACE


class Reservation(Synced, Base):
    """Stock kept for a work order (预留)."""

    __tablename__ = "reservation"
    about: ClassVar = About(N_("Reservations"), N_("Reservation"), bucket="site", topic="inventory")
    part_id = ref(N_("Spare part"), "part", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    qty = qty(N_("Quantity"), required=True, low=0)
    work_order_id = ref(N_("Work order"), "work_order")
    until = day(N_("Until"))
    reason = text(N_("Reason"), 200)


class StockCount(Synced, Base):
    """A stocktake (盘点单)."""

    __tablename__ = "stock_count"
    about: ClassVar = About(N_("Stocktakes"), N_("Stocktake"), key="code", bucket="site", topic="inventory")
    code = code(N_("Stocktake number"), 40)
    site_id = ref(N_("Site"), "site", required=True)
    kind = choice(N_("Kind"), COUNT_KINDS, required=True)
    scope = text(N_("Scope"), 200, required=True)
    bins = many(N_("Bins"))
    classes = many(N_("ABC classes"), ABC)
    #: The parts (ids in hexadecimal) that were due when a count of the cycle was begun.
    parts = many(N_("Spare parts"))
    blind = flag(N_("Blind count"))
    status = choice(N_("Status"), COUNT_STATUS, required=True, group="status", index=True)
    opened_at = instant(N_("Opened"), required=True)
    counted_at = instant(N_("Counting closed"))
    counted_by = ref(N_("Closed by"), "user_account")
    approved_at = instant(N_("Approved on"))
    approved_by = ref(N_("Approved by"), "user_account")
    remark = note(N_("Remarks"))


class CountLine(Synced, Base):
    """What was counted of one part in one bin (盘点明细): a fact with what was seen in the books."""

    __tablename__ = "count_line"
    about: ClassVar = About(
        N_("Stocktake lines"), N_("Stocktake line"), bucket="site", topic="inventory", fact=True
    )
    count_id = ref(N_("Stocktake"), "stock_count", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    bin_id = ref(N_("Bin"), "location", required=True)
    batch = text(N_("Batch"), 40)
    counted = qty(N_("Counted"), required=True, low=0)
    seen_balance = qty(N_("In the books"), required=True)
    seen_hub_seq = integer(N_("Seen up to"))
    last_own_seq = integer(N_("Own records up to"))
    counted_at = instant(N_("Time"), required=True)
    counted_by = ref(N_("Counted by"), "user_account")
    entry = choice(N_("Entry"), COUNT_ENTRIES)
    #: Who counted on paper, as the sheet names them, and when it was typed in.
    paper_name = text(N_("Counter on paper"), 80)
    typed_at = instant(N_("Typed in on"))
    unit_price = price(N_("Average price"))
    reason = text(N_("Reason"), 200)
    #: The lines (ids in hexadecimal) that this one was put in the place of, by a choice.
    replaces = many(N_("Replaces"))


class RecountTask(Synced, Base):
    """A line of a stock-take that somebody is asked to count again (复盘); the newest word holds."""

    __tablename__ = "recount_task"
    about: ClassVar = About(N_("Recounts"), N_("Recount"), bucket="site", topic="inventory", fact=True)
    count_id = ref(N_("Stocktake"), "stock_count", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    bin_id = ref(N_("Bin"), "location", required=True)
    batch = text(N_("Batch"), 40)
    person_id = ref(N_("Assigned to"), "user_account")
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Assigned by"), "user_account")


class PurchaseOrder(Synced, Base):
    """A purchase (采购单); its life follows SM-11."""

    __tablename__ = "purchase_order"
    about: ClassVar = About(
        N_("Purchase orders"), N_("Purchase order"), key="code", bucket="site", topic="inventory"
    )
    code = code(N_("Order number"), 40)
    site_id = ref(N_("Site"), "site", required=True)
    supplier_id = ref(N_("Supplier"), "supplier")
    status = choice(N_("Status"), PURCHASE_STATES, required=True, group="status")
    ordered_on = day(N_("Ordered on"))
    due_on = day(N_("Due on"))
    remark = note(N_("Remarks"))
    #: Of the prices of its lines; the site's where none is named.
    currency = choice(N_("Currency"), CURRENCIES)
    #: What one unit of it costs in the site's currency, of which day, and who typed it.
    rate = rate(N_("Exchange rate"), group="rate")
    rate_on = day(N_("Rate of"), group="rate")
    rate_by = ref(N_("Rate typed by"), "user_account", index=False, group="rate")


class PurchaseLine(Synced, Base):
    """A line of a purchase; what arrived is the sum of its receipts."""

    __tablename__ = "purchase_line"
    about: ClassVar = About(N_("Purchase lines"), N_("Purchase line"), bucket="site", topic="inventory")
    order_id = part_of(N_("Purchase order"), "purchase_order")
    site_id = ref(N_("Site"), "site", required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    qty = qty(N_("Quantity"), required=True, low=0)
    unit_price = price(N_("Unit price"), unit="")
    price_tax = choice(N_("Tax in the price"), TAXES)
    tax_rate = tax(N_("Tax rate"))
    due_on = day(N_("Due on"))


class QrLabel(Synced, Base):
    """A label that was printed (标签): which record, when, by whom, how many."""

    __tablename__ = "qr_label"
    about: ClassVar = About(N_("Labels"), N_("Label"), topic="labels", fact=True)
    type = text(N_("Type"), 2, required=True)
    target_id = ref(N_("Record"), "", required=True)
    payload = text(N_("Code on the label"), 64, required=True)
    printed_at = instant(N_("Printed at"), required=True)
    printed_by = ref(N_("Printed by"), "user_account")
    copies = integer(N_("Copies"), required=True, low=1)
    layout = text(N_("Label layout"), 40)


class CodeAlias(Synced, Base):
    """A code that still finds its record (别名): a replaced number, a maker's barcode, a pre-printed blank."""

    __tablename__ = "code_alias"
    about: ClassVar = About(N_("Other codes"), N_("Other code"), key="code", topic="labels")
    code = code(N_("Code"), 80)
    target_table = text(N_("Table"), 40, required=True)
    target_id = ref(N_("Record"), "", required=True)
    #: The record that was given up for the target: whatever still names it means the target.
    old_id = ref(N_("Merged record"), "")
