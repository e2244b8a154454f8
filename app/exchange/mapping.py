"""Which column of the file feeds which field: guessed by its heading, corrected once by a person, remembered for the next file alike."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map

import msgspec

from app.desk import Desk
from app.exchange.read import Sheet
from app.exchange.targets import Column, Target, targets
from app.words import LANGUAGES, _, speaking

#: The command line's administrator has no account; his mappings lie under this id.
_NOBODY = bytes(16)


class Mapping(msgspec.Struct, frozen=True):
    """How the columns of a file become fields of a target."""

    target: str
    #: Field -> headings; the first that is filled in a row counts.
    sources: dict[str, tuple[str, ...]]
    #: Field -> text where the file has no column, or the cell is empty.
    constants: dict[str, str] = {}
    #: Field -> text put before what the file says (a number range of a stranger).
    prefixes: dict[str, str] = {}
    #: Tables whose missing records are created on the way.
    create: frozenset[str] = frozenset()

    def missing(self) -> list[Column]:
        """Required fields that nothing feeds."""
        return [c for c in targets()[self.target].required() if not self.feeds(c.name)]

    def feeds(self, name: str) -> bool:
        """Whether a field gets something from the file or a constant."""
        return bool(self.sources.get(name) or self.constants.get(name))


def guess(target: Target, header: Sequence[str]) -> Mapping:
    """The mapping that the headings suggest; what fits nothing stays unmapped."""
    free = {_plain(name): name for name in reversed(header)}
    sources: dict[str, tuple[str, ...]] = {}
    for words in (_own_words, _all_words):
        for column in target.columns:
            if column.name in sources:
                continue
            found = next((free.pop(word) for word in words(column) if word in free), None)
            if found:
                sources[column.name] = (found,)
    return Mapping(target.name, sources)


def guess_target(header: Sequence[str], allowed: Iterable[str] = ()) -> str:
    """The kind of table that the headings fit best; empty when none does."""
    names = set(allowed) or set(targets())
    scored = [
        (_fit(target, header), -place, name)
        for place, (name, target) in enumerate(targets().items())
        if name in names
    ]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] > 0.3 else ""


def _fit(target: Target, header: Sequence[str]) -> float:
    mapping = guess(target, header)
    required = target.required()
    met = sum(mapping.feeds(c.name) for c in required) / max(1, len(required))
    return met * len(mapping.sources) / max(1, len(header))


def _own_words(column: Column) -> list[str]:
    """The field's own name and its label in every language."""
    words = [column.column, column.name]
    for code in LANGUAGES:
        with speaking(code):
            words.append(_(column.field.label))
    return [_plain(word) for word in words]


def _all_words(column: Column) -> list[str]:
    return [_plain(word) for word in column.words]


def _plain(heading: str) -> str:
    """A heading as it is compared: no case, no width, no unit in brackets, no blanks, underscores or colon."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    folded = re.sub(r"[(\[].*?[)\]]", "", folded).replace("_", " ").replace("*", "")
    return "".join(folded.rstrip(":").split())


def _key(target: str, sheet: Sheet) -> str:
    return f"import:{target}:{hashlib.sha256(sheet.signature.encode()).hexdigest()[:32]}"


def remember(desk: Desk, sheet: Sheet, mapping: Mapping) -> None:
    """Keep the mapping for the next file with the same headings."""
    with desk.profile.store.local() as connection:
        connection.execute(
            "INSERT INTO preference (user_id, key, value) VALUES (?, ?, ?) ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
            (
                desk.actor.user_id or _NOBODY,
                _key(mapping.target, sheet),
                msgspec.json.encode(mapping).decode(),
            ),
        )


def remembered(desk: Desk, sheet: Sheet, target: str) -> Mapping | None:
    """The mapping that this person last used for such a file."""
    with desk.read() as read:
        found = read.value(
            "SELECT value FROM preference WHERE user_id = ? AND key = ?",
            desk.actor.user_id or _NOBODY,
            _key(target, sheet),
        )
    if not found:
        return None
    try:
        mapping = msgspec.json.decode(found, type=Mapping)
    except msgspec.MsgspecError:
        return None
    return _still_fits(mapping)


def _still_fits(mapping: Mapping) -> Mapping:
    """Without the fields that this version of the program no longer has."""
    known = {c.name for c in targets()[mapping.target].columns}

    def kept(values: Map[str, object]) -> dict[str, object]:
        return {name: value for name, value in values.items() if name in known}

    return msgspec.structs.replace(
        mapping,
        sources=kept(mapping.sources),
        constants=kept(mapping.constants),
        prefixes=kept(mapping.prefixes),
    )
