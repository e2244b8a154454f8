"""A purchase order and its deliveries: the rows of the purchasing page."""

from app.errors import AppError
from app.inspections.queries import manager_of
from app.names import named, person
from app.purchasing.lists import OrderCard, order_card
from app.reports.document import Report
from app.reports.purchase import Buyer, Delivered, purchase_order, receipt_list
from app.reports.returned import supplier_return
from app.reports.sources.job import Job, bracketed
from app.values import day_of
from app.words import N_


def order(job: Job) -> Report:
    """The order as it goes to the supplier."""
    card = _card(job)
    return purchase_order(card, _buyer(job, card), job.issue(card.row["site_id"]))


def receipts(job: Job) -> Report:
    """What came for an order, all of it or on one day."""
    card = _card(job)
    issue = job.issue(card.row["site_id"])
    return receipt_list(
        card, _buyer(job, card), issue, job.given["day"], _delivered(job, card, issue.timezone)
    )


def returns(job: Job) -> Report:
    """What goes back to the supplier, all of it or on one day; what was taken back since does not."""
    card = _card(job)
    issue = job.issue(card.row["site_id"])
    moved = _delivered(job, card, issue.timezone)
    back = tuple(one for one in moved if one.movement.type == "issue" and one.movement.state == "booked")
    return supplier_return(card, _buyer(job, card), issue, job.given["day"], back)


def _delivered(job: Job, card: OrderCard, timezone: str) -> tuple[Delivered, ...]:
    lines, day = {line.part_id: line for line in card.lines}, job.given["day"]
    return tuple(
        Delivered(move, lines[move.part_id], card.serials.get(move.id, ""), card.paid_otherwise(move))
        for move in card.receipts
        if move.part_id in lines and (not day or day_of(move.happened_at, timezone) == day)
    )


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
