"""The low-stock list and the purchase proposal: the rows of the store's own page."""

from app.inventory import figures
from app.reports.document import Report
from app.reports.rows import LowStockData, LowStockRow, ProposalRow
from app.reports.sources.job import Job
from app.reports.stock import low_stock_report
from app.words import _


def low_stock(job: Job) -> Report:
    """Parts at or below their reorder point, and what to buy from whom."""
    read, site = job.read, job.site_id
    active, inactive = figures.scope(read, site)
    data = LowStockData(
        active,
        tuple(_low(row) for row in figures.low_stock(read, site)),
        tuple(_proposal(job, row) for row in figures.proposals(read, site)),
        tuple(figures.covered(read, site)),
        inactive,
        signers=job.signers(site),
    )
    return low_stock_report(data, job.issue(job.site))


def _low(row: figures.LowRow) -> LowStockRow:
    return LowStockRow(
        row.part_no,
        row.name,
        row.spec,
        row.unit,
        row.bin,
        row.on_hand,
        row.reserved,
        row.available,
        row.on_order,
        row.safety,
        row.reorder,
        row.maximum,
        row.state,
    )


def _proposal(job: Job, row: figures.ProposalRow) -> ProposalRow:
    return ProposalRow(
        row.part_no,
        row.name,
        row.spec,
        row.unit,
        _seller(job, row.supplier_id),
        row.quantity,
        row.price,
        row.amount,
        row.lead_days,
    )


def _seller(job: Job, supplier: bytes | None) -> str:
    """Code, name and telephone: whom to call."""
    found = job.read.row("SELECT code, name, phone FROM supplier WHERE id = ?", supplier)
    return "  ".join(filter(None, found)) if found else _("No supplier named")
