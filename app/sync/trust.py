"""Whom the laptop believes to be the hub's machine: the authority that it pinned at joining, else the system's store.

Whatever stands between can only cost a request: each answer is signed by the hub's own key besides.
"""

import hashlib
import ssl
from base64 import b32encode

from app.words import N_

_NAME, _AUTHORITY = frozenset({62, 64}), frozenset({18, 19, 20, 21})
_NOT_YET, _OVER = 9, 10

STRANGE_AUTHORITY = N_(
    "The certificate at {address} is neither from our hub nor from an authority that this machine trusts. Nothing was sent. "
    "Ask the administrator for a new invitation."
)
WRONG_NAME = N_(
    "The certificate at {address} is for another name. Nothing was sent. Ask the administrator for the hub's right address."
)
RUN_OUT = N_(
    "The certificate at {address} has run out, or this laptop's clock is wrong. Nothing was sent. Check the clock, then tell the administrator."
)
NO_TLS = N_(
    "What answers at {address} does not speak TLS. Nothing was sent. Ask the administrator for the address."
)
OLD_TLS = N_(
    "What answers at {address} offers only a TLS that is too old to be safe. Nothing was sent. Tell the administrator."
)


def mark_of(pem: str) -> str:
    """Sixteen letters and digits that stand for an authority's certificate. Raises ValueError for no certificate."""
    return b32encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()[:10]).decode()


def pinned(authority: str) -> ssl.SSLContext:
    """Believe certificates of this authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority)
    return context


def system() -> ssl.SSLContext:
    """Believe what the system's store holds, where a company keeps its own authority."""
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def nobody() -> ssl.SSLContext:
    """Believe nothing and ask for nothing secret: for fetching the certificate whose fingerprint the invitation names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error behind what an HTTP library raised."""
    for _depth in range(8):
        if error is None or isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None


def strange_authority(error: ssl.SSLError) -> bool:
    """Whether the certificate is whole but of an authority that is not believed here."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _AUTHORITY


def sentence_of(error: ssl.SSLError) -> str | None:
    """What a TLS error means for a person; None for a line that broke."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        return WRONG_NAME if code in _NAME else RUN_OUT if code in {_NOT_YET, _OVER} else STRANGE_AUTHORITY
    reason = error.reason or ""
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return NO_TLS
    if reason in {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"}:
        return OLD_TLS
    return None
