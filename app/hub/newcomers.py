"""Laptops that ask to take part by a file: the hub's answer holds who they are here, and the first rows."""

from pathlib import Path

from app.errors import AppError
from app.hub.enrol import enrol_by
from app.hub.hub import Hub, RefusedError, head_of
from app.hub.returns import Request
from app.hub.verifiers import allowed, sum_of
from app.ops import SCHEMA_VERSION
from app.sync.bundle.form import BROKEN, open_bundle, unsealed
from app.sync.bundle.joining import proof_of_code
from app.sync.bundle.lines import JOIN
from app.sync.joining import REFUSALS
from app.sync.protocol import START, Enrol, Point, Pull, Welcome
from app.words import N_

REFUSED = N_("The hub refuses: {code}")


def admit(hub: Hub, path: Path) -> Request:
    """Take in the laptop of a request file; what the answer is made from. Raises AppError with the reason.

    The same file again gets the same answer, so that a lost one can be written once more.
    """
    opened = open_bundle(path)
    header = opened.header
    if header.kind != JOIN or not header.recipient:
        raise AppError(BROKEN, name=opened.name)
    with unsealed(opened, hub.key) as lines:
        lines.check()
        asked = next((message for message, _bytes in lines if isinstance(message, Enrol)), None)
    if asked is None or asked.public_key != header.key:
        raise AppError(BROKEN, name=opened.name)
    try:
        enrolled = enrol_by(hub, asked, _invitation(hub, asked, header.recipient))
    except RefusedError as refused:
        code = refused.refusal.code
        raise AppError(REFUSALS.get(code, REFUSED), code=code) from refused
    device = hub.device(enrolled.device_id)
    assert device is not None  # it was taken in just now
    with hub.reading() as read:
        head, sums = head_of(read), sum_of(allowed(read, device))
    pull = Pull(Point(head.epoch, 0, START), {}, schema_v=SCHEMA_VERSION)
    welcome = Welcome(hub.hub_id, [], 0, 0, list(device.scope), device.grant, sums)
    return Request(device, 0, header.bundle_id, header.recipient, pull, welcome, [], [], [], enrolled)


def _invitation(hub: Hub, asked: Enrol, recipient: str) -> bytes:
    """The hash of the invitation whose code the request proves to know; an empty one where none fits."""
    with hub.reading() as read:
        open_ones = [bytes(one) for (one,) in read.rows("SELECT code_hash FROM hub_invitation")]
    return next(
        (one for one in open_ones if proof_of_code(one, asked.public_key, recipient) == asked.code), b""
    )
