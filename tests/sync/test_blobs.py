"""Photos across the sync: sent in pieces after their records, cut off and gone on with, proved, stored once, given up and back."""

import hashlib
import os
from io import BytesIO
from pathlib import Path

import pytest
from fleet import AWAY, HERE_ALONE, SITE, Fleet, Laptop, furnish_away, supplier
from PIL import Image

from app import contents
from app.contents import bytes_of, keep_content, path_of, queue, whereabouts
from app.errors import AppError, Refused
from app.generic import Retire
from app.hub.backup import back_up
from app.hub.blobs import DAY, back_up_files, stored, sweep, take_file
from app.photos import Attach, attach_photo
from app.settings import KEEP_ORIGINALS, PHOTO_DAYS, Settings
from app.sync import blobs
from app.sync.blobs import carry, fetch
from app.sync.file_call import GET, HEAD, PART, PIECE, PUT, FileAnswer, FileCall, read_answer
from app.sync.line import line_to
from app.sync.protocol import request_bytes
from app.sync.transport import Frame, Lost


BOTH = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


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


@pytest.fixture
def pair(fleet: Fleet) -> tuple[Laptop, Laptop, bytes]:
    """Two laptops that both know a supplier."""
    a, b = fleet.laptops["a"], fleet.laptops["b"]
    made, op = supplier("S1")
    a.desk.perform(op)
    a.sync()
    b.sync()
    return a, b, made


def ask(laptop: Laptop, call: FileCall | str, body: bytes = b"") -> FileAnswer:
    """One request, signed by the laptop, straight to the hub."""
    with line_to(laptop.profile, laptop.way) as line:
        name = str(call)
        frame = Frame(body, line.key.sign(request_bytes(name, body)), line.device)
        return read_answer(laptop.way.fleet.hub.handle(name, frame).body)


@BOTH
def test_a_photo_goes_after_its_record_and_is_the_same_there(pair, tmp_path):
    a, b, owner = pair
    sha256 = attach_photo(a.desk, noisy(tmp_path / "铭牌.jpg", (2000, 1500)), "supplier", owner)
    with a.profile.store.read() as read:
        assert (queue(read).total, queue(read).sent) == (1, 0)
    assert a.sync().files.uploaded == 1
    calls = [call.split("/")[1] if "/" in call else call for call in a.way.calls]
    assert calls[-4:] == ["ops", "pull", "HEAD", "PUT"]
    with a.profile.store.read() as read:
        assert (queue(read).total, queue(read).sent) == (1, 1)
    assert b.sync().files.downloaded == 1
    assert bytes_of(b.profile, sha256) == bytes_of(a.profile, sha256)
    before = len(b.way.calls)
    assert b.sync().files == blobs.Moved()
    assert not [call for call in b.way.calls[before:] if "/" in call]


def test_a_large_file_cut_off_at_60_percent_goes_on_from_there(pair):
    a, b, owner = pair
    content = os.urandom(5 * PIECE - 17)
    sha256 = attach(a, content, owner)
    puts = []

    class Cut:
        def send(self, call: str, request: Frame) -> Frame:
            if "/PUT/" in call:
                puts.append(len(request.body))
                if len(puts) == 4:
                    raise Lost
            return a.way.send(call, request)

    from app.sync.client import sync_once

    report = sync_once(a.profile, Cut())
    assert report.sent == 1
    assert report.files.note
    assert a.value("SELECT sent_to FROM blob") == 3 * PIECE
    puts.clear()
    assert a.sync().files.uploaded == 1
    assert [call.split("/")[3] for call in a.way.calls if "/PUT/" in call][-2:] == [
        str(3 * PIECE),
        str(4 * PIECE),
    ]

    gets = []

    class CutToo(Cut):
        def send(self, call: str, request: Frame) -> Frame:
            if "/GET/" in call:
                gets.append(call.split("/")[3])
                if len(gets) == 3:
                    raise Lost
            return b.way.send(call, request)

    sync_once(b.profile, CutToo())
    assert bytes_of(b.profile, sha256) is None
    assert b.sync().files.downloaded == 1
    assert bytes_of(b.profile, sha256) == content
    assert [c.split("/")[3] for c in b.way.calls if "/GET/" in c] == [str(n * PIECE) for n in (0, 1, 2, 3, 4)]


def test_the_record_weeks_before_the_photo_shows_a_place_for_it(pair):
    a, b, owner = pair
    sha256 = attach(a, b"x" * 1000, owner)
    kept = path_of(a.profile, sha256).read_bytes()
    path_of(a.profile, sha256).unlink()  # the stick with the photos is still on the road
    a.sync()
    b.sync()
    assert whereabouts(b.profile, sha256) == contents.TO_COME
    with b.profile.store.read() as read:
        assert queue(read).to_come == 1
    calls = len(b.way.calls)
    b.sync()
    assert not [call for call in b.way.calls[calls:] if "/GET/" in call]  # not again at once
    keep_content(a.profile, kept, sha256)
    a.sync()
    assert fetch(b.profile, sha256, b.way)
    assert whereabouts(b.profile, sha256) == contents.HERE


@BOTH
def test_the_same_photo_on_two_laptops_is_stored_once(pair, fleet):
    a, b, owner = pair
    sha256 = attach(a, b"same" * 500, owner)
    assert attach(b, b"same" * 500, owner) == sha256
    assert a.sync().files.uploaded == 1
    b.sync()
    assert not [call for call in b.way.calls if "/PUT/" in call]
    with fleet.hub.reading() as read:
        assert (stored(read).count, stored(read).size, stored(read).missing) == (1, 2000, 0)
    assert b.value("SELECT count(*) FROM attachment") == 2


def test_wrong_bytes_are_refused_by_the_hub_and_sent_again(pair, fleet):
    a, _b, owner = pair
    content = os.urandom(PIECE + 5)
    sha256 = attach(a, content, owner)
    from app.sync.client import sync_once

    sync_once(a.profile, a.way, files=False)
    assert ask(a, FileCall(PUT, sha256, 0, len(content)), b"y" * PIECE).have == PIECE
    assert a.sync().files.uploaded == 1
    assert fleet.hub.files.path(sha256).read_bytes() == content


def test_nobody_spoils_what_another_sends(pair, fleet):
    a, b, owner = pair
    content = os.urandom(2 * PIECE)
    sha256 = attach(a, content, owner)
    from app.sync.client import sync_once

    sync_once(a.profile, a.way, files=False)
    sync_once(b.profile, b.way, files=False)
    assert ask(b, FileCall(PUT, sha256, 0, len(content)), bytes(PIECE)).have == PIECE
    assert ask(a, FileCall(HEAD, sha256)) == FileAnswer(PART)
    assert a.sync().files.uploaded == 1
    assert fleet.hub.files.path(sha256).read_bytes() == content


@pytest.mark.logs("was changed on the disk")
def test_what_the_hub_gives_wrong_is_thrown_away_and_what_rots_there_is_sent_again(pair, fleet):
    a, b, owner = pair
    content = b"right" * 900
    sha256 = attach(a, content, owner)
    a.sync()
    fleet.hub.files.path(sha256).write_bytes(b"wrong" * 900)
    report = b.sync()
    assert report.files.downloaded == 0
    assert bytes_of(b.profile, sha256) is None
    with a.profile.store.local() as connection:
        connection.execute("UPDATE blob SET sent_to = 0")
    assert a.sync().files.uploaded == 1
    assert fetch(b.profile, sha256, b.way)
    assert bytes_of(b.profile, sha256) == content


@pytest.mark.logs("wrong bytes came")
def test_a_part_that_was_spoilt_here_is_fetched_anew(pair):
    a, b, owner = pair
    content = os.urandom(PIECE + 1000)
    sha256 = attach(a, content, owner)
    a.sync()
    part = contents.part_of(b.profile, sha256)
    part.parent.mkdir(parents=True)
    for junk in (b"\0" * PIECE, bytes(3 * PIECE)):
        part.write_bytes(junk)
        with b.profile.store.local() as connection:
            connection.execute("DELETE FROM blob")
        path_of(b.profile, sha256).unlink(missing_ok=True)
        assert b.sync().files.downloaded == 1
        assert bytes_of(b.profile, sha256) == content
        assert not part.exists()


HOSTILE = [
    "blobs/PUT/../../etc/passwd/0/5/00000000000000000000000000000000",
    "blobs/PUT/{sha}/-1/5/00000000000000000000000000000000",
    "blobs/GET/{sha}/9999999999999999999/5/00000000000000000000000000000000",
    "blobs/DELETE/{sha}/0/5/00000000000000000000000000000000",
    "blobs/GET/{sha}/0/5/",
    "blobs/GET/%2e%2e/0/5/00000000000000000000000000000000",
    "blobs/",
]


@pytest.mark.parametrize("call", HOSTILE)
def test_hostile_calls_are_malformed(pair, call):
    a, _b, owner = pair
    sha256 = attach(a, b"z" * 50, owner)
    assert ask(a, call.format(sha=sha256.hex()), b"zzzzz").code == "MALFORMED"


def test_hostile_sizes_offsets_and_strangers_get_nothing(pair, fleet):
    a, _b, owner = pair
    sha256 = attach(a, b"z" * 50, owner)
    from app.sync.client import sync_once

    sync_once(a.profile, a.way, files=False)
    for offset, size, body, code in (
        (0, 50, b"z" * 51, "MALFORMED"),
        (0, 51, b"z" * 51, "MALFORMED"),
        (0, 50, b"", "MALFORMED"),
        (0, 10**11, b"z", "TOO_LARGE"),
        (40, 50, b"z" * 10, "PART"),
        (0, 50, b"z" * (PIECE + 1), "TOO_LARGE"),
    ):
        assert ask(a, FileCall(PUT, sha256, offset, size), body).code == code
    assert ask(a, FileCall(GET, sha256, 10**11)).code == "NONE"
    assert ask(a, FileCall(GET, bytes(32))).code == "UNWANTED"
    assert ask(a, FileCall(PUT, bytes(32), 0, 5), b"12345").code == "UNWANTED"
    assert not list(fleet.hub.files.folder.rglob("*.part"))
    name = str(FileCall(GET, sha256))
    forged = fleet.hub.handle(name, Frame(b"", bytes(64), bytes(16)))
    assert read_answer(forged.body).code == "STRANGER"


@BOTH
def test_a_file_is_given_only_where_a_record_in_scope_names_it(fleet):
    a = fleet.laptops["a"]
    furnish_away(a.desk)
    made, op = supplier("S1")
    a.desk.perform(op)
    here, away = attach(a, b"here" * 99, made, SITE), attach(a, b"away" * 99, made, AWAY)
    a.sync()
    c = fleet.open("c", HERE_ALONE)
    assert c.sync().files.downloaded == 1
    assert bytes_of(c.profile, here)
    assert ask(c, FileCall(GET, away)).code == "UNWANTED"
    assert ask(c, FileCall(HEAD, away)).code == "UNWANTED"
    from app.hub.enrol import revoke

    with fleet.hub.reading() as read:
        code = read.value("SELECT code FROM hub_device WHERE scope = ?", HERE_ALONE)
    revoke(fleet.hub, code)
    assert ask(c, FileCall(GET, here)).code == "REVOKED"


@BOTH
def test_files_that_nobody_names_are_kept_90_days(pair, fleet):
    a, _b, owner = pair
    sha256 = attach(a, b"old" * 99, owner)
    a.sync()
    row = a.value("SELECT id FROM attachment")
    assert sweep(fleet.hub).waiting == 0
    a.desk.perform(Retire("attachment", (row,)))
    a.sync()
    assert sweep(fleet.hub).waiting == 1
    fleet.clock._at += 80 * DAY
    assert (sweep(fleet.hub).deleted, sweep(fleet.hub).waiting) == (0, 1)
    # a batch file that was on the road names it again: it is here
    again = attach(a, b"old" * 99, owner)
    a.sync()
    assert again == sha256
    assert sweep(fleet.hub).waiting == 0
    a.desk.perform(Retire("attachment", (a.value("SELECT id FROM attachment WHERE deleted = 0"),)))
    a.sync()
    sweep(fleet.hub)
    part = fleet.hub.files.parts(b"d" * 16) / "x.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"begun")
    os.utime(part, (0, 0))
    fleet.clock._at += 91 * DAY
    swept = sweep(fleet.hub)
    assert (swept.deleted, swept.waiting, swept.parts) == (1, 0, 1)
    assert not fleet.hub.files.path(sha256).exists()


def test_a_photo_goes_from_here_only_when_a_backup_of_the_hub_holds_it(pair, fleet, tmp_path, monkeypatch):
    a, _b, owner = pair
    content = b"photo" * 500
    sha256 = attach(a, content, owner)
    paper = attach(a, b"paper" * 500, owner, kind="document", mime="application/pdf")
    a.sync()
    monkeypatch.setattr(contents, "ENOUGH_ROOM", 2**62)
    assert a.sync().files.given_up == 0  # no backup is known of
    assert back_up_files(fleet.hub, tmp_path / "copies") == 2
    assert a.sync().files.given_up == 0  # a backup holds the bytes, but not the rows
    back_up(fleet.hub, "", tmp_path / "copies")
    with fleet.hub.writing() as connection:
        connection.execute("UPDATE hub_blob SET backed_up_at = NULL")
    assert a.sync().files.given_up == 0  # the backup holds the rows, but not the bytes
    assert back_up_files(fleet.hub, tmp_path / "copies" / "files") == 0
    late = attach(a, b"later" * 500, owner)
    assert a.sync().files.given_up == 1
    assert whereabouts(a.profile, sha256) == contents.AT_HUB
    assert whereabouts(a.profile, late) == contents.HERE  # younger than the backup
    assert bytes_of(a.profile, paper)
    assert a.sync().files.downloaded == 0  # it does not come back by itself
    monkeypatch.undo()
    assert fetch(a.profile, sha256, a.way)
    assert bytes_of(a.profile, sha256) == content
    assert a.sync().files.given_up == 0


def test_old_photos_go_by_the_setting_and_do_not_come_uncalled(pair, fleet, tmp_path):
    a, b, owner = pair
    sha256 = attach(a, b"photo" * 500, owner, taken_at=fleet.clock.now() - 100 * DAY)
    a.sync()
    Settings(b.profile.folder).set(PHOTO_DAYS, 90)
    assert b.sync().files.downloaded == 0
    assert fetch(b.profile, sha256, b.way)
    back_up(fleet.hub, "", tmp_path / "copies")
    assert b.sync().files.given_up == 0  # somebody asked for it a minute ago
    fleet.clock._at += 8 * DAY
    assert b.sync().files.given_up == 1


def test_photos_stop_in_a_sentence_when_the_disk_is_full_and_answers_do_not(pair, tmp_path, monkeypatch):
    a, _b, owner = pair
    monkeypatch.setattr(contents, "LEAST_ROOM", 2**62)
    with pytest.raises(AppError, match="MB are free"):
        attach_photo(a.desk, noisy(tmp_path / "a.jpg"), "supplier", owner)
    a.desk.perform(supplier("S2")[1])
    monkeypatch.undo()
    assert contents.room_notice(a.profile) == ""
    monkeypatch.setattr(contents, "ENOUGH_ROOM", 2**62)
    assert "GB are free" in contents.room_notice(a.profile)
    attach_photo(a.desk, noisy(tmp_path / "a.jpg"), "supplier", owner)


def test_nothing_comes_uncalled_while_the_disk_is_short(pair, monkeypatch):
    a, b, owner = pair
    sha256 = attach(a, b"photo" * 500, owner)
    a.sync()
    monkeypatch.setattr(contents, "ENOUGH_ROOM", 2**62)
    report = b.sync()
    assert (report.files.downloaded, bool(report.files.note)) == (0, True)
    assert fetch(b.profile, sha256, b.way)


def test_a_full_disk_of_the_hub_is_said_and_nothing_is_lost(pair, monkeypatch):
    from app.hub import blobs as there

    a, _b, owner = pair
    attach(a, b"photo" * 500, owner)
    monkeypatch.setattr(there, "LEAST_ROOM", 2**62)
    report = a.sync()
    assert report.sent == 1
    assert "hub's disk is full" in report.files.note
    monkeypatch.undo()
    assert a.sync().files.uploaded == 1


def test_an_original_is_kept_by_the_setting_without_its_position_and_comes_by_a_click(pair, tmp_path):
    a, b, owner = pair
    Settings(a.profile.folder).set(KEEP_ORIGINALS, 1)
    path = noisy(tmp_path / "a.jpg", (2400, 1800))
    attach_photo(a.desk, path, "supplier", owner)
    original = a.value("SELECT original_sha256 FROM attachment")
    with Image.open(BytesIO(bytes_of(a.profile, original))) as image:
        assert image.size == (2400, 1800)
        assert dict(image.getexif()) == {0x0112: 6}
    assert a.sync().files.uploaded == 2
    assert b.sync().files.downloaded == 1
    assert fetch(b.profile, original, b.way)
    assert bytes_of(b.profile, original) == bytes_of(a.profile, original)


@BOTH
def test_a_restored_hub_gets_its_files_again(pair, fleet):
    a, b, owner = pair
    sha256 = attach(a, b"photo" * 500, owner)
    a.sync()
    b.sync()
    fleet.hub.files.path(sha256).unlink()
    with fleet.hub.writing() as connection:
        connection.execute("DELETE FROM hub_blob")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'hub_epoch'", (os.urandom(16).hex(),))
    assert b.sync().files.uploaded == 1  # who took it in may be gone
    assert fleet.hub.files.path(sha256).exists()


def test_a_moved_profile_without_its_files_fetches_them(pair):
    a, _b, owner = pair
    sha256 = attach(a, b"photo" * 500, owner)
    a.sync()
    path_of(a.profile, sha256).unlink()
    assert a.sync().files.downloaded == 1
    path_of(a.profile, sha256).write_bytes(b"rotten")
    assert list(contents.damaged(a.profile)) == [sha256]
    assert a.sync().files.downloaded == 1
    assert bytes_of(a.profile, sha256) == b"photo" * 500


@BOTH
def test_a_file_stopped_between_rename_and_row_is_found(pair, fleet):
    a, b, owner = pair
    sha256 = attach(a, b"photo" * 500, owner)
    a.sync()
    with fleet.hub.writing() as connection:
        connection.execute("DELETE FROM hub_blob")
    assert b.sync().files.downloaded == 1
    with fleet.hub.reading() as read:
        assert stored(read).count == 1
    part = fleet.folder / "stick.part"
    part.write_bytes(b"photo" * 500)
    assert take_file(fleet.hub, sha256, part)
    part.write_bytes(b"forged")
    assert not take_file(fleet.hub, b"\1" * 32, part)


def test_another_program_that_carries_files_is_left_to_it(pair):
    from app.profile import alone

    a, _b, owner = pair
    attach(a, b"photo" * 500, owner)
    with alone(a.profile.folder / "files.lock"):
        assert a.sync().files.uploaded == 0
    with line_to(a.profile, a.way) as line:
        assert carry(a.profile, line, lambda: True).uploaded == 0
        assert carry(a.profile, line).uploaded == 1


def test_a_size_that_no_file_has_is_refused_before_there_is_an_op(pair):
    a, _b, owner = pair
    for size in (0, 10**12):
        with pytest.raises(Refused):
            attach(a, b"x", owner, size=size)
