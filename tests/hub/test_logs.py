"""The hub's log and its figures: one record a line, nothing personal, and what a watcher needs."""

import io
import json
import logging
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fleet import Fleet, supplier
from service import ROOT, Service, command, free_port

from app.bootstrap import found, start
from app.desk import Desk
from app.errors import AppError
from app.hub.backup import back_up
from app.hub.logs import JsonLines, note_request
from app.hub.metrics import Metrics
from app.sync.client import sync_once
from app.sync.joining import join, read_invitation
from app.sync.protocol import Receipt, Receipts, Refusal


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("app.hub")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(handler)
    log.setLevel(before)


HOSTILE = '"\n{"level": "error"}\r\n\x1b[31m\u2028 \ud800 ' + "x" * 1000


def test_hostile_text_stays_one_record(lines):
    note_request(call=HOSTILE, outcome="ok")
    logging.getLogger("app.hub").info("said %s", HOSTILE)
    written = lines.getvalue().splitlines()
    assert len(written) == 2
    assert json.loads(written[0])["call"] == HOSTILE
    assert all(line.isascii() and line.isprintable() for line in written)


def test_of_an_error_the_kind_and_the_place_are_told_not_its_text(lines):
    log = logging.getLogger("app.hub")

    def fail(error: Exception) -> None:
        raise error

    for error in (ValueError("王伟 13800138000"), AppError("The disk is full: “{name}”", name="王伟")):
        try:
            fail(error)
        except Exception as caught:
            log.info("failed", exc_info=caught)
    first, second = map(json.loads, lines.getvalue().splitlines())
    assert "13800138000" not in json.dumps(first)
    assert "王伟" not in json.dumps(second, ensure_ascii=False)
    assert (first["error"], second["message"]) == ("ValueError", "The disk is full: “{name}”")
    assert first["stack"][-1].endswith(" fail")


def test_figures_say_how_the_hub_stands(fleet: Fleet, tmp_path):
    metrics = Metrics(fleet.hub)
    metrics.count("ops", Receipts(bytes(16), [Receipt(bytes(16), "applied", 1)] * 3, None), 0.02)
    metrics.count("pull", Refusal("HISTORY"), 0.01)
    metrics.count("../etc/passwd", Refusal("MALFORMED"), 0.01)
    text = metrics.text().decode()
    assert "sitewright_backup_age_seconds" not in text
    back_up(fleet.hub, str(fleet.hub_path), tmp_path / "backups")
    text = metrics.text().decode()
    for line in (
        'sitewright_requests_total{call="ops",outcome="ok"} 1.0',
        'sitewright_requests_total{call="pull",outcome="HISTORY"} 1.0',
        'sitewright_requests_total{call="other",outcome="MALFORMED"} 1.0',
        'sitewright_ops_total{outcome="applied"} 3.0',
        "sitewright_ingest_seconds_count 1.0",
        "sitewright_head 7.0",
        "sitewright_durable_seq 7.0",
        "sitewright_devices 2.0",
        "sitewright_quarantined_ops 0.0",
        "sitewright_database_up 1.0",
    ):
        assert line in text
    size = next(line for line in text.splitlines() if line.startswith("sitewright_database_bytes"))
    assert float(size.split()[1]) > 100_000


def test_a_database_that_does_not_answer_is_a_figure_too(fleet: Fleet, monkeypatch):
    metrics = Metrics(fleet.hub)

    def dead() -> None:
        raise AppError("gone")

    monkeypatch.setattr(fleet.hub, "reading", dead)
    assert "sitewright_database_up 0.0" in metrics.text().decode()


def test_a_real_process_logs_no_name_and_no_secret(tmp_path):
    """A whole day in small: joining, work with a person's name in it, a wrong request; then its log is read."""
    service = Service(tmp_path)
    service.begin()
    try:
        invitation = service.invite()
        profile = found(tmp_path / "a")
        join(profile, read_invitation(invitation))
        profile.close()
        profile = start(tmp_path / "a")
        _id, made = supplier("南宫小冷 13800138000")
        Desk.of_administrator(profile).perform(made)
        sync_once(profile)
        secrets = [profile.meta["hub_device"], (tmp_path / "a" / "device.key").read_text().strip()]
        profile.close()
        httpx.post(f"{service.address}/v1/hello", content=b"nonsense\nnonsense")
        with socket.create_connection(("127.0.0.1", service.port)) as line:
            line.sendall(b"GET /\xff\n{} HTTP/9\r\n\r\n")
            line.recv(100)
        assert "sitewright_head 1.0" in httpx.get(f"{service.address}/metrics").text
    finally:
        service.kill()
    text = service.log.read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    assert {"enrol", "hello", "ops", "pull"} <= {record.get("call") for record in records}
    assert all({"at", "level", "logger", "event"} <= record.keys() for record in records)
    for private in ("南宫", "13800138000", read_invitation(invitation).code, *secrets):
        assert private not in text
        assert json.dumps(private).strip('"') not in text


def test_figures_can_be_kept_from_the_public_address(tmp_path):
    port = free_port()
    service = Service(tmp_path, "--metrics-listen", f"127.0.0.1:{port}")
    service.begin()
    try:
        assert "sitewright_head" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert httpx.get(f"{service.address}/metrics").status_code == 404
    finally:
        service.kill()


def test_figures_are_for_this_machine_only(tmp_path):
    """A proxy on the same machine says for whom it asks."""
    service = Service(tmp_path)
    service.begin()
    try:
        asked = httpx.get(f"{service.address}/metrics", headers={"X-Forwarded-For": "10.0.0.9"})
        assert asked.status_code == 404
    finally:
        service.kill()


def test_a_taken_port_is_a_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            command("hub", "serve", "--database", tmp_path / "hub.db", "--listen", where),
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 3
    assert "cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr
