"""Every word of a part's record has a place where it is seen and changed: classes, barcodes, photos, flags, the part that it is one with."""

import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.generic import patch
from app.inventory.booking import receive_part
from app.inventory.register import bind_barcode
from app.inventory.scans import resolve_scan
from app.labels.payload import Kind, encode
from ui.inventory.part_form import PartDialog
from ui.inventory.part_photos import PartPhotos
from ui.inventory.spares import SparesPage
from ui.kit.dialogs import FormDialog
from ui.sync.merge_dialog import MergeDialog

#: What the form of a part asks for, by the words of the requirements; what is a list stands in the inspector.
FORM = {
    "part_no", "name", "name_en", "spec", "unit", "category", "kind", "status", "abc_class", "ved_class", "maker_part_no",
    "preferred_supplier_id", "unit_price", "price_tax", "tax_rate", "lead_time_days", "shelf_life_months", "replaced_by_id",
    "serialised", "batch_tracked",
}  # fmt: skip


def words(widget) -> str:
    return "\n".join(found.text() for found in widget.findChildren(QLabel))


@pytest.fixture
def page(shown, store, tasks, settled) -> SparesPage:
    made = shown(SparesPage(store, tasks))
    settled()
    return made


def fill(**typed: object) -> None:
    """Fill in the next form that opens, and press its button."""

    def work() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FormDialog):
            QTimer.singleShot(10, work)
            return
        dialog.form.set_values({**dialog.form.values(), **typed})
        dialog.on_save()

    QTimer.singleShot(0, work)


def agree(choose: dict[str, int]) -> None:
    """Choose sides in the comparison that opens, and merge."""

    def work() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, MergeDialog):
            QTimer.singleShot(10, work)
            return
        for name, side in choose.items():
            dialog.choose(name, side)
        dialog.do.click()

    QTimer.singleShot(30, work)


def test_the_form_asks_for_what_a_part_is(page, store, id_of, tasks) -> None:
    page.select(id_of("part", "HVAC-015"))
    form = PartDialog(page, store, tasks, page._card)
    assert set(form.form.boxes) >= FORM
    form.reject()


def test_the_inspector_shows_how_a_part_is_kept(page, store, id_of) -> None:
    part = id_of("part", "HVAC-015")
    with store.read() as read:
        row = read.get("part", part)
    store.perform(
        patch("part", row, serialised=1, shelf_life_months=24, maker_part_no="QAE2120", kind="repairable")
    )
    page.select(part)
    said = words(page.inspector)
    for shown in ("QAE2120", "Repairable spare", "Serial numbers", "keeps 24 months"):
        assert shown in said, shown


def test_the_classes_that_it_fits_are_several_and_changed_there(page, store, id_of, settled) -> None:
    part = id_of("part", "HVAC-015")
    page.select(part)
    with store.read() as read:
        codes = [
            code
            for (code,) in read.rows(
                "SELECT code FROM equipment_class WHERE deleted = 0 ORDER BY code LIMIT 2"
            )
        ]
    fill(classes=codes)
    page.sections.change_classes()
    settled()
    page.select(part)
    assert all(f"{code}  " in words(page.sections) for code in codes)
    fill(classes=["*"])
    page.sections.change_classes()
    settled()
    page.select(part)
    assert "any equipment" in words(page.sections)


def test_a_barcode_of_the_maker_is_seen_and_taken_off(page, store, id_of, settled) -> None:
    part = id_of("part", "HVAC-015")
    bind_barcode(store, part, "6901234567892")
    page.select(part)
    assert "6901234567892" in words(page.sections)
    page.sections._drop_barcode("6901234567892")
    settled()
    page.select(part)
    assert "6901234567892" not in words(page.sections)
    assert resolve_scan(store, "6901234567892").kind != "part"


def test_a_photo_is_put_to_a_part_and_taken_off(*, page, id_of, settled, tmp_path, monkeypatch) -> None:
    Image.new("RGB", (400, 300), "#336699").save(tmp_path / "备件 1.jpg")
    page.select(id_of("part", "HVAC-015"))
    photos = page.inspector.findChild(PartPhotos)
    assert photos.photos == []
    photos.put(tmp_path / "备件 1.jpg")
    settled()
    (photo,) = photos.photos
    monkeypatch.setattr("ui.inventory.part_photos.ask", lambda *_asked, **_more: True)
    photos._on_off(photo)
    settled()
    assert photos.photos == []


def test_two_parts_become_one_with_stock_suppliers_and_the_old_label(page, store, id_of, settled) -> None:
    kept, old = id_of("part", "HVAC-015"), id_of("part", "HVAC-018")
    with store.read() as read:
        before = {
            part: read.value("SELECT sum(on_hand) FROM part_stock WHERE part_id = ?", part)
            for part in (kept, old)
        }
        sold = read.value(
            "SELECT count(*) FROM part_supplier WHERE part_id IN (?, ?) AND deleted = 0", kept, old
        )
        place = read.value("SELECT bin_id FROM stock_level WHERE part_id = ?", old)
    receive_part(store, old, place, 1000, serial="SN-77", anyway="test")
    page.select(kept)
    fill(other=(old, "HVAC-018"))
    agree({"": 0})
    page.inspector.merge()
    settled()
    with store.read() as read:
        stock = read.value("SELECT sum(on_hand) FROM part_stock WHERE part_id = ?", kept)
        assert stock == before[kept] + before[old] + 1000
        assert (
            read.value("SELECT count(*) FROM part_supplier WHERE part_id = ? AND deleted = 0", kept) == sold
        )
        assert read.value("SELECT part_id FROM stock_movement WHERE serial = 'SN-77'") == kept
    assert resolve_scan(store, encode(Kind.PT, "HVAC-018")).id == kept, "the old label keeps working"
    assert page._card.part.id == kept


def test_what_is_wanted_seldom_stands_in_a_menu_and_the_number_is_whole(page, id_of) -> None:
    page.select(id_of("part", "HVAC-015"))
    entries = page.inspector.more_menu().actions()
    assert [entry.text() for entry in entries] == ["Correct the stock", "Scrap", "Merge with another part"]
    assert "More" in {made.toolTip() for made in page.inspector.findChildren(QPushButton)}
    assert "HVAC-015" in words(page.inspector)
