"""What the ledger is kept by: checked withdrawals, closed months, loans, calibrations of tools, transfers between sites."""

from typing import ClassVar

from db.models.base import (
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
    mapping,
    part_of,
    price,
    qty,
    ref,
    text,
)
from resources.marks import N_

CHECKS: Choices = (
    ("confirmed", N_("Confirmed")),
    ("corrected", N_("Corrected")),
    ("refused", N_("Refused")),
    #: A decision was taken back; nothing is decided again.
    ("open", N_("Waits again")),
)
DIRECTIONS: Choices = (("out", N_("Lent by us")), ("in", N_("Borrowed by us")))
LOAN_EVENTS: Choices = (
    ("returned", N_("Returned")),
    ("kept", N_("Turned into an issue")),
    ("extended", N_("Extended")),
)
TRANSFER_EVENTS: Choices = (
    ("arrived", N_("Arrived")),
    ("missing", N_("Lost on the way")),
    ("recalled", N_("Sending taken back")),
    ("undone", N_("Arrival taken back")),
)


class MovementCheck(Synced, Base):
    """What a storekeeper says of a part that was taken without him (待仓管确认); a later word follows an earlier one."""

    __tablename__ = "movement_check"
    about: ClassVar = About(
        N_("Checked withdrawals"), N_("Checked withdrawal"), bucket="site", topic="inventory", fact=True
    )
    movement_id = ref(N_("Stock movement"), "stock_movement", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    decision = choice(N_("Decision"), CHECKS, required=True)
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Decided by"), "user_account")
    qty = qty(N_("Quantity"), low=0)
    reason = text(N_("Reason"), 200)
    #: The decision that stood when this one came.
    after_id = ref(N_("Follows"), "movement_check")
    #: Somebody had decided meanwhile: it moved nothing, and a person looks again.
    late = flag(N_("Came too late"))
    #: The movement that stands for the withdrawal from now on; none: nothing was taken.
    booked_id = ref(N_("Booked as"), "stock_movement")


class SkippedScan(Synced, Base):
    """A scan that led to nothing, and why the person left it at that."""

    __tablename__ = "skipped_scan"
    about: ClassVar = About(
        N_("Skipped scans"), N_("Skipped scan"), bucket="site", topic="inventory", fact=True
    )
    site_id = ref(N_("Site"), "site")
    code = text(N_("Code"), 200, required=True)
    refusal = text(N_("Refused because"), 200)
    reason = text(N_("Reason"), 200, required=True)
    scanned_at = instant(N_("Scanned at"), required=True)
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Skipped by"), "user_account")


class StockClosing(Synced, Base):
    """A month of a warehouse that is closed (月结): its figures never change; a reopened one is followed by another."""

    __tablename__ = "stock_closing"
    about: ClassVar = About(
        N_("Closed months"), N_("Closed month"), key="code", bucket="site", topic="inventory"
    )
    code = code(N_("Closing number"), 40)
    site_id = ref(N_("Site"), "site", required=True)
    #: None: the site's own store, of bins that lie in no warehouse.
    warehouse_id = ref(N_("Warehouse"), "location", index=False)
    month = text(N_("Month"), 7, required=True)
    starts_at = instant(N_("From"), required=True)
    #: The first moment of the next month.
    ends_at = instant(N_("To"), required=True)
    closed_at = instant(N_("Closed on"), required=True)
    closed_by = ref(N_("Closed by"), "user_account")
    #: What was open when it was closed: code of the check -> how many.
    accepted = mapping(N_("Open items"))
    reason = text(N_("Reason"), 200)
    reopened_at = instant(N_("Reopened on"))
    reopened_by = ref(N_("Reopened by"), "user_account")
    reopen_reason = text(N_("Reason for reopening"), 200)


class StockClosingLine(Synced, Base):
    """A part in a closed month: what came, what went, what was left; values in ten-millionths of the currency."""

    __tablename__ = "stock_closing_line"
    about: ClassVar = About(
        N_("Lines of closed months"),
        N_("Line of a closed month"),
        bucket="site",
        topic="inventory",
        fact=True,
    )
    closing_id = part_of(N_("Closed month"), "stock_closing")
    site_id = ref(N_("Site"), "site", required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    in_qty = qty(N_("Received"), required=True)
    in_value = integer(N_("Value received"), required=True)
    out_qty = qty(N_("Issued"), required=True)
    out_value = integer(N_("Value issued"), required=True)
    on_hand = qty(N_("On hand"), required=True)
    value = integer(N_("Value"), required=True)


class Loan(Synced, Base):
    """A part or tool that is lent or borrowed (借出/借入); what is still out is its quantity less its events."""

    __tablename__ = "loan"
    about: ClassVar = About(N_("Loans"), N_("Loan"), key="code", bucket="site", topic="inventory", fact=True)
    code = code(N_("Loan number"), 40)
    site_id = ref(N_("Site"), "site", required=True)
    direction = choice(N_("Direction"), DIRECTIONS, required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    bin_id = ref(N_("Bin"), "location")
    batch = text(N_("Batch"), 40)
    serial = text(N_("Serial number"), 60)
    qty = qty(N_("Quantity"), required=True, low=1)
    staff_id = ref(N_("Borrower"), "staff")
    party = text(N_("Firm or department"), 120)
    lent_at = instant(N_("Lent on"), required=True)
    due_on = day(N_("Return by"), required=True)
    by_id = ref(N_("Booked by"), "user_account")
    reason = text(N_("Reason"), 200)


class LoanEvent(Synced, Base):
    """What became of a loan, or of a part of it."""

    __tablename__ = "loan_event"
    about: ClassVar = About(
        N_("Events of loans"), N_("Event of a loan"), bucket="site", topic="inventory", fact=True
    )
    loan_id = ref(N_("Loan"), "loan", required=True)
    site_id = ref(N_("Site"), "site", required=True)
    kind = choice(N_("Kind"), LOAN_EVENTS, required=True)
    qty = qty(N_("Quantity"), required=True, low=0)
    due_on = day(N_("Return by"))
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Booked by"), "user_account")
    reason = text(N_("Reason"), 200)


class ToolCalibration(Synced, Base):
    """A calibration of a tool (检定校准), of one unit where it has a serial number."""

    __tablename__ = "tool_calibration"
    about: ClassVar = About(N_("Calibrations"), N_("Calibration"), topic="inventory", fact=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    serial = text(N_("Serial number"), 60)
    done_on = day(N_("Calibrated on"), required=True)
    valid_until = day(N_("Valid until"), required=True)
    certificate = text(N_("Certificate number"), 60)
    remark = text(N_("Remarks"), 200)


class StockTransfer(Synced, Base):
    """Parts on the way from one site to another (在途); seen by both, so it lies in the common bucket."""

    __tablename__ = "stock_transfer"
    about: ClassVar = About(
        N_("Transfers between sites"), N_("Transfer between sites"), key="code", topic="inventory", fact=True
    )
    code = code(N_("Transfer number"), 40)
    from_site = ref(N_("From site"), "site", required=True)
    to_site = ref(N_("To site"), "site", required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    batch = text(N_("Batch"), 40)
    serial = text(N_("Serial number"), 60)
    qty = qty(N_("Quantity"), required=True, low=1)
    unit_price = price(N_("Unit price"))
    sent_at = instant(N_("Sent on"), required=True)
    sent_by = ref(N_("Sent by"), "user_account")
    reason = text(N_("Reason"), 200)


class StockTransferEvent(Synced, Base):
    """What arrived of a transfer, or was lost on the way."""

    __tablename__ = "stock_transfer_event"
    about: ClassVar = About(
        N_("Events of transfers"), N_("Event of a transfer"), topic="inventory", fact=True
    )
    transfer_id = ref(N_("Transfer between sites"), "stock_transfer", required=True)
    kind = choice(N_("Kind"), TRANSFER_EVENTS, required=True)
    qty = qty(N_("Quantity"), required=True, low=1)
    at = instant(N_("Time"), required=True)
    by_id = ref(N_("Booked by"), "user_account")
    reason = text(N_("Reason"), 200)
