"""A new machine or part that is given no code gets the next one of its kind; a hub on a server keeps its folders in one place."""

from dataclasses import replace

from app import equipment
from app.hub.database import kept_for
from app.inventory.register import create_part


def test_a_machine_without_a_code_gets_the_next_of_its_class_and_site(sample_desk):
    site = sample_desk.sites()[0]
    desk = sample_desk.at(site)
    with desk.read() as read:
        newest, class_id, place = read.row(
            "SELECT code, class_id, location_id FROM equipment WHERE site_id = ? AND code LIKE '%-SRV-%' ORDER BY code DESC",
            site.id,
        )
    plain = {
        "name": "新机",
        "class_id": class_id,
        "location_id": place,
        "site_id": site.id,
        "status": "in_service",
        "criticality": "C",
    }
    assert equipment.objections(desk, plain) == []
    for _turn in range(2):
        values = equipment.with_code(desk, plain)
        stem, _dash, number = newest.rpartition("-")
        newest = f"{stem}-{int(number) + 1:0{len(number)}d}"
        assert values["code"] == newest
        equipment.register(desk, values)
    assert equipment.with_code(desk, plain | {"code": "X"})["code"] == "X"


def test_the_first_machine_of_a_class_begins_its_row(sample_desk):
    desk = sample_desk.at(sample_desk.sites()[0])
    with desk.read() as read:
        class_id, code = read.row(
            "SELECT id, code FROM equipment_class c WHERE NOT EXISTS (SELECT 1 FROM equipment e WHERE e.class_id = c.id AND e.site_id = ?)",
            desk.site.id,
        )
    made = equipment.with_code(desk, {"class_id": class_id, "site_id": desk.site.id})
    assert made["code"] == f"{desk.site.code}-{code}-0001"


def test_a_part_without_a_number_gets_the_next_of_its_category(sample_desk):
    with sample_desk.read() as read:
        category, highest = read.row(
            "SELECT category, max(part_no) FROM part WHERE part_no LIKE 'SRV-%' GROUP BY category"
        )
    desk = replace(sample_desk, site=None)
    part, _done = create_part(desk, {"name": "新件", "unit": "个", "category": category})
    first, _done = create_part(desk, {"name": "新件", "unit": "个", "category": "新类"})
    with desk.read() as read:
        assert read.get("part", part)["part_no"] == f"SRV-{int(highest[4:]) + 1:03d}"
        assert read.get("part", first)["part_no"] == "P-0001"


def test_folders_of_a_hub_on_a_server_lie_apart_and_not_where_it_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, other = (kept_for(f"postgresql+psycopg://u:p@{host}/hub") for host in ("a", "b:5433"))
    assert one != other
    assert one.is_absolute()
    assert tmp_path not in one.parents
    assert "p@" not in str(one)
