"""The people whose training is looked at, and what they may be filtered by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.access import Actor
from app.names import named
from app.search import initials, normal
from app.tx import Reader
from app.words import _, language
from db.models.people import POSTS

#: Who is at work: alerts and assignments are about these only.
WORKING = ("active", "probation")
_POSTS = dict(POSTS)


class Person(NamedTuple):
    """A member of the staff as the pages of training show them."""

    n: int
    id: bytes
    staff_no: str
    name: str
    post: str
    title: str
    team_id: bytes | None
    team: str
    site_id: bytes | None
    site: str
    site_code: str
    status: str
    education: str
    major: str
    experience: int | None
    hired: str

    @property
    def job(self) -> str:
        """The job title; where another language is spoken than it was written in, the post."""
        return self.title if self.title and language() != "en" else post_word(self.post)

    @property
    def words(self) -> str:
        """Number and name in one line."""
        return f"{self.staff_no} {self.name}"


def post_word(post: str) -> str:
    """A post in the spoken language."""
    return _(_POSTS.get(post, post))


def _sql() -> str:
    return (
        f"SELECT s.n, s.id, s.staff_no, {named('s')}, s.role_code, coalesce(s.job_title, ''), s.org_unit_id, "
        f"coalesce(o.name, ''), s.site_id, coalesce({named('i')}, ''), coalesce(i.code, ''), s.status, "
        "coalesce(s.education, ''), coalesce(s.major, ''), s.experience_years, coalesce(s.hire_date, '') "
        "FROM staff s LEFT JOIN org_unit o ON o.id = s.org_unit_id LEFT JOIN site i ON i.id = s.site_id "
    )


def people(
    read: Reader, actor: Actor, filters: Mapping[str, Any] | None = None, text: str = ""
) -> list[Person]:
    """Everybody who has not left, at the sites that the actor may see; `filters`: site, team, post (one or a tuple each)."""
    found = read.as_(Person, _sql() + "WHERE s.deleted = 0 AND s.status <> 'left' ORDER BY s.staff_no, s.n")
    wanted = dict(filters or {})
    return [
        person
        for person in found
        if not actor.sites or person.site_id is None or person.site_id in actor.sites
        if _fits(person.site_id, wanted.get("site"))
        and _fits(person.team_id, wanted.get("team"))
        and _fits(person.post, wanted.get("post"))
        and mentions(text, person.staff_no, person.name, person.title, person.team)
    ]


def person(read: Reader, staff: bytes) -> Person | None:
    """One person, whether still here or not."""
    found = read.as_(Person, _sql() + "WHERE s.id = ?", staff)
    return found[0] if found else None


def _fits(value: Any, wanted: Any) -> bool:
    return wanted is None or (value in wanted if isinstance(wanted, tuple) else value == wanted)


def mentions(text: str, *words: str) -> bool:
    """Whether one of the words holds the text, or its pinyin initials begin so."""
    sought = normal(text).strip()
    return not sought or any(
        sought in normal(word) or initials(word).startswith(sought) for word in words if word
    )


@dataclass(frozen=True)
class Word:
    """A value of a filter and how it is called."""

    value: Any
    words: str


def teams(read: Reader) -> list[Word]:
    """The teams that have people."""
    sql = (
        "SELECT o.id, o.name FROM org_unit o WHERE o.deleted = 0 AND EXISTS "
        "(SELECT 1 FROM staff s WHERE s.org_unit_id = o.id AND s.deleted = 0) ORDER BY o.n"
    )
    return read.as_(Word, sql)


def team_code(read: Reader, team: bytes | None) -> str:
    """The code of a team; empty where none is chosen."""
    return str(read.value("SELECT code FROM org_unit WHERE id = ?", team) or "") if team else ""


def posts(read: Reader) -> list[Word]:
    """The posts that somebody holds, in the order of the house."""
    held = {row[0] for row in read.rows("SELECT DISTINCT role_code FROM staff WHERE deleted = 0")}
    return [Word(code, post_word(code)) for code, _word in POSTS if code in held]


def find_people(read: Reader, actor: Actor, text: str, limit: int = 40) -> list[tuple[bytes, str]]:
    """People by number, name or initials, for a field of a form."""
    return [(found.id, found.words) for found in people(read, actor, text=text)[:limit]]
