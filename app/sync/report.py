"""What one exchange did, for the command line and the window."""

from dataclasses import dataclass, field

from app.sync.blobs import Moved


@dataclass
class Report:
    """What one exchange did."""

    sent: int = 0
    received: int = 0
    conflicts: int = 0
    quarantined: int = 0
    rejected: int = 0
    redone: int = 0
    #: The hub was restored from a backup: what it lost was sent again.
    history: bool = False
    #: Another laptop writes with this one's identity, or an old copy was restored: a new chain was begun.
    forked: bool = False
    #: The laptop holds fewer sites than before: the rows of those that went are gone here.
    left: bool = False
    offset: int = 0
    #: Tables whose rows are not the hub's, even after they were read anew.
    differing: list[str] = field(default_factory=list)
    #: Photos and documents, after the ops.
    files: Moved = field(default_factory=Moved)
