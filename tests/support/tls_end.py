"""A TLS end in this process that shows a certificate and answers every request with one signed frame's headers."""

import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.hub.tls import Authority, Certificates, authority_at

NOW = dt.datetime.now(dt.UTC)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that refuses the certificate is what the tests want."""


class _Answer(BaseHTTPRequestHandler):
    asked: list[bytes]
    pem: str

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Sitewright-Signature", "AAAA")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.pem)))
        self.end_headers()
        self.wfile.write(self.pem.encode())

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def answering(context: ssl.SSLContext | None, pem: str = "") -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server with this TLS context (none: plain), and the bodies that came to it."""
    asked: list[bytes] = []
    server = _Quiet(("127.0.0.1", 0), type("Handler", (_Answer,), {"asked": asked, "pem": pem}))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        serving.join()
        with suppress(OSError):
            server.server_close()


def authority(folder: Path, now: dt.datetime = NOW) -> Authority:
    """An authority in a folder of its own."""
    folder.mkdir(exist_ok=True)
    return authority_at(folder / "hub.db", now)


def shown(
    by: Authority, names: tuple[str, ...] = ("localhost", "127.0.0.1"), now: dt.datetime = NOW
) -> ssl.SSLContext:
    """What a hub with this authority shows at a time."""
    made = Certificates(by, list(names))
    made.refresh(now)
    return made.context
