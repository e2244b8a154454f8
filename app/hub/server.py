"""HTTP around the hub: bodies of bounded size in, signed bytes out; nothing is kept between two requests."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.errors import AppError
from app.hub.hub import Hub
from app.sync.file_call import PIECE, PREFIX
from app.sync.protocol import CALLS, MAX_PACKED
from app.sync.transport import DEVICE, FACTS, SIGNATURE, Frame

#: A request of four megabytes comes in less, or its sender holds the line.
BODY_SECONDS = 60
log = logging.getLogger(__name__)


def make_server(hub: Hub) -> Starlette:
    """The hub as a web application."""

    @asynccontextmanager
    async def lifespan(_server: Starlette) -> AsyncIterator[None]:
        yield
        hub.close()

    async def call(request: Request) -> Response:
        return await _answer(hub, request)

    async def healthy(_request: Request) -> Response:
        return await run_in_threadpool(_health, hub)

    async def content(request: Request) -> Response:
        return await _file(hub, request)

    routes = [
        Route("/v1/blobs/{sha256}", content, methods=["HEAD", "PUT", "GET"]),
        Route("/healthz", healthy, methods=["GET"]),
        Route("/v1/{call}", call, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _answer(hub: Hub, request: Request) -> Response:
    name = request.path_params["call"]
    if name not in CALLS:
        return PlainTextResponse("no such call\n", 404)
    try:
        signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        device = bytes.fromhex(request.headers.get(DEVICE, ""))
    except ValueError:
        return PlainTextResponse("not signed\n", 400)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _bounded(request)
    except TimeoutError:
        return PlainTextResponse("too slow\n", 408)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return PlainTextResponse("too large\n", 413)
    answer = await run_in_threadpool(hub.handle, name, Frame(body, signature, device))
    signed = {SIGNATURE: base64.b64encode(answer.signature).decode()}
    return Response(answer.body, media_type="application/zstd", headers=signed)


async def _file(hub: Hub, request: Request) -> Response:
    """A request for a file: its figures stand in the address, those of the answer in a header, so that HEAD has them, too."""
    asked = request.query_params
    figures = "/".join(asked.get(name, "0") for name in ("offset", "size", "nonce"))
    call = f"{PREFIX}{request.method}/{request.path_params['sha256']}/{figures}"
    try:
        signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        device = bytes.fromhex(request.headers.get(DEVICE, ""))
    except ValueError:
        return PlainTextResponse("not signed\n", 400)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _bounded(request, PIECE)
    except TimeoutError:
        return PlainTextResponse("too slow\n", 408)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return PlainTextResponse("too large\n", 413)
    answer = await run_in_threadpool(hub.handle, call, Frame(body, signature, device))
    facts, _line, content = answer.body.partition(b"\n")
    signed = {SIGNATURE: base64.b64encode(answer.signature).decode(), FACTS: facts.decode()}
    return Response(content, media_type="application/octet-stream", headers=signed)


async def _bounded(request: Request, most: int = MAX_PACKED) -> bytes | None:
    """The body; None as soon as it is larger than any request of ours."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
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


def serve(hub: Hub, host: str, port: int) -> None:
    """Serve until the process is told to stop."""
    import uvicorn

    settings = uvicorn.Config(
        make_server(hub),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        limit_concurrency=200,
        backlog=512,
    )
    uvicorn.Server(settings).run()
