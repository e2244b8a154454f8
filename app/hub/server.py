"""HTTP around the hub: bodies of bounded size in, signed bytes out; nothing is kept between two requests."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.errors import AppError
from app.hub.hub import Hub
from app.hub.limits import GUESS_EVERY, GUESSES, SMALL, WRONG, WRONG_EVERY, Crowd, FullError, Patience
from app.hub.logs import note_request
from app.hub.metrics import CONTENT_TYPE, Metrics
from app.hub.pages.frame import Pages
from app.hub.pages.routes import admin_routes
from app.sync.file_call import PIECE, PREFIX
from app.sync.protocol import BAD_CODE, CALLS, MALFORMED, MAX_PACKED, STRANGER, TOO_LARGE, Message, Refusal
from app.sync.transport import AUTHORITY_PATH, DEVICE, FACTS, SIGNATURE, Frame

#: A request of four megabytes comes in less, or its sender holds the line; an answer is read in less.
BODY_SECONDS, ANSWER_SECONDS = 60, 300
#: Ours has four; proxies add some.
HEADERS, HEADER_BYTES = 60, 16 * 1024
_BLAMED = frozenset({STRANGER, MALFORMED, TOO_LARGE, BAD_CODE})
_BUSY = "busy"
Duty = Callable[[], Awaitable[None]]
log = logging.getLogger(__name__)


@dataclass
class Service:
    """One process of the hub: the hub, its guards, its figures, and what it shows to the world."""

    hub: Hub
    crowd: Crowd = field(default_factory=Crowd)
    wrong: Patience = field(default_factory=lambda: Patience(WRONG, WRONG_EVERY))
    guesses: Patience = field(default_factory=lambda: Patience(GUESSES, GUESS_EVERY))
    #: The certificate of the hub's own authority, for laptops that join.
    authority: Callable[[], str | None] = lambda: None
    #: Figures are given at the hub's own address to this machine only, or at another one.
    metrics_here: bool = True
    #: The pages for administrators, at the hub's own address or at another one.
    pages: Pages | None = None
    pages_here: bool = True
    #: What goes on beside the requests, until the end.
    duties: tuple[Duty, ...] = ()

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.hub)
        self._pages = self.pages or Pages(self.hub)

    def page_routes(self) -> list[BaseRoute]:
        """Where the pages for administrators lie, if they are here."""
        return admin_routes(self._pages) if self.pages_here else []

    def close(self) -> None:
        """Let those at work end, and give the database up."""
        self.crowd.close()
        self._pages.crowd.close()
        self.hub.close()


def make_server(hub: Hub, service: Service | None = None) -> Starlette:
    """The hub as a web application."""
    doing = service or Service(hub)

    @asynccontextmanager
    async def lifespan(_server: Starlette) -> AsyncIterator[None]:
        duties = [asyncio.ensure_future(duty()) for duty in doing.duties]
        yield
        for duty in duties:
            duty.cancel()
        await asyncio.gather(*duties, return_exceptions=True)
        doing.close()

    async def call(request: Request) -> Response:
        name = request.path_params["call"]
        if name not in CALLS:
            return PlainTextResponse("no such call\n", 404)
        return await _served(doing, request, name, MAX_PACKED)

    async def content(request: Request) -> Response:
        figures = "/".join(request.query_params.get(name, "0") for name in ("offset", "size", "nonce"))
        name = f"{PREFIX}{request.method}/{request.path_params['sha256']}/{figures}"
        return await _served(doing, request, name, PIECE)

    async def healthy(_request: Request) -> Response:
        return await asyncio.to_thread(_health, hub)

    async def figures(request: Request) -> Response:
        here = request.client is None or request.client.host in {"127.0.0.1", "::1"}
        if not (doing.metrics_here and here):
            return PlainTextResponse("not here\n", 404)
        return Response(await asyncio.to_thread(doing.metrics.text), media_type=CONTENT_TYPE)

    async def authority(_request: Request) -> Response:
        pem = await asyncio.to_thread(doing.authority)
        if pem is None:
            return PlainTextResponse("no authority of its own\n", 404)
        return Response(pem, media_type="application/x-pem-file")

    routes = [
        Route("/v1/blobs/{sha256}", content, methods=["HEAD", "PUT", "GET"]),
        Route("/healthz", healthy, methods=["GET"]),
        Route("/metrics", figures, methods=["GET"]),
        Route(AUTHORITY_PATH, authority, methods=["GET"]),
        Route("/v1/{call}", call, methods=["POST"]),
        *doing.page_routes(),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _served(service: Service, request: Request, call: str, most: int) -> Response:
    """The answer to one request; its seat and the bytes it holds are free when the last byte has gone out."""
    try:
        signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        device = bytes.fromhex(request.headers.get(DEVICE, ""))
    except ValueError:
        return PlainTextResponse("not signed\n", 400)
    raw = request.headers.raw
    if len(raw) > HEADERS or sum(len(name) + len(text) for name, text in raw) > HEADER_BYTES:
        return PlainTextResponse("too many headers\n", 431)
    if "transfer-encoding" in request.headers:  # ours always say how long they are
        return PlainTextResponse("how long?\n", 411)
    peer = _peer(request)
    with ExitStack() as held:
        try:
            body = await _body(service.crowd, request, most, held)
        except FullError as full:
            return PlainTextResponse("busy\n", 503, {"Retry-After": str(full.seconds)})
        except TimeoutError:
            return PlainTextResponse("too slow\n", 408)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        response = await _answered(service, call, Frame(body, signature, device), peer, held)
        response.held = held.pop_all()
        return response


async def _answered(service: Service, call: str, frame: Frame, peer: str, held: ExitStack) -> "_Held":
    """The signed answer to a request that has come whole, or the one that asks to come back later."""
    began, device = monotonic(), frame.device.hex()
    patience, caller = (service.guesses, peer) if call == "enrol" else (service.wrong, device or peer)
    try:
        patience.demand(caller)
        held.enter_context(service.crowd.seat(device, peer))
    except FullError as full:
        return _sealed(service, call, frame, service.hub.busy(call, full.seconds), began, outcome=_BUSY)
    answer = await service.crowd.work(service.hub.answer, call, frame)
    if isinstance(answer, Refusal) and answer.code in _BLAMED:
        patience.spend(caller)
    response = _sealed(service, call, frame, answer, began)
    held.callback(service.crowd.hold(len(response.body), peer, force=True))
    return response


class _Held(Response):
    """An answer that gives up its seat when it has gone out, or when nobody has read it for too long."""

    held: ExitStack | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.held or ExitStack():
            async with asyncio.timeout(ANSWER_SECONDS):
                await super().__call__(scope, receive, send)


def _sealed(
    service: Service, call: str, frame: Frame, answer: Message | bytes, began: float, *, outcome: str = ""
) -> _Held:
    sealed, seconds = service.hub.sealed(call, frame, answer), monotonic() - began
    name = call.partition("/")[0]
    said = answer.split(b" ", 1)[0].decode() if isinstance(answer, bytes) else answer
    outcome = service.metrics.count(name, outcome or said, seconds)
    note_request(
        call=name,
        outcome=outcome,
        device=frame.device.hex()[:8],
        ms=round(seconds * 1000, 1),
        came=len(frame.body),
        went=len(sealed.body),
    )
    headers = {SIGNATURE: base64.b64encode(sealed.signature).decode()}
    if not isinstance(answer, bytes):
        return _Held(sealed.body, media_type="application/zstd", headers=headers)
    facts, _line, content = sealed.body.partition(b"\n")
    return _Held(content, media_type="application/octet-stream", headers=headers | {FACTS: facts.decode()})


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


async def _body(crowd: Crowd, request: Request, most: int, held: ExitStack) -> bytes | None:
    """The body; None as soon as it is larger than any request of ours. Raises TimeoutError, FullError."""
    parts, size, peer = [], 0, _peer(request)
    async with asyncio.timeout(BODY_SECONDS):
        async for part in request.stream():
            size += len(part)
            if size > most:
                return None
            if size > SMALL:
                held.callback(crowd.hold(len(part), peer))
            parts.append(part)
    return b"".join(parts)


def _health(hub: Hub) -> Response:
    try:
        with hub.reading() as read:
            read.value("SELECT value FROM hub_counter")
    except AppError:
        log.exception("the hub's database does not answer")
        return PlainTextResponse("database\n", 503)
    return PlainTextResponse("ok\n")
