"""Batch files: what a site that no network reaches sends and gets, whatever becomes of the files on their way."""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from courier import by_files, receive, send
from fleet import HERE_ALONE, YARD, Fleet, Laptop, Way, furnish_away, supplier
from judge import nothing_waits, rows_are_equal, the_history_is_whole

from app import contents
from app.auth import set_password_here, sign_in
from app.bootstrap import start
from app.errors import AppError
from app.generic import create
from app.hub.bundles import adopt, brought, take_in
from app.hub.enrol import revoke
from app.hub.grants import change_scope
from app.hub.hub import Hub
from app.hub.returns import request_of, write_return
from app.photos import Attach
from app.sync.bundle import outgoing
from app.sync.bundle.form import open_bundle
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.outgoing import export
from app.sync.client import differing_tables
from db.ids import new_id

BOTH = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


def work(laptop, code: str) -> bytes:
    made, op = supplier(code)
    laptop.desk.perform(op)
    return made


def same(fleet: Fleet, *names: str) -> None:
    for name in names or tuple(fleet.laptops):
        laptop = fleet.laptops[name]
        nothing_waits(laptop)
        assert differing_tables(laptop.profile, laptop.way) == []


@BOTH
def test_two_laptops_exchange_by_files_alone(fleet: Fleet, tmp_path: Path):
    a, b = fleet.laptops.values()
    calls = len(a.way.calls)
    made = work(a, "A1")
    assert by_files(fleet, a, tmp_path / "stick").report.sent == 1
    brought_in = by_files(fleet, b, tmp_path / "stick")
    assert brought_in.report.received > 0
    assert b.row("supplier", made)["code"] == "A1"
    assert len(a.way.calls) == calls
    by_files(fleet, a, tmp_path / "stick")
    same(fleet)


def test_names_are_ascii_and_sort_by_time(fleet: Fleet, tmp_path: Path):
    a = fleet.laptops["a"]
    names = []
    for n in range(3):
        work(a, f"N{n}")
        names.append(send(a, tmp_path)[0].name)
    assert names == sorted(names)
    assert all(name.isascii() for name in names)


def test_a_file_holds_all_that_has_no_receipt(fleet: Fleet, tmp_path: Path):
    """Fault 5: the second file before the first; and the first one for ever lost."""
    a = fleet.laptops["a"]
    work(a, "F1")
    (first,) = send(a, tmp_path)
    work(a, "F2")
    (second,) = send(a, tmp_path)
    received, _answers = receive(fleet, second, tmp_path)
    assert (received.ops, received.new, received.missing) == (2, 2, [])
    received, answers = receive(fleet, first, tmp_path)
    assert (received.ops, received.new) == (1, 0)
    bring_in(a.profile, answers[0])
    same(fleet, "a")


@BOTH
def test_the_same_file_again_changes_nothing(fleet: Fleet, tmp_path: Path):
    """Fault 46: twice, by two couriers, after a sync on the line."""
    a = fleet.laptops["a"]
    work(a, "T1")
    (path,) = send(a, tmp_path)
    copy = Path(shutil.copy(path, tmp_path / "copy.swb"))
    assert take_in(fleet.hub, path).new == 1
    for again in (path, copy):
        received = take_in(fleet.hub, again)
        assert (received.new, received.again, received.count("applied")) == (0, True, 1)
    answers = write_return(fleet.hub, request_of(received), tmp_path)
    a.sync()
    assert bring_in(a.profile, answers[0]).known
    same(fleet, "a")
    with fleet.hub.reading() as read:
        (line,) = brought(read)
    assert (line.times, line.ops, line.waiting) == (3, 1, 0)


def refused(call, *arguments) -> str:
    with pytest.raises(AppError) as caught:
        call(*arguments)
    return str(caught.value)


@BOTH
def test_what_comes_too_early_waits_and_is_named(fleet: Fleet, tmp_path: Path):
    """Faults 4 and 38: parts out of order; the range that is missing is said; all is applied when it comes."""
    a = fleet.laptops["a"]
    for n in range(6):
        work(a, f"G{n}")
    paths = send(a, tmp_path, part_size=1)
    assert len(paths) == 1  # one push is never cut
    with fleet.hub.reading() as read:
        before = read.value("SELECT count(*) FROM op")
    parts = cut(a, tmp_path / "cut")
    assert len(parts) == 6
    received = take_in(fleet.hub, parts[3])
    assert (received.new, received.waiting) == (0, 1)
    (missing,) = received.missing
    assert missing.last - missing.first == 2
    take_in(fleet.hub, parts[1])
    assert take_in(fleet.hub, parts[0]).missing[0].first == missing.first + 2
    received, answers = receive(fleet, parts[2], tmp_path)
    assert (received.waiting, received.missing) == (0, [])
    with fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM op") == before + 4
    for part in parts[4:]:
        received, answers = receive(fleet, part, tmp_path)
    bring_in(a.profile, answers[0])
    by_files(fleet, a, tmp_path)
    same(fleet, "a")


def cut(laptop, folder: Path) -> list[Path]:
    """A file whose every record is a part of its own."""
    folder.mkdir()
    former = outgoing.next_batch
    outgoing.next_batch = lambda *given: former(*given)[:1]
    try:
        return send(laptop, folder, part_size=1)
    finally:
        outgoing.next_batch = former


def test_the_answer_may_come_in_parts(fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Fault 47: part 2 of n is missing."""
    monkeypatch.setattr("app.hub.feed.PAGE_BYTES", 1)
    a, b = fleet.laptops.values()
    for n in range(4):
        work(a, f"P{n}")
    a.sync()
    (path,) = send(b, tmp_path)
    _received, answers = receive(fleet, path, tmp_path, part_size=1)
    assert len(answers) >= 4
    hidden = answers[1].rename(tmp_path / "elsewhere")
    before = b.value("SELECT count(*) FROM supplier")
    assert "Part 2 of" in refused(bring_in, b.profile, answers[0])
    assert b.value("SELECT count(*) FROM supplier") == before
    hidden.rename(answers[1])
    bring_in(b.profile, answers[2])
    same(fleet, "b")


def test_who_may_not_read_or_write_is_refused(fleet: Fleet, tmp_path: Path, blank: Path):
    """Fault 48: another hub, another device, a forged signature, the wrong side."""
    a, b = fleet.laptops.values()
    work(a, "W1")
    (path,) = send(a, tmp_path)
    _received, (answer,) = receive(fleet, path, tmp_path)
    assert "is for the hub" in refused(bring_in, a.profile, path)
    assert "answer to a laptop" in refused(take_in, fleet.hub, answer)
    assert "the answer for the laptop" in refused(bring_in, b.profile, answer)
    (tmp_path / "other").mkdir()
    other = Fleet(tmp_path / "other", blank)
    try:
        stranger = other.open("x")
        (foreign,) = send(stranger, tmp_path)
        assert "another hub" in refused(take_in, fleet.hub, foreign)
        _received, (theirs,) = receive(other, foreign, tmp_path)
        assert "another hub" in refused(bring_in, a.profile, theirs)
    finally:
        other.close()
    shutil.copy(b.folder / "device.key", a.folder / "device.key")  # somebody else signs in a's name
    assert "signature is wrong" in refused(take_in, fleet.hub, send(a, tmp_path)[0])
    assert a.value("SELECT count(*) FROM op WHERE acked = 0") == 1


def test_an_old_answer_is_refused(fleet: Fleet, tmp_path: Path):
    """Fault 48: replay of an old return file."""
    a, b = fleet.laptops.values()
    work(a, "O1")
    (path,) = send(a, tmp_path)
    _received, (old,) = receive(fleet, path, tmp_path)
    bring_in(a.profile, old)
    work(b, "O2")
    b.sync()
    a.sync()
    rows = a.value("SELECT count(*) FROM supplier")
    assert "is older than" in refused(bring_in, a.profile, old)
    assert a.value("SELECT count(*) FROM supplier") == rows
    same(fleet, "a")


@BOTH
def test_answers_may_come_in_any_order(fleet: Fleet, tmp_path: Path):
    a, b = fleet.laptops.values()
    answers = []
    for n in range(3):
        work(a, f"Y{n}")
        work(b, f"Z{n}")
        b.sync()
        answers.append(receive(fleet, send(a, tmp_path)[0], tmp_path)[1][0])
    bring_in(a.profile, answers[0])
    bring_in(a.profile, answers[2])
    assert "is older than" in refused(bring_in, a.profile, answers[1])
    same(fleet, "a")


def test_a_revoked_laptop_s_work_is_kept_and_it_gets_nothing(fleet: Fleet, tmp_path: Path):
    a, b = fleet.laptops.values()
    work(b, "R0")
    b.sync()
    work(a, "R1")
    (path,) = send(a, tmp_path)
    revoke(fleet.hub, a.profile.meta["device_code"])
    received, (answer,) = receive(fleet, path, tmp_path)
    assert received.count("quarantined") == 1
    assert "ended this laptop's part" in refused(bring_in, a.profile, answer)
    assert a.value("SELECT count(*) FROM supplier WHERE code = 'R0'") == 0
    assert a.value("SELECT outcome FROM op ORDER BY n DESC LIMIT 1") == "quarantined"


def test_a_restored_hub_is_seen_by_file_and_gets_again_what_it_lost(fleet: Fleet, tmp_path: Path):
    a = fleet.laptops["a"]
    copy = Path(shutil.copy(fleet.hub_path, tmp_path / "copy.db")) if _at_rest(fleet) else None
    made = work(a, "H1")
    assert by_files(fleet, a, tmp_path).report.sent == 1
    _put_back(fleet, copy)
    late = work(a, "H2")
    received, (answer,) = receive(fleet, send(a, tmp_path)[0], tmp_path)
    assert received.missing
    brought_in = bring_in(a.profile, answer)
    assert brought_in.report.history
    assert a.value("SELECT count(*) FROM op WHERE acked = 0") == 2
    by_files(fleet, a, tmp_path)
    same(fleet, "a")
    assert {a.row("supplier", one)["code"] for one in (made, late)} == {"H1", "H2"}


def _at_rest(fleet: Fleet) -> bool:
    fleet.hub.close()
    _open(fleet)
    return True


def _open(fleet: Fleet) -> None:
    fleet.hub = Hub(fleet.hub_path, fleet.clock)


def _put_back(fleet: Fleet, copy: Path) -> None:
    fleet.hub.close()
    for suffix in ("-wal", "-shm"):
        fleet.hub_path.with_name("hub.db" + suffix).unlink(missing_ok=True)
    shutil.copy(copy, fleet.hub_path)
    _open(fleet)


@BOTH
def test_a_clone_gets_a_chain_of_its_own_by_file(fleet: Fleet, tmp_path: Path):
    a = fleet.laptops["a"]
    a.profile.close()
    shutil.copytree(a.folder, fleet.folder / "a2")
    a.profile = start(a.folder, fleet.clock)
    clone = Laptop("a2", fleet.folder / "a2", Way(fleet), start(fleet.folder / "a2", fleet.clock))
    fleet.laptops["a2"] = clone
    work(a, "C1")
    work(clone, "C2")
    by_files(fleet, a, tmp_path)
    received, (answer,) = receive(fleet, send(clone, tmp_path)[0], tmp_path)
    assert received.forked
    assert bring_in(clone.profile, answer).report.forked
    by_files(fleet, clone, tmp_path)
    by_files(fleet, a, tmp_path)
    same(fleet, "a", "a2")
    with fleet.hub.reading() as read:
        assert read.value("SELECT count(*) FROM hub_bundle_push") == 0
        assert read.value("SELECT count(*) FROM supplier WHERE code IN ('C1', 'C2')") == 2


def test_a_lost_laptop_s_files_are_adopted(fleet: Fleet, tmp_path: Path):
    """Fault 49: the first part never comes, and the laptop neither."""
    a, b = fleet.laptops.values()
    for n in range(3):
        work(a, f"L{n}")
    parts = cut(a, tmp_path / "cut")
    a.profile.close()
    del fleet.laptops["a"]
    for part in parts[1:]:
        assert take_in(fleet.hub, part).missing
    adopted = adopt(fleet.hub, a.profile.meta["device_code"])
    assert (adopted.ops, len(adopted.missing)) == (2, 1)
    assert adopt(fleet.hub, a.profile.meta["device_code"]).ops == 0
    b.sync()
    assert b.value("SELECT count(*) FROM supplier WHERE code IN ('L1', 'L2')") == 2
    assert take_in(fleet.hub, parts[0]).new == 1  # it was found after all
    assert take_in(fleet.hub, parts[1]).new == 0
    b.sync()
    same(fleet, "b")
    with closing(sqlite3.connect(fleet.hub_path)) as hub:
        the_history_is_whole(hub)
        rows_are_equal(b, hub)
    a.profile = b.profile


@BOTH
def test_photos_go_along_up_to_a_size_and_come_back(fleet: Fleet, tmp_path: Path):
    """Fault 45 in part: bytes whose record is on another road are kept."""
    a, b = fleet.laptops.values()
    made = work(a, "F1")
    pictures = [bytes([n]) * (1000 + n) for n in range(3)]
    for picture in pictures:
        sha = hashlib.sha256(picture).digest()
        contents.keep_content(a.profile, picture, sha)
        a.desk.perform(
            Attach(
                owner_table="supplier",
                owner_id=made,
                kind="photo",
                sha256=sha,
                size=len(picture),
                mime="image/jpeg",
            )
        )
    exported = export(a.profile, tmp_path, photos=2100)
    assert (exported.photos, exported.photos_left) == (2, 1)
    received, (answer,) = receive(fleet, exported.paths[0], tmp_path)
    assert len(received.files) == 2
    bring_in(a.profile, answer)
    assert a.value("SELECT count(*) FROM blob WHERE sent_to >= size") == 2
    by_files(fleet, a, tmp_path)
    assert a.value("SELECT count(*) FROM blob WHERE sent_to < size") == 0
    assert by_files(fleet, b, tmp_path).files == 3
    for picture in pictures:
        assert contents.bytes_of(b.profile, hashlib.sha256(picture).digest()) == picture


def test_a_file_name_may_be_chosen_and_a_missing_folder_is_said(fleet: Fleet, tmp_path: Path):
    a = fleet.laptops["a"]
    assert export(a.profile, tmp_path / "mine.swb").paths == [tmp_path / "mine.swb"]
    assert open_bundle(tmp_path / "mine.swb").header.parts == 1
    assert "is not there" in refused(export, a.profile, tmp_path / "nowhere")
    assert "is not there" in refused(export, a.profile, tmp_path / "nowhere" / "x.swb")
    lonely = fleet.fresh("lonely")
    assert "takes part in no hub" in refused(export, lonely.profile, tmp_path)
    assert "takes part in no hub" in refused(
        bring_in, lonely.profile, receive(fleet, tmp_path / "mine.swb", tmp_path)[1][0]
    )


def test_passwords_come_with_the_answer(fleet: Fleet, tmp_path: Path):
    a, b = fleet.laptops.values()
    person = new_id()
    account = create(
        "user_account", person, username="wang", roles='["technician"]', active=1, must_change_password=0
    )
    a.desk.perform(account)
    set_password_here(a.desk, "wang", "Kestrel-river-7")
    a.sync()
    by_files(fleet, b, tmp_path)
    same(fleet, "b")
    assert sign_in(b.profile, "wang", "Kestrel-river-7").actor.name == "wang"


def test_a_laptop_gets_another_site_by_file(fleet: Fleet, tmp_path: Path):
    a, b = fleet.laptops.values()
    made = work(a, "G9")
    furnish_away(a.desk)
    a.sync()
    b.sync()
    assert change_scope(fleet.hub, b.profile.meta["device_code"], HERE_ALONE)
    by_files(fleet, b, tmp_path)
    assert b.row("supplier", made)["code"] == "G9"
    assert not b.row("location", YARD)
    same(fleet, "b")
