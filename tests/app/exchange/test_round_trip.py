"""What is exported comes in again unchanged: every register, as Excel and as CSV, in both languages."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import Actor, Permission
from app.bootstrap import found
from app.clock import Clock
from app.desk import Desk
from app.errors import AppError, Denied
from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.export import export_register
from app.exchange.mapping import Mapping, guess
from app.exchange.read import read_table
from app.exchange.targets import targets
from app.exchange.texts import guarded, unguarded
from app.words import speaking


def trial(desk, path, name, *, without=""):
    sheet = read_table(path)
    mapping = msgspec.structs.replace(
        guess(targets()[name], sheet.header), create=frozenset({"org_unit", "cert_type"})
    )
    assert len(mapping.sources) == len(sheet.header), set(sheet.header) - {
        h for v in mapping.sources.values() for h in v
    }
    sources = {field: heads for field, heads in mapping.sources.items() if field != without}
    return dry_run(desk, sheet, msgspec.structs.replace(mapping, sources=sources))


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_same_site_is_not_changed(sample_desk, tmp_path, suffix, language):
    with speaking(language):
        for name in targets():
            path = tmp_path / f"{name}{suffix}"
            count = export_register(sample_desk, name, path)
            if not count:
                continue
            plan = trial(sample_desk, path, name)
            assert not [(name, p.column, p.value, p.said) for p in plan.problems if p.level == "error"]
            assert count == len(plan.lines) > 0
            if name != "stock":  # balances have moved since the opening ones, which is said
                assert plan.count("same") == count, [line.patches for line in plan.lines if line.patches][:2]


def test_a_new_site_becomes_equal(sample_desk, tmp_path):
    fresh = Desk.of_administrator(found(tmp_path / "fresh", clock=Clock.pinned(sample_desk.now())))
    for name in targets():
        if not export_register(sample_desk, name, tmp_path / f"{name}.csv"):
            continue
        commit(fresh, trial(fresh, tmp_path / f"{name}.csv", name, without="manager_id"))
        if name == "staff":
            commit(fresh, trial(fresh, tmp_path / "site.csv", "site"))
    with sample_desk.read() as old, fresh.read() as new:
        for table, column in (
            ("part", "spec"),
            ("equipment", "serial_no"),
            ("staff", "job_title"),
            ("inspection_item", "fail_options"),
        ):
            query = f'SELECT "{column}", created_by FROM "{table}" WHERE deleted = 0 ORDER BY 1'
            assert [r[0] for r in old.rows(query)] == [r[0] for r in new.rows(query)]
        levels = "SELECT p.part_no, b.code, l.on_hand FROM stock_level l JOIN part p ON p.id = l.part_id JOIN location b ON b.id = l.bin_id WHERE l.on_hand > 0 ORDER BY 1"
        assert old.rows(levels) == new.rows(levels)
    fresh.profile.close()


@given(st.text(max_size=40))
def test_a_guarded_cell_comes_back(text):
    assert unguarded(guarded(text)) == text
    if text[:1] in {"=", "@", "+"} and not text[1:].replace(".", "", 1).isdecimal():
        assert guarded(text).startswith("'")


def test_who_may_not_or_names_nonsense_is_told(sample_desk, tmp_path):
    nobody = Desk(sample_desk.profile, Actor(None, "nobody", frozenset({Permission.SEE})))
    with pytest.raises(Denied):
        export_register(nobody, "part", tmp_path / "a.csv")
    for name, file in (("nonsense", "a.csv"), ("part", "a.pdf")):
        with pytest.raises(AppError):
            export_register(sample_desk, name, tmp_path / file)
    assert not list(tmp_path.glob("a.*"))
    assert Mapping("part", {}).missing()
