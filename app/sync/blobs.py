"""Photos and documents on their way: a queue of the laptop's own, after the ops, piece by piece, in either direction.

A file goes only after the record that names it is with the hub, and comes only where a record of the laptop's scope names it.
Every step may be cut off and done again; the network is never waited for inside a transaction. What arrives is proved by its
hash, and what the hub says of a file by its signature.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import contents
from app.changes import Done
from app.contents import LARGEST_CONTENT, arrived, digest_of, part_of, path_of
from app.errors import AppError
from app.files import said
from app.profile import Profile, alone
from app.settings import PHOTO_DAYS, Settings
from app.sync.file_call import (
    BYTES,
    FULL,
    GET,
    HEAD,
    PART,
    PIECE,
    PUT,
    WHOLE,
    WRONG,
    FileAnswer,
    FileCall,
    read_answer,
)
from app.sync.keys import verifies
from app.sync.line import Line, line_to
from app.sync.protocol import BUSY, REVOKED, STRANGER, BadBytesError, answer_bytes, request_bytes
from app.sync.transport import Frame, Lost, Transport
from app.tx import Reader
from app.words import N_, _

log = logging.getLogger(__name__)
DAY = 86_400_000
#: A file that the hub did not have is asked for again after so long, and at most so many in one exchange.
AGAIN, MOST_MISSES = 10 * 60_000, 50
#: A photo that somebody asked for stays so long, unless the disk runs full.
KEPT_DAYS = 7
#: How often the pages hear of what has come, in seconds.
EVERY = 2.0
_ENDS = {FULL, BUSY, REVOKED, STRANGER}

#: The last ones are of records that went out of the laptop's scope before their photos were sent.
_TO_SEND = """
SELECT b.sha256, b.size, 0, min(a.n) FROM blob b JOIN attachment a ON a.sha256 = b.sha256
WHERE b.state = 'whole' AND b.sent_to < b.size AND a.hub_seq IS NOT NULL GROUP BY b.sha256, b.size
UNION ALL
SELECT b.sha256, b.size, 1, min(a.n) FROM blob b JOIN attachment a ON a.original_sha256 = b.sha256
WHERE b.state = 'whole' AND b.sent_to < b.size AND a.hub_seq IS NOT NULL GROUP BY b.sha256, b.size
UNION ALL
SELECT b.sha256, b.size, 2, 0 FROM blob b WHERE b.state = 'whole' AND b.sent_to < b.size AND b.own = 1
AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = b.sha256)
AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.original_sha256 = b.sha256)
ORDER BY 3, 4
"""
_TO_COME = """
SELECT a.sha256 FROM attachment a LEFT JOIN blob b ON b.sha256 = a.sha256
WHERE a.deleted = 0 AND a.hub_seq IS NOT NULL AND coalesce(b.checked_at, 0) < ?
  AND (coalesce(b.state, 'wanted') = 'wanted' OR b.state = 'damaged' AND b.sent_to >= b.size)
  AND (a.kind <> 'photo' OR coalesce(a.taken_at, a.created_at) >= ?)
GROUP BY a.sha256 ORDER BY max(coalesce(a.taken_at, a.created_at)) DESC LIMIT 1000
"""
_TO_GIVE_UP = """
SELECT b.sha256, max(coalesce(a.taken_at, a.created_at)), max(coalesce(b.checked_at, 0)), 1 FROM blob b
JOIN attachment a ON a.sha256 = b.sha256 WHERE b.state = 'whole' AND b.sent_to >= b.size
GROUP BY b.sha256 HAVING max(coalesce(a.hub_seq, ?1 + 1)) <= ?1 AND min(a.kind = 'photo') = 1
UNION ALL
SELECT b.sha256, max(coalesce(a.taken_at, a.created_at)), max(coalesce(b.checked_at, 0)), 0 FROM blob b
JOIN attachment a ON a.original_sha256 = b.sha256 WHERE b.state = 'whole' AND b.sent_to >= b.size
GROUP BY b.sha256 HAVING max(coalesce(a.hub_seq, ?1 + 1)) <= ?1
ORDER BY 4, 2 LIMIT 500
"""


@dataclass
class Moved:
    """What one turn of the queue did; `note` says why it ended early."""

    uploaded: int = 0
    downloaded: int = 0
    given_up: int = 0
    note: str = ""


class _EndError(Exception):
    """The queue ends here for this time."""


def never() -> bool:
    """Nobody wants the queue to stop."""
    return False


def carry(profile: Profile, line: Line, stop: Callable[[], bool] = never) -> Moved:
    """One turn of the queue: send, fetch, give up. A line that breaks or a full disk ends it with a note; nothing is lost."""
    files = Files(profile, line, stop)
    with _turn(profile) as mine:
        if mine:
            files.run()
    return files.moved


def fetch(profile: Profile, sha256: bytes, hub: "str | Transport | None" = None) -> bool:
    """Fetch one content now, since somebody clicked; whether it is here. Raises AppError where the hub cannot be asked."""
    if contents.bytes_of(profile, sha256) is not None:
        return True
    contents.ask_for(profile, sha256)
    contents.demand_room(profile)
    with line_to(profile, hub) as line:
        try:
            return Files(profile, line, never).fetch(sha256)
        except _EndError:
            return False


@contextmanager
def _turn(profile: Profile) -> Iterator[bool]:
    """Whether the queue is ours; another program that carries files does it for us."""
    try:
        with alone(profile.folder / "files.lock"):
            yield True
    except BlockingIOError:
        yield False


class Files:
    """The queue of one laptop."""

    def __init__(self, profile: Profile, line: Line, stop: Callable[[], bool]) -> None:
        self._profile, self._line, self._stop = profile, line, stop
        self.moved = Moved()
        self._told = time.monotonic()
        self._untold = False

    def run(self) -> None:
        """Everything in turn."""
        try:
            self._note_lost()
            self._send_all()
            self._fetch_all()
            self._give_up()
        except _EndError:
            pass
        except Lost as error:
            self.moved.note = str(error)
        except AppError as error:
            log.warning("the files could not be carried on: %s", error.message)
            self.moved.note = str(error)
        self._tell(now=True)

    def _ask(self, call: FileCall, body: bytes = b"") -> FileAnswer:
        """The hub's answer, proved to be its own and to this very request. Raises Lost."""
        if self._stop():
            raise _EndError
        name, line = str(call), self._line
        signed = request_bytes(name, body)
        frame = line.way.send(name, Frame(body, line.key.sign(signed), line.device))
        if not verifies(line.hub_key, frame.signature, answer_bytes(signed, frame.body)):
            raise Lost(
                N_("What answers at {address} is not our hub. Nothing was changed."), address=line.address
            )
        try:
            answer = read_answer(frame.body)
        except BadBytesError as error:
            raise Lost from error
        if answer.code in _ENDS:
            if answer.code == FULL:
                self.moved.note = _("The hub's disk is full: photos wait here. Tell the administrator.")
            raise _EndError
        return answer

    def _tell(self, *, now: bool = False) -> None:
        """Let the pages know, but not of each file."""
        self._untold = self._untold or not now
        if self._untold and (now or time.monotonic() - self._told > EVERY):
            self._told, self._untold = time.monotonic(), False
            self._profile.store.tell(Done(b"", (), frozenset({"files"}), {}))

    # --- what is here ---

    def _note_lost(self) -> None:
        """A file that should be here and is not (a moved profile, a restored one) is fetched again; a part of a whole one goes."""
        for part in (self._profile.files / "parts").glob("*.part"):
            if path_of(self._profile, bytes.fromhex(part.stem)).exists():
                part.unlink(missing_ok=True)
        with self._profile.store.read() as read:
            kept = [sha for (sha,) in read.rows("SELECT sha256 FROM blob WHERE state = 'whole'")]
        gone = [(sha,) for sha in kept if not path_of(self._profile, sha).exists()]
        if gone:
            with self._profile.store.local() as connection:
                connection.executemany(
                    "UPDATE blob SET state = 'wanted', have = 0, checked_at = NULL WHERE sha256 = ?", gone
                )

    # --- there ---

    def _send_all(self) -> None:
        with self._profile.store.read() as read:
            waiting = read.rows(_TO_SEND)
        for sha256, size, _kind, _n in waiting:
            try:
                self._send(sha256, size)
            except OSError:
                self._note_damaged(sha256)

    def _send(self, sha256: bytes, size: int) -> None:
        """Send what the hub has not of one file, from where it stands. Raises OSError where the file cannot be read."""
        answer = self._ask(FileCall(HEAD, sha256))
        begun_anew = False
        for _piece in range(2 * size // PIECE + 10):
            if answer.code == WRONG and not begun_anew:
                if digest_of(path_of(self._profile, sha256)) != sha256:
                    self._note_damaged(sha256)
                    return
                answer, begun_anew = FileAnswer(PART), True
            if answer.code != PART:
                break
            body = _piece_of(path_of(self._profile, sha256), answer.have)
            answer = self._ask(FileCall(PUT, sha256, answer.have, size), body)
            self._note_sent(sha256, min(answer.have, size - 1))
        if answer.code == WHOLE and answer.size == size:
            self._note_sent(sha256, size)
            self.moved.uploaded += 1
            self._tell()

    def _note_sent(self, sha256: bytes, count: int) -> None:
        with self._profile.store.local() as connection:
            connection.execute(
                "UPDATE blob SET sent_to = ?, checked_at = ? WHERE sha256 = ?",
                (count, self._profile.clock.now(), sha256),
            )

    def _note_damaged(self, sha256: bytes) -> None:
        log.error("the file %s is damaged on this disk", sha256.hex())
        with self._profile.store.local() as connection:
            connection.execute("UPDATE blob SET state = 'damaged' WHERE sha256 = ?", (sha256,))

    # --- here ---

    def _fetch_all(self) -> None:
        now = self._profile.clock.now()
        with self._profile.store.read() as read:
            asked = [sha for (sha,) in read.rows("SELECT sha256 FROM blob WHERE state = 'asked'")]
            coming = [sha for (sha,) in read.rows(_TO_COME, now - AGAIN, self._oldest())]
        misses = 0
        for number, sha256 in enumerate(asked + coming):
            free = contents.free_room(self._profile)
            if free < contents.LEAST_ROOM or (free < contents.ENOUGH_ROOM and number >= len(asked)):
                self.moved.note = contents.room_notice(self._profile)
                return
            misses += not self.fetch(sha256)
            if misses > MOST_MISSES:
                return

    def _oldest(self) -> int:
        """Photos from before this moment come only when somebody asks for them."""
        days = Settings(self._profile.folder).get(PHOTO_DAYS)
        return self._profile.clock.now() - days * DAY if days else 0

    def fetch(self, sha256: bytes) -> bool:
        """Fetch one file, from where it was cut off; wrong bytes are thrown away and asked for once more."""
        if self._adopted(sha256):
            return True
        part = part_of(self._profile, sha256)
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            for _turn in range(2):
                if not self._filled(sha256, part):
                    break
                if arrived(self._profile, sha256, part):
                    self.moved.downloaded += 1
                    self._tell()
                    return True
                log.warning("wrong bytes came for the file %s", sha256.hex())
        except OSError as error:
            raise said(error, part) from error
        self._note_missed(sha256)
        return False

    def _adopted(self, sha256: bytes) -> bool:
        """A file that lies here without its row (an older copy of the site file was put back)."""
        path = path_of(self._profile, sha256)
        if not path.exists() or digest_of(path) != sha256:
            return False
        with self._profile.store.local() as connection:
            connection.execute(
                "INSERT INTO blob (sha256, size, have, sent_to, state, own) VALUES (?1, ?2, ?2, 0, 'whole', 0) "
                "ON CONFLICT (sha256) DO UPDATE SET state = 'whole', size = ?2, have = ?2, sent_to = 0",
                (sha256, path.stat().st_size),
            )
        return True

    def _filled(self, sha256: bytes, part: Path) -> bool:
        """Get the pieces that are missing; False where the hub has the file not (yet). Raises OSError, Lost."""
        while True:
            have = part.stat().st_size if part.exists() else 0
            answer = self._ask(FileCall(GET, sha256, have))
            if answer.code != BYTES:
                return False
            if answer.size > LARGEST_CONTENT or have + len(answer.body) > answer.size or not answer.body:
                return have > 0  # what lies here is more than the whole: its hash will say so
            with part.open("ab") as stream:
                stream.write(answer.body)
                stream.flush()
                os.fsync(stream.fileno())
            if have + len(answer.body) == answer.size:
                return True

    def _note_missed(self, sha256: bytes) -> None:
        with self._profile.store.local() as connection:
            connection.execute(
                "INSERT INTO blob (sha256, size, have, sent_to, state, own, checked_at) VALUES (?1, 0, 0, 0, 'wanted', 0, ?2) "
                "ON CONFLICT (sha256) DO UPDATE SET checked_at = ?2, "
                "state = CASE state WHEN 'asked' THEN 'wanted' ELSE state END",
                (sha256, self._profile.clock.now()),
            )

    # --- room ---

    def _give_up(self) -> None:
        """Photos that a verified backup of the hub holds go from here: old ones, and the oldest while the disk is short."""
        now, oldest = self._profile.clock.now(), self._oldest()
        with self._profile.store.read() as read:
            durable = _durable(read)
            found = read.rows(_TO_GIVE_UP, durable) if durable else []
        for sha256, taken_at, came_at, _photo in found:
            short = contents.free_room(self._profile) < contents.ENOUGH_ROOM
            if not short and (taken_at >= oldest or came_at > now - KEPT_DAYS * DAY):
                continue
            answer = self._ask(FileCall(HEAD, sha256))
            if answer.code == WHOLE and answer.safe:
                contents.give_up(self._profile, sha256)
                self.moved.given_up += 1
                self._tell()


def _durable(read: Reader) -> int:
    """Up to here the hub's verified backups hold its history."""
    said_ = read.value("SELECT value FROM meta WHERE key = 'hub_durable'")
    return int(said_) if said_ and str(said_).isdigit() else 0


def _piece_of(path: Path, offset: int) -> bytes:
    """The next piece of a file. Raises OSError where there is none."""
    with path.open("rb") as stream:
        stream.seek(offset)
        body = stream.read(PIECE)
    if not body:
        raise OSError("the file is shorter than it was")
    return body


def carry_now(profile: Profile, stop: Callable[[], bool] = never) -> Moved:
    """One turn of the queue by itself, beside whatever else is done. Raises AppError where there is no hub."""
    with line_to(profile) as line:
        return carry(profile, line, stop)
