"""What a dry run gives: what each row of the file would do, and every problem with row, column, value, reason and mending."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.errors import AppError
from app.exchange.cells import ERROR, NOTE, Problem
from app.exchange.mapping import Mapping
from app.exchange.openings import Opening
from app.exchange.read import Row, Sheet
from app.exchange.resolve import MakeId, fresh_id
from app.exchange.targets import Target, targets
from app.words import N_

Progress = Callable[[int, int], None]
Fields = dict[str, tuple[Any, Any]]


class Cancelled(AppError):
    """The person stopped the work; nothing was written."""

    def __init__(self) -> None:
        super().__init__(N_("Stopped. Nothing was changed."))


@dataclass(frozen=True)
class Options:
    """What only the sample's loader and tests set."""

    shift_days: int = 0
    make_id: MakeId = fresh_id
    happened_at: int | None = None


#: A person's own file.
PLAIN = Options()


@dataclass(slots=True)
class Line:
    """What one row of the file does."""

    source: Row
    key: str = ""
    creates: list[tuple[str, bytes, dict[str, Any]]] = field(default_factory=list)
    patches: list[tuple[str, bytes, Fields]] = field(default_factory=list)
    opening: Opening | None = None
    bad: bool = False
    new: bool = False

    @property
    def row(self) -> int:
        """The number of the row in the file."""
        return self.source.number

    @property
    def verdict(self) -> str:
        """new, changed, same or error."""
        if self.bad:
            return ERROR
        if self.new:
            return "new"
        return "changed" if self.creates or self.patches or self.opening else "same"


@dataclass(frozen=True)
class Plan:
    """The result of a dry run; nothing has been written."""

    sheet: Sheet
    mapping: Mapping
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    #: Records that are created on the way: table -> id -> values.
    extra: dict[str, dict[bytes, dict[str, Any]]]
    #: The newest op that the dry run has seen.
    seen: int

    @property
    def target(self) -> Target:
        return targets()[self.mapping.target]

    def count(self, verdict: str) -> int:
        """How many rows are new, changed, same or error."""
        return self._verdicts[verdict]

    @cached_property
    def _verdicts(self) -> Counter[str]:
        return Counter(line.verdict for line in self.lines)

    @property
    def good(self) -> int:
        """Rows that can go in, unchanged ones included."""
        return len(self.lines) - self.count(ERROR)

    @property
    def noted(self) -> int:
        """Rows that can go in but should be looked at."""
        return len(
            {p.row for p in self.problems if p.level == NOTE} - {line.row for line in self.lines if line.bad}
        )

    @property
    def changes(self) -> int:
        """Rows that would write something."""
        return self.count("new") + self.count("changed")


def problem_columns(plan: Plan) -> list[str]:
    """The headings that have problems, most first."""
    return [name for name, _count in Counter(p.column for p in plan.problems).most_common()]
