"""Photos of any size for the tests of syncing, and single requests for a file."""

import hashlib
from pathlib import Path

from fleet import Fleet, Laptop, supplier
from PIL import Image

from app.contents import keep_content
from app.photos import Attach
from app.sync.file_call import FileAnswer, FileCall, read_answer
from app.sync.line import line_to
from app.sync.protocol import request_bytes
from app.sync.transport import Frame


def noisy(path: Path, size: tuple[int, int] = (400, 300)) -> Path:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    Image.effect_noise(size, 90).convert("RGB").save(path, exif=exif, quality=92)
    return path


def attach(laptop: Laptop, content: bytes, owner: bytes, site: bytes | None = None, **more: object) -> bytes:
    """A file of any size, put to a record."""
    sha256 = hashlib.sha256(content).digest()
    keep_content(laptop.profile, content, sha256)
    fields = {"kind": "photo", "size": len(content), "mime": "image/jpeg", "site_id": site} | more
    laptop.desk.perform(Attach(owner_table="supplier", owner_id=owner, sha256=sha256, **fields))
    return sha256


def ask(laptop: Laptop, call: FileCall | str, body: bytes = b"") -> FileAnswer:
    """One request, signed by the laptop, straight to the hub."""
    with line_to(laptop.profile, laptop.way) as line:
        name = str(call)
        frame = Frame(body, line.key.sign(request_bytes(name, body)), line.device)
        return read_answer(laptop.way.fleet.hub.handle(name, frame).body)


def two(fleet: Fleet) -> tuple[Laptop, Laptop, bytes]:
    """Two laptops that both know a supplier."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    made, op = supplier("S1")
    a.desk.perform(op)
    a.sync()
    b.sync()
    return a, b, made
