"""Photos over real HTTP between real processes: figures in the address, half bodies, hostile requests, kills on both sides."""

import hashlib
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from fleet import NOW, supplier
from service import ROOT, Service, command

from app.bootstrap import found, start
from app.clock import Clock
from app.contents import bytes_of, keep_content
from app.desk import Desk
from app.photos import Attach
from app.profile import Profile
from app.sync.client import sync_once
from app.sync.file_call import GET, HEAD, PIECE, PUT, FileCall, read_answer
from app.sync.joining import join, read_invitation
from app.sync.line import line_to
from app.sync.protocol import request_bytes
from app.sync.transport import Frame, Lost


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


def attached(profile: Profile, *contents: bytes) -> list[bytes]:
    """Files put to one supplier."""
    desk = Desk.of_administrator(profile)
    owner, op = supplier("S1")
    ops: list[object] = [op]
    for content in contents:
        sha256 = hashlib.sha256(content).digest()
        keep_content(profile, content, sha256)
        ops.append(
            Attach(owner_table="supplier", owner_id=owner, kind="photo", sha256=sha256, size=len(content), mime="image/jpeg")
        )  # fmt: skip
    desk.perform(*ops)
    return [hashlib.sha256(content).digest() for content in contents]


def test_files_go_and_come_over_http_and_only_as_they_are_signed(service, tmp_path):
    a, b = joined(service, tmp_path / "a"), joined(service, tmp_path / "b")
    large, small = os.urandom(3 * PIECE + 11), os.urandom(900)
    sha_large, sha_small = attached(a, large, small)
    assert sync_once(a).files.uploaded == 2
    assert sync_once(b).files.downloaded == 2
    assert (bytes_of(b, sha_large), bytes_of(b, sha_small)) == (large, small)
    address = f"{service.address}/v1/blobs/{sha_small.hex()}"
    with line_to(a) as line:
        head = str(FileCall(HEAD, sha_small))
        frame = line.way.send(head, Frame(b"", line.key.sign(request_bytes(head, b"")), line.device))
        assert (read_answer(frame.body).code, read_answer(frame.body).size) == ("WHOLE", 900)
        moved = str(FileCall(GET, sha_small, 0))
        signature = line.key.sign(request_bytes(moved, b""))
        other = moved.replace("/0/0/", "/5/0/")  # signed for another offset
        stranger = line.way.send(other, Frame(b"", signature, line.device))
        assert read_answer(stranger.body).code == "STRANGER"
        put = str(FileCall(PUT, sha_small, 0, 900))
        with pytest.raises(Lost):
            line.way.send(put, Frame(bytes(PIECE + 1), bytes(64), line.device))
    assert httpx.get(address).headers["Sitewright-File"].startswith("MALFORMED")
    assert (
        httpx.get(address, params={"offset": "-1", "nonce": "0" * 32})
        .headers["Sitewright-File"]
        .startswith("MALFORMED")
    )
    assert httpx.put(address, content=bytes(PIECE + 1)).status_code == 413
    assert httpx.get(address, headers={"Sitewright-Signature": "!"}).status_code == 400
    assert httpx.post(address).status_code == 405
    assert httpx.get(f"{service.address}/v1/blobs/..%2f..%2fhub.db.key").status_code == 404
    assert httpx.get(f"{service.address}/v1/blobs/zz").headers["Sitewright-File"].startswith("MALFORMED")
    a.close()
    b.close()


def test_a_hub_and_a_laptop_killed_in_the_middle_go_on_from_there(service, tmp_path):
    a = joined(service, tmp_path / "a")
    contents = [os.urandom(2 * PIECE + n) for n in range(8)]
    attached(a, *contents)
    killer = threading.Timer(0.25, service.kill)
    killer.start()
    with suppress(Lost):
        sync_once(a)
    killer.join()
    service.begin()
    a.close()
    for delay in (0.7, 0.9):
        running = subprocess.Popen(
            command("sync", "--profile", tmp_path / "a"),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with suppress(subprocess.TimeoutExpired):
            running.wait(delay)
        running.kill()
        running.wait()
    a = start(tmp_path / "a", Clock.pinned(NOW))
    sync_once(a)
    with a.store.read() as read:
        assert read.value("SELECT count(*) FROM blob WHERE sent_to = size") == 8
    kept = sorted(path.name for path in service.database.with_name("hub.db.files").glob("??/*"))
    assert kept == sorted(hashlib.sha256(content).hexdigest() for content in contents)
    a.close()
