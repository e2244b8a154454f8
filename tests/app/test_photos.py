"""Photos are made small, lose the place where they were taken, and hostile files are refused in a sentence."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.errors import AppError, Refused
from app.photos import (
    LARGEST_BYTES,
    THUMBNAIL_BYTES,
    attach_photo,
    bytes_of,
    keep,
    made_small,
    path_of,
    photos_of,
    read_photo,
)
from db.ids import new_id


def noisy(path: Path, size=(4000, 3000)) -> Path:
    """A photo as hard to compress as any."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8769)[36867] = "2026:11:22 11:38:05"
    Image.effect_noise(size, 90).convert("RGB").save(path, exif=exif, quality=92)
    return path


def test_a_large_photo_becomes_small_upright_and_placeless(tmp_path):
    photo = read_photo(noisy(tmp_path / "冷通道 1.jpg"))
    assert len(photo.jpeg) <= LARGEST_BYTES
    assert len(photo.thumbnail) <= THUMBNAIL_BYTES
    assert photo.taken_at == 1_795_318_685_000
    with Image.open(BytesIO(photo.jpeg)) as image:
        assert max(image.size) <= 1600
        assert image.height > image.width
        assert not dict(image.getexif())


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a" + b"\0" * 40, b"%PDF-1.7", b"\xff\xd8\xff" + b"\0" * 200, b"<svg/>"]
)
def test_what_is_no_photo_is_refused_in_a_sentence(raw):
    with pytest.raises(AppError):
        made_small(raw, "x.jpg")


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(AppError):
        read_photo(path)


def test_a_missing_or_cut_off_file_is_refused(tmp_path):
    with pytest.raises(AppError):
        read_photo(tmp_path / "none.jpg")
    whole = noisy(tmp_path / "a.jpg", (400, 300)).read_bytes()
    with pytest.raises(AppError):
        made_small(whole[: len(whole) // 2], "a.jpg")


def test_the_bytes_lie_under_their_content_once(desk, tmp_path):
    photo = read_photo(noisy(tmp_path / "a.jpg", (400, 300)))
    keep(desk.profile, photo)
    keep(desk.profile, photo)
    assert bytes_of(desk.profile, photo.sha256) == photo.jpeg
    path_of(desk.profile, photo.sha256).write_bytes(b"changed")
    assert bytes_of(desk.profile, photo.sha256) is None
    assert bytes_of(desk.profile, b"\0" * 32) is None


def test_a_photo_belongs_to_a_record_that_exists(desk, tmp_path):
    from app.generic import create

    path, supplier = noisy(tmp_path / "a.jpg", (400, 300)), new_id()
    with pytest.raises(Refused):
        attach_photo(desk, path, "supplier", supplier)
    desk.perform(create("supplier", supplier, code="SUP-1", name="样例水泵", active=1))
    sha = attach_photo(desk, path, "supplier", supplier, caption="铭牌")
    with desk.read() as read:
        (found,) = photos_of(read, "supplier", supplier)
    assert (found.sha256, found.caption) == (sha, "铭牌")
    assert found.thumbnail
