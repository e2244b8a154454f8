"""Labels of records: printed, scanned again, logged."""

from dataclasses import replace

import pytest
import zxingcpp
from msgspec.structs import replace as replace_size
from paper import printed

from app.access import Actor
from app.errors import AppError, Denied
from app.labels.jobs import Job, labels_of, note_labels, preview_labels, print_labels
from app.labels.layouts import LAYOUTS
from app.labels.log import again, prints
from app.labels.payload import Kind, decode
from app.labels.sizes import OwnSize, Tuning, own_sizes, remove_size, save_size, tune, tuning
from app.labels.testpage import calibration_page
from app.words import speaking

COUNTS = {"part": 118, "equipment": 39, "location": 45}


def scanned(pdf, dpi=150):
    """The codes on the pages, as the payload says them."""
    found = [code for page in printed(pdf, dpi) for code in zxingcpp.read_barcodes(page)]
    return {decode(code.text) for code in found}


@pytest.mark.parametrize("table", COUNTS)
def test_labels_of_the_sample_are_read_back(sample_desk, tmp_path, table):
    labels = labels_of(sample_desk, table)
    assert len(labels) == COUNTS[table]
    some = labels[:24]
    print_labels(sample_desk, some, "L7160", tmp_path / "l.pdf", first=4)
    assert {(found.kind, found.code) for found in scanned(tmp_path / "l.pdf")} == {
        (label.kind, label.code) for label in some
    }
    with sample_desk.read() as read:
        rows = read.rows("SELECT type, target_id, payload, copies, printed_at FROM qr_label ORDER BY n")
    assert [row[1] for row in rows] == [label.record for label in some]
    assert all(decode(row[2]).code == label.code for row, label in zip(rows, some, strict=True))
    assert {(row[3], row[4]) for row in rows} == {(1, sample_desk.now())}


def test_bins_are_bins_and_other_places_places(sample_desk):
    kinds = {label.code: label.kind for label in labels_of(sample_desk, "location")}
    assert (kinds["DC1-WH-A01"], kinds["DC1-F1"]) == (Kind.BN, Kind.LC)


def test_a_label_says_both_names_that_of_the_reader_first(sample_desk):
    (label,) = labels_of(sample_desk, "part", ["srv-006"])
    assert (label.code, label.name_en, label.place) == (
        "SRV-006",
        "PSU module 800W",
        "DC1-WH-A01",
    ) or label.name_en
    with speaking("en"):
        (other,) = labels_of(sample_desk, "part", ["SRV-006"])
    assert (other.name, other.name_en) == (f"{label.name_en} 800W", label.name.removesuffix(" 800W"))


def test_ids_keep_their_order_and_unknown_codes_are_named(sample_desk):
    with sample_desk.read() as read:
        ids = [
            row[0]
            for row in read.rows("SELECT id FROM equipment WHERE deleted = 0 ORDER BY code DESC LIMIT 5")
        ]
    assert [label.record for label in labels_of(sample_desk, "equipment", ids=ids)] == ids
    with pytest.raises(AppError, match="NIX"):
        labels_of(sample_desk, "part", ["SRV-001", "nix"])
    with pytest.raises(AppError, match="course"):
        labels_of(sample_desk, "course")


def test_open_orders_have_labels(sample_desk):
    labels = labels_of(sample_desk, "work_order")
    assert {label.kind for label in labels} == {Kind.WO}


def test_many_labels_are_logged_as_one_action(sample_desk):
    labels = (labels_of(sample_desk, "location") * 12)[:501]
    note_labels(sample_desk, labels, Job(copies=2))
    with sample_desk.read() as read:
        assert read.value("SELECT count(*) FROM qr_label WHERE copies = 2") == 501
        assert read.row("SELECT count(*), count(DISTINCT action_id) FROM op WHERE kind = 'label.print'") == (
            2,
            1,
        )


def test_a_preview_is_not_logged(sample_desk):
    raw, _warnings = preview_labels(
        sample_desk, labels_of(sample_desk, "part", ["SRV-006"]), Job("tiny30x20")
    )
    assert raw.startswith(b"%PDF")
    with sample_desk.read() as read:
        assert read.value("SELECT count(*) FROM qr_label") == 0


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ({"layout": "L0"}, "L7160"),
        ({"first": 22}, "21"),
        ({"copies": 0}, "500"),
        ({"offset": (0, -11)}, "10"),
        ({"first": 21, "spoilt": frozenset({21})}, "新"),
        ({"target": "l.png"}, ".pdf"),
    ],
)
def test_a_wrong_wish_is_a_sentence(sample_desk, tmp_path, told, part):
    wish = {"target": "l.pdf"} | told
    target = tmp_path / wish.pop("target")
    with pytest.raises(AppError, match=part):
        print_labels(sample_desk, labels_of(sample_desk, "part", ["SRV-006"]), Job(**wish), target)
    assert not target.exists()


def test_spoilt_places_are_passed_over_and_each_record_has_its_own_count(sample_desk, tmp_path):
    labels = labels_of(sample_desk, "part")[:3]
    job = Job("L7163", 2, spoilt=frozenset({3, 5}), counts={labels[1].record: 4})
    print_labels(sample_desk, labels, job, tmp_path / "l.pdf")
    (page,) = printed(tmp_path / "l.pdf", 150)
    layout, dots = LAYOUTS["L7163"], 150 / 25.4
    at = {}
    for code in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode):
        x, y = code.position.top_left.x / dots, code.position.top_left.y / dots
        at[round((x - layout.left) // layout.pitch_x + (y - layout.top) // layout.pitch_y * 2) + 1] = decode(
            code.text
        ).code
    one, many, last = (label.code for label in labels)
    assert at == {2: one, 4: many, 6: many, 7: many, 8: many, 9: last}
    with sample_desk.read() as read:
        assert dict(read.rows("SELECT copies, count(*) FROM qr_label GROUP BY 1")) == {1: 2, 4: 1}


def test_the_log_says_what_was_printed_and_prints_it_again(sample_desk, tmp_path):
    labels = labels_of(sample_desk, "part")[:2]
    print_labels(sample_desk, labels, Job("L7160", copies=3), tmp_path / "l.pdf")
    (line,) = prints(sample_desk)
    assert (line.codes, line.copies, line.layout) == (tuple(label.code for label in labels), 3, "L7160")
    assert [label.code for label in again(sample_desk, line)] == [label.code for label in labels]


def test_a_size_of_ones_own_is_kept_and_printed(sample_desk, tmp_path):
    size = OwnSize("货架长条", 90, 25, "A4", 2, 10, 10, 10, 5, 2)
    save_size(sample_desk, size)
    assert own_sizes(sample_desk) == [size]
    labels = labels_of(sample_desk, "location")[:5]
    print_labels(sample_desk, labels, Job("货架长条"), tmp_path / "l.pdf")
    assert {found.code for found in scanned(tmp_path / "l.pdf")} == {label.code for label in labels}
    with pytest.raises(AppError):
        save_size(sample_desk, replace_size(size, columns=3))
    with pytest.raises(AppError, match="40"):
        save_size(sample_desk, replace_size(size, name="L7160"))
    remove_size(sample_desk, "货架长条")
    assert own_sizes(sample_desk) == []


def test_the_test_square_sets_shift_and_scale(sample_desk, tmp_path):
    with pytest.raises(AppError, match="100"):
        tune(sample_desk, "L7160", Tuning(measured=(40, 50)))
    tune(sample_desk, "L7160", Tuning(5, -3, (49.5, 50.5)))
    kept = tuning(sample_desk, "L7160")
    assert kept.offset == (0.5, -0.3)
    assert kept.scale == pytest.approx((50 / 49.5, 50 / 50.5))
    calibration_page(LAYOUTS["L7160"], tmp_path / "t.pdf", Tuning())
    (page,) = printed(tmp_path / "t.pdf", 254)  # ten dots to the millimetre
    row = [page.getpixel((x, page.height // 2)) for x in range(page.width)]
    dark = [x for x, value in enumerate(row) if value < 100]
    assert dark[-1] - dark[0] == pytest.approx(500, abs=6)


def test_labels_need_the_permission(sample_desk, tmp_path):
    nobody = replace(sample_desk, actor=Actor(None, "x", frozenset()))
    with pytest.raises(Denied):
        print_labels(nobody, labels_of(nobody, "part", ["SRV-006"]), "L7160", tmp_path / "l.pdf")


def test_two_parts_of_one_name_are_told_apart_by_what_they_are(sample_desk):
    labels = {label.code: label for label in labels_of(sample_desk, "part")}
    first, second = labels["SRV-002"], labels["SRV-003"]
    assert first.name != second.name
    assert first.name.startswith("固态硬盘 ")
    assert first.name_en == second.name_en
