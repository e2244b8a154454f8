"""Two real processes over real HTTP: the hub is killed in the middle of the work and started again."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from fleet import NOW, furnish, supplier
from service import ROOT, Service, command

from app.bootstrap import found, start
from app.clock import Clock
from app.desk import Desk
from app.profile import Profile
from app.sync.client import differing_tables, sync_once
from app.sync.joining import join, read_invitation
from app.sync.protocol import MAX_PACKED
from app.sync.transport import Frame, Http, Lost

#: So often each side is killed; R3 asks for fifty: SITEWRIGHT_KILLS=50.
KILLS = int(os.environ.get("SITEWRIGHT_KILLS", "4"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    made.begin()
    yield made
    made.kill()


def joined(service: Service, folder: Path) -> Profile:
    profile = found(folder, clock=Clock.pinned(NOW))
    join(profile, read_invitation(service.invite()))
    profile.close()
    return start(folder, Clock.pinned(NOW))


def test_a_killed_hub_loses_and_doubles_nothing(service, tmp_path):
    """It is killed while ops come in; what it answered is there, what it did not is sent again."""
    a = joined(service, tmp_path / "a")
    furnish(Desk.of_administrator(a))
    for turn in range(KILLS):
        for number in range(40):
            Desk.of_administrator(a).perform(*(supplier(f"{turn}-{number}-{n}")[1] for n in range(20)))
        killer = threading.Timer(0.05 + turn % 6 * 0.08, service.kill)
        killer.start()
        with suppress(Lost):
            sync_once(a)
        killer.join()
        service.begin()
    sync_once(a)
    there = subprocess.run(
        command("init", "--join", service.invite(), "--profile", tmp_path / "b"),
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert str(KILLS * 800 + 7) in there.stdout
    b = start(tmp_path / "b", Clock.pinned(NOW))
    for profile in (a, b):
        assert differing_tables(profile) == []
        with profile.store.read() as read:
            assert read.value("SELECT count(*) FROM supplier") == KILLS * 800
            assert read.value("SELECT count(DISTINCT code) FROM supplier") == KILLS * 800
        profile.close()


def test_a_killed_laptop_goes_on_where_it_was(service, tmp_path):
    a = joined(service, tmp_path / "a")
    for number in range(60):
        Desk.of_administrator(a).perform(*(supplier(f"{number}-{n}")[1] for n in range(20)))
    a.close()
    for turn in range(KILLS):
        more = start(tmp_path / "a", Clock.pinned(NOW))
        Desk.of_administrator(more).perform(*(supplier(f"{turn}+{n}")[1] for n in range(20)))
        more.close()
        running = subprocess.Popen(
            command("sync", "--profile", tmp_path / "a"),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with suppress(subprocess.TimeoutExpired):
            running.wait(0.6 + turn % 8 * 0.15)
        running.kill()
        running.wait()
    done = subprocess.run(
        command("sync", "--verify", "--profile", tmp_path / "a"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    a = start(tmp_path / "a", Clock.pinned(NOW))
    with a.store.read() as read:
        assert read.value("SELECT count(*) FROM op WHERE acked = 2") == 1200 + KILLS * 20
        assert read.value("SELECT count(*) FROM supplier WHERE hub_seq IS NOT NULL") == 1200 + KILLS * 20
    a.close()


def test_the_door_refuses_what_is_too_large_or_unsigned(service):
    post = f"{service.address}/v1/pull"
    assert httpx.post(post, content=bytes(MAX_PACKED + 1)).status_code == 413
    assert httpx.post(post, content=b"x", headers={"Sitewright-Signature": "!"}).status_code == 400
    assert httpx.post(f"{service.address}/v1/nothing", content=b"").status_code == 404
    assert httpx.get(post).status_code == 405
    answer = httpx.post(post, content=os.urandom(2000), headers={"Sitewright-Device": "00" * 16})
    assert answer.status_code == 200
    assert answer.headers["Sitewright-Signature"]
    assert httpx.get(f"{service.address}/healthz").text == "ok\n"


# --- what stands between ---


def portal(
    status: int, body: bytes, headers: dict[str, str], length: int | None = None
) -> Callable[..., object]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler


@pytest.mark.parametrize(
    "handler",
    [
        portal(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"}),
        portal(413, b"too large", {}),
        portal(502, b"", {}),
        portal(302, b"", {"Location": "http://127.0.0.1:1/login"}),
        portal(200, b"half", {"Sitewright-Signature": "AAAA"}, length=4000),
        portal(200, b"x", {"Sitewright-Signature": "not base64"}),
    ],
    ids=["login page", "413", "502", "redirect", "half a body", "bad signature"],
)
def test_what_a_portal_or_proxy_says_is_a_lost_request(handler):
    server = HTTPServer(("127.0.0.1", 0), handler)
    serving = threading.Thread(target=server.handle_request)
    serving.start()
    way = Http(f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(Lost):
        way.send("pull", Frame(b"x", bytes(64), bytes(16)))
    way.close()
    serving.join()
    server.server_close()


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://", "http://no such host", "gopher://x"])
def test_no_hub_is_a_lost_request(address):
    way = Http(address)
    with pytest.raises(Lost):
        way.send("pull", Frame(b"x", bytes(64), bytes(16)))
    way.close()
