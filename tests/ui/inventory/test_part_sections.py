"""The lists on a part's record: suppliers with price breaks, kits, machines, pieces and codes, each changed where it stands."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.generic import create
from app.inventory.booking import receive_part
from app.inventory.kits import keep_kit
from app.purchasing.prices import sales_of
from db.ids import new_id
from ui.inventory.part_form import PartDialog
from ui.inventory.spares import SparesPage
from ui.kit.dialogs import FormDialog


def words(widget) -> str:
    return "\n".join(found.text() for found in widget.findChildren(QLabel))


@pytest.fixture
def page(shown, store, tasks, settled) -> SparesPage:
    made = shown(SparesPage(store, tasks))
    settled()
    return made


@pytest.fixture
def answers(monkeypatch):
    """What the next dialogs are filled in with; each is really made and checked."""
    wanted: list[dict] = []

    def answer(dialog):
        dialog.form.set_values(wanted.pop(0))
        dialog.on_save()
        return dialog.result()

    monkeypatch.setattr(FormDialog, "exec", answer)
    return wanted


def test_a_supplier_with_price_breaks_is_added_and_shown(page, store, id_of, answers, settled):
    part, supplier = id_of("part", "HVAC-003"), id_of("supplier", "SUP-01")
    page.select(part)
    answers.append(
        {"supplier_id": supplier, "sku": "B-9", "pack_qty": 6000, "min_qty": 12_000, "unit_price": 113_0000,
         "price_tax": "gross", "tax_rate": 13_000, "lead_time_days": 4000, "steps": "24 = 90.4\n60＝56.5"}
    )  # fmt: skip
    page.sections.add_supplier()
    settled()
    with store.read() as read:
        (sale,) = [sale for sale in sales_of(read, part) if sale.row["sku"] == "B-9"]
    assert sale.row["lead_time_days"] == 4
    assert [step[1:] for step in sale.breaks] == [(24_000, 90_4000), (60_000, 56_5000)]
    said = words(page.sections)
    for shown in ("B-9", "13 % tax in it", "packs of 6", "minimum order 12", "4 days", "24 = 90.4"):
        assert shown in said, shown


def test_price_breaks_that_are_none_keep_the_dialog_open(page, store, id_of, answers):
    part = id_of("part", "HVAC-003")
    page.select(part)
    answers.append({"supplier_id": id_of("supplier", "SUP-01"), "steps": "cheap"})
    page.sections.add_supplier()
    assert not answers
    assert "“cheap” is no price break" in words(page.sections)
    with store.read() as read:
        assert sales_of(read, part) == []


def test_a_kit_shows_how_many_there_are_and_is_issued(page, store, id_of, answers, settled):
    kit = new_id()
    store.perform(
        create("part", kit, part_no="KIT-1", name="保养套件", name_en="Service kit", unit="套", kind="kit",
               serialised=0, batch_tracked=0, status="active")
    )  # fmt: skip
    keep_kit(store, kit, {id_of("part", "HVAC-003"): 1000})
    page.refresh({"stock"})
    settled()
    page.select(kit)
    assert page.sections.kits == 1
    assert "1 whole kit" in words(page.sections)
    assert [b.text().strip() for b in page.inspector._foot.findChildren(QPushButton)] == ["Issue the kit"]
    answers.append({"qty": 1000, "reason": "service"})
    page.sections.issue()
    settled()
    with store.read() as read:
        assert (
            read.value("SELECT sum(on_hand) FROM part_stock WHERE part_id = ?", id_of("part", "HVAC-003"))
            == 0
        )
    page.select(kit)
    assert page.sections.kits == 0


def test_machines_pieces_and_codes_stand_on_the_record(page, store, id_of, answers, settled):
    part = id_of("part", "HVAC-003")
    page.select(part)
    answers.append({"owner": (("equipment", id_of("equipment", "DC1-CRA-001")), "DC1-CRA-001"), "qty": 2000})
    page.sections.add_fitted()
    settled()
    answers.append({"code": "6901234567892"})
    page.sections.add_code()
    settled()
    with store.read() as read:
        row = read.get("part", part)
    page._card = None
    dialog = PartDialog(page, store, page._tasks)
    dialog.reject()
    receive_part(store, part, None, 1000, serial="SN-77")
    assert not row["serialised"]
    page.select(part)
    said = words(page.sections)
    assert "DC1-CRA-001" in said
    assert "6901234567892" in said


def test_the_form_of_a_part_keeps_serials_taxes_and_successor(page, store, id_of, settled):
    part, other = id_of("part", "HVAC-003"), id_of("part", "HVAC-001")
    page.select(part)
    dialog = PartDialog(page, store, page._tasks, page._card)
    dialog.form.set_values(
        dialog.form.values()
        | {"replaced_by_id": (other, "HVAC-001"), "serialised": 1, "price_tax": "net", "tax_rate": 13_000}
    )
    dialog.on_save()
    settled()
    assert dialog.result()
    receive_part(store, part, None, 1000, serial="SN-77")
    page.select(part)
    said = words(page.sections)
    assert "Replaced by HVAC-001" in said
    assert "SN-77" in said
    page.sections.show_life(page.sections._units[0])
    assert "SN-77" in page.sections.dialog.windowTitle()
    page.sections.dialog.reject()
    booking = page.book("issue", part)
    assert "HVAC-001" in booking.note.findChild(QLabel).text() + words(booking.note)
    booking.reject()
