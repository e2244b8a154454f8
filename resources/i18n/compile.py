"""Merges the catalogues of each language into the one .mo that the program reads.

`python -m resources.i18n.compile`. The sources are resources/i18n/<language>/<domain>.po, one for each part of the
program. A message that stands in several of them must say the same thing in each, and a translation names the same
{fields} as its message: anything else is refused, because it would only be noticed on somebody's screen.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("zh_CN", "en")
COMPILED = "sitewright.mo"
FIELD = re.compile(r"\{(\w*)[^{}]*\}")


class CatalogueError(ValueError):
    """What is wrong with the catalogues, one fault a line."""


def compile_all(folder: Path = FOLDER) -> list[Path]:
    """Write the .mo of every language; CatalogueError names all faults and writes nothing of that language."""
    return [compile_language(code, folder) for code in LANGUAGES]


def compile_language(code: str, folder: Path = FOLDER) -> Path:
    """Write resources/i18n/<code>/LC_MESSAGES/sitewright.mo, whole or not at all."""
    stream = BytesIO()
    write_mo(stream, merged(code, folder))
    target = folder / code / "LC_MESSAGES" / COMPILED
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{COMPILED}.{os.getpid()}")
    partial.write_bytes(stream.getvalue())
    partial.replace(target)
    return target


def merged(code: str, folder: Path = FOLDER) -> Catalog:
    """All .po files of a language as one catalogue."""
    whole = Catalog(locale=code, project="Sitewright", charset="utf-8")
    faults: list[str] = []
    for path in sorted((folder / code).glob("*.po")):
        for message in read(path):
            faults += (f"{path.parent.name}/{path.name}: {fault}" for fault in _faults(message, whole))
            _add(message, whole)
    if faults:
        raise CatalogueError("\n".join(faults))
    return whole


def read(path: Path) -> Iterator[Message]:
    """The messages of one .po file, without its header."""
    with path.open("rb") as stream:
        try:
            catalogue = read_po(stream, locale=path.parent.name, abort_invalid=True)
        except PoFileError as error:
            raise CatalogueError(f"{path.parent.name}/{path.name}: {error}") from error
    return (message for message in catalogue if message.id)


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """A message's or translation's forms: one, or one for each plural."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def fields(text: str) -> set[str]:
    """The names in {braces} of a text."""
    return set(FIELD.findall(text))


def _said(message: Message) -> bool:
    return any(forms(message.string))


def _add(message: Message, whole: Catalog) -> None:
    known = whole.get(message.id, message.context)
    if known is None or _said(message):
        whole.delete(message.id, message.context)
        whole[message.id] = message


def _faults(message: Message, whole: Catalog) -> Iterator[str]:
    known = whole.get(message.id, message.context)
    if known is not None and forms(known.string) != forms(message.string) and _said(known) and _said(message):
        yield f"{message.id!r} is translated differently in another file ({known.string!r})"
    allowed = {frozenset(fields(form)) for form in forms(message.id)}
    for form in filter(None, forms(message.string)):
        if fields(form) not in allowed:
            yield f"the fields of {form!r} are not those of {message.id!r}"


if __name__ == "__main__":
    try:
        compile_all()
    except CatalogueError as error:
        sys.exit(str(error))
