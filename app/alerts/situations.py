"""How a rule's situations become rows of `alert`: once per situation, cleared when it is over.

keep(derive, "equipment.retire", found)                    the rule was weighed for everything
keep(derive, "inspection.limit", found, subjects=touched)  only for these subjects
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.fields import to_json
from app.tx import Derive
from db.ids import made_id


@dataclass(frozen=True)
class Situation:
    """Something that a rule has found. The same `parts` are the same situation on every laptop."""

    rule: str
    parts: tuple[bytes | str, ...]
    level: int
    table: str
    subject: bytes
    site: bytes | None
    raised_at: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> bytes:
        """The alert's id, made alike everywhere."""
        return made_id(self.rule, *self.parts)


_PUT = (
    "INSERT INTO alert (id, rule, site_id, level, subject_table, subject_id, facts, raised_at, cleared_at, state) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 'raised') ON CONFLICT (id) DO UPDATE SET level = excluded.level, "
    "facts = excluded.facts, site_id = excluded.site_id, state = 'raised', cleared_at = NULL, "
    "subject_table = excluded.subject_table, subject_id = excluded.subject_id, "
    # The moment follows from the situation, not from when a laptop saw it: all say the same.
    "raised_at = excluded.raised_at "
    "WHERE alert.cleared_at IS NOT NULL OR alert.level <> excluded.level OR alert.facts <> excluded.facts "
    "OR alert.site_id IS DISTINCT FROM excluded.site_id OR alert.raised_at <> excluded.raised_at "
    "OR alert.subject_id <> excluded.subject_id"
)
#: The alerts of a rule that stand, each with the record that its subject is now: it may have been merged into another.
_STANDING = (
    "SELECT a.id, coalesce((SELECT c.target_id FROM code_alias c WHERE c.old_id = a.subject_id AND c.deleted = 0 "
    "ORDER BY c.id LIMIT 1), "
    "a.subject_id) FROM alert a WHERE a.rule = ? AND a.cleared_at IS NULL"
)


def keep(
    derive: Derive, rule: str, found: Iterable[Situation], *, subjects: Collection[bytes] | None = None
) -> bool:
    """Raise what is new, clear what is over; True if anything changed. `subjects`: the rule was weighed for these only."""
    now, changed = list(found), 0
    held = {s.id for s in now}
    for s in now:
        row = (s.id, s.rule, s.site, s.level, s.table, s.subject, to_json(dict(s.facts)), s.raised_at)
        changed += derive.run(_PUT, *row)
    for alert_id, subject in derive.rows(_STANDING, rule):
        if alert_id not in held and (subjects is None or subject in subjects):
            sql = "UPDATE alert SET cleared_at = ?, state = 'cleared' WHERE id = ?"
            changed += derive.run(sql, derive.now, alert_id)
    return changed > 0
