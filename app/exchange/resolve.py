"""References of a file: a record is found by its code, another code or its name; what is missing is created where the person said so."""

from collections.abc import Callable, Mapping
from typing import Any

from app.errors import AppError
from app.fields import about, fields_of
from app.search import normal
from app.tx import Reader
from app.words import N_
from db.ids import new_id

MakeId = Callable[[str, str], bytes]

#: What a record that is created on the way gets besides its code and name.
_NEW: dict[str, dict[str, Any]] = {
    "supplier": {"active": 1},
    "org_unit": {"level": "team"},
    "equipment_class": {"group": "facility", "statutory_inspection": 0},
    "cert_type": {},
    "location": {"qr_label": 0},
}
CREATABLE = frozenset(_NEW)
#: How the codes begin that are given on the way.
_SERIES = {
    "supplier": "SUP-N",
    "org_unit": "TEAM-",
    "equipment_class": "CLS-",
    "cert_type": "CT-",
    "location": "L",
}


def fresh_id(_table: str, _key: str) -> bytes:
    """The id of a new record of a person's file."""
    return new_id()


class Resolver:
    """Finds the records that cells point to; remembers those that the same file brings."""

    def __init__(self, read: Reader, create: frozenset[str], make_id: MakeId = fresh_id) -> None:
        self._read = read
        self._create = create & CREATABLE
        self._make_id = make_id
        self._codes: dict[str, dict[str, bytes]] = {}
        self._names: dict[str, dict[str, bytes | None]] = {}
        self._places: dict[tuple[bytes, str], bytes] = {}
        self._site_of: dict[bytes, bytes] = {}
        #: Table -> id -> values of the records that must be created first.
        self.made: dict[str, dict[bytes, dict[str, Any]]] = {}

    def register(self, table: str, code: str, name: str, row_id: bytes, site: bytes | None = None) -> None:
        """A record that the file itself brings."""
        self._load(table)
        self._codes[table][normal(code)] = row_id
        if name:
            self._names[table].setdefault(normal(name), row_id)
        if site:
            self._site_of[row_id] = site

    def find(
        self, table: str, text: str, site: bytes | None = None, more: Mapping[str, Any] | None = None
    ) -> bytes:
        """The id of the record that a text names. Raises AppError when there is none, or more than one."""
        self._load(table)
        plain = normal(text).strip()
        found = self._codes[table].get(plain)
        if found is None and table == "location":
            found = self._place(text, site)
        elif found is None and plain in self._names[table]:
            found = self._names[table][plain]
            if found is None:
                raise AppError(N_("Several records are called “{text}”. Use the code."), text=text)
        if found is None and table in self._create:
            found = self._new_place(text, site) if table == "location" else self._new(table, text, more or {})
        if found is None:
            raise AppError(N_("There is no {what} “{text}”."), what=about(table).one, text=text)
        return found

    def site_of(self, place: bytes) -> bytes | None:
        """The site that a location belongs to."""
        self._load("location")
        return self._site_of.get(place)

    def _load(self, table: str) -> None:
        if table in self._codes:
            return
        declared = about(table)
        codes, names = self._codes.setdefault(table, {}), self._names.setdefault(table, {})
        for code, row_id in self._read.rows(
            "SELECT code, target_id FROM code_alias WHERE target_table = ? AND deleted = 0", table
        ):
            codes[normal(code)] = row_id
        for row_id, code, name in self._read.rows(
            f'SELECT id, "{declared.key}", "{declared.name or declared.key}" FROM "{table}" WHERE deleted = 0 ORDER BY n'
        ):
            codes[normal(code)] = row_id
            plain = normal(name or "")
            names[plain] = None if plain in names and names[plain] != row_id else row_id
        if table == "location":
            self._load_places()

    def _load_places(self) -> None:
        rows = self._read.rows("SELECT id, site_id, parent_id, name FROM location WHERE deleted = 0")
        above = {row_id: (parent, name) for row_id, _site, parent, name in rows}
        for row_id, site, _parent, _name in rows:
            path: list[str] = []
            at = row_id
            while at in above and len(path) < 20:
                at, name = above[at][0], above[at][1]
                path.insert(0, name)
            self._site_of[row_id] = site
            self._places.setdefault((site, normal("/".join(path))), row_id)

    def _place(self, text: str, site: bytes | None) -> bytes | None:
        """A location by its path of names at a site, or by a name that is unique there."""
        if site and (found := self._places.get((site, _path(text)))):
            return found
        name = normal(text).strip()
        hits = {
            row_id
            for (where, path), row_id in self._places.items()
            if (site is None or where == site) and path.rpartition("/")[2] == name
        }
        if len(hits) > 1:
            raise AppError(N_("Several records are called “{text}”. Use the code."), text=text)
        return hits.pop() if hits else None

    def _new_place(self, text: str, site: bytes | None) -> bytes:
        if site is None:
            raise AppError(
                N_("Say at which site “{text}” lies: map the site, or give it for all rows."), text=text
            )
        parent: bytes | None = None
        parts = [part.strip() for part in text.split("/") if part.strip()]
        for depth, name in enumerate(parts, 1):
            path = _path("/".join(parts[:depth]))
            found = self._places.get((site, path))
            if found is None:
                kind = "warehouse" if depth == 1 and len(parts) > 1 else "bin"
                found = self._new(
                    "location",
                    name,
                    {"site_id": site, "parent_id": parent, "location_type": kind},
                    own_code=len(parts) == 1,
                )
                self._places[site, path], self._site_of[found] = found, site
            parent = found
        if parent is None:
            raise AppError(N_("There is no {what} “{text}”."), what=about("location").one, text=text)
        return parent

    def _new(self, table: str, text: str, more: Mapping[str, Any], *, own_code: bool = True) -> bytes:
        declared, code = about(table), text
        fits = len(text) <= (fields_of(table)[declared.key].size or 80)
        if not (own_code and fits and normal(text) not in self._codes[table]) or (table == "org_unit"):
            code = self._next_code(table)
        row_id = self._make_id(table, code)
        values = _NEW[table] | {declared.key: code, (declared.name or declared.key): text}
        values |= {name: value for name, value in more.items() if value is not None}
        self.made.setdefault(table, {})[row_id] = values
        self._codes[table][normal(code)] = row_id
        self._names[table][normal(str(values[declared.name or declared.key]))] = row_id
        if table != "location":
            self._names[table].setdefault(normal(text), row_id)
        return row_id

    def _next_code(self, table: str) -> str:
        number = len(self.made.get(table, {})) + 1
        while normal(f"{_SERIES[table]}{number:03d}") in self._codes[table]:
            number += 1
        return f"{_SERIES[table]}{number:03d}"


def _path(text: str) -> str:
    return normal("/".join(part.strip() for part in text.split("/") if part.strip()))
