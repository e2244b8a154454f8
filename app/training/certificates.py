"""Certificates and permits (证书): their state, the most urgent first; the mid-term review is not the expiry (R-3.1-b)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.access import Actor
from app.names import named
from app.training.people import mentions, people
from app.training.rules import CERTIFICATE_HOLDS, CERTIFICATE_STATES, CertificateState, certificate_state
from app.tx import Reader

#: A certificate was renewed: the person holds a later one of the same type.
_REPLACED = """EXISTS (SELECT 1 FROM staff_certificate l WHERE l.staff_id = c.staff_id
  AND l.cert_type_id = c.cert_type_id AND l.deleted = 0 AND l.revoked = 0 AND (l.issue_date, l.n) > (c.issue_date, c.n))"""


@dataclass(frozen=True)
class _Row:
    n: int
    id: bytes
    record_no: str
    staff_id: bytes
    staff_no: str
    person: str
    type_id: bytes
    type_code: str
    type: str
    months: int | None
    review_months: int | None
    number: str
    issued: str
    review_due: str | None
    review_passed: str | None
    until: str | None
    revoked: int
    replaced: int


@dataclass(frozen=True)
class CertificateView(_Row):
    """A certificate with its state as of a day."""

    standing: CertificateState

    @property
    def state(self) -> str:
        """The state by its code of app.signs."""
        return self.standing.state

    @property
    def days(self) -> int | None:
        """Days until the next date; negative where it has gone."""
        return self.standing.days

    @property
    def urgency(self) -> tuple[int, int, str]:
        """What comes first in a list: by state, then by the days that are left."""
        days = self.standing.days
        return CERTIFICATE_STATES.index(self.state), 99_999 if days is None else days, self.staff_no


def _select(where: str) -> str:
    return (
        f"SELECT c.n, c.id, c.certificate_id, c.staff_id, s.staff_no, {named('s')}, c.cert_type_id, t.code, "
        f"{named('t')}, t.validity_months, t.review_months, c.certificate_no, c.issue_date, c.review_due_date, "
        f"c.review_passed_on, c.valid_until, c.revoked, {_REPLACED} FROM staff_certificate c "
        f"JOIN staff s ON s.id = c.staff_id JOIN cert_type t ON t.id = c.cert_type_id "
        f"WHERE c.deleted = 0 AND s.deleted = 0 {where}"
    )


def _viewed(read: Reader, today: str, where: str, *params: Any) -> list[CertificateView]:
    rows = read.rows(_select(where), *params)
    made = [CertificateView(*(*row, _state(_Row(*row), today))) for row in rows]
    return sorted(made, key=lambda c: c.urgency)


def _state(row: _Row, today: str) -> CertificateState:
    return certificate_state(row.until, row.review_due, row.review_passed, row.revoked, today)


def certificates(
    read: Reader, actor: Actor, today: str, filters: Mapping[str, Any] | None = None, text: str = ""
) -> list[CertificateView]:
    """The certificates in force of everybody who has not left, the most urgent first.

    `filters`: site, team, post of the holder; type, state; `replaced` shows those that were renewed since, too.
    """
    wanted = dict(filters or {})
    holders = {who.id for who in people(read, actor, wanted)}
    return [
        found
        for found in _viewed(read, today, "")
        if found.staff_id in holders
        and (not found.replaced or wanted.get("replaced"))
        and wanted.get("state") in (None, found.state)
        and wanted.get("type") in (None, found.type_id)
        and mentions(text, found.person, found.staff_no, found.type, found.number)
    ]


def certificates_of(read: Reader, staff: bytes, today: str) -> list[CertificateView]:
    """All certificates of one person, the most urgent first and renewed ones last."""
    found = _viewed(read, today, "AND c.staff_id = ?", staff)
    return sorted(found, key=lambda c: (c.replaced, c.urgency))


def certificate(read: Reader, row_id: bytes, today: str) -> CertificateView | None:
    """One certificate."""
    found = _viewed(read, today, "AND c.id = ?", row_id)
    return found[0] if found else None


def in_force(read: Reader, today: str, staff: bytes) -> set[bytes]:
    """The certificate types that a person holds today."""
    return {c.type_id for c in certificates_of(read, staff, today) if c.state in CERTIFICATE_HOLDS}


def certificate_types(read: Reader) -> list[tuple[bytes, str, str]]:
    """Id, code and name of the certificate types."""
    sql = f"SELECT t.id, t.code, {named('t')} FROM cert_type t WHERE t.deleted = 0 ORDER BY t.code"
    return [(row[0], row[1], row[2]) for row in read.rows(sql)]
