"""The command line: each wrong input is answered by one sentence in the language asked for, and by the right exit code."""

import io
import json
import os
from pathlib import Path

import pytest

from app import words
from app.__main__ import main
from app.cli.parser import FAULTS, OK, REFUSED, USAGE
from app.reports.catalogue import REPORTS

PARTS = "part_no,name,unit\nNEW-001,Bearing,个\nNEW-002,,个\n"


@pytest.fixture
def run(sample_folder, capsys):
    """Run a command on the sample site; gives its code, its answer and its complaint."""

    def made(*given: object, profile: Path | None = None, lang: str = "en") -> tuple[int, str, str]:
        argv = [*map(str, given), "--profile", str(profile or sample_folder), "--lang", lang]
        try:
            code = main(argv)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        answer = capsys.readouterr()
        return code, answer.out, answer.err

    yield made
    words.use("zh_CN")


@pytest.mark.parametrize(
    ("given", "code", "english", "chinese"),
    [
        (["report", "nope"], USAGE, "no report “nope”", "没有报表“nope”"),
        (["report", "low-stock"], USAGE, "--to FILE.pdf", "请指定报表文件"),
        (["report", "low-stock", "--to", "x.doc"], REFUSED, ".pdf or .xlsx", ".pdf 或 .xlsx"),
        (["report", "low-stock", "--to", "gone/x.pdf"], REFUSED, "another folder", "换一个文件夹"),
        (["report", "low-stock", "--set", "site", "--to", "x.pdf"], USAGE, "not NAME=VALUE", "名称=值"),
        (["report", "low-stock", "--set", "foo=1", "--to", "x.pdf"], REFUSED, "no parameter “foo”", "没有参数“foo”"),
        (["report", "low-stock", "--set", "site=ZZ", "--to", "x.pdf"], REFUSED, "“ZZ” is not", "“ZZ”不在"),
        (["report", "inspection", "--to", "x.pdf"], REFUSED, "needs to know", "还需要"),
        (["report", "training-matrix", "--set", "as-of=2026-13-01", "--to", "x.pdf"], REFUSED, "calendar", "日历"),
        (["labels", "part", "--to", "x.png"], REFUSED, "end in .pdf", "以 .pdf 结尾"),
        (["labels", "part", "--to", "x.pdf", "--layout", "L0"], REFUSED, "layout “L0”", "版式“L0”"),
        (["labels", "part", "--to", "x.pdf", "--code", "NO-1"], REFUSED, "NO-1", "NO-1"),
        (["labels", "part", "--to", "x.pdf", "--first", "99"], REFUSED, "1 to 21", "1 至 21"),
        (["labels", "part", "--to", "x.pdf", "--first", "two"], USAGE, "“two” is not a whole number", "“two”不是整数"),
        (["labels", "foo", "--to", "x.pdf"], USAGE, "“foo” is not one of these", "“foo”不在可选范围内"),
        (["labels", "part"], USAGE, "Still needed: --to", "还缺少：--to"),
        (["export", "nope", "--to", "x.csv"], REFUSED, "cannot be exported", "不能导出"),
        (["export", "part", "--to", "x.doc"], REFUSED, ".xlsx or .csv", ".xlsx 或 .csv"),
        (["import", "gone.csv", "--as", "part"], REFUSED, "gone.csv", "gone.csv"),
        (["import", "gone.csv"], USAGE, "Still needed: --as", "还缺少：--as"),
        (["stock", "high"], USAGE, "“high” is not one of these", "“high”不在可选范围内"),
        (["backup", "--to", "gone/b.db"], REFUSED, "no folder", "没有文件夹"),
        (["restore", "gone.db"], REFUSED, "no backup", "没有备份"),
        (["init", "--sample"], REFUSED, "already a site", "已有站点"),
        (["init"], USAGE, "One of these is needed", "请给出其中一个"),
        (["init", "--sample", "--empty"], USAGE, "exclude each other", "不能同时使用"),
        (["frobnicate"], USAGE, "“frobnicate” is not one of these", "“frobnicate”不在可选范围内"),
        (["check", "--frob"], USAGE, "Not understood: --frob", "无法识别：--frob"),
        (["report", "low-stock", "--to"], USAGE, "missing after --to", "--to 后面缺少值"),
    ],
)  # fmt: skip
def test_a_wrong_input_gets_one_sentence(*, run, tmp_path, monkeypatch, given, code, english, chinese):
    monkeypatch.chdir(tmp_path)
    for lang, part in (("en", english), ("zh_CN", chinese)):
        found, _out, err = run(*given, lang=lang)
        assert found == code, err
        assert part in err.splitlines()[-1]
        assert not list(tmp_path.glob("x.*"))


@pytest.mark.parametrize(
    "given", [["stock", "low"], ["check"], ["restore"], ["backup"], ["report", "low-stock", "--to", "x.pdf"]]
)
def test_without_a_site_every_command_says_how_to_begin(run, tmp_path, given):
    code, _out, err = run(*given, profile=tmp_path / "none")
    assert code == REFUSED
    assert "sitewright init --sample" in err
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_may_only_be_read_is_said(run, tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    code, _out, err = run("report", "low-stock", "--to", shut / "x.pdf")
    assert code == REFUSED
    assert "cannot be written there" in err


def test_an_empty_site_is_made_whole_or_not_at_all(run, tmp_path, monkeypatch):
    folder = tmp_path / "new"
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run("init", "--empty", profile=folder)[0] == REFUSED
    assert not folder.exists()
    for password, code in (("short", REFUSED), ("Blue kettle 7!", OK)):
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        found, _out, err = run("init", "--empty", "--password-stdin", profile=folder)
        assert found == code, err
        assert folder.exists() == (code == OK)


def test_an_import_lists_every_bad_row_and_says_so_by_its_code(run, tmp_path):
    path = tmp_path / "parts.csv"
    path.write_text(PARTS, "utf-8")
    code, out, _err = run("import", path, "--as", "part", "--dry-run", "--json")
    told = json.loads(out)
    assert code == FAULTS
    assert (told["new"], told["error"]) == (1, 1)
    assert [(p["row"], p["column"]) for p in told["problems"]] == [(3, "name")]
    assert run("import", path, "--as", "part", "--good-rows")[0] == FAULTS
    path.write_text("\n".join(PARTS.splitlines()[:2]), "utf-8")
    code, out, _err = run("import", path, "--as", "part")
    assert code == OK
    assert "1 the same" in out


def test_the_list_of_reports_names_their_parameters(run):
    code, out, _err = run("report")
    assert code == OK
    assert "--set round=" in out
    reports = {r["name"]: r for r in json.loads(run("report", "--json")[1])}
    assert list(reports) == list(REPORTS)
    assert [p["name"] for p in reports["equipment-file"]["parameters"]] == ["code"]


def test_backups_are_listed(run):
    assert run("restore", "--json")[1].strip() == "[]"
    assert "no backup yet" in run("restore")[1]
    assert run("backup")[0] == OK
    assert len(json.loads(run("restore", "--json")[1])) == 1
