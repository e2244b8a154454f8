"""What each permission lets a person do, in the order in which the roles page shows them."""

from app.access import Permission as P  # noqa: N817 - thirty names in a table
from app.words import N_

PERMISSIONS: tuple[tuple[str, tuple[tuple[P, str], ...]], ...] = (
    (N_("Everybody"), ((P.SEE, N_("See the site and its records")), (P.REPORT_FAULTS, N_("Report faults")))),
    (
        N_("Inspections"),
        (
            (P.DO_ROUNDS, N_("Do rounds")),
            (P.REVIEW_ROUNDS, N_("Review rounds")),
            (P.PLAN_ROUNDS, N_("Plan rounds and templates")),
            (P.HANDLE_ALERTS, N_("Handle alerts")),
        ),
    ),
    (
        N_("Work orders"),
        (
            (P.DO_WORK, N_("Do work orders")),
            (P.PLAN_WORK, N_("Plan work orders")),
            (P.VERIFY_WORK, N_("Accept work orders")),
        ),
    ),
    (
        N_("Equipment"),
        (
            (P.USE_EQUIPMENT, N_("Record readings and use")),
            (P.EDIT_EQUIPMENT, N_("Edit equipment and places")),
            (P.RETIRE_EQUIPMENT, N_("Retire equipment")),
        ),
    ),
    (
        N_("Spare parts"),
        (
            (P.SEE_STOCK, N_("See the stock")),
            (P.TAKE_PARTS, N_("Take parts")),
            (P.MOVE_STOCK, N_("Receive, move and count parts")),
            (P.EDIT_PARTS, N_("Edit parts and suppliers")),
            (P.APPROVE_STOCK, N_("Approve counts and adjustments")),
            (P.BUY, N_("Order parts")),
        ),
    ),
    (
        N_("Training"),
        (
            (P.SEE_TRAINING, N_("See the training")),
            (P.EDIT_TRAINING, N_("Edit courses and certificates")),
            (P.EDIT_STAFF, N_("Edit staff")),
            (P.SEE_PRIVATE, N_("See fitness for work")),
        ),
    ),
    (
        N_("Data"),
        (
            (P.PRINT_REPORTS, N_("Print reports")),
            (P.PRINT_LABELS, N_("Print labels")),
            (P.IMPORT, N_("Import data")),
            (P.EXPORT, N_("Export data")),
            (P.SETTLE_CONFLICTS, N_("Settle conflicts")),
        ),
    ),
    (
        N_("Access"),
        (
            (P.SEE_AUDIT, N_("See the audit log")),
            (P.SET_PIN, N_("Set PINs of colleagues")),
            (P.ADMINISTER, N_("Accounts, roles and settings")),
        ),
    ),
)
