"""The listening end: uvicorn with deadlines for whoever holds a line without asking, TLS, and what the hub does by itself."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.errors import AppError
from app.hub.addresses import known_addresses, now_utc
from app.hub.hub import Hub
from app.hub.jobs import backup_of, jobs_of, run_due
from app.hub.pages.frame import Pages
from app.hub.pages.routes import admin_routes
from app.hub.server import Duty, Service, make_server
from app.hub.tls import Certificates, names_of
from app.words import N_

#: A line on which no whole request begins in so many seconds is closed; of more such lines the oldest go.
BEGIN_SECONDS, IDLE_LINES = 20, 800
HEADERS = 16 * 1024
TICK = 20
PORT_TAKEN = N_("{host}:{port} cannot be listened on: {reason}. Choose another one with {option}.")
log = logging.getLogger(__name__)


class Line(H11Protocol):
    """A connection. While nothing whole was asked on it, it may be closed at any time."""

    _idle: ClassVar["OrderedDict[Line, asyncio.TimerHandle]"] = OrderedDict()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn names the concrete class
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Set the deadline while a request is waited for, lift it when one has begun."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self not in self._idle and not self.transport.is_closing():
            self._idle[self] = self.loop.call_later(BEGIN_SECONDS, self.give_up)
            if len(self._idle) > IDLE_LINES:
                next(iter(self._idle)).give_up()

    def _forget(self) -> None:
        timer = self._idle.pop(self, None)
        if timer is not None:
            timer.cancel()

    def give_up(self) -> None:
        """Close the line, and at once."""
        self._forget()
        self.transport.abort()


@dataclass(frozen=True)
class Listening:
    """How the hub is to be served."""

    host: str
    port: int
    #: The database as it was named, for the programs that copy it.
    address: str
    certificates: Certificates | None = None
    backups: Path | None = None
    metrics: tuple[str, int] | None = None
    #: Where the pages for administrators are, if not at the same port.
    admin: tuple[str, int] | None = None


def serve(hub: Hub, listening: Listening, authority: Callable[[], str | None]) -> None:
    """Serve until the process is told to stop. Raises AppError where the port is taken."""
    shown = listening.certificates
    jobs = jobs_of(hub, listening.address, listening.backups)

    async def keep_certificate() -> None:
        while shown is not None:
            try:
                names = names_of(listening.host, await asyncio.to_thread(known_addresses, hub))
                if shown.refresh(now_utc(hub), names):
                    log.info("certificate renewed", extra={"data": {"names": shown.names}})
            except AppError as error:
                log.warning("certificate not renewed: %s", error.message)
            await asyncio.sleep(TICK)

    async def do_jobs() -> None:
        while True:
            try:
                await asyncio.to_thread(run_due, hub, jobs)
            except Exception:
                log.exception("what the hub does by itself failed")
            await asyncio.sleep(TICK)

    pages = Pages(hub, backup_of(jobs), shown)
    aside = [_aside(pages, listening)] if listening.admin else []
    service = Service(
        hub, authority=authority, metrics_here=listening.metrics is None, duties=(keep_certificate, do_jobs, *aside),
        pages=pages, pages_here=not aside,
    )  # fmt: skip
    if listening.metrics:
        where = listening.metrics
        _open(where, lambda: service.metrics.listen(*where), "--metrics-listen")
    _room_for_lines()
    sockets = [_bound(listening)]
    uvicorn.Server(_settings(make_server(hub, service), listening)).run(sockets)


class _Quiet(uvicorn.Server):
    """A second listening end in one process: signals are the first one's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _aside(pages: Pages, listening: Listening) -> Duty:
    """The pages for administrators at a port of their own. Raises AppError where it is taken."""
    assert listening.admin is not None
    settings = _settings(Starlette(routes=admin_routes(pages)), listening)
    sockets = [_socket(listening.admin, "--admin-listen")]

    async def listen() -> None:
        server = _Quiet(settings)
        try:
            await server.serve(sockets)
        finally:
            sockets[0].close()

    return listen


def _settings(served: Starlette, listening: Listening) -> uvicorn.Config:
    more: dict[str, Any] = {}
    if listening.certificates is not None:
        context = listening.certificates.context
        more["ssl_context_factory"] = lambda _config, _default: context
    return uvicorn.Config(
        served,
        http=Line,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
        h11_max_incomplete_event_size=HEADERS,
        backlog=2048,
        **more,
    )


def _bound(listening: Listening) -> Any:
    return _socket((listening.host, listening.port), "--listen")


def _socket(where: tuple[str, int], option: str) -> Any:
    """A socket of our own: a taken port gets a sentence."""
    import socket

    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and each answer waits for 40 ms.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        _open(where, lambda: made.bind(where), option)
    except AppError:
        made.close()
        raise
    return made


def _open(where: tuple[str, int], begin: Any, option: str) -> None:
    try:
        begin()
    except OSError as error:
        raise AppError(
            PORT_TAKEN, host=where[0], port=where[1], reason=error.strerror or str(error), option=option
        ) from None


def _room_for_lines() -> None:
    """A thousand lines need a thousand handles; the usual limit leaves none for the database."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384)
    if soft < wanted:
        with suppress(OSError, ValueError):  # a sandbox may forbid it
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
