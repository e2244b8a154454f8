"""`sitewright hub admin`, and the page for administrators as `hub serve` offers it: at the same port, or at one of its own."""

import re
import subprocess
from contextlib import suppress
from io import StringIO
from pathlib import Path

import httpx
import pytest
from service import ROOT, Service, command, free_port
from visitor import PASSWORD, Visitor

from app.__main__ import main
from app.cli.parser import OK, REFUSED
from app.hub.hub import Hub
from app.hub.pages.accounts import sign_in


def said(capsys: pytest.CaptureFixture, *arguments: object) -> tuple[int, str, str]:
    code = main(["--lang", "en", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out.strip(), err.strip()


def test_accounts_are_made_and_closed_by_command(tmp_path, capsys, monkeypatch):
    database = tmp_path / "hub.db"
    Hub(database).close()

    def admin(name: str, password: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))
        return said(capsys, "hub", "admin", name, "--password-stdin", "--database", database)

    assert admin("Chen", PASSWORD) == (OK, "chen may sign in at the hub's page now.", "")
    assert admin("chen", "Heron-lake-winter-9")[1] == "chen has the new password; all sessions have ended."
    assert admin("chen", "12345678")[0] == REFUSED
    assert admin("", PASSWORD)[0] == REFUSED
    assert said(capsys, "hub", "admin", "chen", "--close", "--database", database)[0] == REFUSED
    assert admin("li", PASSWORD)[0] == OK
    assert said(capsys, "hub", "admin", "chen", "--close", "--database", database) == (
        OK,
        "The account of chen is closed.",
        "",
    )
    hub = Hub(database)
    assert sign_in(hub, "li", PASSWORD, "10.0.0.1") == "li"
    hub.close()


def test_the_start_prints_a_code_and_the_page_may_have_a_port_of_its_own(tmp_path: Path):
    port, aside = free_port(), free_port()
    listen = ("--listen", f"127.0.0.1:{port}", "--admin-listen", f"127.0.0.1:{aside}")
    process = subprocess.Popen(
        command("hub", "serve", "--database", tmp_path / "hub.db", "--no-backups", *listen),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    lines = [process.stdout.readline() for _line in range(2)]
    code = re.search(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){3}", lines[1])
    assert code is not None
    assert f"http://127.0.0.1:{aside}/admin" in lines[1]
    visitor = Visitor(f"http://127.0.0.1:{aside}")
    for _try in range(200):
        with suppress(httpx.TransportError):
            visitor.get("/")
            break
    assert (
        visitor.send("/setup", code=code[0], name="chen", password=PASSWORD, again=PASSWORD).url.path
        == "/admin/"
    )
    assert "no verified backup" in visitor.page
    visitor.get("/backups")
    assert "makes no backups" in visitor.send("/backups/make").text
    assert httpx.get(f"http://127.0.0.1:{port}/admin/").status_code == 404
    assert httpx.get(f"http://127.0.0.1:{aside}/v1/hello").status_code == 404
    visitor.close()
    process.terminate()
    assert process.wait(20) in {0, -15}
    process.stdout.close()


def test_two_processes_know_each_other_s_sessions(tmp_path: Path):
    first, second = (Service(tmp_path, "--no-backups") for _n in range(2))
    for one in (first, second):
        one.begin()
    try:
        subprocess.run(
            command("hub", "admin", "chen", "--password-stdin", "--database", first.database),
            cwd=ROOT, check=True, input=PASSWORD + "\n", text=True, capture_output=True,
        )  # fmt: skip
        visitor = Visitor(first.address)
        visitor.sign_in()
        other = Visitor(second.address)
        other.client.cookies.set("hub", visitor.client.cookies["hub"], domain="127.0.0.1")
        assert "Account of chen" in other.get("/account").text
        other.send("/sign-out-everywhere")
        assert visitor.client.get("/admin/").status_code == 303
        visitor.close()
        other.close()
    finally:
        first.kill()
        second.kill()
