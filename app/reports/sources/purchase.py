"""A purchase order and its deliveries: the rows of the purchasing page."""

from app.errors import AppError
from app.inspections.queries import manager_of
from app.names import named, person
from app.purchasing.lists import OrderCard, order_card
from app.reports.document import Report
from app.reports.purchase import Buyer, Delivered, purchase_order, receipt_list
from app.reports.sources.job import Job, bracketed
from app.values import day_of
from app.words import N_


def order(job: Job) -> Report:
    """The order as it goes to the supplier."""
    card = _card(job)
    return purchase_order(card, _buyer(job, card), job.issue(card.row["site_id"]))


def receipts(job: Job) -> Report:
    """What came for an order, all of it or on one day."""
    card, day = _card(job), job.given["day"]
    issue = job.issue(card.row["site_id"])
    lines = {line.part_id: line for line in card.lines}
    found = tuple(
        Delivered(move, lines[move.part_id])
        for move in card.receipts
        if move.part_id in lines and (not day or day_of(move.happened_at, issue.timezone) == day)
    )
    return receipt_list(card, _buyer(job, card), issue, day, found)


def _card(job: Job) -> OrderCard:
    code = job.given["code"]
    found = job.read.row(
        "SELECT id, site_id FROM purchase_order WHERE code = ? COLLATE NOCASE AND deleted = 0", code
    )
    card = order_card(job.read, found[0], job.desk.today()) if found and job.sees(found[1]) else None
    if card is None:
        raise AppError(N_("There is no purchase order “{code}” here. Choose another one."), code=code)
    return card


def _buyer(job: Job, card: OrderCard) -> Buyer:
    site = card.row["site_id"]
    sql = f"SELECT {named('s')}, s.code, coalesce(s.address, ''), coalesce(s.phone, '') FROM site s WHERE s.id = ?"
    name, code, address, phone = job.read.row(sql, site) or ("", "", "", "")
    contact = job.read.value(
        f"SELECT {person('o.created_by')} FROM purchase_order o WHERE o.id = ?", card.row["id"]
    )
    manager = manager_of(job.read, site)
    organisation = job.issue(site).organisation
    return Buyer(organisation, bracketed(name, code), address, phone, contact or job.printed_by, manager)
