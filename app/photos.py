"""Photos (照片): taken in from a file, made small, stripped of the place where they were taken, and kept by their content.

The bytes lie in the profile's `files` folder under their SHA-256; the `attachment` row names the record that they belong to.
"""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from app.access import Actor, Permission
from app.contents import LARGEST_CONTENT, bytes_of, demand_room, keep_content, path_of
from app.desk import Desk
from app.errors import AppError, Objection
from app.ops import Op, Subject, operation
from app.profile import Profile
from app.tx import Reader, Tx
from app.values import zone
from app.words import N_

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 1600
LARGEST_BYTES = 300 * 1024
THUMBNAIL_SIDE = 240
THUMBNAIL_BYTES = 20 * 1024
#: More than any camera makes; a file beyond it is refused before it is unpacked.
MOST_PIXELS = 120_000_000
LARGEST_FILE = 64 * 1024 * 1024
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
SUFFIXES = ("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff")
_TAKEN = 36867
_ORIENTATION = 274
_EXIF = 0x8769
_NO_PHOTO = N_("“{name}” is not a photo that can be read. Choose a JPEG or PNG file.")
_TOO_LARGE = N_("“{name}” is too large for a photo. Choose a smaller file.")


@dataclass(frozen=True)
class Photo:
    """A photo ready to be kept: the JPEG, its hash, a thumbnail, and when it was taken if the camera said so."""

    jpeg: bytes
    sha256: bytes
    thumbnail: bytes
    taken_at: int | None
    name: str
    #: The photo in full size without its position, where the laptop keeps originals.
    original: bytes | None = None

    @property
    def original_sha256(self) -> bytes | None:
        """The content of the original; None where none is kept."""
        return hashlib.sha256(self.original).digest() if self.original else None


def read_photo(path: Path, timezone: str = "Asia/Shanghai", *, original: bool = False) -> Photo:
    """Read a file of a person's choice. Raises AppError where it is none, is hostile, or cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AppError(_TOO_LARGE, name=path.name)
        raw = path.read_bytes()
    except OSError:
        raise AppError(N_("The file “{name}” cannot be read. Choose another one."), name=path.name) from None
    return made_small(raw, path.name, timezone, original=original)


def made_small(raw: bytes, name: str, timezone: str = "Asia/Shanghai", *, original: bool = False) -> Photo:
    """The photo at most 1600 pixels long and some 300 kB, upright, without camera data and without its position."""
    import PIL.Image
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(BytesIO(raw), formats=FORMATS) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise AppError(_TOO_LARGE, name=name)
                taken = _taken_at(found, timezone)
                full = _without_position(found) if original else None
                found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(found).convert("RGB")
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError):
        raise AppError(_TOO_LARGE, name=name) from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, TypeError, OverflowError):
        raise AppError(_NO_PHOTO, name=name) from None
    jpeg = _fitted(upright, LONGEST_SIDE, LARGEST_BYTES)
    thumbnail = _fitted(upright, THUMBNAIL_SIDE, THUMBNAIL_BYTES)
    full = full if full and len(jpeg) < len(full) <= LARGEST_CONTENT else None
    return Photo(jpeg, hashlib.sha256(jpeg).digest(), thumbnail, taken, name, full)


def _without_position(image: "Image") -> bytes:
    """The photo as the camera made it: a JPEG keeps its very tables; of the camera's data, only which side is up stays."""
    from PIL.Image import Exif

    upright = Exif()
    if turned := image.getexif().get(_ORIENTATION):
        upright[_ORIENTATION] = turned
    profile = image.info.get("icc_profile")
    stream = BytesIO()
    if image.format == "JPEG":
        image.save(stream, "JPEG", quality="keep", exif=upright, icc_profile=profile)
    else:
        image.convert("RGB").save(stream, "JPEG", quality=95, exif=upright)
    return stream.getvalue()


def _fitted(image: "Image", side: int, largest: int) -> bytes:
    """The image as a JPEG of at most so many bytes: first coarser, then smaller."""
    made = image.copy()
    made.thumbnail((side, side))
    while True:
        for quality in (85, 75, 65, 50, 35):
            stream = BytesIO()
            made.save(stream, "JPEG", quality=quality, optimize=True)
            if stream.tell() <= largest:
                return stream.getvalue()
        made.thumbnail((made.width * 3 // 4, made.height * 3 // 4))


def _taken_at(image: "Image", timezone: str) -> int | None:
    with suppress(Exception):  # a camera's data may hold anything; the photo counts without them
        text = str(image.getexif().get_ifd(_EXIF)[_TAKEN])
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone(timezone))
        return int(moment.timestamp() * 1000)
    return None


def keep(profile: Profile, photo: Photo) -> None:
    """Write the bytes unless they are there; whole or not at all. Raises AppError where the disk is too full."""
    keep_content(profile, photo.jpeg, photo.sha256)
    if photo.original is not None and photo.original_sha256 is not None:
        keep_content(profile, photo.original, photo.original_sha256)


@operation("file.attach", Permission.REPORT_FAULTS, {"files"})
class Attach(Op, frozen=True, kw_only=True):
    """A photo or document is put to a record: a fact, with a thumbnail; the bytes travel by their content."""

    owner_table: str
    owner_id: bytes
    kind: str
    sha256: bytes
    size: int
    mime: str
    site_id: bytes | None = None
    item_id: bytes | None = None
    original_name: str | None = None
    caption: str | None = None
    taken_at: int | None = None
    thumbnail: bytes | None = None
    original_sha256: bytes | None = None
    original_size: int | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        if not 0 < self.size <= LARGEST_CONTENT or (self.original_size or 0) > LARGEST_CONTENT:
            yield Objection("size", N_("A file may be at most 64 MB large. Choose a smaller one."))
        if read.get(self.owner_table, self.owner_id) is None:
            yield Objection(
                "owner", N_("This record does not exist here. It may have come from another site.")
            )

    def apply(self, tx: Tx) -> None:
        names = self.__struct_fields__
        tx.insert("attachment", tx.op.op_id, {name: getattr(self, name) for name in names})

    def subject(self) -> Subject:
        return self.owner_table, self.owner_id


def attach_photo(
    desk: Desk,
    path: Path,
    owner_table: str,
    owner_id: bytes,
    *,
    item_id: bytes | None = None,
    caption: str = "",
) -> bytes:
    """Put a photo from a file to a record; returns its SHA-256."""
    from app.settings import KEEP_ORIGINALS, Settings

    demand_room(desk.profile)
    original = bool(Settings(desk.profile.folder).get(KEEP_ORIGINALS))
    photo = read_photo(path, desk.timezone, original=original)
    keep(desk.profile, photo)
    with desk.read() as read:
        owner = read.get(owner_table, owner_id) or {}
    desk.perform(
        Attach(
            owner_table=owner_table,
            owner_id=owner_id,
            kind="photo",
            sha256=photo.sha256,
            size=len(photo.jpeg),
            mime="image/jpeg",
            site_id=owner.get("site_id"),
            item_id=item_id,
            original_name=photo.name[:200],
            caption=caption[:200] or None,
            taken_at=photo.taken_at,
            thumbnail=photo.thumbnail,
            original_sha256=photo.original_sha256,
            original_size=len(photo.original) if photo.original else None,
        )
    )
    return photo.sha256


@dataclass(frozen=True)
class Kept:
    """A photo of a record as a page shows it."""

    sha256: bytes
    item_id: bytes | None
    caption: str
    taken_at: int
    thumbnail: bytes | None
    original_sha256: bytes | None = None


def photos_of(read: Reader, owner_table: str, owner_id: bytes, item_id: bytes | None = None) -> list[Kept]:
    """The photos of a record, or of one of its items, oldest first."""
    return read.as_(
        Kept,
        "SELECT sha256, item_id, coalesce(caption, original_name, ''), coalesce(taken_at, created_at), thumbnail, original_sha256 "
        "FROM attachment WHERE owner_table = ?1 AND owner_id = ?2 AND kind = 'photo' AND deleted = 0 "
        "AND (?3 IS NULL OR item_id = ?3) ORDER BY n",
        owner_table, owner_id, item_id,
    )  # fmt: skip


__all__ = [
    "Attach",
    "Kept",
    "Photo",
    "attach_photo",
    "bytes_of",
    "keep",
    "made_small",
    "path_of",
    "photos_of",
    "read_photo",
]
