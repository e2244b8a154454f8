"""The low-stock list and the purchase proposal: the rows of the store's own page."""

from app.inventory import figures
from app.names import named
from app.purchasing.offers import Offer, offers, said_of
from app.reports.document import Report
from app.reports.rows import LowStockData, LowStockRow, ProposalRow
from app.reports.sources.job import Job
from app.reports.stock import buy_list, low_stock_report
from app.words import _


def low_stock(job: Job) -> Report:
    """Parts at or below their reorder point, and what to buy from whom."""
    return low_stock_report(_data(job), job.issue(job.site))


def to_buy(job: Job) -> Report:
    """The proposal alone: the list that goes to whoever buys."""
    return buy_list(_data(job), job.issue(job.site))


def _data(job: Job) -> LowStockData:
    read, site = job.read, job.site_id
    active, inactive = figures.scope(read, site)
    return LowStockData(
        active,
        tuple(_low(row) for row in figures.low_stock(read, site)),
        tuple(_proposal(job, offer) for offer in offers(read, site)),
        tuple(figures.covered(read, site)),
        inactive,
        signers=job.signers(site),
    )


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


def _proposal(job: Job, offer: Offer) -> ProposalRow:
    row, terms = offer.row, offer.terms
    qty = offer.terms.cheapest(row.quantity, offer.most).qty
    return ProposalRow(
        row.part_no,
        row.name,
        row.spec,
        row.unit,
        _seller(job, offer),
        qty,
        offer.price_of(qty),
        terms.worth(qty),
        offer.lead_days,
        terms.sku,
        said_of(offer),
        row.quantity,
    )


def _seller(job: Job, offer: Offer) -> str:
    """Code, name and telephone: whom to call; and the currency of the prices, where it is another one."""
    sql = f"SELECT u.code, {named('u')}, u.phone FROM supplier u WHERE u.id = ?"
    found = [*(job.read.row(sql, offer.supplier_id) or ()), offer.currency if offer.foreign else ""]
    return "  ".join(filter(None, found)) if offer.supplier_id else _("No supplier named")
