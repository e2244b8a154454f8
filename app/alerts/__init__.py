"""Alerts (预警): what derives from the rules, and what people do about it."""

from app.alerts import words
from app.alerts.actions import LINE, STATE, STEPS, Act, acknowledge, act, state_word, steps_from
from app.alerts.queries import (
    Acted,
    AlertRow,
    acted,
    alert_ids,
    alert_row,
    alert_rows,
    alerts_on,
    levels,
    open_count,
    waiting,
)
from app.alerts.rules import Rule, declare, rule_of, rules, say
from app.alerts.situations import Situation, keep

__all__ = [
    "LINE",
    "STATE",
    "STEPS",
    "Act",
    "Acted",
    "AlertRow",
    "Rule",
    "Situation",
    "acknowledge",
    "act",
    "acted",
    "alert_ids",
    "alert_row",
    "alert_rows",
    "alerts_on",
    "declare",
    "keep",
    "levels",
    "open_count",
    "rule_of",
    "rules",
    "say",
    "state_word",
    "steps_from",
    "waiting",
    "words",
]
