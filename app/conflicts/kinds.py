"""The kinds of ops and the hub's reasons, as people say them. A kind that is not here is shown by its code."""

from app.words import N_

#: Kind of op -> what was done.
KINDS = {
    "create": N_("created"),
    "patch": N_("changed"),
    "transition": N_("moved on"),
    "retire": N_("deleted or brought back"),
    "merge": N_("merged with another"),
    "alert.act": N_("Alert handled"),
    "auth.note": N_("Sign-in"),
    "conflict.settle": N_("Conflict settled"),
    "conflict.reopen": N_("Conflict opened again"),
    "count.assign": N_("Recount assigned"),
    "count.approve": N_("Stocktake approved"),
    "count.cancel": N_("Stocktake cancelled"),
    "count.close": N_("Stocktake handed in"),
    "count.line": N_("Counted quantity"),
    "count.open": N_("Stocktake begun"),
    "count.reopen": N_("Stocktake continued"),
    "equipment.attach": N_("Picture of a machine"),
    "equipment.move": N_("Machine moved"),
    "equipment.note": N_("Note on a machine"),
    "equipment.read_meter": N_("Meter reading"),
    "equipment.use": N_("Use of a machine"),
    "file.attach": N_("Photo or document"),
    "file.detach": N_("File removed from a record"),
    "inspection.answer": N_("Answer of a round"),
    "inspection.miss": N_("Missed round"),
    "inspection.raise": N_("Fault found in a round"),
    "inspection.review": N_("Review of a round"),
    "inspection.start": N_("Start of a round"),
    "inspection.submit": N_("Round handed in"),
    "inspection.version": N_("Version of a template"),
    "label.print": N_("Labels printed"),
    "quarantine.decide": N_("Held back entry decided"),
    "report.note": N_("Report made"),
    "scan.skip": N_("Skipped scan"),
    "loan.event": N_("Loan returned, kept or extended"),
    "loan.open": N_("Loan"),
    "stock.adjust": N_("Stock adjusted by a count"),
    "stock.check": N_("Withdrawal checked"),
    "stock.close": N_("Month closed"),
    "stock.move": N_("Stock movement"),
    "stock.reopen": N_("Month opened again"),
    "tool.calibrate": N_("Calibration"),
    "training.record": N_("Training record"),
    "training.void": N_("Training record voided"),
    "transfer.event": N_("Transfer arrived or lost"),
    "transfer.send": N_("Transfer sent"),
}

#: What the hub says when it keeps an op back -> what that means to the person.
REASONS = {
    "device revoked": N_("This laptop takes no part in the hub any more."),
    "site not granted to the device": N_("The site is not assigned to this laptop."),
    "site not granted to the account": N_("The account has no part in this site."),
    "rights from a laptop of some sites": N_(
        "Accounts, roles and settings for all are changed on a laptop that holds every site. Somebody who may do it there can let it in."
    ),
    "account unknown or closed": N_("The hub does not know the account, or it was closed."),
    "waits for a record that is not here": N_("It waits for a record that has not reached the hub yet."),
    "approved by who counted": N_(
        "Whoever counted cannot approve. Another person approves the stocktake on its own page."
    ),
    "differences above the limit of the site": N_(
        "The differences are above the limit of the site. A supervisor approves the stocktake on its own page."
    ),
    "not allowed to this account": N_("The account may not do this."),
}
