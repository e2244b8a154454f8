"""Documents (附件): manuals, certificates, drawings put to a machine or a part; any file, kept and synced by its content.

A document is never run. What is a PDF, a picture or plain text by its bytes can be opened, as a read-only copy whose ending
says exactly that; anything else can only be saved elsewhere by the person who wants it.
"""

import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.access import Actor, Permission, creator_of
from app.contents import bytes_of, demand_room, keep_content
from app.desk import Desk
from app.errors import AppError, Objection
from app.files import said, write_safely
from app.names import person
from app.ops import Envelope, Inverse, MissingRowError, Op, Spec, Subject, operation
from app.photos import Attach
from app.profile import Profile
from app.tx import Reader, Tx
from app.words import N_

LARGEST_DOCUMENT = 32 * 1024 * 1024
#: The records that documents are put to; what belongs to a round stays with it.
OWNERS = ("equipment", "part")
OTHER = "application/octet-stream"
#: First bytes -> type and the ending that the copy to be opened gets.
_MAGIC = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"BM", "image/bmp", ".bmp"),
    (b"II*\0", "image/tiff", ".tif"),
    (b"MM\0*", "image/tiff", ".tif"),
)
_TEXTS = {".txt": "text/plain", ".log": "text/plain", ".md": "text/plain", ".csv": "text/csv"}
_OPENED_SECONDS = 86_400


@dataclass(frozen=True)
class Document:
    """A document of a record as a page shows it."""

    id: bytes
    sha256: bytes
    name: str
    size: int
    mime: str
    added_at: int
    added_by: str

    @property
    def may_open(self) -> bool:
        """Whether it is of a kind that is opened; anything else is only saved."""
        return self.mime != OTHER


@operation("file.detach", None, {"files"})
class Detach(Op, frozen=True, kw_only=True):
    """A document or photo leaves a record, or comes back; its bytes stay for 90 days."""

    owner_table: str
    attachment: bytes
    back: bool = False

    def needs(self, spec: Spec) -> Permission | None:
        return creator_of(self.owner_table)

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        row = read.get("attachment", self.attachment)
        if row is None or row["owner_table"] != self.owner_table or self.owner_table not in OWNERS:
            yield Objection("owner", N_("This file belongs to another record and stays there."))

    def apply(self, tx: Tx) -> None:
        row = tx.get("attachment", self.attachment)
        if row is None:
            raise MissingRowError("detaching an unknown file")
        if row["owner_table"] == self.owner_table and self.owner_table in OWNERS:
            tx.retire("attachment", self.attachment, deleted=not self.back)

    def inverse(self, read: Reader, envelope: Envelope) -> Inverse | None:
        back = Detach(owner_table=self.owner_table, attachment=self.attachment, back=not self.back)
        return Inverse([back], ())

    def subject(self) -> Subject:
        return "attachment", self.attachment


def kind_of(content: bytes, name: str) -> tuple[str, str]:
    """Type and ending of a file by its bytes; the name counts for plain text alone."""
    for magic, mime, suffix in _MAGIC:
        if content.startswith(magic):
            return mime, suffix
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    suffix = Path(name).suffix.lower()
    if suffix in _TEXTS and b"\0" not in content and _is_text(content):
        return _TEXTS[suffix], suffix
    return OTHER, ""


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            content.decode(encoding)
            return True
    return False


def attach_document(desk: Desk, path: Path, owner_table: str, owner_id: bytes, *, caption: str = "") -> bytes:
    """Put a file to a machine or part; returns its SHA-256. Raises AppError where it is empty, too large or cannot be read."""
    content = _read(path)
    demand_room(desk.profile)
    sha256 = hashlib.sha256(content).digest()
    with desk.read() as read:
        owner = read.get(owner_table, owner_id) or {}
        if read.value(
            "SELECT 1 FROM attachment WHERE owner_id = ? AND sha256 = ? AND kind = 'document' AND deleted = 0",
            owner_id,
            sha256,
        ):
            raise AppError(N_("“{name}” is among the documents already."), name=path.name)
    keep_content(desk.profile, content, sha256)
    desk.perform(
        Attach(
            owner_table=owner_table,
            owner_id=owner_id,
            kind="document",
            sha256=sha256,
            size=len(content),
            mime=kind_of(content, path.name)[0],
            site_id=owner.get("site_id"),
            original_name=path.name[:200],
            caption=caption[:200] or None,
        )
    )
    return sha256


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_DOCUMENT:
            raise AppError(
                N_("“{name}” is larger than {most} MB. Choose a smaller file."),
                name=path.name,
                most=LARGEST_DOCUMENT // 1024**2,
            )
        content = path.read_bytes()
    except OSError:
        raise AppError(N_("The file “{name}” cannot be read. Choose another one."), name=path.name) from None
    if not content:
        raise AppError(N_("The file “{name}” is empty. Choose another one."), name=path.name)
    return content


def documents_of(read: Reader, owner_table: str, owner_id: bytes) -> list[Document]:
    """The documents of a record, newest first."""
    return read.as_(
        Document,
        "SELECT a.id, a.sha256, coalesce(a.original_name, a.caption, ''), a.size, a.mime, a.created_at, "
        f"coalesce({person('a.created_by')}, '') "
        "FROM attachment a WHERE a.owner_table = ? AND a.owner_id = ? AND a.kind = 'document' AND a.deleted = 0 "
        "ORDER BY a.n DESC",
        owner_table, owner_id,
    )  # fmt: skip


def detach(desk: Desk, owner_table: str, attachment: bytes) -> object:
    """A document leaves its record; it can be taken back."""
    return desk.perform(Detach(owner_table=owner_table, attachment=attachment))


def opened_copy(profile: Profile, document: Document) -> Path:
    """A read-only copy to be shown by the system's own program; its ending is that of its bytes, whatever it was called.

    Raises AppError where the document is not here, damaged, or of a kind that is not opened.
    """
    content = _content(profile, document)
    mime, suffix = kind_of(content, document.name)
    if mime == OTHER:
        raise AppError(N_("This kind of file is not opened from here. Save it elsewhere instead."))
    folder = profile.folder / "opened"
    _clear(folder)
    path = folder / document.sha256.hex()[:16] / f"{_plain_name(document.name)}{suffix}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.chmod(0o600)
        with write_safely(path) as stream:
            stream.write(content)
        path.chmod(0o400)
    except OSError as error:
        raise said(error, path) from error
    return path


def save_copy(profile: Profile, document: Document, target: Path) -> None:
    """Save a document elsewhere. Raises AppError."""
    content = _content(profile, document)
    with write_safely(target) as stream:
        stream.write(content)


def _content(profile: Profile, document: Document) -> bytes:
    content = bytes_of(profile, document.sha256)
    if content is None:
        raise AppError(N_("This file is not on this laptop yet. Sync first."))
    return content


def _plain_name(name: str) -> str:
    """A name that no system takes for more than a name."""
    stem = re.sub(r"[^\w\- ]+", "_", Path(name).stem).strip(" _")
    return stem[:80] or "document"


def _clear(folder: Path) -> None:
    """Copies that were opened long ago go."""
    for old in folder.glob("*"):
        with suppress(OSError):
            if old.stat().st_mtime < time.time() - _OPENED_SECONDS:
                for path in old.glob("*"):
                    path.chmod(0o600)
                shutil.rmtree(old)
