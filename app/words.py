"""The words of the program in the language of the person who reads them.

English is the message id. The language is a context variable with a process-wide default, so a report can be made in another
language than the window's (`with speaking("en"):`) and a worker thread speaks as the window does.
"""

import gettext
import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from resources.marks import N_

__all__ = [
    "LANGUAGES",
    "N_",
    "_",
    "language",
    "ngettext",
    "npgettext",
    "pgettext",
    "speaking",
    "system_language",
    "use",
]

LANGUAGES = {"zh_CN": "简体中文", "en": "English"}
DOMAIN = "sitewright"

_default = "zh_CN"
_spoken: ContextVar[str | None] = ContextVar("language", default=None)


def system_language() -> str:
    """The language of the machine's user: Chinese for any Chinese locale, else English."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not name or name.startswith("C"):
        name = locale.getlocale()[0] or ""
    return "zh_CN" if name.lower().startswith(("zh", "chinese")) else "en"


def use(code: str) -> None:
    """Set the language of the whole process (the window's)."""
    global _default  # noqa: PLW0603 - one process speaks one language unless a block says otherwise
    _default = code if code in LANGUAGES else "en"


def language() -> str:
    """The code of the language spoken here and now."""
    return _spoken.get() or _default


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Speak another language inside this block (None: as before)."""
    token = _spoken.set(code or language())
    try:
        yield
    finally:
        _spoken.reset(token)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> gettext.NullTranslations:
    folder = Path(str(files("resources"))) / "i18n"
    compiled = folder / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    _refresh(folder, code, compiled)
    if not compiled.exists():
        return gettext.NullTranslations()
    with compiled.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def _refresh(folder: Path, code: str, compiled: Path) -> None:
    """In a source checkout a catalogue older than its sources is compiled again."""
    sources = list((folder / code).glob("*.po"))
    if not sources or (
        compiled.exists() and compiled.stat().st_mtime >= max(s.stat().st_mtime for s in sources)
    ):
        return
    try:
        from resources.i18n.compile import compile_language
    except ImportError:  # Babel is a development dependency
        return
    compile_language(code)


def _(message: str) -> str:
    """The message in the spoken language; formatted by the caller afterwards."""
    return _catalogue(language()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The singular or plural form for this count."""
    return _catalogue(language()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """A message whose English word has several meanings."""
    return _catalogue(language()).pgettext(context, message)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """Plural form with context."""
    return _catalogue(language()).npgettext(context, one, many, count)
