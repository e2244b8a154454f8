"""The hub's answer comes in on the laptop: receipts, rows and files, by the very exchange that runs on the line."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from app.contents import LEAST_ROOM, arrived, free_room, part_of, path_of
from app.errors import AppError
from app.profile import Profile
from app.sync.bundle.form import (
    FORGED,
    SUFFIX,
    Bytes,
    Header,
    Lines,
    Opened,
    open_bundle,
    read_header,
    unsealed,
)
from app.sync.bundle.lines import JOIN, JOINED, OPS, RETURN, Content
from app.sync.bundle.outgoing import NOT_JOINED
from app.sync.bundle.replay import Answers, FileLine, judge
from app.sync.client import Exchange, Report, only_one
from app.sync.joining import key_of
from app.sync.line import Line
from app.sync.log import drop_unreached, proof_of
from app.sync.rebase import note_receipts
from app.words import N_

FOR_THE_HUB = N_(
    "“{name}” is for the hub: hand it to the administrator, who brings it in there. Here only the hub's answer is brought in."
)
FOREIGN_HUB = N_("“{name}” comes from another hub than this laptop's. Nothing of it was taken in.")
FOREIGN_DEVICE = N_("“{name}” is the answer for the laptop {code}, not for this one. Bring it in there.")
PART_MISSING = N_(
    "Part {part} of {parts} is missing beside “{name}”. Put all parts into one folder and try again; nothing was changed."
)
REVOKED = N_(
    "The administrator has ended this laptop's part in the hub. Your work was received and is kept there."
)


@dataclass
class BroughtIn:
    """What a file changed here."""

    report: Report
    files: int = 0
    #: The hub still lacks records of this laptop that lie before what it has received.
    missing: int = 0
    #: Nothing in it was new.
    known: bool = False
    made_at: int = 0
    names: list[str] = field(default_factory=list)


def bring_in(profile: Profile, path: Path) -> BroughtIn:
    """Take in the hub's answer, or refuse it with the reason. All parts lie in one folder. Raises AppError, Busy."""
    with only_one(profile), ExitStack() as stack:
        parts = [proved(profile, part) for part in all_parts(path)]
        key = key_of(profile)
        contents = [stack.enter_context(unsealed(part, key)) for part in parts]
        for lines in contents:
            lines.check()
        answers = _answers(path.name, contents)
        return _taken_in(profile, parts[0].header, answers, contents)


def proved(profile: Profile, path: Path) -> Opened:
    """A file of our hub for this laptop, whole and signed. Raises AppError."""
    opened = open_bundle(path)
    header, name = opened.header, opened.name
    if header.kind in (OPS, JOIN):
        raise AppError(FOR_THE_HUB, name=name)
    with profile.store.read() as read:
        meta = dict(read.rows("SELECT key, value FROM meta WHERE key LIKE 'hub_%'"))
    if "hub_id" not in meta:
        raise AppError(NOT_JOINED)
    if header.hub_id.hex() != meta["hub_id"]:
        raise AppError(FOREIGN_HUB, name=name)
    if header.key.hex() != meta["hub_key"] or header.kind not in (RETURN, JOINED):
        raise AppError(FORGED, name=name)
    if header.device.hex() != meta["hub_device"]:
        raise AppError(FOREIGN_DEVICE, name=name, code=header.device_code)
    return opened


def all_parts(path: Path) -> list[Path]:
    """The file and the other parts beside it, in order. Raises AppError where one is missing."""
    header = read_header(path)
    if header.parts == 1:
        return [path]
    found = {header.part: path}
    for other in sorted(path.parent.glob(f"*{SUFFIX}")):
        with suppress(AppError):
            its = read_header(other)
            if (its.bundle_id, its.kind) == (header.bundle_id, header.kind):
                found.setdefault(its.part, other)
    for part in range(1, header.parts + 1):
        if part not in found:
            raise AppError(PART_MISSING, part=part, parts=header.parts, name=path.name)
    return [found[part] for part in range(1, header.parts + 1)]


def _answers(name: str, contents: list[Lines]) -> Answers:
    answers = Answers(name)
    for lines in contents:
        for message, _bytes in lines:
            answers.add(message)
    return answers


def _taken_in(profile: Profile, header: Header, answers: Answers, contents: list[Lines]) -> BroughtIn:
    with profile.store.read() as read:
        newest = proof_of(read)
        floor = int(read.value("SELECT value FROM meta WHERE key = 'bundle_floor'") or 0)
    cursors = _cursors(profile)
    judge(answers, newest, cursors, floor=floor, number=header.number)
    said = answers.said
    before = _waiting(profile)
    if said.revoked:
        with profile.store.local() as connection:
            note_receipts(connection, answers.known.values())
        raise AppError(REVOKED)
    report = _exchange(profile, header, answers)
    with profile.store.local() as connection:
        connection.executemany(
            "UPDATE blob SET sent_to = size, checked_at = ? WHERE sha256 = ? AND own = 1",
            [(profile.clock.now(), sha256) for sha256 in said.kept],
        )
    report.sent = max(before - _waiting(profile), 0)
    files = sum(_keep_files(profile, lines) for lines in contents)
    missing = sum(one.last - one.first + 1 for one in said.missing)
    known = not (report.sent or report.history or files) and cursors == _cursors(profile)
    _remember(profile, header)
    return BroughtIn(report, files, missing, known, header.made_at)


def _exchange(profile: Profile, header: Header, answers: Answers) -> Report:
    """The exchange with the hub as it was; what the pages of an interrupted one hold is kept."""
    said = answers.said
    with profile.store.local() as connection:
        drop_unreached(connection)
    report = Exchange(profile, cast("Line", FileLine(answers, header.hub_id))).run()
    profile.remember("synced_at", str(min(header.made_at, profile.clock.now())))
    if report.history or not said.proven:
        profile.remember("bundle_floor", str(header.number))
    return report


def _cursors(profile: Profile) -> dict[str, int]:
    with profile.store.read() as read:
        return dict(read.rows("SELECT bucket, seq FROM cursor"))


def _waiting(profile: Profile) -> int:
    with profile.store.read() as read:
        return int(read.value("SELECT count(*) FROM op WHERE acked = 0"))


def _remember(profile: Profile, header: Header) -> None:
    profile.remember("bundle_answered_at", str(header.made_at))


def _keep_files(profile: Profile, lines: Lines) -> int:
    """Put the photos and documents into their places; those that are here already are passed over."""
    count = 0
    for message, content in _contents(lines):
        if path_of(profile, message.sha256).exists() or free_room(profile) - message.size < LEAST_ROOM:
            continue
        part = part_of(profile, message.sha256)
        part.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=part.parent, suffix=".part", delete=False) as stream:
            for piece in content.pieces():
                stream.write(piece)
        count += arrived(profile, message.sha256, Path(stream.name))
    return count


def _contents(lines: Lines) -> Iterator[tuple[Content, Bytes]]:
    for message, content in lines:
        if isinstance(message, Content) and content is not None:
            yield message, content
