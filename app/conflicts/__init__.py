"""What people see of syncing (同步与冲突): fields that two people changed differently, and where every op of this laptop is.

ops      a decision as an op        queries  the cases, open and settled
words    values and ops as words    exchange what waits, what was sent, what the hub refused
"""

from app.conflicts.actions import other_values, settle
from app.conflicts.exchange import OpLine, Standing, attempt, kinds, kinds_here, op_ids, op_lines, standing
from app.conflicts.ops import Reopen, Settle
from app.conflicts.queries import Case, Line, Merged, Side, case, count_open, lines

__all__ = [
    "Case",
    "Line",
    "Merged",
    "OpLine",
    "Reopen",
    "Settle",
    "Side",
    "Standing",
    "attempt",
    "case",
    "count_open",
    "kinds",
    "kinds_here",
    "lines",
    "op_ids",
    "op_lines",
    "other_values",
    "settle",
    "standing",
]
