"""Photos across the sync: sent in pieces after their records, cut off and gone on with, proved, stored once, given up and back."""

import os

import pytest
from fleet import AWAY, HERE_ALONE, SITE, Fleet, Laptop, furnish_away, supplier
from photographs import ask, attach, noisy, two

from app import contents
from app.contents import bytes_of, keep_content, path_of, queue, whereabouts
from app.errors import Refused
from app.hub.blobs import stored
from app.photos import attach_photo
from app.sync import blobs
from app.sync.blobs import carry, fetch
from app.sync.client import sync_once
from app.sync.file_call import GET, HEAD, PART, PIECE, PUT, FileAnswer, FileCall, read_answer
from app.sync.line import line_to
from app.sync.transport import Frame, Lost

BOTH = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


@pytest.fixture
def pair(fleet: Fleet) -> tuple[Laptop, Laptop, bytes]:
    """Two laptops that both know a supplier."""
    return two(fleet)


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
    sync_once(a.profile, a.way, files=False)
    assert ask(a, FileCall(PUT, sha256, 0, len(content)), b"y" * PIECE).have == PIECE
    assert a.sync().files.uploaded == 1
    assert fleet.hub.files.path(sha256).read_bytes() == content


def test_nobody_spoils_what_another_sends(pair, fleet):
    a, b, owner = pair
    content = os.urandom(2 * PIECE)
    sha256 = attach(a, content, owner)
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
