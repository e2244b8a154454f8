"""Batch files at the hub: what they bring goes through the same `ingest` as on the line; what comes too early waits, named.

A file is proved whole, its device's and ours before the first op is looked at. Bringing one in again changes nothing.
"""

import logging
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from app.contents import LARGEST_CONTENT
from app.errors import AppError, Busy
from app.files import said
from app.hub import ingest as ingests
from app.hub.blobs import take_file
from app.hub.enrol import chain_head, hello
from app.hub.hub import DeviceRow, Hub, RefusedError, device_row, head_of
from app.ops import SCHEMA_VERSION, link
from app.store import NO_HASH
from app.sync.bundle.form import BROKEN, FORGED, Bytes, Lines, Opened, open_bundle, unsealed
from app.sync.bundle.lines import JOIN, OPS, Content, Missing
from app.sync.protocol import (
    BUSY,
    FORK,
    GAP,
    HUB_TOO_OLD,
    MAX_OPS,
    BadBytesError,
    Hello,
    Pull,
    Push,
    Receipt,
    SentOp,
    Welcome,
    pack,
    unpack,
)
from app.tx import Reader
from app.words import N_

log = logging.getLogger(__name__)
NOT_FOR_HUB = N_(
    "“{name}” is the hub's own answer to a laptop. Bring it in there: sitewright sync --import FILE"
)
FOREIGN_HUB = N_(
    "“{name}” was written for another hub. Nothing of it was taken in; hand it to the right one."
)
STRANGER = N_(
    "“{name}” comes from a laptop that this hub does not know ({code}). Let it join first, by an invitation or a join request file."
)
HUB_OLD = N_(
    "“{name}” comes from a newer Sitewright than this hub's. Update the hub, then bring it in again."
)
_REFUSED = {BUSY: N_("The hub is busy. Nothing was lost; try again in a minute.")}


@dataclass
class Received:
    """What a batch file brought, and what is needed for the answer to it."""

    device: DeviceRow
    opened: Opened
    hello: Hello
    pull: Pull
    welcome: Welcome | None = None
    #: Records in the file, those that were new here, and what the hub says about each.
    ops: int = 0
    new: int = 0
    op_ids: dict[bytes, None] = field(default_factory=dict)
    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    files: list[bytes] = field(default_factory=list)
    #: Records that wait, and the ranges before them that have not come.
    waiting: int = 0
    missing: list[Missing] = field(default_factory=list)
    #: Another laptop writes with this one's identity, or an old copy was restored there: its answer tells it.
    forked: bool = False
    #: The same file had been brought in before.
    again: bool = False

    def count(self, outcome: str) -> int:
        """How many records the hub has decided about so."""
        return sum(receipt.outcome == outcome for receipt in self.receipts.values())


def take_in(hub: Hub, path: Path) -> Received:
    """Bring in a laptop's file. Raises AppError with the reason for a file that is not whole, not ours, forged or foreign."""
    opened = open_bundle(path)
    device = _sender(hub, opened)
    with unsealed(opened, hub.key) as lines:
        lines.check()
        received = Received(device, opened, *_questions(lines, opened))
        try:
            for message, content in lines:
                if isinstance(message, Push):
                    _offer(hub, received, message)
                elif isinstance(message, Content) and content is not None:
                    _keep_file(hub, received, message, content)
            _let_waiting_in(hub, received.device)
            _greet(hub, received)
        except RefusedError as refused:
            raise _sentence(refused, opened.name) from refused
        except (OverflowError, UnicodeError, sqlite3.Error) as error:  # values that no database takes
            raise AppError(BROKEN, name=opened.name) from error
        _finish(hub, received)
    return received


def _sender(hub: Hub, opened: Opened) -> DeviceRow:
    header, name = opened.header, opened.name
    if header.kind not in (OPS, JOIN):
        raise AppError(NOT_FOR_HUB, name=name)
    if header.kind == JOIN or header.hub_id != hub.hub_id:
        raise AppError(FOREIGN_HUB, name=name)
    device = hub.device(header.device)
    if device is None:
        raise AppError(STRANGER, name=name, code=header.device_code)
    if device.public_key != header.key:
        raise AppError(FORGED, name=name)
    return device


def _questions(lines: Lines, opened: Opened) -> tuple[Hello, Pull]:
    """The two lines at the head of each part."""
    found = [message for _n, (message, _bytes) in zip(range(2), lines, strict=False)]
    if len(found) == 2 and isinstance(found[0], Hello) and isinstance(found[1], Pull):
        return found[0], found[1]
    raise AppError(BROKEN, name=opened.name)


def _sentence(refused: RefusedError, name: str) -> AppError:
    code = refused.refusal.code
    if code == BUSY:
        return Busy(_REFUSED[BUSY])
    if code == HUB_TOO_OLD:
        return AppError(HUB_OLD, name=name)
    return AppError(BROKEN, name=name)


# --- ops ---


def _offer(hub: Hub, received: Received, push: Push) -> None:
    """Bring in some ops of a chain; what comes too early, or contradicts the chain, is kept apart."""
    received.ops += len(push.ops)
    received.op_ids |= dict.fromkeys(op.op_id for op in push.ops)
    why = _push(hub, received.device, push, received)
    if why and push.ops:
        _keep_waiting(hub, received, push, why)
        received.forked |= why == FORK


def _push(hub: Hub, device: DeviceRow, push: Push, received: Received | None = None) -> str:
    """Let ops go through `ingest`; GAP or FORK where they cannot. The file's own proof is answered by the return file."""
    with hub.reading() as read:
        head = head_of(read)
    try:
        answer = ingests.ingest(hub, device, msgspec.structs.replace(push, proof=head))
    except RefusedError as refused:
        if refused.refusal.code in (GAP, FORK):
            return refused.refusal.code
        raise
    if received is not None:
        received.new += sum(receipt.hub_seq > head.seq for receipt in answer.receipts)
    return ""


def _keep_waiting(hub: Hub, received: Received, push: Push, why: str) -> None:
    first, last = push.ops[0].seq, push.ops[-1].seq
    with hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_bundle_push (sha256, chain_id, first, last, device_id, why, content) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256, chain_id, first) DO NOTHING",
            (received.opened.sha256, push.chain, first, last, received.device.device_id, why, pack(push)),
        )


_WAITING = "SELECT sha256, chain_id, first, content FROM hub_bundle_push WHERE device_id = ? ORDER BY chain_id, first, sha256"


def _let_waiting_in(hub: Hub, device: DeviceRow) -> None:
    """Try what waits of a laptop as long as some of it gets in; what has come another way waits no more."""
    progress = True
    while progress:
        progress = False
        with hub.reading() as read:
            waiting = [tuple(row) for row in read.rows(_WAITING, device.device_id)]
        for sha256, chain, first, content in waiting:
            push = unpack(bytes(content), Push)
            if _all_known(hub, push.ops) or not _push(hub, device, push):
                _wait_no_more(hub, [(sha256, chain, first)])
                progress = True


def _all_known(hub: Hub, ops: Iterable[SentOp]) -> bool:
    with hub.reading() as read:
        return all(read.value("SELECT 1 FROM op WHERE op_id = ?", op.op_id) for op in ops)


def _wait_no_more(hub: Hub, keys: Iterable[tuple[bytes, bytes, int]]) -> None:
    with hub.writing() as connection:
        connection.executemany(
            "DELETE FROM hub_bundle_push WHERE sha256 = ? AND chain_id = ? AND first = ?", list(keys)
        )


def missing_of(read: Reader, device_id: bytes) -> list[Missing]:
    """The ranges of a laptop's chains that have not come, while later records have."""
    found: dict[bytes, Missing] = {}
    for chain, first in read.rows(
        "SELECT chain_id, min(first) FROM hub_bundle_push WHERE device_id = ? AND why = ? GROUP BY chain_id",
        device_id,
        GAP,
    ):
        seq = chain_head(read, chain)[1]
        if seq + 1 < first:
            found[chain] = Missing(bytes(chain), seq + 1, first - 1)
    return list(found.values())


# --- files, and what is written down ---


def _keep_file(hub: Hub, received: Received, message: Content, content: Bytes) -> None:
    """Put the bytes of a photo or document where the hub keeps them. Raises AppError where its disk refuses."""
    if message.size > LARGEST_CONTENT:
        return
    folder = hub.files.parts(received.device.device_id)
    part: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as stream:
            part = Path(stream.name)
            for piece in content.pieces():
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        if take_file(hub, message.sha256, part):
            received.files.append(message.sha256)
    except OSError as error:
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise said(error, hub.files.path(message.sha256)) from error


def _greet(hub: Hub, received: Received) -> None:
    """Note that the laptop was heard of, and how far its chains are here; its clock is judged on the line only."""
    device = received.device
    with hub.reading() as read:
        head = head_of(read)
        offset = read.value("SELECT clock_offset FROM hub_device WHERE device_id = ?", device.device_id) or 0
        received.missing = missing_of(read, device.device_id)
        sql = "SELECT coalesce(sum(last - first + 1), 0) FROM hub_bundle_push WHERE device_id = ? AND why = ?"
        received.waiting = int(read.value(sql, device.device_id, GAP))
        now = ingests.receipts_of(read, list(received.op_ids))
        received.receipts = {receipt.op_id: receipt for receipt in now}
    asked = msgspec.structs.replace(
        received.hello, proof=head, wall=hub.clock.now() + offset, heads=[], schema_v=SCHEMA_VERSION
    )
    received.welcome = hello(hub, device, asked)


def _finish(hub: Hub, received: Received) -> None:
    opened, header = received.opened, received.opened.header
    values = (
        opened.sha256, header.bundle_id, received.device.device_id, opened.name[:200], header.part, header.parts,
        header.made_at, hub.clock.now(), received.ops, len(received.files),
    )  # fmt: skip
    with hub.writing() as connection:
        times = connection.execute(
            "INSERT INTO hub_bundle (sha256, bundle_id, device_id, name, part, parts, made_at, received_at, ops, files, times) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (sha256) DO UPDATE SET times = hub_bundle.times + 1 "
            "RETURNING times",
            values,
        ).fetchone()[0]
    received.again = times > 1
    log.info("batch file %s: %d ops, %d new", header.bundle_id.hex(), received.ops, received.new)


# --- a laptop that is lost: only its files are left ---


@dataclass(frozen=True)
class Adopted:
    """How many records of a lost laptop were let in although those before them never came."""

    ops: int
    missing: list[Missing]


def adopt(hub: Hub, code: str) -> Adopted:
    """Let in what waits of a laptop that will not come back, under a chain of its own. Raises AppError.

    The files were signed by the laptop; what lies before these records is lost, and the outcome says how much.
    """
    with hub.reading() as read:
        found = read.value("SELECT device_id FROM hub_device WHERE code = ?", code)
        device = device_row(read, found) if found is not None else None
        if device is None:
            raise AppError(N_("No laptop with the code {code} takes part."), code=code)
        missing = missing_of(read, device.device_id)
        waiting = [tuple(row) for row in read.rows(_WAITING, device.device_id)]
    ops = _in_order(waiting)
    with hub.reading() as read:
        unknown = [op for op in ops if not read.value("SELECT 1 FROM op WHERE op_id = ?", op.op_id)]
    _recover(hub, device, unknown)
    _wait_no_more(hub, [(sha256, chain, first) for sha256, chain, first, _content in waiting])
    return Adopted(len(unknown), missing)


def _in_order(waiting: Iterable[tuple[bytes, bytes, int, bytes]]) -> list[SentOp]:
    """The ops that wait, each once, chain by chain."""
    found: dict[bytes, SentOp] = {}
    for _sha256, _chain, _first, content in waiting:
        for op in unpack(bytes(content), Push).ops:
            found.setdefault(op.op_id, op)
    return list(found.values())


def _recover(hub: Hub, device: DeviceRow, ops: list[SentOp]) -> None:
    chain, previous = secrets.token_bytes(16), NO_HASH
    placed = []
    for seq, op in enumerate(ops, 1):
        previous = link(previous, op.op_id, op.bytes)
        placed.append(SentOp(op.op_id, seq, previous, op.body, op.blob))
    for start in range(0, len(placed), MAX_OPS):
        with hub.reading() as read:
            head = head_of(read)
        ingests.ingest(hub, device, Push(head, chain, placed[start : start + MAX_OPS]))


@dataclass(frozen=True)
class FileLine:
    """A batch file as the administrator sees it."""

    name: str
    code: str
    made_at: int
    received_at: int
    ops: int
    files: int
    times: int
    #: Records of it that wait for earlier ones.
    waiting: int


def brought(read: Reader, limit: int = 100) -> list[FileLine]:
    """The files that were brought in last, for the hub's page."""
    return read.as_(
        FileLine,
        "SELECT b.name, d.code, b.made_at, b.received_at, b.ops, b.files, b.times, "
        "(SELECT coalesce(sum(p.last - p.first + 1), 0) FROM hub_bundle_push p WHERE p.sha256 = b.sha256) "
        "FROM hub_bundle b JOIN hub_device d ON d.device_id = b.device_id ORDER BY b.received_at DESC LIMIT ?",
        limit,
    )


__all__ = ["Adopted", "BadBytesError", "FileLine", "Received", "adopt", "brought", "missing_of", "take_in"]
