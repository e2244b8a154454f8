"""The rows of the list of stock that stands still, grows old or is too much."""

from app.inventory.standing import standing
from app.reports.document import Report
from app.reports.sources.job import Job
from app.reports.standing import standing_list


def standing_still(job: Job) -> Report:
    """As of today, at a site or at all of them."""
    return standing_list(standing(job.read, job.site_id), job.issue(job.site), job.desk.today())
