"""The first page: how the hub is, with what needs somebody on top; and the log of what administrators did."""

from dataclasses import dataclass

from starlette.responses import Response

from app.errors import AppError
from app.hub.backup import BackupState, backup_state
from app.hub.hub import head_of
from app.hub.pages import journal
from app.hub.pages.frame import Page, Visit
from app.hub.pages.laptops import LATE_DAYS, Laptop, laptops
from app.tx import Reader
from app.version import VERSION
from app.words import _, ngettext

DAY = 86_400_000
LINES = 100
#: A certificate is renewed long before; where it is not, somebody should look.
CERTIFICATE_DAYS = 21


@dataclass(frozen=True)
class Health:
    """The hub at one moment."""

    head: int
    epoch: str
    backup: BackupState
    held: int
    conflicts: int
    invitations: int
    rows: int
    laptops: list[Laptop]

    @property
    def active(self) -> list[Laptop]:
        """Laptops that take part."""
        return [laptop for laptop in self.laptops if not laptop.revoked_at]


def health(read: Reader, now: int) -> Health:
    """How the hub is."""
    head = head_of(read)
    return Health(
        head.seq, head.epoch.hex()[:8], backup_state(read, now),
        int(read.value("SELECT count(*) FROM held_op WHERE decision IS NULL AND deleted = 0")),
        int(read.value("SELECT count(*) FROM conflict WHERE decision IS NULL AND deleted = 0")),
        int(read.value("SELECT count(*) FROM hub_invitation WHERE uses_left > 0 AND expires_at >= ?", now)),
        int(read.value("SELECT count(*) FROM op")), laptops(read),
    )  # fmt: skip


def show(visit: Visit) -> Response:
    """The overview."""
    now = visit.hub.clock.now()
    with visit.hub.reading() as read:
        found = health(read, now)
        newest = journal.lines(read, None, 6)
    return visit.show(
        "overview.html", here="overview", health=found, warnings=_warnings(visit, found, now), lines=newest,
        certificate=_certificate_end(visit), database_bytes=visit.hub.size(), version=VERSION,
        database=str(visit.hub.path or "PostgreSQL"),
    )  # fmt: skip


def _certificate_end(visit: Visit) -> int | None:
    shown = visit.pages.certificates
    return int(shown.ends_at.timestamp() * 1000) if shown and shown.ends_at else None


def _warnings(visit: Visit, found: Health, now: int) -> list[tuple[str, str, str]]:
    """What somebody should look after: how grave, the sentence, and where to go."""
    said: list[tuple[str, str, str]] = []
    if red := found.backup.red_line():
        said.append(("danger", red, "/backups"))
    elif found.head > found.backup.seq:
        count = found.head - found.backup.seq
        said.append(("info", ngettext("{count} decision is newer than the last backup.", "{count} decisions are newer than the last backup.", count).format(count=count), "/backups"))  # fmt: skip
    if found.held:
        said.append(("warn", ngettext("{count} entry waits in the quarantine.", "{count} entries wait in the quarantine.", found.held).format(count=found.held), "/quarantine"))  # fmt: skip
    if found.conflicts:
        said.append(("warn", ngettext("{count} conflict is open. It is settled on a laptop.", "{count} conflicts are open. They are settled on a laptop.", found.conflicts).format(count=found.conflicts), ""))  # fmt: skip
    late = [laptop for laptop in found.active if laptop.late(now)]
    if late:
        said.append(("warn", ngettext("{count} laptop was not heard of for {days} days.", "{count} laptops were not heard of for {days} days.", len(late)).format(count=len(late), days=LATE_DAYS), "/laptops"))  # fmt: skip
    wrong = [laptop for laptop in found.active if laptop.clock_wrong]
    if wrong:
        said.append(("warn", ngettext("The clock of {count} laptop is wrong.", "The clocks of {count} laptops are wrong.", len(wrong)).format(count=len(wrong)), "/laptops"))  # fmt: skip
    return said + _certificate_warning(_certificate_end(visit), now)


def _certificate_warning(end: int | None, now: int) -> list[tuple[str, str, str]]:
    if end is None or end - now > CERTIFICATE_DAYS * DAY:
        return []
    return [("danger", _("The certificate ends in {days} days. Put a new one in its place.").format(days=max((end - now) // DAY, 0)), "")]  # fmt: skip


def show_journal(visit: Visit) -> Response:
    """What administrators did, the newest first."""
    try:
        before = visit.query.number("before", 1, 10**12)
    except AppError:
        before = None
    with visit.hub.reading() as read:
        found = journal.lines(read, before, LINES + 1)
    older = found[LINES - 1].n if len(found) > LINES else None
    return visit.show("journal.html", here="journal", lines=found[:LINES], older=older)


PAGES = {"/": Page(show), "/journal": Page(show_journal)}
