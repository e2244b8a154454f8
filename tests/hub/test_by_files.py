"""Two laptops and a hub that no network joins, from the first command to equal rows."""

import shutil
from pathlib import Path

import pytest
from fleet import Way, supplier

from app.__main__ import main
from app.bootstrap import start
from app.cli.parser import OK, REFUSED, USAGE
from app.desk import Desk
from app.hub.hub import Hub
from app.sync.client import differing_tables


class Site:
    """What is typed, and what comes back."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture) -> None:
        self.folder, self._capsys = folder, capsys
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.hub = folder / "hub.db"

    def type(self, *arguments: object) -> tuple[int, list[str], str]:
        code = main(["--lang", "en", *map(str, arguments)])
        out, err = self._capsys.readouterr()
        return code, out.splitlines(), err.strip()

    def at_hub(self, what: str, *arguments: object) -> tuple[int, list[str], str]:
        return self.type("hub", what, *arguments, "--database", self.hub)

    def invite(self) -> str:
        code, out, _err = self.at_hub("invite", "--address", "http://hub.example:8437")
        assert code == OK
        return out[0].partition("#")[2]

    def exchange(self, profile: Path) -> str:
        code, out, _err = self.type("sync", "--export", self.stick, "--profile", profile)
        assert code == OK
        code, back, _err = self.at_hub("import", out[0], "--return", self.stick)
        assert code == OK
        code, out, err = self.type("sync", "--import", back[-1], "--profile", profile)
        assert (code, err) == (OK, "")
        return out[-1]


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture, blank: Path) -> Site:
    made = Site(tmp_path, capsys)
    shutil.copy(blank / "hub.db", made.hub)
    for name in "ab":
        (tmp_path / name).mkdir()
        shutil.copy(blank / "site.db", tmp_path / name / "site.db")
    return made


def record(profile: Path, code: str) -> None:
    opened = start(profile)
    Desk.of_administrator(opened).perform(supplier(code)[1])
    opened.close()


def test_by_files_alone(site: Site):
    a, b = site.folder / "a", site.folder / "b"
    record(a, "FROM-A")
    for profile in (a, b):
        code, out, _err = site.type(
            "join", "--request", site.stick, "--code", site.invite(), "--profile", profile
        )
        assert code == OK
        code, answered, _err = site.at_hub("import", out[0])
        assert (code, "takes part now" in answered[0]) == (OK, True)
        code, out, err = site.type("join", "--answer", answered[-1], "--profile", profile)
        assert (code, err, out[0]) == (OK, "", "This laptop takes part in the hub.")
    assert site.exchange(a).startswith("The hub has received 1 record of this laptop.")
    record(b, "FROM-B")
    assert "2 rows came from the hub" in site.exchange(b)  # its own one, too
    site.exchange(a)
    assert site.exchange(a).startswith("Nothing in this file was new")
    hub = Hub(site.hub)
    for folder in (a, b):
        opened = start(folder)
        way = Way(type("Only", (), {"hub": hub})())
        assert differing_tables(opened, way) == []
        with opened.store.read() as read:
            assert {row[0] for row in read.rows("SELECT code FROM supplier")} == {"FROM-A", "FROM-B"}
        opened.close()
    hub.close()
    code, out, _err = site.at_hub("files")
    assert (code, len(out)) == (OK, 4)


def test_slips_get_a_sentence(site: Site):
    a = site.folder / "a"
    start(a).close()
    nonsense = site.folder / "letter.swb"
    nonsense.write_text("no batch file")
    for arguments, code, sentence in (
        (("sync", "--export", site.stick), REFUSED, "takes part in no hub"),
        (("sync", "--import", nonsense), REFUSED, "is no batch file"),
        (("sync", "--import", site.stick / "none.swb"), REFUSED, "cannot be read"),
        (("sync", "--export", site.stick, "--photos", "-1"), USAGE, "megabytes"),
        (("join", "--request", site.stick), USAGE, "--code"),
        (("join", "--request", site.stick, "--code", "ABC"), REFUSED, "no code"),
        (("join", "--answer", nonsense), REFUSED, "is no batch file"),
    ):
        found, _out, err = site.type(*arguments, "--profile", a)
        assert (found, sentence in err) == (code, True), err


def test_a_wrong_code_and_a_used_one_are_refused(site: Site):
    a, b = site.folder / "a", site.folder / "b"
    invitation = site.invite()
    wrong = "AAAABBBBCCCC." + invitation.partition(".")[2]
    _code, out, _err = site.type("join", "--request", site.stick / "x.swb", "--code", wrong, "--profile", a)
    code, said, _err = site.at_hub("import", out[0])
    assert (code, "used or has run out" in said[0]) == (REFUSED, True)
    _code, out, _err = site.type(
        "join", "--request", site.stick / "y.swb", "--code", invitation, "--profile", a
    )
    assert site.at_hub("import", out[0])[0] == OK
    code, again, _err = site.at_hub("import", out[0])  # the answer was lost: the same once more
    assert code == OK
    _code, out, _err = site.type(
        "join", "--request", site.stick / "z.swb", "--code", invitation, "--profile", b
    )
    assert site.at_hub("import", out[0])[0] == REFUSED
    code, _out, err = site.type("join", "--answer", again[-1], "--profile", b)
    assert (code, "not for this one" in err) == (REFUSED, True)
    assert site.type("join", "--answer", again[-1], "--profile", a)[0] == OK


def test_the_answer_of_another_hub_is_refused(site: Site):
    a = site.folder / "a"
    _code, out, _err = site.type("join", "--request", site.stick, "--code", site.invite(), "--profile", a)
    other = Site.__new__(Site)
    other.__dict__ = site.__dict__ | {"hub": site.folder / "other.db"}
    code, _out, _err = other.at_hub("invite", "--address", "http://other:1")
    assert code == OK
    code, said, _err = other.at_hub("import", out[0])
    assert (code, "used or has run out" in said[0]) == (REFUSED, True)


def test_a_lost_laptop_is_adopted_by_command(site: Site):
    code, _out, err = site.at_hub("adopt", "NONE")
    assert (code, "takes part" in err) == (REFUSED, True)
