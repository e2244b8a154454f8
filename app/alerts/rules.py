"""The rules by which alerts are raised, in words: what it is, why, and what to do about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.words import N_, _


@dataclass(frozen=True)
class Rule:
    """A rule's words; `says` names fields of the alert's facts as `shown` makes them readable. All are marked by N_."""

    code: str
    title: str
    says: str
    why: str
    do: str
    shown: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None


class _Facts(dict[str, Any]):
    """Facts by name; one that an older program did not write shows as a dash."""

    def __missing__(self, name: str) -> str:
        return "—"


_rules: dict[str, Rule] = {}


def declare(rule: Rule) -> Rule:
    """Register the words of a rule."""
    _rules[rule.code] = rule
    return rule


def rule_of(code: str) -> Rule:
    """The words of a rule; one of a newer program is shown by its code."""
    return _rules.get(code) or Rule(code, code, "", "", N_("Open the record and look."))


def rules() -> dict[str, Rule]:
    """All declared rules."""
    return dict(_rules)


def say(rule: Rule, text: str, facts: Mapping[str, Any]) -> str:
    """A sentence of a rule with the facts of one alert."""
    shown = rule.shown(facts) if rule.shown else {}
    return _(text).format_map(_Facts({**facts, **shown})) if text else ""
