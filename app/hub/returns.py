"""The hub's answer to a batch file: receipts, rows and files for exactly that laptop, sealed for it, signed by the hub."""

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from app import ops as operations
from app.hub.blobs import BlobStore
from app.hub.bundles import Received
from app.hub.feed import pull
from app.hub.hub import DeviceRow, Hub, RefusedError, head_of, link_at
from app.hub.verifiers import auth
from app.ops import SCHEMA_VERSION
from app.sync.bundle.form import ALGORITHMS, Header
from app.sync.bundle.lines import JOINED, MARK, RETURN, Missing, Returned
from app.sync.bundle.spool import PART_SIZE, Place, Spool, spool
from app.sync.protocol import START, Auth, Enrolled, Page, Point, Pull, Receipt, Receipts, Welcome
from app.tx import Reader
from app.version import VERSION
from db.ids import new_id

MEGABYTE = 1024 * 1024
FILE_BYTES = 200 * MEGABYTE
#: So many decisions back an answer proves that it continues what a laptop has seen meanwhile.
MARKS = 20_000
RECEIPTS = 5000


@dataclass(frozen=True)
class Request:
    """What an answer is made from: who asked, from which state, and what became of the file that asked."""

    device: DeviceRow
    number: int
    bundle: bytes
    recipient: str
    pull: Pull
    welcome: Welcome
    receipts: list[Receipt]
    kept: list[bytes]
    missing: list[Missing]
    enrolled: Enrolled | None = None


def request_of(received: Received) -> Request:
    """The answer's side of a file that was brought in."""
    header = received.opened.header
    assert received.welcome is not None  # it was greeted
    return Request(
        received.device,
        header.number,
        header.bundle_id,
        header.recipient,
        received.pull,
        received.welcome,
        list(received.receipts.values()),
        received.files,
        received.missing,
    )


def merged(first: Request, second: Request) -> Request:
    """One answer for two files (or parts) of a laptop: to the later state, with the receipts of both."""
    if first.enrolled or second.enrolled:
        return first if first.enrolled else second
    later = max(first, second, key=lambda asked: asked.number)
    receipts = {receipt.op_id: receipt for asked in (first, second) for receipt in asked.receipts}
    kept = list(dict.fromkeys([*first.kept, *second.kept]))
    return replace(
        later, welcome=second.welcome, missing=second.missing, receipts=list(receipts.values()), kept=kept
    )


def write_return(
    hub: Hub, asked: Request, target: Path, *, files: int = FILE_BYTES, part_size: int = PART_SIZE
) -> list[Path]:
    """Write the answer to a folder or a file; the paths of its parts. Raises AppError where the disk refuses."""
    with spool() as spooled:
        said = _returned(hub, asked)
        spooled.head = [said, asked.welcome]
        if asked.enrolled:
            spooled.head.insert(0, asked.enrolled)
        for start in range(0, len(asked.receipts), RECEIPTS):
            some = asked.receipts[start : start + RECEIPTS]
            spooled.add(Receipts(hub.hub_id, some, said.point))
        if not asked.device.revoked:
            spooled.add(auth(hub, asked.device, Auth(said.point, [])))  # sealed, as all of it
            wanted = _put_pages(hub, asked, said, spooled)
            _put_files(hub.files, spooled, wanted, files)
        now = hub.clock.now()
        name = "joined" if asked.enrolled else "return"
        place = Place(target, name, asked.device.code, now, part_size)
        header = _header(hub, asked, said, now)
        return [path for path, _digest in spooled.write(place, header, hub.key, asked.recipient)]


def _header(hub: Hub, asked: Request, said: Returned, now: int) -> Header:
    return Header(
        new_id(),
        JOINED if asked.enrolled else RETURN,
        asked.device.device_id,
        asked.device.code,
        now,
        hub_id=hub.hub_id,
        epoch=said.point.epoch,
        number=asked.number,
        previous=asked.bundle,
        counts={"receipts": len(asked.receipts), "files": 0},
        schema_v=operations.SCHEMA_VERSION,
        version=VERSION,
        key=hub.key.public,
        recipient=asked.recipient,
        algorithms=dict(ALGORITHMS),
    )


def _returned(hub: Hub, asked: Request) -> Returned:
    proof = asked.pull.proof
    with hub.reading() as read:
        head = head_of(read)
        proven = proof.epoch == head.epoch and link_at(read, proof.seq) == proof.hash
    if proven:
        try:
            pull(hub, asked.device, msgspec.structs.replace(asked.pull, limit=1))
        except RefusedError:  # it missed deletions that are no longer told: everything anew
            proven = False
    since = {bucket: asked.pull.cursors.get(bucket, 0) if proven else 0 for bucket in asked.device.scope}
    with hub.reading() as read:
        marks_from = max(head.seq - MARKS, 0) + 1
        marks = _marks(read, marks_from, head)
    return Returned(
        proof, proven, since, head, marks_from, marks, asked.kept, asked.missing, asked.device.revoked
    )


def _marks(read: Reader, first: int, head: Point) -> bytes:
    sql = "SELECT hash FROM hub_history WHERE hub_seq >= ? AND hub_seq <= ? ORDER BY hub_seq"
    return b"".join(bytes(link)[:MARK] for (link,) in read.rows(sql, first, head.seq))


def _put_pages(hub: Hub, asked: Request, said: Returned, spooled: Spool) -> list[bytes]:
    """All pages up to now; the files that their rows name, the newest first."""
    cursors = dict(said.since)
    proof = said.proof if said.proven else Point(said.point.epoch, 0, START)
    wanted: list[bytes] = []
    while True:
        page = pull(hub, asked.device, Pull(proof, cursors, schema_v=max(SCHEMA_VERSION, 1)))
        spooled.add(page)
        wanted += _named(page)
        cursors, proof = page.cursors, page.point
        if not page.more:
            return wanted[::-1]


def _named(page: Page) -> list[bytes]:
    found = []
    for sent in page.rows:
        if sent.table == "attachment":
            place = sent.columns.index("sha256")
            found += [bytes(row[place]) for row in sent.rows if row[place] is not None]
    return found


def _put_files(store: BlobStore, spooled: Spool, wanted: list[bytes], limit: int) -> None:
    for sha256 in dict.fromkeys(wanted):
        path = store.path(sha256)
        if path.is_file() and (size := path.stat().st_size) <= limit:
            spooled.add_content(sha256, path)
            limit -= size
