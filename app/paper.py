"""Whether a printer has the paper of a page (纸张), and what becomes of the page where it lacks it: never is it scaled."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.words import _, pgettext

#: How far the sizes of drivers are off, in millimetres.
NEAR = 1.0
#: So many papers of a printer are named.
_NAMED = 4
#: (width, height) in millimetres.
Size = tuple[float, float]
_KNOWN = {"A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "Letter": (215.9, 279.4)}


class Paper(NamedTuple):
    """A paper of a printer, upright, in millimetres."""

    name: str
    width: float
    height: float


class Used(NamedTuple):
    """What printed a kind of paper the last time: printer, tray and sides, as the system numbers them."""

    printer: str
    tray: int
    sides: int


@dataclass(frozen=True)
class Offer:
    """What a printer says of itself; nothing said, anything may be there."""

    printer: str = ""
    papers: tuple[Paper, ...] = ()
    #: What it prints on unless told otherwise.
    usual: Paper | None = None
    #: The smallest and the largest size of one's own, where it takes such.
    own: tuple[Size, Size] | None = None
    trays: frozenset[int] | None = None


@dataclass(frozen=True)
class Lack:
    """A page that the printer has no paper for; `paper` is what it would lie on, `lost` what is cut at each of its edges (mm)."""

    printer: str
    page: Size
    paper: Paper
    lost: Size
    papers: tuple[Paper, ...]


def lack_of(offer: Offer, pages: Iterable[Size]) -> Lack | None:
    """The first of the pages (millimetres) that the printer has no paper for."""
    for page in pages:
        paper = instead(offer, page)
        if paper is not None:
            return Lack(offer.printer, page, paper, _lost(page, paper), offer.papers)
    return None


def instead(offer: Offer, page: Size) -> Paper | None:
    """The paper in whose middle a page goes for want of its own; None where the printer has that.

    One that holds the whole page if there is one; among several the usual one, for it is loaded, then what loses least.
    """
    if not offer.papers or _has(offer, page):
        return None

    def rank(paper: Paper) -> tuple[bool, bool, float, float]:
        lost = sum(_lost(page, paper))
        return lost > NEAR, paper != offer.usual, lost, paper.width * paper.height

    return min(offer.papers, key=rank)


def gone(used: Used | None, printers: Collection[str], offer: Offer) -> str:
    """What is no longer there of what was used: "printer", "tray" (`offer` is that of the printer), or nothing."""
    if used is None or not used.printer:
        return ""
    if used.printer not in printers:
        return "printer"
    return "tray" if offer.trays is not None and used.tray not in offer.trays else ""


def _has(offer: Offer, page: Size) -> bool:
    short, long = sorted(page)
    if any(
        abs(short - min(p.width, p.height)) <= NEAR and abs(long - max(p.width, p.height)) <= NEAR
        for p in offer.papers
    ):
        return True
    return offer.own is not None and any(
        _between(side, *offer.own) for side in ((short, long), (long, short))
    )


def _between(page: Size, least: Size, most: Size) -> bool:
    return all(low - NEAR <= side <= high + NEAR for low, side, high in zip(least, page, most, strict=True))


def _lost(page: Size, paper: Paper) -> Size:
    """What is cut at the left and at the right, at the top and at the bottom; the paper lies as the page does."""
    sides = sorted((paper.width, paper.height), reverse=page[0] > page[1])
    across, down = (max(0.0, (wanted - there) / 2) for wanted, there in zip(page, sides, strict=True))
    return across, down


# what a person reads


def page_name(page: Size) -> str:
    """A4, or its millimetres."""
    short, long = sorted(page)
    for name, (width, height) in _KNOWN.items():
        if abs(short - width) <= NEAR and abs(long - height) <= NEAR:
            return name
    return f"{page[0]:.4g} × {page[1]:.4g} mm".replace(" ", "\N{NO-BREAK SPACE}")


def lack_title(lack: Lack) -> str:
    """What is wrong, in one line."""
    return _("“{printer}” has no paper of the size {paper}").format(
        printer=lack.printer, paper=page_name(lack.page)
    )


def lack_text(lack: Lack) -> str:
    """Why it matters, and what the printer has."""
    names = list(dict.fromkeys(paper.name for paper in lack.papers))
    listed = pgettext("list", ", ").join(names[:_NAMED])
    if len(names) > _NAMED:
        listed = _("{papers} and more").format(papers=listed)
    return _(
        "Many printers would shrink the page, and codes, labels and rulers would be wrong. It offers: {papers}."
    ).format(papers=listed)


def middle_text(lack: Lack) -> str:
    """What becomes of a page in the middle of another paper."""
    across, down = (f"{side:.1f}".removesuffix(".0") for side in lack.lost)
    if max(lack.lost) <= NEAR / 2:
        return _("At 100 %: nothing is scaled, nothing is lost.")
    if lack.lost[0] <= NEAR / 2:
        return _("At 100 %; {down} mm are lost at the top and at the bottom.").format(down=down)
    if lack.lost[1] <= NEAR / 2:
        return _("At 100 %; {across} mm are lost at the left and at the right.").format(across=across)
    return _("At 100 %; {across} mm are lost at the left and right, {down} mm at the top and bottom.").format(
        across=across, down=down
    )
