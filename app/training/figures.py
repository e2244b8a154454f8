"""Figures of training with their basis (requirements 3.4), and what waits for somebody."""

from dataclasses import dataclass

from app.access import Actor
from app.training.certificates import certificates
from app.training.matrix import matrix
from app.training.rules import CERTIFICATE_HOLDS
from app.tx import Reader


@dataclass(frozen=True)
class Share:
    """A part of a whole; `per_mille` is None where there is nothing to divide by."""

    part: int
    whole: int

    @property
    def per_mille(self) -> int | None:
        return (self.part * 2000 + self.whole) // (2 * self.whole) if self.whole else None

    @property
    def percent(self) -> str:
        """With one decimal, `47.2`; empty where there is no basis."""
        found = self.per_mille
        return "" if found is None else f"{found // 10}.{found % 10}"


@dataclass(frozen=True)
class TrainingFigures:
    """Coverage (valid required pairs), certificate validity (people), and the counts behind the tiles."""

    coverage: Share
    certificates: Share
    expired: int
    not_passed: int
    missing: int
    expiring: int
    certificates_due: int
    certificates_lost: int
    days: int


def training_figures(read: Reader, actor: Actor, today: str, site: bytes | None = None) -> TrainingFigures:
    """Training coverage and certificate validity as of a day, of one site or of all."""
    filters = {"site": site} if site else {}
    found = matrix(read, actor, today, filters)
    held = certificates(read, actor, today, filters)
    needing = _needing(read, actor, today, filters)
    lost = {c.staff_id for c in held if c.state not in CERTIFICATE_HOLDS}
    kept = {(c.staff_id, c.type_id) for c in held if c.state in CERTIFICATE_HOLDS}
    whole = sum(1 for staff, types in needing.items() if all((staff, kind) in kept for kind in types))
    return TrainingFigures(
        Share(found.held, found.required),
        Share(whole, len(needing)),
        found.counts["expired"],
        found.counts["not_passed"],
        found.counts["missing"],
        found.counts["expiring"],
        sum(c.state == "expiring" for c in held),
        len(lost),
        found.days,
    )


def _needing(read: Reader, actor: Actor, today: str, filters: dict[str, bytes]) -> dict[bytes, set[bytes]]:
    """People and the certificate types they need: by the rules for their post, and those that they were given."""
    from app.training.people import people

    rules = read.rows(
        "SELECT role_code, cert_type_id FROM competency_rule WHERE deleted = 0 AND cert_type_id IS NOT NULL "
        "AND equipment_class_id IS NULL AND template_code IS NULL"
    )
    found: dict[bytes, set[bytes]] = {}
    for who in people(read, actor, filters):
        types = {kind for post, kind in rules if post in (None, who.post)}
        if types:
            found[who.id] = types
    for held in certificates(read, actor, today, filters):
        if held.state != "revoked":
            found.setdefault(held.staff_id, set()).add(held.type_id)
    return found
