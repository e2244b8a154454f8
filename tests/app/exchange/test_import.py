"""A stranger's files go in by mapping: every bad row is named, one action commits, one undoes, the same file changes nothing."""

from pathlib import Path

import msgspec
import pytest

from app.access import ROLES, Actor
from app.desk import Desk
from app.errors import AppError, Denied
from app.exchange.cells import NOTE
from app.exchange.commit import commit
from app.exchange.dryrun import dry_run
from app.exchange.mapping import Mapping, guess, guess_target, remember, remembered
from app.exchange.plan import Cancelled
from app.exchange.read import read_table
from app.exchange.shown import changes
from app.exchange.targets import targets
from app.generic import create, patch
from app.words import speaking
from db.ids import new_id

DATA = Path(__file__).resolve().parents[2] / "data"
COUNTED = ("part", "supplier", "part_supplier", "location", "stock_policy")


@pytest.fixture
def lab(desk):
    desk.perform(
        create(
            "site", new_id(), code="LAB", name="实验室", site_type="other", timezone="Asia/Shanghai", active=1
        )
    )
    return Desk.of_administrator(desk.profile)


def mapped(path, target, sources=None, *, constants=None, prefixes=None, create=()):
    sheet = read_table(path)
    mapping = guess(targets()[target], sheet.header)
    return sheet, msgspec.structs.replace(
        mapping,
        sources=mapping.sources | (sources or {}),
        constants=constants or {},
        prefixes=prefixes or {},
        create=frozenset(create),
    )


def stranger(name):
    if name == "parts":
        own = {"part_no": ("Part ID",), "maker_part_no": ("IPN",)}
        return mapped(
            DATA / "stranger_parts.csv", "part", own, constants={"unit": "个"}, prefixes={"part_no": "P-"}
        )
    if name == "stock":
        own = {"opening.part_id": ("Part ID",), "opening.bin_id": ("Location",)}
        return mapped(
            DATA / "stranger_stock.csv",
            "stock",
            own,
            constants={},
            prefixes={"opening.part_id": "P-"},
            create=("location",),
        )
    return mapped(
        DATA / "stranger_suppliers.csv",
        "part_supplier",
        {"part_id": ("Part ID",)},
        prefixes={"part_id": "P-"},
        create=("supplier",),
    )


def counts(desk):
    with desk.read() as read:
        return {t: read.value(f'SELECT count(*) FROM "{t}" WHERE deleted = 0') for t in COUNTED} | {
            "stock": read.value("SELECT coalesce(sum(on_hand), 0) FROM stock_level")
        }


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding)
    return path


def test_a_strangers_files_go_in_and_out(lab):
    before, actions = counts(lab), []
    for name in ("parts", "stock", "suppliers"):
        sheet, mapping = stranger(name)
        assert (
            guess_target(sheet.header)
            == {"parts": "part", "stock": "stock", "suppliers": "part_supplier"}[name]
        )
        plan = dry_run(lab, sheet, mapping)
        actions.append(commit(lab, plan, only_good=True).action_id)
        again = dry_run(lab, sheet, mapping)
        assert (again.count("new"), again.count("changed")) == (0, 0)
        assert commit(lab, again, only_good=True).done is None
    assert counts(lab) == {
        "part": 5,
        "supplier": 1,
        "part_supplier": 2,
        "location": 4,
        "stock_policy": 1,
        "stock": 2_882_000,
    }
    with lab.read() as read:
        assert read.rows("SELECT part_no, unit, status FROM part ORDER BY part_no") == [
            ("P-1", "个", "active"), ("P-29", "个", "active"), ("P-75", "个", "obsolete"), ("P-886", "个", "active"), ("P-896", "m", "active"),
        ]  # fmt: skip
        assert read.rows("SELECT name, location_type, parent_id IS NULL FROM location ORDER BY name") == [
            ("Electronics Lab", "warehouse", 1), ("Factory", "bin", 1), ("Loose Parts", "bin", 0), ("Reel Storage", "bin", 0),
        ]  # fmt: skip
        assert read.value("SELECT unit_price FROM stock_movement WHERE unit_price IS NOT NULL") == 2898
    for action in reversed(actions):
        assert not lab.undo(action).skipped
    assert counts(lab) == before


def test_every_bad_row_is_named(lab):
    sheet, mapping = stranger("parts")
    commit(lab, dry_run(lab, sheet, mapping))
    plan = dry_run(lab, *stranger("stock"))
    with speaking("en"):
        assert [(p.row, p.column, p.level, p.value) for p in plan.problems] == [
            (4, "Purchase Price", "note", "0.289750"),
            (5, "Location", "error", ""),
            (7, "Part ID", "error", "P-999"),
        ]
        assert all(p.said and p.advice for p in plan.problems)
    with pytest.raises(AppError):
        commit(lab, plan)


def test_quirks_are_told_and_nothing_changes_in_silence(lab, tmp_path):
    text = (
        '备件号,名称,单位,年用量,单价,安全库存,状态\n0012345678901234567890,轴承,个,"1,234.5",￥12.30,1,在用\n1E5,皮带,条,１２,12.34567,2,启用\n'
        "A-3,滤网,个,102115.277kg,1,3,在用\nA-4,,个,1,1,1,坏了\nA-1,甲,个,1,1,-2,\nA-1,乙,个,1,1,2,\n合计,,,99,,,\n"
    )
    sheet, mapping = mapped(table(tmp_path, text, "gb18030"), "part")
    plan = dry_run(lab, sheet, mapping)
    found = [(p.row, p.column, p.level) for p in plan.problems]
    assert found == [
        (3, "单价", "note"), (4, "年用量", "error"), (5, "状态", "error"), (5, "名称", "error"), (6, "安全库存", "error"),
        (7, "备件号", "error"), (8, "备件号", "note"),
    ]  # fmt: skip
    assert (plan.good, plan.noted, len(plan.lines)) == (2, 2, 6)
    commit(lab, plan, only_good=True)
    with lab.read() as read:
        assert read.rows("SELECT part_no, annual_usage, unit_price FROM part ORDER BY part_no") == [
            ("0012345678901234567890", 1_234_500, 123_000), ("1E5", 12_000, 123_457),
        ]  # fmt: skip


def test_an_update_shows_old_and_new_and_keeps_what_the_file_is_silent_about(sample_desk, tmp_path):
    sheet, mapping = mapped(
        table(tmp_path, "part_no,name,supplier,lead\nHVAC-015,温湿度变送器,SUP-05,\n"), "part"
    )
    plan = dry_run(sample_desk, sheet, mapping)
    with speaking("en"):
        assert [(c.row, c.key, c.old, c.new) for c in changes(sample_desk, plan)] == [
            (2, "HVAC-015", "温湿度传感器", "温湿度变送器"),
            (2, "HVAC-015", "SUP-04", "SUP-05"),
        ]
    done = commit(sample_desk, plan)
    sample_desk.undo(done.action_id)
    assert dry_run(sample_desk, sheet, mapping).count("changed") == 1


def test_what_changed_since_the_dry_run_is_looked_at_again(sample_desk, tmp_path):
    sheet, mapping = mapped(table(tmp_path, "part_no,name\nHVAC-015,甲\n"), "part")
    plan = dry_run(sample_desk, sheet, mapping)
    with sample_desk.read() as read:
        row = read.get("part", read.find("part", part_no="HVAC-015"))
    sample_desk.perform(patch("part", row, keywords="x"))
    sample_desk.perform(patch("part", row, name="乙"))
    with pytest.raises(AppError):
        commit(sample_desk, plan)
    assert commit(sample_desk, dry_run(sample_desk, sheet, mapping)).changed == 1


def test_stop_leaves_nothing(lab):
    sheet, mapping = stranger("parts")
    before = counts(lab)

    def stop(_done, _total):
        raise Cancelled

    with pytest.raises(Cancelled):
        dry_run(lab, sheet, mapping, progress=stop)
    with pytest.raises(Cancelled):
        commit(lab, dry_run(lab, sheet, mapping), progress=stop)
    assert counts(lab) == before


def test_roles_decide(lab):
    technician = Desk(lab.profile, Actor(new_id(), "t", ROLES[0].permissions))
    with pytest.raises(Denied):
        dry_run(technician, *stranger("parts"))


def test_a_mapping_is_remembered_for_the_same_headings(lab):
    sheet, mapping = stranger("stock")
    assert remembered(lab, sheet, "stock") is None
    remember(lab, sheet, mapping)
    assert remembered(lab, sheet, "stock") == mapping
    assert remembered(lab, stranger("parts")[0], "stock") is None
    assert [c.name for c in Mapping("part", {"name": ("a",)}).missing()] == ["part_no", "unit"]


def test_a_row_may_point_to_one_below_it(lab, tmp_path):
    text = "位置编号,名称,站点,上级位置\nLAB-R1,一室,LAB,LAB-F1\nLAB-F1,一层,LAB,\n"
    plan = dry_run(lab, *mapped(table(tmp_path, text), "location"))
    assert not plan.problems
    commit(lab, plan)
    with lab.read() as read:
        assert (
            read.value(
                "SELECT p.code FROM location l JOIN location p ON p.id = l.parent_id WHERE l.code = 'LAB-R1'"
            )
            == "LAB-F1"
        )


def test_more_decimals_than_are_kept_are_rounded_and_told(lab, tmp_path):
    path = table(tmp_path, "备件号,名称,单位,站点,安全库存\nQ-1,线,m,LAB,37.4904\n")
    plan = dry_run(lab, *mapped(path, "part"))
    (problem,) = plan.problems
    with speaking("en"):
        assert (problem.value, problem.level) == ("37.4904", NOTE)
        assert "37.49" in problem.said
    commit(lab, plan)
    with lab.read() as read:
        assert read.value("SELECT safety_stock FROM stock_policy") == 37_490


@pytest.mark.parametrize(
    ("unit", "text", "kept"),
    [
        ("l", "250 ml", 250),
        ("litres", "25 litres", 25_000),
        ("m", "500 feet", 152_400),
        ("m", "foot", 305),
        ("米", "0.5米", 500),
        ("kg", "100 g", 100),
    ],
)
def test_a_quantity_brings_its_unit_along(lab, tmp_path, unit, text, kept):
    for table_name, values in (
        (
            "part",
            {
                "part_no": "W-1",
                "name": "线",
                "unit": unit,
                "status": "active",
                "kind": "spare",
                "serialised": 0,
                "batch_tracked": 0,
            },
        ),
        ("supplier", {"code": "S1", "name": "电线厂", "active": 1}),
    ):
        lab.perform(create(table_name, new_id(), **values))
    path = table(
        tmp_path,
        f"备件号,供应商编码,供应商料号,包装数量\nW-1,S1,A,{text}\nW-1,S1,B,3 kg\nW-1,S1,C,3 公升公斤\n",
    )
    sources = {
        "pack_qty": ("包装数量",),
        "part_id": ("备件号",),
        "supplier_id": ("供应商编码",),
        "sku": ("供应商料号",),
    }
    plan = dry_run(lab, *mapped(path, "part_supplier", sources))
    bad = [problem.row for problem in plan.problems if problem.level != NOTE]
    assert bad == ([4] if unit == "kg" else [3, 4])
    assert any(problem.level == NOTE for problem in plan.problems) == (text == "foot")
    commit(lab, plan, only_good=True)
    with lab.read() as read:
        assert read.value("SELECT pack_qty FROM part_supplier WHERE sku = 'A'") == kept
