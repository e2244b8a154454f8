"""The training matrix and the record of one person: the rows of the training page."""

from dataclasses import replace

from app.errors import AppError
from app.reports.document import Report
from app.reports.sources.job import Job
from app.reports.training import training_matrix, training_record
from app.training.people import people
from app.training.report_data import matrix_data, record_data
from app.words import N_


def matrix(job: Job) -> Report:
    """Who holds which required course as of a day, of a site and a team."""
    given = job.given
    filters = {
        "site": job.site_id,
        "team": _team(job),
        "post": given["post"] or None,
        "category": given["category"] or None,
    }
    data = matrix_data(job.read, job.desk.actor, job.today, filters, signers=job.signers(job.site_id))
    return training_matrix(data, job.issue(job.site), job.size)


def _team(job: Job) -> bytes | None:
    code = job.given["team"]
    if not code:
        return None
    found = job.read.value("SELECT id FROM org_unit WHERE code = ? AND deleted = 0", code)
    if not isinstance(found, bytes):
        raise AppError(N_("There is no team “{code}”. Choose another one."), code=code)
    return found


def record(job: Job) -> Report:
    """The courses and certificates of one person."""
    number = job.given["staff"]
    everybody = people(job.read, job.desk.actor)
    who = next((found for found in everybody if found.staff_no.casefold() == number.casefold()), None)
    data = record_data(job.read, who.id, job.desk.today()) if who else None
    if who is None or data is None:
        raise AppError(N_("There is no staff member “{number}” here. Choose another one."), number=number)
    return training_record(replace(data, signers=job.signers(who.site_id)), job.issue(who.site_id))
