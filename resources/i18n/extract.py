"""Finds every shown word of the program and keeps the catalogues complete.

`python -m resources.i18n.extract` (make words): writes en/<domain>.po anew, appends what zh_CN lacks with an empty
translation to the domain of the source file, and reports both that and the words nobody uses any more. `--check`
only reports. A translation is always written by a person, so nothing of zh_CN is changed or removed here.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from resources.i18n.compile import FOLDER, LANGUAGES, compile_all, read

ROOT = FOLDER.parent.parent
PACKAGES = ("app", "ui", "db", "resources")
KEYWORDS = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
DOMAINS = (
    "access",
    "alerts",
    "cli",
    "core",
    "equipment",
    "exchange",
    "hub",
    "inspections",
    "inventory",
    "kit",
    "labels",
    "purchasing",
    "reports",
    "stocktake",
    "sync",
    "training",
    "work",
)
SYNONYMS = {
    "__main__": "cli",
    "commands": "cli",
    "auth": "access",
    "workorders": "work",
    "signin": "access",
    "settings": "access",
    "audit": "access",
}
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural};\\n"\n'
Key = tuple[str, str | None]  # message id and context


class Word(NamedTuple):
    """A shown word: its message id (with plural), its context, and where it stands first."""

    id: str | tuple[str, ...]
    context: str | None
    place: str
    domain: str

    @property
    def key(self) -> Key:
        return (self.id if isinstance(self.id, str) else self.id[0]), self.context


def words(root: Path = ROOT) -> dict[Key, Word]:
    """Every marked word of the code by its message id and context; a plural wins over the same word alone."""
    found: dict[Key, Word] = {}
    for path in (*sources(root), *templates(root)):
        for word in _words_of(path, root):
            known = found.get(word.key)
            if known is None or (isinstance(known.id, str) and not isinstance(word.id, str)):
                found[word.key] = word
    return found


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Our Python files, in a fixed order."""
    for package in PACKAGES:
        yield from sorted((root / package).rglob("*.py"))


def templates(root: Path = ROOT) -> list[Path]:
    """The templates of the hub's page, in a fixed order."""
    return sorted((root / "resources").rglob("*.html"))


def _words_of(path: Path, root: Path) -> Iterator[Word]:
    place = path.relative_to(root)
    method = "jinja2" if path.suffix == ".html" else "python"
    for line, message, _comments, context in extract_from_file(method, path, keywords=KEYWORDS):
        yield Word(message, context, f"{place}:{line}", domain_of(place))


def domain_of(place: Path) -> str:
    """The catalogue for a source file: its feature's, else the kit's or the core's."""
    for part in (*place.parts[1:-1], place.stem):
        name = SYNONYMS.get(part, part)
        if name in DOMAINS:
            return name
    return "core"


# --- the catalogues ---


def missing(found: dict[Key, Word], folder: Path = FOLDER) -> list[Word]:
    """The words that no Chinese catalogue knows, not even untranslated."""
    known = {key for path in sorted((folder / "zh_CN").glob("*.po")) for key in keys_of(path)}
    return [word for key, word in found.items() if key not in known]


def unused(found: dict[Key, Word], folder: Path = FOLDER) -> list[str]:
    """Translations for words that the code no longer says."""
    paths = sorted((folder / "zh_CN").glob("*.po"))
    return [f"{path.name}: {key[0]!r}" for path in paths for key in keys_of(path) if key not in found]


def keys_of(path: Path) -> Iterator[Key]:
    for message in read(path):
        yield (message.id if isinstance(message.id, str) else message.id[0]), message.context


def add_missing(absent: list[Word], folder: Path = FOLDER) -> None:
    """Append the words to their Chinese catalogues; an empty translation is shown in English until it is filled in."""
    for domain in sorted({word.domain for word in absent}):
        path = folder / "zh_CN" / f"{domain}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        old = (
            path.read_text(encoding="utf-8").rstrip() + "\n"
            if path.exists()
            else HEADER.format(plural="nplurals=1; plural=0")
        )
        new = _entries("zh_CN", [word for word in absent if word.domain == domain])
        path.write_text(f"{old}\n{new}", encoding="utf-8", newline="\n")


def write_english(found: dict[Key, Word], folder: Path = FOLDER) -> None:
    """English is the message id: its catalogues are made, not written."""
    (folder / "en").mkdir(parents=True, exist_ok=True)
    for path, text in english(found, folder).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
    for path in set((folder / "en").glob("*.po")) - set(english(found, folder)):
        path.unlink()


def english(found: dict[Key, Word], folder: Path = FOLDER) -> dict[Path, str]:
    """What each English catalogue should hold."""
    header = HEADER.format(plural="nplurals=2; plural=(n != 1)")
    return {
        folder / "en" / f"{domain}.po": header + "\n" + _entries("en", ours)
        for domain in sorted({word.domain for word in found.values()})
        if (
            ours := sorted(
                (w for w in found.values() if w.domain == domain), key=lambda w: (w.key[0], w.context or "")
            )
        )
    }


def _entries(code: str, chosen: list[Word]) -> str:
    catalogue = Catalog(locale=code, charset="utf-8")
    for word in chosen:
        catalogue.add(word.id, word.id if code == "en" else None, context=word.context)
    stream = BytesIO()
    write_po(stream, catalogue, width=0, omit_header=True, no_location=True)
    return stream.getvalue().decode().strip() + "\n"


def main(arguments: list[str]) -> int:
    found = words()
    absent = missing(found)
    for word in absent:
        print(f"{word.place}: no Chinese for {word.id!r} ({word.domain}.po)")
    for line in (old := unused(found)):
        print(f"no longer used, remove it: {line}")
    if "--check" in arguments:
        return 1 if absent or old else 0
    add_missing(absent)
    write_english(found)
    compile_all()
    print(
        f"{len(found)} words, {len(absent)} new, {len(old)} no longer used; languages: {', '.join(LANGUAGES)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
