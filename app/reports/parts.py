"""Small pieces that several reports share: numbered section titles, name with specification, the legend of signs."""

from __future__ import annotations

from collections.abc import Iterable

from app.reports.document import Signature, Signatures, Status
from app.reports.rows import Signer
from app.words import N_, _

_NUMERALS = N_("1 2 3 4 5 6 7 8 9")
CURRENCY = N_("CNY")


def section(number: int, title: str) -> str:
    """`1  Records`, in Chinese 一、检查记录."""
    return _("{number}  {title}").format(number=_(_NUMERALS).split()[number - 1], title=title)


def joined(*parts: str) -> str:
    """Name and specification in one cell."""
    return " ".join(part for part in parts if part)


def counts(states: Iterable[str]) -> str:
    """How many of each state, as signs: `✓ 36  △ 1  × 2`."""
    found: dict[str, int] = {}
    for state in states:
        glyph = Status.of(state).glyph
        found[glyph] = found.get(glyph, 0) + 1
    return "  ".join(f"{glyph}\u00a0{found[glyph]}" for glyph in "✓△×—○↑" if glyph in found)


def listed(head: str, rest: str) -> str:
    """`13: × 4  △ 4`."""
    return _("{head}: {rest}").format(head=head, rest=rest) if rest else head


def legend(*states: str | Status) -> str:
    """The signs that stand in the report, with their words."""
    return "  ".join(str(state if isinstance(state, Status) else Status.of(state)) for state in states)


def signed(signers: Signer, prepared: str, checked: str, approved: str) -> Signatures:
    """Three boxes with the roles of this report."""
    return Signatures(
        (
            Signature(prepared, signers.prepared),
            Signature(checked, signers.checked),
            Signature(approved, signers.approved),
        )
    )
