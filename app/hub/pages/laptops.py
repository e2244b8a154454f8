"""Laptops at the hub's page: who takes part, how each stands, and what is to be done about one that is lost or dead."""

from dataclasses import dataclass, field, replace

from starlette.responses import Response

from app.errors import AppError
from app.hub.bundles import adopt, missing_of
from app.hub.enrol import revoke
from app.hub.grants import change_scope, scope_text
from app.hub.hub import head_of
from app.hub.pages.addresses import form_facts
from app.hub.pages.frame import Page, Visit
from app.hub.pages.frame import lost as no_such_page
from app.hub.said import adopted_said, missing_said
from app.sync.protocol import ALL
from app.tx import Reader
from app.words import N_, _

DAY = 86_400_000
#: A laptop that was not heard of for so long is asked after; so far a clock may be off.
LATE_DAYS, CLOCK_MS = 14, 5 * 60_000
SHOWN = 200


@dataclass(frozen=True)
class Laptop:
    """A laptop in the list."""

    device_id: bytes
    code: str
    machine: str
    scope: str
    enrolled_at: int
    revoked_at: int | None
    seen_at: int | None
    clock_offset: int | None
    version: str | None
    schema_v: int | None
    cursor_seq: int | None
    heads: str | None
    #: What it had recorded at its last exchange and the hub has not got; how many decisions it has not read.
    waiting: int = 0
    behind: int = 0
    sites: str = ""

    def late(self, now: int) -> bool:
        """Whether somebody should ask where it is."""
        return now - (self.seen_at or self.enrolled_at) > LATE_DAYS * DAY

    @property
    def clock_wrong(self) -> bool:
        """Whether its clock is off by more than five minutes."""
        return abs(self.clock_offset or 0) > CLOCK_MS

    @property
    def clock(self) -> str:
        """How far its clock is ahead or behind."""
        if self.clock_offset is None:
            return "—"
        seconds = round(abs(self.clock_offset) / 1000)
        sign = "" if not seconds else "−" if self.clock_offset < 0 else "+"
        if seconds < 120:
            return f"{sign}{seconds} s"
        return _("{sign}{minutes} min").format(sign=sign, minutes=round(seconds / 60))


_COLUMNS = "device_id, code, machine, scope, enrolled_at, revoked_at, seen_at, clock_offset, version, schema_v, cursor_seq, heads"


def laptops(read: Reader) -> list[Laptop]:
    """All laptops: those that take part first, the longest unheard of on top."""
    found = read.as_(
        Laptop,
        f"SELECT {_COLUMNS} FROM hub_device ORDER BY revoked_at IS NOT NULL, coalesce(seen_at, enrolled_at), code",
    )
    chains = dict(read.rows("SELECT chain_id, seq FROM hub_chain_head"))
    names = site_names(read)
    head = head_of(read).seq
    return [_filled(one, chains, names, head) for one in found]


def _filled(laptop: Laptop, chains: dict[bytes, int], names: dict[str, str], head: int) -> Laptop:
    there = [part.partition(":") for part in (laptop.heads or "").split()]
    waits = sum(max(int(seq) - chains.get(bytes.fromhex(chain), 0), 0) for chain, _sign, seq in there)
    behind = 0 if laptop.revoked_at else max(head - (laptop.cursor_seq or 0), 0)
    return replace(laptop, waiting=waits, behind=behind, sites=sites_said(laptop.scope, names))


def site_names(read: Reader) -> dict[str, str]:
    """The sites by their buckets."""
    found = read.rows("SELECT id, code, name FROM site WHERE deleted = 0 ORDER BY code")
    return {f"site:{site.hex()}": f"{code} {name}" for site, code, name in found}


def sites_said(scope: str, names: dict[str, str]) -> str:
    """Which sites a laptop holds, in words."""
    parts = scope.split()
    if ALL in parts:
        return _("All sites")
    return (
        _(", ").join(names.get(part, _("a site that was deleted")) for part in parts if part != "global")
        or "—"
    )


def show(visit: Visit) -> Response:
    """The list, which a search narrows down."""
    wanted = visit.query.text("q", 60).casefold()
    with visit.hub.reading() as read:
        found = laptops(read)
    chosen = [one for one in found if wanted in f"{one.code} {one.machine} {one.sites}".casefold()]
    return visit.show(
        "laptops.html", here="laptops", laptops=chosen[:SHOWN], count=len(chosen), all=len(found), q=wanted,
        more=max(len(chosen) - SHOWN, 0),
    )  # fmt: skip


# --- one laptop ---


@dataclass(frozen=True)
class Has:
    """What the hub has of a laptop."""

    chains: list[tuple[str, int, str]] = field(default_factory=list)
    outcomes: list[tuple[str, int]] = field(default_factory=list)
    last_at: int | None = None
    received_at: int | None = None
    files: int = 0
    files_missing: int = 0
    held: int = 0
    conflicts: int = 0
    blocks: list[tuple[str, int, int, int]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    waits_here: int = 0


_OF = "JOIN hub_position p ON p.op_id = {op} JOIN hub_chain_head c ON c.chain_id = p.chain_id AND c.device_id = ?"
_OUTCOMES = {
    "applied": N_("Taken in"),
    "conflict": N_("Taken in with a conflict"),
    "duplicate": N_("Taken in before"),
    "quarantined": N_("Kept back"),
    "rejected": N_("Refused"),
}


def has(read: Reader, device: bytes) -> Has:
    """What the hub has of a laptop, to be told when it is lost."""
    chains = read.rows(
        "SELECT chain_id, seq, hash FROM hub_chain_head WHERE device_id = ? ORDER BY seq DESC", device
    )
    counts = read.rows(
        "SELECT o.outcome, count(DISTINCT o.op_id) FROM hub_chain_head c JOIN hub_position p ON p.chain_id = c.chain_id "
        "JOIN op o ON o.op_id = p.op_id WHERE c.device_id = ? GROUP BY o.outcome ORDER BY 2 DESC",
        device,
    )
    last = read.row(
        "SELECT max(o.wall), max(p.received_at) FROM hub_chain_head c JOIN hub_position p ON p.chain_id = c.chain_id "
        "JOIN op o ON o.op_id = p.op_id WHERE c.device_id = ?",
        device,
    )

    def count(sql: str, *params: object) -> int:
        return int(read.value(sql, *params) or 0)

    return Has(
        [(bytes(chain).hex()[:12], seq, bytes(link).hex()[:12]) for chain, seq, link in chains],
        [(_(_OUTCOMES.get(outcome, str(outcome))), number) for outcome, number in counts],
        last[0] if last else None,
        last[1] if last else None,
        count("SELECT count(*) FROM hub_blob WHERE stored_by = ?", device),
        count(
            f"SELECT count(DISTINCT a.sha256) FROM attachment a {_OF.format(op='a.id')} WHERE a.deleted = 0 "
            "AND NOT EXISTS (SELECT 1 FROM hub_blob b WHERE b.sha256 = a.sha256)", device,
        ),
        count(f"SELECT count(DISTINCT h.id) FROM held_op h {_OF.format(op='h.op_id')} WHERE h.decision IS NULL AND h.deleted = 0", device),
        count(f"SELECT count(DISTINCT x.id) FROM conflict x {_OF.format(op='x.op_id')} WHERE x.decision IS NULL AND x.deleted = 0", device),
        [tuple(row) for row in read.rows("SELECT series, first, last, expires_at FROM hub_block WHERE device_id = ? ORDER BY series, first", device)],
        [missing_said(one) for one in missing_of(read, device)],
        count("SELECT sum(last - first + 1) FROM hub_bundle_push WHERE device_id = ?", device),
    )  # fmt: skip


def one_of(visit: Visit) -> Laptop | None:
    """The laptop that an address names."""
    with visit.hub.reading() as read:
        found = laptops(read)
    return next((one for one in found if one.code == visit.params["code"]), None)


def show_one(visit: Visit) -> Response:
    """One laptop: how it stands, what may be changed, and what the hub has of it."""
    laptop = one_of(visit)
    if laptop is None:
        return no_such_page(visit)
    with visit.hub.reading() as read:
        found, names = has(read, laptop.device_id), site_names(read)
    held = set(laptop.scope.split())
    return visit.show(
        "laptop.html", here="laptops", laptop=laptop, has=found, names=names, all_sites=ALL in held, holds=held,
        late=laptop.late(visit.hub.clock.now()), **form_facts(visit),
    )  # fmt: skip


def _path(visit: Visit) -> str:
    return f"/laptops/{visit.params['code']}"


def do_revoke(visit: Visit) -> Response:
    """A laptop gets nothing more."""
    code = str(visit.params["code"])
    revoke(visit.hub, code)
    visit.note("laptop revoked", code)
    return visit.go(_path(visit), _("The laptop {code} takes part no more.").format(code=code))


def do_rename(visit: Visit) -> Response:
    """The name by which people know a laptop; its code, which its numbers begin with, stays."""
    code, name = str(visit.params["code"]), visit.form.text("machine", 100)
    if not name:
        raise AppError(N_("Type a name."))
    with visit.hub.writing() as connection:
        done = connection.execute("UPDATE hub_device SET machine = ? WHERE code = ?", (name, code))
        if not done.rowcount:
            raise AppError(N_("No laptop with the code {code} takes part."), code=code)
    visit.note("laptop renamed", code, name)
    return visit.go(_path(visit), _("The laptop {code} is called {name} now.").format(code=code, name=name))


def chosen_scope(visit: Visit) -> str:
    """The sites that a form names, or all. Raises AppError where it names none."""
    if visit.form.raw("all"):
        return ALL
    buckets = visit.form.all("site")
    with visit.hub.reading() as read:
        known = {bucket: name.partition(" ")[0] for bucket, name in site_names(read).items()}
        if not buckets or set(buckets) - known.keys():
            raise AppError(N_("Choose the sites that the laptop shall hold, or all sites."))
        return scope_text(read, [known[bucket] for bucket in buckets])


def do_scope(visit: Visit) -> Response:
    """Other sites for a laptop."""
    code, scope = str(visit.params["code"]), chosen_scope(visit)
    if not change_scope(visit.hub, code, scope):
        return visit.go(_path(visit), _("The laptop {code} has these sites already.").format(code=code))
    with visit.hub.reading() as read:
        said = sites_said(scope, site_names(read))
    visit.note("sites changed", code, said)
    return visit.go(
        _path(visit), _("The laptop {code} hears of its sites at its next exchange.").format(code=code)
    )


def do_adopt(visit: Visit) -> Response:
    """Let in what the files of a lost laptop brought."""
    code = str(visit.params["code"])
    sentence = adopted_said(adopt(visit.hub, code))
    visit.note("laptop adopted", code, sentence)
    return visit.go(_path(visit), sentence)


PAGES = {
    "/laptops": Page(show),
    "/laptops/{code}": Page(show_one),
    "/laptops/{code}/revoke": Page(do=do_revoke, again=show_one),
    "/laptops/{code}/rename": Page(do=do_rename, again=show_one),
    "/laptops/{code}/sites": Page(do=do_scope, again=show_one),
    "/laptops/{code}/adopt": Page(do=do_adopt, again=show_one),
}
