"""The hub's own commands and what they say to slips."""

import json
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from fleet import Fleet
from service import ROOT, Service, command

from app.__main__ import main
from app.auth import sign_in
from app.cli.parser import OK, REFUSED
from app.generic import create
from app.sync.joining import read_invitation
from db.ids import new_id


def said(capsys: pytest.CaptureFixture, *arguments: object) -> tuple[int, str, str]:
    code = main(["--lang", "en", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out.strip(), err.strip()


def test_an_invitation_is_one_line_that_can_be_read(tmp_path, capsys):
    code, out, err = said(
        capsys,
        "hub",
        "invite",
        "--database",
        tmp_path / "new" / "hub.db",
        "--address",
        "http://h:1",
        "--machines",
        3,
    )
    assert (code, read_invitation(out).address) == (OK, "http://h:1")
    assert err.startswith("For 3 laptops, 7 days long.")


def test_laptops_are_listed_and_revoked(fleet: Fleet, capsys):
    code = fleet.laptops["a"].profile.meta["device_code"]
    database = f"sqlite:///{fleet.hub_path}"
    listed = json.loads(said(capsys, "hub", "devices", "--database", database, "--json")[1])
    assert {device["code"] for device in listed} >= {code}
    assert said(capsys, "hub", "revoke", code, "--database", database)[0] == OK
    assert "revoked" in said(capsys, "hub", "devices", "--database", database)[1]
    assert said(capsys, "hub", "revoke", "NONE", "--database", database)[0] == REFUSED


def test_an_invitation_may_be_for_one_site(fleet: Fleet, capsys):
    assert said(capsys, "hub", "invite", "--database", fleet.hub_path, "--site", "S1")[0] == OK
    code, _out, err = said(capsys, "hub", "invite", "--database", fleet.hub_path, "--site", "NONE")
    assert (code, err) == (REFUSED, "The hub knows no site NONE.")
    with fleet.hub.reading() as read:
        scope = read.value("SELECT scope FROM hub_invitation ORDER BY made_at DESC")
    assert scope.startswith("global site:")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("devices", "--database", "nowhere.db"), "There is no hub in the file"),
        (("devices", "--database", "postgresql://127.0.0.1:1/db"), "does not answer. Start it"),
        (("serve", "--database", "http://h/db"), "is no database"),
        (("serve", "--database", "x.db", "--listen", ":99999"), "is not HOST:PORT"),
        (("serve", "--database", "x.db", "--listen", ""), "is not HOST:PORT"),
        (("invite", "--database", "x.db", "--machines", "0"), "1 to 1000 machines"),
    ],
)
def test_slips_get_a_sentence(tmp_path: Path, monkeypatch, capsys, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    code, _out, err = said(capsys, "hub", *arguments)
    assert code == REFUSED
    assert sentence in err


def test_sync_says_what_to_do_without_a_hub(fleet: Fleet, capsys):
    laptop = fleet.fresh("lonely")
    laptop.profile.close()
    code, _out, err = said(capsys, "sync", "--profile", laptop.folder)
    assert (code, err) == (
        REFUSED,
        "This laptop takes part in no hub. Type: sitewright sync --join INVITATION",
    )


def test_a_joined_laptop_gets_a_password_of_its_own(fleet: Fleet, capsys, monkeypatch):
    made = create(
        "user_account", new_id(), username="wang", roles='["technician"]', active=1, must_change_password=0
    )
    fleet.laptops["a"].desk.perform(made)
    fleet.laptops["a"].sync()
    joined = fleet.laptops["b"]
    joined.sync()
    for user, password, code in (
        ("wang", "short", REFUSED),
        ("nobody", "Kestrel-river-7", REFUSED),
        ("wang", "Kestrel-river-7", OK),
    ):
        monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))
        assert said(capsys, "password", user, "--password-stdin", "--profile", joined.folder)[0] == code
    assert sign_in(joined.profile, "wang", "Kestrel-river-7").actor.name == "wang"


NEW = ("init", "--empty", "--site", "站点", "--site-code", "S1", "--admin", "chief", "--password-stdin")


def test_two_laptops_by_command(tmp_path: Path):
    """What docs/hub.md begins with, word for word, with TLS by the hub's own authority."""
    service = Service(tmp_path, secret=True)
    service.begin()

    def type_in(*arguments: object, typed: str = "") -> tuple[int, str, str]:
        asked = command(*arguments)
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, input=typed)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    try:
        first, second = tmp_path / "first", tmp_path / "second"
        assert type_in(*NEW, "--profile", first, typed="a password of ours")[0] == OK
        assert type_in("sync", "--join", service.invite(), "--profile", first)[0] == OK
        used = service.invite()
        assert type_in("init", "--join", used, "--profile", second)[0] == OK
        code, out, _err = type_in("sync", "--verify", "--profile", second)
        assert (code, out.splitlines()[-1]) == (OK, "All rows are the hub's, proved by digests.")
        code, _out, err = type_in("init", "--join", used, "--profile", tmp_path / "third")
        assert (code, err[:23]) == (REFUSED, "The invitation has been")
        assert not (tmp_path / "third" / "site.db").exists()
        kept_back = type_in("hub", "quarantine", "--database", service.database)
        assert kept_back == (OK, "The hub keeps nothing back.", "")
    finally:
        service.kill()
