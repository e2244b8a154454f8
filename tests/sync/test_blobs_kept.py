"""What is kept of photos, where and how long: room, backups, the hub's sweep, originals, lost and damaged files."""

import os
from io import BytesIO

import pytest
from fleet import AWAY, HERE_ALONE, SITE, Fleet, Laptop, furnish_away, supplier
from photographs import ask, attach, noisy, two
from PIL import Image

from app import contents
from app.contents import bytes_of, path_of, whereabouts
from app.errors import AppError
from app.generic import Retire
from app.hub.backup import back_up
from app.hub.blobs import DAY, back_up_files, stored, sweep, take_file
from app.photos import attach_photo
from app.settings import KEEP_ORIGINALS, PHOTO_DAYS, Settings
from app.sync.blobs import fetch
from app.sync.client import sync_once
from app.sync.file_call import HEAD, FileCall

BOTH = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


@pytest.fixture
def pair(fleet: Fleet) -> tuple[Laptop, Laptop, bytes]:
    """Two laptops that both know a supplier."""
    return two(fleet)


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


@BOTH
def test_photos_of_a_site_that_was_taken_from_the_laptop_are_still_sent(fleet):
    a = fleet.laptops["a"]
    furnish_away(a.desk)
    made, op = supplier("S1")
    a.desk.perform(op)
    a.sync()
    c = fleet.open("c", HERE_ALONE)
    c.sync()
    sha256 = attach(c, b"mine" * 99, made, SITE)
    sync_once(c.profile, c.way, files=False)
    with fleet.hub.writing() as connection:
        connection.execute(
            "UPDATE hub_device SET scope = ?, grant_v = grant_v + 1 WHERE scope = ?",
            (f"global site:{AWAY.hex()}", HERE_ALONE),
        )
    assert c.sync().files.uploaded == 1
    assert fleet.hub.files.path(sha256).read_bytes() == b"mine" * 99
    assert ask(fleet.laptops["b"], FileCall(HEAD, sha256)).code == "WHOLE"
