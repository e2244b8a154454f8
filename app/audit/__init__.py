"""The audit log (审计日志): who changed what, old and new, and the proof that nobody changed the log itself."""

from app.audit.chain import record_head, verify_chain, verify_rows
from app.audit.log import (
    PROTECTED,
    VERBS,
    Change,
    Entry,
    Filter,
    changes_of,
    ids,
    name_of,
    people,
    rows,
    tables,
    verb_of,
    word_of,
)

__all__ = [
    "PROTECTED",
    "VERBS",
    "Change",
    "Entry",
    "Filter",
    "changes_of",
    "ids",
    "name_of",
    "people",
    "record_head",
    "rows",
    "tables",
    "verb_of",
    "verify_chain",
    "verify_rows",
    "word_of",
]
