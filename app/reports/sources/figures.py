"""The rows of the store's figures: turns, stock-outs, the matrix of classes, and how exact the books were."""

from collections import Counter

from app.inventory import turns as reckoned
from app.inventory.availability import availability, service_of
from app.inventory.classes import ABC, VED
from app.inventory.rules import rules_of
from app.inventory.stockcard import months_of
from app.reports import figures as sheets
from app.reports.document import Report
from app.reports.sources.job import Job
from app.reports.sources.ledger import span
from app.stocktake.counts import accuracy, exact_by_class
from app.values import day_of

MOST = 500


def turns(job: Job) -> Report:
    """Turns and days of supply of today."""
    variants = reckoned.turns(job.read, job.site_id, job.desk.now())
    classes = reckoned.turns_by_class(reckoned.part_worths(job.read, job.site_id))
    warehouses = reckoned.turns_by_store(job.read, job.site_id, job.desk.now())
    return sheets.turns_report(variants, classes, warehouses, job.issue(job.site), job.desk.today())


def outs(job: Job) -> Report:
    """What was out of stock in a span of time, and how much of what was asked for was there."""
    since, until, period = span(job)
    now = min(until, job.desk.now())
    rows = availability(job.read, job.site_id, since, now)
    zone = job.desk.timezone
    found = Counter(day_of(at, zone)[:7] for row in rows for at in row.began)
    by_month = [(month, found[month]) for month in months_of(day_of(since, zone), day_of(now, zone))]
    return sheets.outs_report(rows, service_of(rows), job.issue(job.site), period, by_month)


def matrix(job: Job) -> Report:
    """The parts by value and criticality."""
    rules = rules_of(job.read)
    groups = {a + v: rules.group(a, v) for a in ABC for v in VED}
    worths = reckoned.part_worths(job.read, job.site_id)
    return sheets.matrix_report(worths, groups, job.issue(job.site), job.desk.today())


def exact(job: Job) -> Report:
    """The approved stock-takes of a span of time."""
    since, until, period = span(job)
    counts = accuracy(job.read, job.site_id, MOST, since=since, until=until)
    return sheets.accuracy_report(counts, exact_by_class(job.read, counts), job.issue(job.site), period)
