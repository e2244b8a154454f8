"""How requests travel: over HTTP, with whatever stands between (a captive portal, a proxy, half a body) taken for a lost request."""

import base64
import ssl
from dataclasses import dataclass
from typing import Protocol

import httpx

from app.errors import AppError
from app.sync.file_call import http_of
from app.sync.protocol import MAX_ANSWER
from app.words import N_

TIMEOUT = httpx.Timeout(30, connect=5, pool=5)
DEVICE, SIGNATURE = "Sitewright-Device", "Sitewright-Signature"
#: What the hub says about a file beside its bytes.
FACTS = "Sitewright-File"
#: An answer travels packed; what is larger on the wire is nobody's answer.
MAX_WIRE = MAX_ANSWER // 4


class Lost(AppError):
    """No answer of the hub came back; the same request can be sent again."""

    def __init__(
        self,
        message: str = N_("The hub cannot be reached. Nothing was lost; try again later."),
        **params: object,
    ) -> None:
        super().__init__(message, **params)


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
    """A hub at an address."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._client = httpx.Client(timeout=TIMEOUT, verify=_trusted(self._address), follow_redirects=False)

    def send(self, call: str, request: Frame) -> Frame:
        """Post one request."""
        headers = {
            "Content-Type": "application/zstd",
            "Accept-Encoding": "identity",
            SIGNATURE: base64.b64encode(request.signature).decode(),
            DEVICE: request.device.hex(),
        }
        try:
            return self._post(f"{self._address}/v1/{call}", request.body, headers)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Lost from error

    def _post(self, address: str, body: bytes, headers: dict[str, str]) -> Frame:
        method, address = http_of(address)
        with self._client.stream(method, address, content=body, headers=headers) as answer:
            signature = answer.headers.get(SIGNATURE)
            if answer.status_code != httpx.codes.OK or not signature:
                raise Lost
            parts, size = [], 0
            for part in answer.iter_raw():
                parts.append(part)
                size += len(part)
                if size > MAX_WIRE:
                    raise Lost
        facts = answer.headers.get(FACTS, "").encode() + b"\n" if method != "POST" else b""
        return Frame(facts + b"".join(parts), base64.b64decode(signature, validate=True))

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()


def _trusted(address: str) -> bool | ssl.SSLContext:
    """Certificates are judged by the system's store, where a company keeps its own authority."""
    if not address.startswith("https:"):
        return True
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
