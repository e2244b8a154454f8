"""The hub's own accidents over real processes (sync.md 7, faults 9 to 12 and 52), and what stands between (fault 53)."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fleet import furnish, supplier
from service import ROOT, Service, command

from app.bootstrap import found, start
from app.desk import Desk
from app.errors import AppError
from app.profile import Profile
from app.sync.client import Report, differing_tables, sync_once
from app.sync.joining import join, read_invitation
from app.sync.protocol import MAX_PAGE
from app.sync.transport import Frame, Http, Lost


class Site:
    """A hub in a process of its own and two laptops."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.service = folder, Service(folder)
        self.service.begin()
        self.laptops = [self._joined(name) for name in "ab"]
        furnish(self.desk(0))
        self.settle()

    def _joined(self, name: str) -> Profile:
        profile = found(self.folder / name)
        join(profile, read_invitation(self.service.invite()))
        profile.close()
        return start(self.folder / name)

    def desk(self, number: int) -> Desk:
        return Desk.of_administrator(self.laptops[number])

    def work(self, *codes: str) -> None:
        for code in codes:
            self.desk(0).perform(supplier(code)[1])

    def sync(self) -> list[Report]:
        return [sync_once(profile) for profile in self.laptops]

    def settle(self) -> None:
        """Exchange until everybody has everything."""
        for _turn in range(2):
            self.sync()

    def stop(self) -> None:
        self.service.kill()

    def copy(self, name: str) -> Path:
        """A copy of the hub's files as they lie there while it stands still."""
        to = self.folder / name
        to.mkdir()
        for path in self.folder.glob("hub.db*"):
            if path.is_file():
                shutil.copy(path, to / path.name)
        return to

    def put_back(self, copy: Path) -> None:
        for path in self.folder.glob("hub.db*"):
            if path.is_file():
                path.unlink()
        for path in copy.iterdir():
            shutil.copy(path, self.folder / path.name)

    def told(self, *words: object) -> str:
        done = subprocess.run(
            command("hub", *words, "--database", self.service.database),
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def all_equal(self, *codes: str) -> None:
        """Both laptops and the hub have the same rows, these suppliers once each among them."""
        self.settle()
        for profile in self.laptops:
            assert differing_tables(profile) == []
            with profile.store.read() as read:
                there = sorted(code for (code,) in read.rows("SELECT code FROM supplier WHERE deleted = 0"))
            assert there == sorted(codes)

    def close(self) -> None:
        for profile in self.laptops:
            profile.close()
        self.service.kill()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def test_9_restored_by_command_with_a_new_epoch(site):
    site.work("before")
    site.settle()
    site.told("backup")
    site.work("lost-1", "lost-2")
    site.settle()
    site.stop()
    site.told("restore", max((site.folder / "hub.db.backups").glob("hub-*.db")))
    site.service.begin()
    assert any(report.history for report in site.sync())
    site.all_equal("before", "lost-1", "lost-2")


def test_10_put_back_and_nobody_said_so(site):
    site.work("before")
    site.settle()
    site.stop()
    copy = site.copy("old")
    site.service.begin()
    site.work("lost")
    site.settle()
    site.stop()
    site.put_back(copy)
    site.service.begin()
    assert any(report.history for report in site.sync())
    site.all_equal("before", "lost")


class Falling:
    """The way to the hub; before the second page is asked for, the hub falls back to an old copy."""

    def __init__(self, site: Site, copy: Path) -> None:
        self.site, self.copy, self.pages = site, copy, 0

    def send(self, call: str, request: Frame) -> Frame:
        self.pages += call == "pull"
        if call == "pull" and self.pages == 2:
            self.site.stop()
            self.site.put_back(self.copy)
            self.site.service.begin()
            sync_once(self.site.laptops[0])
        with closing(Http(self.site.service.address)) as way:
            return way.send(call, request)


def test_11_put_back_between_two_pages_of_one_pull(site):
    """Another laptop's new work lies behind the point where the hub fell back: no row may be left out."""
    site.work("before")
    site.settle()
    site.stop()
    copy = site.copy("old")
    site.service.begin()
    site.desk(1).perform(supplier("first")[1])  # decided about first now, and last after the fall
    sync_once(site.laptops[1])
    codes = [f"w{number}" for number in range(MAX_PAGE + 100)]
    site.desk(0).perform(*(supplier(code)[1] for code in codes))
    sync_once(site.laptops[0])
    way = Falling(site, copy)
    assert sync_once(site.laptops[1], way).history
    assert way.pages > 2
    site.all_equal("before", "first", *codes)


def test_12_put_back_to_before_a_laptop_was_known(site):
    """It says so; with a new invitation the laptop goes on with the old key and everything that it has."""
    site.work("before")
    site.settle()
    site.stop()
    empty = Service(site.folder / "fresh")
    empty.database.parent.mkdir()
    empty.begin()
    empty.kill()
    before = site.copy("now")
    for path in empty.database.parent.glob("hub.db*"):  # the same hub, on the day it was founded
        if path.is_file() and path.name != "hub.db.key":
            shutil.copy(path, before / path.name)
    site.put_back(before)
    _same_identity(site.folder / "now", site)
    site.service.begin()
    with pytest.raises(AppError, match="Ask for an invitation"):
        site.sync()
    for profile in site.laptops:
        join(profile, read_invitation(site.service.invite()))
    site.all_equal("before")


def _same_identity(_copy: Path, site: Site) -> None:
    import sqlite3

    with site.laptops[0].store.read() as read:
        hub_id = read.value("SELECT value FROM meta WHERE key = 'hub_id'")
    with sqlite3.connect(site.folder / "hub.db") as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'hub_id'", (hub_id,))
    connection.close()


def test_52_another_hub_at_the_address_changes_nothing(site):
    """A fresh database answers, as after a lost volume: the laptop stops, and nothing goes from it."""
    site.work("mine")
    site.settle()
    site.work("waiting")
    site.stop()
    for path in site.folder.glob("hub.db*"):
        if path.is_file():
            path.unlink()
    site.service.begin()
    for profile in site.laptops:
        with pytest.raises(AppError, match="is not our hub"):
            sync_once(profile)
        with profile.store.read() as read:
            assert read.value("SELECT count(*) FROM supplier WHERE code = 'mine'") == 1
    with site.laptops[0].store.read() as read:
        assert read.value("SELECT count(*) FROM op WHERE acked = 0") == 1


# --- 53: what stands between ---


def answering(status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> type:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler


BETWEEN = {
    "login page": (answering(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"}), "wants a sign-in in the browser"),
    "redirect": (answering(302, b"", {"Location": "http://127.0.0.1:1/login"}), "wants a sign-in in the browser"),
    "511": (answering(511, b"", {}), "wants a sign-in in the browser"),
    "407": (answering(407, b"", {}), "proxy of this network wants a sign-in"),
    "413": (answering(413, b"too large", {}), "must allow 4 MB there"),
    "502": (answering(502, b"", {}), "the hub behind it does not"),
    "503": (answering(503, b"", {"Retry-After": "7"}), "is busy"),
    "504": (answering(504, b"", {}), "the hub behind it does not"),
    "half a body": (answering(200, b"half", {"Sitewright-Signature": "AAAA"}, length=4000), "broke in the middle"),
    "404": (answering(404, b"", {}), "wants a sign-in in the browser"),
}  # fmt: skip


@pytest.mark.parametrize("what", BETWEEN)
def test_53_what_stands_between_is_a_lost_request_with_a_sentence(what):
    handler, sentence = BETWEEN[what]
    server = HTTPServer(("127.0.0.1", 0), handler)
    serving = threading.Thread(target=server.handle_request)
    serving.start()
    way = Http(f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(Lost, match=sentence) as lost:
        way.send("pull", Frame(b"x", bytes(64), bytes(16)))
    assert "Nothing was lost" in str(lost.value)
    assert getattr(lost.value, "seconds", 7) == 7
    way.close()
    serving.join()
    server.server_close()
