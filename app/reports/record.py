"""Which reports were made (报表记录): a fact for each that was printed or saved, never for a preview."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.access import Actor, Permission
from app.errors import Objection
from app.fields import from_json, to_json
from app.names import person
from app.ops import Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_


@operation("report.note", Permission.PRINT_REPORTS, {"reports"})
class ReportNote(Op, frozen=True, kw_only=True):
    """A report left the program: on paper (`print`) or as a file (`pdf`, `xlsx`)."""

    report: str
    number: str
    parameters: dict[str, str]
    format: str
    data_as_of: int

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if not self.number:
            yield Objection("number", N_("A report that leaves the program has a number."))

    def apply(self, tx: Tx) -> None:
        values = {
            "report_code": self.report,
            "number": self.number,
            "parameters": to_json(self.parameters),
            "made_at": tx.op.wall,
            "made_by": tx.op.actor,
            "format": self.format,
            "data_as_of": self.data_as_of,
        }
        tx.insert("report_run", tx.made("run"), values)

    def subject(self) -> Subject | None:
        return None


@dataclass(frozen=True)
class Run:
    """A report that was made."""

    n: int
    report: str
    number: str
    parameters: dict[str, str]
    made_at: int
    made_by: str
    format: str


def recent_runs(read: Reader, limit: int = 50) -> list[Run]:
    """The reports that were made last, the newest first."""
    rows = read.rows(
        f"SELECT r.n, r.report_code, r.number, r.parameters, r.made_at, coalesce({person('r.made_by')}, ''), r.format "
        "FROM report_run r WHERE r.deleted = 0 ORDER BY r.made_at DESC, r.n DESC LIMIT ?",
        limit,
    )
    return [Run(n, report, number, from_json(given) or {}, *rest) for n, report, number, given, *rest in rows]
