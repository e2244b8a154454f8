"""What administrators did at the hub's page: one line for each act, for other administrators to read."""

from dataclasses import dataclass

from app.hub.hub import Hub
from app.tx import Reader
from app.words import N_, _
from db.driver import Connection

#: So many lines are kept; failed entries are few by the limits of the door.
KEPT = 50_000
ACTIONS = {
    "signed in": N_("Signed in"),
    "failed": N_("Wrong entry at sign-in"),
    "signed out": N_("Signed out"),
    "signed out everywhere": N_("Signed out everywhere"),
    "admin added": N_("Added an administrator"),
    "admin closed": N_("Closed an administrator's account"),
    "password changed": N_("Changed the own password"),
    "password set": N_("Password set by command"),
    "laptop revoked": N_("Revoked a laptop"),
    "laptop renamed": N_("Renamed a laptop"),
    "sites changed": N_("Changed the sites of a laptop"),
    "laptop adopted": N_("Let in what a lost laptop's files brought"),
    "invited": N_("Made an invitation"),
    "withdrawn": N_("Withdrew an invitation"),
    "accepted": N_("Accepted an entry of the quarantine"),
    "refused": N_("Refused an entry of the quarantine"),
    "file brought": N_("Brought in a batch file"),
    "file refused": N_("A batch file was refused"),
    "answer fetched": N_("Fetched a return file"),
    "backup made": N_("Had a backup made"),
    "backup proved": N_("Had a backup proved again"),
    "backup bad": N_("A backup is damaged and counts no more"),
    "checkpoint signed": N_("Had a checkpoint signed"),
}


@dataclass(frozen=True)
class Line:
    """One act: when, who, from which address, what, on what."""

    n: int
    at: int
    name: str | None
    peer: str
    action: str
    subject: str
    detail: str

    @property
    def said(self) -> str:
        """The act in words."""
        return _(ACTIONS.get(self.action, self.action))


Who = tuple[str | None, str]


def write(
    hub: Hub,
    who: Who,
    action: str,
    subject: str = "",
    detail: str = "",
    *,
    connection: Connection | None = None,
) -> None:
    """Note an act of a name at an address, in the transaction that does it where one is open."""
    if connection is None:
        with hub.writing() as own:
            write(hub, who, action, subject, detail, connection=own)
        return
    name, peer = who
    n = connection.execute(
        "INSERT INTO hub_admin_log (at, name, peer, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?) RETURNING n",
        (hub.clock.now(), name, peer[:100], action, subject[:200], detail[:500]),
    ).fetchone()[0]
    connection.execute("DELETE FROM hub_admin_log WHERE n <= ?", (n - KEPT,))


def lines(read: Reader, before: int | None, limit: int) -> list[Line]:
    """The newest acts, or those before a line."""
    where, params = ("WHERE n < ?", (before,)) if before else ("", ())
    return read.as_(
        Line,
        f"SELECT n, at, name, peer, action, subject, detail FROM hub_admin_log {where} ORDER BY n DESC LIMIT ?",
        *params,
        limit,
    )
