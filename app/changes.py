"""What a write changed: views refresh only when concerned, and cannot tell a local write from a remote one."""

from dataclasses import dataclass, field

#: Topics are those of the tables' declarations (`About.topic`) and these.
STOCK, ALERTS, ROUNDS, SEARCH = "stock", "alerts", "rounds", "search"


@dataclass(frozen=True)
class Done:
    """The answer of the one door: the action, the ops' ids, what was touched and which topics changed."""

    action_id: bytes
    op_ids: tuple[bytes, ...]
    topics: frozenset[str]
    touched: dict[str, frozenset[bytes]] = field(default_factory=dict)
    #: Rows that an undo left as they are since others changed them: (table, id).
    skipped: tuple[tuple[str, bytes], ...] = ()


def all_topics() -> frozenset[str]:
    """Every topic that a page may listen to: something was written that this process did not see."""
    from db.models import BY_TABLE

    declared = {cls.about.topic for cls in BY_TABLE.values() if cls.about}
    return frozenset(declared | {STOCK, ALERTS, ROUNDS, SEARCH})
