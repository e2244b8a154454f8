"""How requests travel: over HTTP, with whatever stands between (a captive portal, a proxy, half a body) taken for a lost request."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from app.errors import AppError
from app.sync.file_call import http_of
from app.sync.protocol import MAX_ANSWER
from app.sync.trust import (
    STRANGE_AUTHORITY,
    mark_of,
    nobody,
    pinned,
    sentence_of,
    strange_authority,
    system,
    tls_error,
)
from app.words import N_

if TYPE_CHECKING:
    import httpx

#: Seconds to wait for an answer, and for a line.
ANSWER_WAIT, LINE_WAIT = 30, 5
DEVICE, SIGNATURE = "Sitewright-Device", "Sitewright-Signature"
#: What the hub says about a file beside its bytes.
FACTS = "Sitewright-File"
#: An answer travels packed; what is larger on the wire is nobody's answer.
MAX_WIRE = MAX_ANSWER // 4
#: Where the hub gives the certificate of its own authority.
AUTHORITY_PATH, MAX_AUTHORITY = "/authority.pem", 16 * 1024

_PORTAL = N_(
    "Something on the way to {address} answers in the hub's place: perhaps this network wants a sign-in in the browser first. "
    "Nothing was lost; sign in there, then sync again."
)
_STATUSES = {
    407: N_(
        "The proxy of this network wants a sign-in before it lets anything through to {address}. Nothing was lost."
    ),
    408: N_("The line to {address} is too slow: the hub gave up waiting. Nothing was lost; try again later."),
    413: N_(
        "A proxy before the hub at {address} refuses requests of this size. Nothing was lost; the administrator must allow 4 MB there."
    ),
    502: N_(
        "The proxy at {address} answers, but the hub behind it does not. Nothing was lost; tell the administrator."
    ),
    504: N_(
        "The proxy at {address} answers, but the hub behind it does not. Nothing was lost; tell the administrator."
    ),
}
_LATER = N_("The hub at {address} is busy. Nothing was lost; try again in a minute.")
_CUT = N_("The line to {address} broke in the middle of an answer. Nothing was lost; sync again.")


Some = TypeVar("Some")


class Lost(AppError):
    """No answer of the hub came back; the same request can be sent again."""

    def __init__(
        self,
        message: str = N_("The hub cannot be reached. Nothing was lost; try again later."),
        **params: object,
    ) -> None:
        super().__init__(message, **params)


class Later(Lost):
    """The hub, or a proxy before it, has no room now; the same request is worth sending again after some seconds."""

    def __init__(self, address: str, seconds: int) -> None:
        super().__init__(_LATER, address=address)
        self.seconds = min(max(seconds, 1), 30)


@dataclass(frozen=True)
class Frame:
    """The bytes of a request or an answer with the signature of its sender; `device` is empty at enrolment."""

    body: bytes
    signature: bytes
    device: bytes = b""


class Transport(Protocol):
    """A way to the hub."""

    def send(self, call: str, request: Frame) -> Frame:
        """The hub's answer. Raises Lost where none came."""


class Http:
    """A hub at an address; `authority` is the certificate that was pinned at joining."""

    def __init__(self, address: str, authority: str | None = None) -> None:
        self._address = address.rstrip("/")
        self._pinned = authority
        self._client = self._open(_believed(self._address, authority))

    @staticmethod
    def _open(verify: ssl.SSLContext | bool) -> httpx.Client:
        return _client(verify, follow_redirects=False)

    def send(self, call: str, request: Frame) -> Frame:
        """Post one request."""
        headers = {
            "Content-Type": "application/zstd",
            "Accept-Encoding": "identity",
            SIGNATURE: base64.b64encode(request.signature).decode(),
            DEVICE: request.device.hex(),
        }
        return self._through(lambda: self._post(f"{self._address}/v1/{call}", request.body, headers))

    def _through(self, ask: Callable[[], Some]) -> Some:
        """Ask; a hub that has moved from its own authority to the company's is believed by the system's store."""
        import httpx

        try:
            return ask()
        except httpx.ConnectError as error:
            failed = tls_error(error)
            if not self._pinned or failed is None or not strange_authority(failed):
                raise lost(error, self._address) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise lost(error, self._address) from error
        self._pinned = None
        self._client.close()
        self._client = self._open(system())
        return self._through(ask)

    def _post(self, address: str, body: bytes, headers: dict[str, str]) -> Frame:
        import httpx

        method, address = http_of(address)
        with self._client.stream(method, address, content=body, headers=headers) as answer:
            signature = answer.headers.get(SIGNATURE)
            if answer.status_code in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS}:
                after = answer.headers.get("Retry-After", "")
                raise Later(self._address, int(after) if after.isascii() and after.isdigit() else 1)
            if answer.status_code != httpx.codes.OK or not signature:
                raise Lost(_STATUSES.get(answer.status_code, _PORTAL), address=self._address)
            parts, size = [], 0
            for part in answer.iter_raw():
                parts.append(part)
                size += len(part)
                if size > MAX_WIRE:
                    raise Lost(_PORTAL, address=self._address)
        facts = answer.headers.get(FACTS, "").encode() + b"\n" if method != "POST" else b""
        return Frame(facts + b"".join(parts), base64.b64decode(signature, validate=True))

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()


def _client(verify: ssl.SSLContext | bool, **options: Any) -> httpx.Client:
    import httpx  # loaded with the first exchange: it would take a fifth of the program's start

    timeout = httpx.Timeout(ANSWER_WAIT, connect=LINE_WAIT, pool=LINE_WAIT)
    return httpx.Client(timeout=timeout, verify=verify, **options)


def _believed(address: str, authority: str | None) -> ssl.SSLContext:
    if not address.startswith("https:"):
        return ssl.SSLContext(
            ssl.PROTOCOL_TLS_CLIENT
        )  # trusts nobody; reading the system's store takes longer than a sync
    return pinned(authority) if authority else system()


def lost(error: Exception, address: str) -> Lost:
    """The sentence for a request that got no answer of the hub's."""
    import httpx

    failed = tls_error(error)
    sentence = sentence_of(failed) if failed else None
    if sentence is None and isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        sentence = _CUT
    return Lost(sentence, address=address) if sentence else Lost()


def fetch_authority(address: str, mark: str) -> str:
    """The certificate of the hub's own authority, which must bear the invitation's fingerprint. Raises Lost."""
    import httpx

    try:
        pem, url = b"", address.rstrip("/") + AUTHORITY_PATH
        with _client(nobody()) as client, client.stream("GET", url) as answer:
            for part in answer.iter_raw():
                pem += part
                if len(pem) > MAX_AUTHORITY:
                    break
        text = pem.decode("ascii")
        if mark_of(text) == mark:
            return text
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise lost(error, address) from error
    except ValueError:
        pass
    raise Lost(STRANGE_AUTHORITY, address=address)
