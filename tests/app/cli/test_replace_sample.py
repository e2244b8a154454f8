"""The sample site makes room for an empty one in one step, and nothing of it remains (R-X-ui-c)."""

import io
from pathlib import Path

import pytest

from app.__main__ import main
from app.bootstrap import start
from app.cli.parser import OK, REFUSED
from app.words import use
from db.models import SYNCED


@pytest.fixture(autouse=True)
def _spoken():
    yield
    use("zh_CN")


def empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("Blue kettle 7!\n"))
    return main(
        ["init", "--empty", "--replace-sample", "--password-stdin", "--profile", str(folder), "--lang", "en"]
    )


def test_no_row_of_the_sample_remains(sample_folder, monkeypatch):
    assert empty(sample_folder, monkeypatch) == OK
    profile = start(sample_folder)
    with profile.store.read() as read:
        left = {table: read.value(f'SELECT count(*) FROM "{table}"') for table in SYNCED}
    profile.close()
    assert {table: count for table, count in left.items() if count} == {
        "auth_event": 1, "role": 7, "site": 1, "staff": 1, "user_account": 1,
    }  # fmt: skip
    assert list((sample_folder / "backups").glob("sample-*.db"))


def test_a_site_that_is_no_sample_stays(sample_folder, monkeypatch, capsys):
    empty(sample_folder, monkeypatch)
    assert empty(sample_folder, monkeypatch) == REFUSED
    assert "not the sample" in capsys.readouterr().err
