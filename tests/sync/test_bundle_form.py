"""The form of a batch file: whole, signed and sealed, or refused with a sentence, whatever was done to its bytes."""

import hashlib
import random
from pathlib import Path

import msgspec
import pytest

from app.errors import AppError
from app.sync.bundle import form
from app.sync.bundle.form import Header, open_bundle, read_header, unsealed
from app.sync.bundle.lines import OPS, Content, End, Returned, line_of
from app.sync.bundle.sealing import identity_of, recipient_of
from app.sync.bundle.spool import Place, spool
from app.sync.keys import Key, key_of_bytes, new_key
from app.sync.protocol import START, Point, Pull, Push, SentOp

OURS, THEIRS = key_of_bytes(bytes(range(32))), key_of_bytes(new_key())
PULL = Pull(Point(bytes(16), 0, START), {})


def header(key: Key = OURS, **more: object) -> Header:
    return msgspec.structs.replace(Header(bytes(16), OPS, bytes(16), "ABC", 1, key=key.public), **more)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A file with two lines and a photo."""
    photo = tmp_path / "photo"
    photo.write_bytes(b"\n{picture}\n" * 50)
    with spool() as spooled:
        spooled.head = [PULL]
        spooled.add(Push(PULL.proof, bytes(16), [SentOp(bytes(16), 1, START, msgspec.Raw(b'{"a":\n1}'))]))
        spooled.add_content(hashlib.sha256(photo.read_bytes()).digest(), photo)
        place = Place(tmp_path / "made.swb", OPS, "ABC", 1)
        ((path, _digest),) = spooled.write(place, header(), OURS, recipient_of(THEIRS))
    return path


def read(path: Path, key: Key = THEIRS) -> list[str]:
    with unsealed(open_bundle(path), key) as lines:
        lines.check()
        return [type(message).__name__ for message, _bytes in lines]


def test_what_was_written_is_read(made: Path):
    assert read(made) == ["Pull", "Push", "Content"]
    with unsealed(open_bundle(made), THEIRS) as lines:
        for _twice in range(2):
            messages = [message for message, _bytes in lines]
            assert messages[1].ops[0].bytes == b'{"a":\n1}'
    head = read_header(made)
    assert head.algorithms == {"sign": "ed25519", "digest": "sha256", "seal": "age-x25519", "pack": "zstd"}


def test_the_key_of_the_seal_follows_from_the_signing_key():
    assert str(identity_of(OURS)) == str(identity_of(key_of_bytes(bytes(range(32)))))
    assert recipient_of(OURS) != recipient_of(THEIRS)


def test_every_way_to_cut_a_file_is_refused(made: Path):
    whole = made.read_bytes()
    for size in {0, 1, 7, 8, 11, 12, 13, *range(20, len(whole), 37), len(whole) - 1}:
        made.write_bytes(whole[:size])
        with pytest.raises(AppError) as caught:
            read(made)
        assert "made.swb" in str(caught.value)
    made.write_bytes(whole + b"x")
    with pytest.raises(AppError, match=r"made\.swb"):
        read(made)


def test_every_flipped_byte_is_refused(made: Path):
    whole, dice = made.read_bytes(), random.Random(5)
    for place in dice.sample(range(len(whole)), 150):
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :])
        with pytest.raises(AppError):
            read(made)


def test_rubbish_is_no_batch_file(tmp_path: Path):
    dice, path = random.Random(6), tmp_path / "x.swb"
    for begin in (
        b"",
        b"SWB",
        form.MAGIC,
        form.MAGIC + b"\0\0\0\x05{}",
        form.MAGIC + b"\0\0\0\x02[]",
        b"PK\3\4",
    ):
        path.write_bytes(begin + dice.randbytes(300))
        for call in (open_bundle, read_header):
            with pytest.raises(AppError):
                call(path)
    with pytest.raises(AppError, match="cannot be read"):
        open_bundle(tmp_path)


def written(tmp_path: Path, content: bytes, recipient: str = "", **more: object) -> Path:
    path, source = tmp_path / "odd.swb", tmp_path / "source"
    source.write_bytes(content)
    head = header(**({} if recipient else {"algorithms": dict(form.OPEN)}), **more)
    with source.open("rb") as stream:
        form.write_bundle(path, head, stream, OURS, recipient)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}\n",
        b"null\n",
        b"[" * 5000 + b"\n",
        line_of(PULL),  # no end
        line_of(PULL) + line_of(End(7)),
        line_of(Content(START, 5)) + b"abc",
        line_of(Content(START, 3)) + b"abc\n" + line_of(End(1)),  # other bytes than their hash says
        line_of(Content(START, 2**39)) + b"abc",
        b"\xff\xfe\n",
    ],
)
def test_nonsense_with_a_good_signature_is_refused(tmp_path: Path, content: bytes):
    with pytest.raises(AppError, match=r"odd\.swb"):
        read(written(tmp_path, content), OURS)


def test_sealed_for_somebody_else(tmp_path: Path):
    path = written(tmp_path, line_of(End(0)), recipient_of(THEIRS))
    assert read(path) == []
    with pytest.raises(AppError, match="sealed for somebody else"):
        read(path, OURS)


@pytest.mark.parametrize(
    "more", [{"format": 2}, {"algorithms": {"sign": "sm2", "digest": "sm3", "seal": "sm4", "pack": "zstd"}}]
)
def test_a_newer_form_asks_for_a_newer_program(tmp_path: Path, more: dict):
    source = tmp_path / "source"
    source.write_bytes(line_of(End(0)))
    with source.open("rb") as stream:
        form.write_bundle(tmp_path / "new.swb", header(**more), stream, OURS, "")
    with pytest.raises(AppError, match="newer Sitewright"):
        open_bundle(tmp_path / "new.swb")


def test_a_file_that_reads_back_otherwise_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stick lies: what it gives back is not what it got."""
    monkeypatch.setattr(form, "_digest_from_disk", lambda _path: START)
    with pytest.raises(AppError, match="another stick"):
        written(tmp_path, line_of(End(0)))
    assert not (tmp_path / "odd.swb").exists()


def test_points_on_the_history_of_an_answer():
    point = Point(bytes(16), 12, b"\7" * 32)
    said = Returned(PULL.proof, True, {}, point, 10, b"".join(bytes([n]) * 8 for n in (5, 6, 7)))
    assert said.holds(point)
    assert said.holds(Point(bytes(16), 11, b"\6" * 32))
    assert said.holds(PULL.proof)
    assert not said.holds(Point(bytes(16), 11, b"\7" * 32))
    assert not said.holds(Point(bytes(16), 9, b"\6" * 32))
    assert not said.holds(Point(bytes(16), 13, b"\6" * 32))
    assert not said.holds(Point(b"\1" * 16, 12, b"\7" * 32))
