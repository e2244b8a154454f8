"""Batch files at the hub's page: brought in by the browser, answered at once; the answer is fetched here and carried back."""

import asyncio
import logging
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, Response

from app.errors import AppError
from app.hub.blobs import LEAST_ROOM
from app.hub.bundles import brought, take_in
from app.hub.hub import Hub
from app.hub.newcomers import admit
from app.hub.pages import sessions
from app.hub.pages.forms import BAD, Begun, Fields, Parts, boundary_of, safe_name
from app.hub.pages.frame import Page, Pages, Visit, demand_own, dressed, language_of, lost, visit_of
from app.hub.returns import Request, merged, request_of, write_return
from app.hub.said import missing_said, received_said
from app.sync.bundle.form import read_header
from app.sync.bundle.lines import JOIN, Missing
from app.tx import Reader
from app.words import N_, _, speaking
from db.ids import new_id

#: What one form may hold, how long a piece of it may take, how long an answer waits to be fetched.
MOST_BYTES, MOST_FILES, PIECE_SECONDS, KEPT_MS = 4 * 1024**3, 20, 60, 7 * 86_400_000
PHOTOS = 200 * 1024 * 1024
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A return file that waits."""

    id: bytes
    code: str
    file: str
    size: int
    made_at: int
    made_by: str

    @property
    def name(self) -> str:
        """Its name."""
        return Path(self.file).name


@dataclass(frozen=True)
class Waiting:
    """Records of a laptop that wait for others."""

    code: str
    count: int
    missing: list[str]


def answers(read: Reader) -> list[Answer]:
    """The return files that wait, the newest first."""
    return read.as_(
        Answer,
        "SELECT r.id, d.code, r.file, r.size, r.made_at, r.made_by FROM hub_return r "
        "JOIN hub_device d ON d.device_id = r.device_id ORDER BY r.made_at DESC, r.file LIMIT 100",
    )


def waiting(read: Reader) -> list[Waiting]:
    """Laptops whose files have a gap before them."""
    from app.hub.bundles import missing_of

    found = read.rows(
        "SELECT d.code, d.device_id, sum(p.last - p.first + 1) FROM hub_bundle_push p "
        "JOIN hub_device d ON d.device_id = p.device_id GROUP BY d.code, d.device_id ORDER BY d.code"
    )
    return [
        Waiting(code, int(count), [missing_said(one) for one in _missing(missing_of(read, device))])
        for code, device, count in found
    ]


def _missing(found: list[Missing]) -> list[Missing]:
    return found[:20]


def show(visit: Visit) -> Response:
    """What came, what waits, and the form."""
    with visit.hub.reading() as read:
        files, back, waits = brought(read), answers(read), waiting(read)
    return visit.show("bundles.html", here="bundles", files=files, answers=back, waiting=waits)


def fetch(visit: Visit) -> Response:
    """A return file, for whoever is signed in; its content is sealed for the laptop."""
    text = str(visit.params["id"])
    wanted = bytes.fromhex(text) if re.fullmatch(r"[0-9a-f]{32}", text) else b""
    with visit.hub.reading() as read:
        file = read.value("SELECT file FROM hub_return WHERE id = ?", wanted)
    path = visit.hub.files.folder / str(file) if file else None
    if path is None or not path.is_file():
        return lost(visit)
    visit.note("answer fetched", path.name)
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


# --- bringing in ---


async def upload(pages: Pages, request: HttpRequest) -> Response:
    """Take the files of a form in; the session and the proof are looked at before the first byte of a file is kept."""
    tongue = language_of(request)
    visit = visit_of(pages, request, Fields())
    try:
        demand_own(request)
        visit = await asyncio.to_thread(_signed_in, visit)
        await asyncio.to_thread(_room, pages.hub)
        with tempfile.TemporaryDirectory(dir=pages.hub.files.folder, prefix="upload-") as folder:
            files = await _received(visit, request, Path(folder))
            response = await pages.crowd.work(_brought, visit, files, tongue)
    except AppError as error:
        response = await asyncio.to_thread(_refused, visit, error, tongue)
    except TimeoutError:
        response = Response(status_code=408)
    return dressed(response)


def _signed_in(visit: Visit) -> Visit:
    session = sessions.find(visit.hub, visit.token) if visit.token else None
    if session is None:
        raise AppError(N_("You are not signed in any more. Sign in, then do it again."))
    return replace(visit, session=session)


def _room(hub: Hub) -> None:
    hub.files.folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(hub.files.folder).free < LEAST_ROOM:
        raise AppError(N_("The hub's disk is nearly full. Make room first; nothing was taken in."))


async def _received(visit: Visit, request: HttpRequest, folder: Path) -> list[Path]:
    """The files of the form, in the folder. Raises AppError, TimeoutError."""
    parts = Parts(boundary_of(request.headers.get("content-type", "")))
    taken, size = _Taken(visit, folder), 0
    try:
        async for data in _in_time(request):
            size += len(data)
            if size > MOST_BYTES:
                raise AppError(N_("These files are too large for one form. Bring them in by: sitewright hub import FILE"))  # fmt: skip
            for piece in parts.feed(data):
                taken.take(piece)
    finally:
        taken.close()
    if not parts.whole:
        raise AppError(BAD)
    if not taken.paths:
        raise AppError(N_("Choose a file first."))
    return taken.paths


async def _in_time(request: HttpRequest) -> AsyncIterator[bytes]:
    stream = request.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                data = await anext(stream)
        except StopAsyncIteration:
            return
        yield data


class _Taken:
    """Puts the files of a form into a folder, once its first field has proved where the form comes from."""

    def __init__(self, visit: Visit, folder: Path) -> None:
        self._visit, self._folder = visit, folder
        self._stream: BinaryIO | None = None
        self._proof, self._field, self._proved = b"", "", False
        self.paths: list[Path] = []

    def take(self, piece: Begun | bytes) -> None:
        """The next piece. Raises AppError."""
        if isinstance(piece, Begun):
            self._begin(piece)
        elif self._stream is not None:
            self._stream.write(piece)
        elif self._field == "proof" and len(self._proof) < 200:
            self._proof += piece

    def _begin(self, part: Begun) -> None:
        self.close()
        self._field = part.name
        if part.file is None:
            return
        if not self._proved:
            self._visit.demand_proof(Fields({"proof": [self._proof.decode("ascii", "replace")]}))
            self._proved = True
        if not part.file or part.name != "file":
            return  # a browser sends an empty part where no file was chosen
        if len(self.paths) >= MOST_FILES:
            raise AppError(N_("At most {count} files at once."), count=MOST_FILES)
        place = self._folder / str(len(self.paths))
        place.mkdir()
        self.paths.append(place / safe_name(part.file))
        self._stream = self.paths[-1].open("wb")

    def close(self) -> None:
        """The part has ended."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _refused(visit: Visit, error: AppError, tongue: str) -> Response:
    with speaking(tongue):
        if visit.session is None:
            return visit.show("lost.html", 401, sentence=str(error))
        return show(replace(visit, error=str(error)))


def _brought(visit: Visit, files: list[Path], tongue: str) -> Response:
    """Bring in each file, with a sentence; one that is refused does not stop the others; write one answer for each laptop."""
    with speaking(tongue):
        results: list[tuple[bool, str]] = []
        asked: dict[bytes, Request] = {}
        for path in files:
            try:
                one, said = _bring(visit.hub, path)
            except AppError as error:
                results.append((False, str(error)))
                visit.note("file refused", path.name, str(error))
                continue
            results.append((True, said))
            visit.note("file brought", path.name, said)
            key = one.device.device_id
            asked[key] = merged(asked[key], one) if key in asked else one
        made = [answer for one in asked.values() for answer in _answered(visit, one)]
        return visit.show("brought.html", here="bundles", results=results, answers=made)


def _bring(hub: Hub, path: Path) -> tuple[Request, str]:
    if read_header(path).kind == JOIN:
        asked = admit(hub, path)
        return asked, _("The laptop {code} takes part now. Its answer holds the first rows.").format(code=asked.device.code)  # fmt: skip
    received = take_in(hub, path)
    return request_of(received), received_said(received)


def _answered(visit: Visit, asked: Request) -> list[Answer]:
    hub, now = visit.hub, visit.hub.clock.now()
    folder = visit.pages.returns / new_id().hex()
    folder.mkdir(parents=True)
    made = [
        Answer(new_id(), asked.device.code, str(path.relative_to(hub.files.folder)), path.stat().st_size, now, visit.name)
        for path in write_return(hub, asked, folder, files=PHOTOS)
    ]  # fmt: skip
    with hub.writing() as connection:
        connection.executemany(
            "INSERT INTO hub_return (id, device_id, file, size, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?)",
            [(one.id, asked.device.device_id, one.file, one.size, now, visit.name) for one in made],
        )
        old = connection.execute("DELETE FROM hub_return WHERE made_at < ? RETURNING file", (now - KEPT_MS,)).fetchall()  # fmt: skip
    for (file,) in old:
        with suppress(OSError):
            path = hub.files.folder / file
            path.unlink()
            path.parent.rmdir()
    return made


PAGES = {"/bundles": Page(show), "/bundles/returns/{id}": Page(fetch)}
