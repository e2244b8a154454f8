"""How the hub's page looks: the colours of the program in a style sheet, its icons, codes as pictures; templates with our words."""

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.values import show_instant
from app.words import _, ngettext, pgettext

RESOURCES = Path(str(files("resources")))
FOLDER = RESOURCES / "hub"
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def styles() -> str:
    """The style sheet: light, and dark where the browser wants that."""
    colours = json.loads((RESOURCES / "look" / "tokens.json").read_text(encoding="utf-8"))["color"]
    light, dark = (
        "".join(f"--{name.replace('_', '-')}:{value};" for name, value in colours[mode].items() if len(value) == 7)
        for mode in ("light", "dark")
    )  # fmt: skip
    sheet = (FOLDER / "hub.css").read_text(encoding="utf-8")
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n{sheet}"


def environment() -> Environment:
    """The templates; whatever is put into one is text, never HTML."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=_,
        ngettext=ngettext,
        pgettext=pgettext,
        icon=icon,
        when=when,
        ago=ago,
        brand=brand,
        size=size,
        qr=qr,
    )
    return made


@cache
def icon(name: str) -> Markup:
    """One of our icons, drawn in the colour of the text beside it; it says nothing that the words do not."""
    text = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.sub(r"\s+", " ", text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")])
    head = '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    return _drawn(f"{head}{inside.strip()}</svg>")


@cache
def brand() -> Markup:
    """The sign of the program: three bars that stand on a line."""
    return Markup('<svg class="brand" viewBox="0 0 32 26" aria-hidden="true"><path fill="currentColor" d="M4 12h6v8H4zM13 2h6v18h-6zM22 7h6v13h-6z"/><path class="line" d="M0 22h32v3H0z"/></svg>')  # fmt: skip


def when(instant: int | None, *, seconds: bool = False) -> str:
    """A moment as the sites' clocks show it."""
    return show_instant(instant, seconds=seconds) if instant else "—"


def ago(instant: int | None, now: int) -> str:
    """How long ago, in the largest unit that fits."""
    if not instant:
        return _("never")
    passed = max(now - instant, 0)
    if passed < _MINUTE:
        return _("just now")
    if passed < _HOUR:
        return ngettext("{count} minute ago", "{count} minutes ago", passed // _MINUTE).format(count=passed // _MINUTE)  # fmt: skip
    if passed < 2 * _DAY:
        return ngettext("{count} hour ago", "{count} hours ago", passed // _HOUR).format(count=passed // _HOUR)  # fmt: skip
    return ngettext("{count} day ago", "{count} days ago", passed // _DAY).format(count=passed // _DAY)


def size(count: int) -> str:
    """A size in the unit that people read."""
    for unit, of in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if count >= of:
            return f"{count / of:.1f} {unit}"
    return f"{count} B"


def qr(text: str) -> Markup:
    """A text as a QR code, dark on white whatever the page's colours are; made here, nothing is asked elsewhere."""
    import qrcode

    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    cells: list[list[Any]] = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(cells) for x, dark in enumerate(row) if dark)
    side = len(cells)
    head = f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges">'
    ground = f'<rect width="{side}" height="{side}" fill="#fff"/>'
    return _drawn(f'{head}{ground}<path fill="#000" d="{path}"/></svg>')


def _drawn(svg: str) -> Markup:
    """A picture of our own making as HTML; nothing that somebody typed is in it."""
    return Markup(svg)  # noqa: S704 - made of our icons and of numbers alone
