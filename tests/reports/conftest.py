"""The sample site as rows of reports, in both languages."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Literal

import pytest

from app.reports.document import Issue, Report
from app.reports.equipment import equipment_file, equipment_register
from app.reports.inspections import blank_inspection_sheet, inspection_report
from app.reports.rows import (
    BlankItem,
    BlankSheetData,
    CertificateRow,
    CheckRow,
    CorrectionRow,
    CourseRow,
    EquipmentFileData,
    EquipmentRow,
    EventRow,
    InspectionReportData,
    LowStockData,
    LowStockRow,
    MatrixCell,
    MatrixRow,
    PhotoRow,
    ProposalRow,
    ReadingRow,
    Signer,
    TrainingMatrixData,
    TrainingRecordData,
    Trend,
)
from app.reports.stock import low_stock_report
from app.reports.training import training_matrix, training_record
from app.values import instant_of, parse_money, parse_price, parse_quantity
from app.words import language, speaking

TODAY = "2026-11-22"
READINGS = (
    398_000,
    391_000,
    52_500,
    496_000,
    15_000,
    541_200,
    310,
    28_600,
    36_800,
    58_400,
    620,
    86_000,
    26_100,
    42_000,
    7_800,
)


def table(name: str) -> list[dict[str, str]]:
    with files("resources").joinpath("sample", f"{name}.csv").open(encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def name(row: dict[str, str], stem: str = "name") -> str:
    return row[f"{stem}_zh"] if language() == "zh_CN" else row.get(f"{stem}_en") or row[f"{stem}_zh"]


def zh(chinese: str, english: str) -> str:
    return chinese if language() == "zh_CN" else english


def make_issue(number: str) -> Issue:
    return Issue(
        number=number,
        organisation=zh("样例运维服务有限公司（虚构）", "Sample O&M Services Ltd (fictional)"),
        site=zh("样例滨河数据中心（DC1）", "Riverside Data Centre (DC1)"),
        printed_by=zh("欧阳小管（SW-0001）", "Ouyang Xiaoguan (SW-0001)"),
        printed_at=instant_of(TODAY, "14:30"),
        data_as_of=instant_of(TODAY, "14:25"),
        device="LT-0007",
        program="Sitewright 0.1",
    )


def signers() -> Signer:
    return Signer(
        *(
            zh(a, b)
            for a, b in (
                ("独孤小电", "Dugu Xiaodian"),
                ("司马小划", "Sima Xiaohua"),
                ("欧阳小管", "Ouyang Xiaoguan"),
            )
        )
    )


def standard(item: dict[str, str]) -> str:
    low, high, unit = item["limit_low"], item["limit_high"], item["unit"]
    if item["value_type"] != "number":
        options = item["options_zh"].split("|")
        good = [o for o in options if o not in item["fail_options_zh"].split("|")]
        return good[0] if options != [""] else ""
    if low and high:
        return f"{low}~{high} {unit}"
    return f"≤ {high} {unit}" if high else f"≥ {low} {unit}"


def _check(seq: int, item: dict[str, str]) -> CheckRow:
    shared = (seq, item["section_zh"], name(item, "item"))
    if seq == 4:
        remark = zh(
            "1 号机进风滤网积尘堵塞，现场清洗后仍有破损，更换备件 PWR-009。工单 WO-DC1-20261122-004；照片 2",
            "UPS 1 inlet filter clogged and torn; to be replaced, part PWR-009. Work order WO-DC1-20261122-004; photo 2",
        )
        return CheckRow(*shared, "fail", standard(item), zh("异常", "Abnormal"), remark=remark)
    if seq == 15:
        return CheckRow(
            *shared, "na", standard(item), remark=zh("2 段母线检修停电", "Busbar 2 off for service")
        )
    if item["value_type"] != "number":
        return CheckRow(*shared, "pass", standard(item), standard(item))
    state = {11: "warn", 12: "fail"}.get(seq, "pass")
    remark = {
        "warn": zh("接近上限，下次巡检复测", "Near the limit; measure again next time"),
        "fail": zh("高于标准 1.8 ℃", "1.8 ℃ above the limit"),
    }.get(state, "")
    return CheckRow(
        *shared, state, standard(item), None, READINGS[seq % len(READINGS)], 1, item["unit"], remark
    )


def inspection(photos: bool = True) -> Report:
    items = [
        i
        for i in table("inspection_template_items")
        if i["template_code"] in {"IT-PWR-Q", "IT-DC-D", "IT-UPS-M"} and i["value_type"] != "text"
    ][:40]
    checks = tuple(
        _check(seq, item)
        for seq, item in enumerate(sorted(items, key=lambda i: i["template_code"], reverse=True), 1)
    )
    data = InspectionReportData(
        name=zh("供配电系统季度全面巡检", "Power system, quarterly full inspection"),
        template_code="IT-PWR-Q",
        template_version=1,
        period=zh("2026 年第 4 季度（季度）", "2026 Q4 (quarterly)"),
        place=zh(
            "一层 UPS 室、蓄电池室、低压配电室、柴油发电机房",
            "Floor 1: UPS room, battery room, LV switchroom, generator room",
        ),
        inspectors=zh(
            "独孤小电（SW-0006）、南宫小冷（SW-0007）", "Dugu Xiaodian (SW-0006), Nangong Xiaoleng (SW-0007)"
        ),
        result="failed_open",
        checks=checks,
        window_from="2026-11-16",
        window_to="2026-11-30",
        started_at=instant_of(TODAY, "09:02"),
        ended_at=instant_of(TODAY, "11:14"),
        scanned="DC1-F1-UPS 09:02",
        certificate=zh("DEMO-LVE-0004 有效期至 2029-12-05", "DEMO-LVE-0004 valid to 2029-12-05"),
        corrections=(
            CorrectionRow(
                4,
                zh("UPS 1 号机进风滤网堵塞并破损", "UPS 1 inlet filter clogged and torn"),
                zh("更换滤网，复查进风温度", "Replace the filter, check the inlet temperature"),
                zh("独孤小电", "Dugu Xiaodian"),
                "2026-11-24 18:00",
                "WO-DC1-20261122-004",
            ),
            CorrectionRow(
                12,
                zh(
                    "蓄电池组 17 号单体极柱温度 36.8 ℃，超过 35 ℃ 上限",
                    "Terminal temperature of cell 17 is 36.8 ℃, limit 35 ℃",
                ),
                zh("紧固连接条后复测", "Torque the link, measure again"),
                zh("独孤小电", "Dugu Xiaodian"),
                "2026-11-23 12:00",
            ),
        ),
        photos=(
            PhotoRow(
                12,
                zh(
                    "2 号机 17 号单体极柱 36.8 ℃，09:41 独孤小电",
                    "Cell 17 of UPS 2, 36.8 ℃, 09:41 Dugu Xiaodian",
                ),
            ),
            PhotoRow(
                4, zh("UPS 1 号机进风滤网，09:26 独孤小电", "Inlet filter of UPS 1, 09:26 Dugu Xiaodian")
            ),
        )
        if photos
        else (),
        signers=signers(),
    )
    return inspection_report(data, make_issue("XJ-DC1-20261122-07"))


def blank() -> Report:
    items = [
        i
        for i in table("inspection_template_items")
        if i["template_code"] == "IT-DC-D" and i["value_type"] != "text"
    ]
    rows = tuple(
        BlankItem(
            int(i["seq"]),
            i["section_zh"],
            name(i, "item"),
            i["value_type"],
            standard(i),
            i["unit"],
            tuple(filter(None, i["options_zh"].split("|"))),
            i["photo_required"] == "1",
        )
        for i in items
    )
    data = BlankSheetData(
        zh("数据中心每日巡检", "Data-centre daily round"),
        "IT-DC-D",
        1,
        "2026-11-23",
        rows,
        zh(
            "进入低压配电室须两人同行；蓄电池室禁止明火，先通风 5 分钟。",
            "LV switchroom: two persons. Battery room: no open flame, air for 5 minutes first.",
        ),
    )
    return blank_inspection_sheet(data, make_issue("XJ-DC1-20261123-01"))


def low_stock() -> Report:
    suppliers = {s["supplier_code"]: s for s in table("suppliers")}
    low, buy, covered = [], [], []
    for part in table("parts"):
        figures = {
            k: parse_quantity(part[k] or "0")
            for k in (
                "stock_qty",
                "reserved_qty",
                "on_order_qty",
                "safety_stock",
                "reorder_point",
                "max_stock",
            )
        }
        available = figures["stock_qty"] - figures["reserved_qty"]
        if part["status"] != "active" or available > figures["reorder_point"]:
            continue
        state = (
            "out_of_stock"
            if available <= 0
            else "below_safety"
            if available <= figures["safety_stock"]
            else "at_reorder"
        )
        low.append(
            LowStockRow(
                part["part_no"],
                name(part),
                part["spec"],
                part["unit_zh"],
                part["bin_location_code"],
                figures["stock_qty"],
                figures["reserved_qty"],
                available,
                figures["on_order_qty"],
                figures["safety_stock"],
                figures["reorder_point"],
                figures["max_stock"],
                state,
            )
        )
        quantity = figures["max_stock"] - available - figures["on_order_qty"]
        if available + figures["on_order_qty"] > figures["reorder_point"]:
            covered.append(part["part_no"])
            continue
        supplier, price = suppliers[part["supplier_code"]], parse_price(part["unit_price_cny"])
        buy.append(
            ProposalRow(
                part["part_no"],
                name(part),
                part["spec"],
                part["unit_zh"],
                f"{part['supplier_code']}  {name(supplier)}  {supplier['contact_phone']}",
                quantity,
                price,
                quantity * price // 100_000,
                int(part["lead_time_days"]),
            )
        )
    return low_stock_report(
        LowStockData(118, tuple(low), tuple(buy), tuple(covered), 2, signers=signers()),
        make_issue("CG-ALL-20261122-01"),
    )


def equipment_rows() -> tuple[EquipmentRow, ...]:
    classes = {c["class_code"]: name(c) for c in table("equipment_classes")}
    return tuple(
        EquipmentRow(
            e["equipment_code"],
            name(e),
            classes[e["class_code"]],
            e["site_code"],
            e["location_code"],
            e["model"],
            e["serial_no"],
            "planned" if e["status"] == "to_install" else e["status"],
            e["criticality"],
            e["commission_date"],
            e["warranty_until"],
            e["planned_retire_date"],
            parse_money(e["purchase_cost_cny"]),
            parse_quantity(e["run_hours"] or "0"),
            e["note_zh"],
        )
        for e in table("equipment")
    )


def register(size: Literal["A4", "A3"] = "A3") -> Report:
    return equipment_register(equipment_rows(), make_issue("TZ-ALL-20261122-01"), as_of=TODAY, size=size)


def history() -> Report:
    unit = next(row for row in equipment_rows() if row.code == "DC1-UPS-001")
    texts = (
        (
            "2020-04-06",
            zh("采购", "Purchase"),
            zh("合同 HT-2020-017，到货验收合格", "Contract HT-2020-017, accepted"),
            320_000_00,
            False,
            False,
        ),
        (
            "2020-06-30",
            zh("安装", "Installation"),
            zh(
                "安装于 DC1-F1-UPS，绝缘、相序、切换试验合格",
                "Installed at DC1-F1-UPS, insulation, phase order, transfer tested",
            ),
            None,
            False,
            True,
        ),
        (
            "2021-08-14",
            zh("保养", "Maintenance"),
            zh("年度保养：除尘、紧固、校准显示值", "Yearly: dust, torque, display calibrated"),
            1_860_00,
            False,
            True,
        ),
        (
            "2022-08-20",
            zh("保养", "Maintenance"),
            zh("年度保养：滤网、风扇检查，更换防雷模块", "Yearly: filters, fans, surge module replaced"),
            3_200_00,
            False,
            True,
        ),
        (
            "2023-03-02",
            zh("故障", "Fault"),
            zh(
                "输出缺相报警，逆变板故障，更换 PWR-007 UPS 控制板 1 块；停机 3.1 h",
                "Output phase lost, inverter board failed, PWR-007 replaced; down 3.1 h",
            ),
            9_800_00,
            True,
            True,
        ),
        (
            "2024-05-20",
            zh("改造", "Modification"),
            zh("直流电容到寿命更换 PWR-006 × 12", "DC capacitors at end of life replaced, PWR-006 × 12"),
            16_400_00,
            False,
            True,
        ),
        (
            "2025-11-03",
            zh("保养", "Maintenance"),
            zh("风扇组预防性更换 4 只", "Fans replaced, 4 pieces"),
            8_700_00,
            False,
            True,
        ),
        (
            "2026-06-18",
            zh("故障", "Fault"),
            zh(
                "旁路静态开关误动作，查明为控制接插件松动，重新压接并加固；停机 2.1 h",
                "Static bypass tripped; a loose connector was crimped again; down 2.1 h",
            ),
            3_200_00,
            True,
            True,
        ),
        (
            "2026-09-30",
            zh("维修", "Repair"),
            zh(
                "更换逆变侧熔断器及驱动板备件，预防性",
                "Inverter fuses and driver board replaced as a precaution",
            ),
            15_300_00,
            False,
            True,
        ),
    )
    events = tuple(
        EventRow(
            day, kind, text, zh("独孤小电", "Dugu"), f"WO-DC1-{day.replace('-', '')}-004", cost, fault, upkeep
        )
        for day, kind, text, cost, fault, upkeep in texts
    )
    months = ("12", *map(str, range(1, 12)))
    loads = (41, 42, 44, 43, 45, 46, 49, 52, 51, 50, 52)
    readings = tuple(
        ReadingRow(m, v) for m, v in zip(months, (*(v * 1000 for v in loads), 52_500), strict=True)
    )
    data = EquipmentFileData(
        unit,
        events,
        manufacturer=zh("样例制造（虚构）", "Sample Works (fictional)"),
        supplier=zh("SUP-03 样例电源科技有限公司（虚构）", "SUP-03 Sample Power Ltd (fictional)"),
        purchased="2020-04-06",
        installed="2020-06-30",
        design_life_years=12,
        life_used_percent=53,
        responsible=zh("独孤小电（SW-0006）", "Dugu Xiaodian (SW-0006)"),
        children="DC1-BAT-001",
        figures=(
            ("MTBF", zh("27,946 h（目标 8,000）", "27,946 h (target 8,000)")),
            ("MTTR", zh("2.6 h（目标 4）", "2.6 h (target 4)")),
            (zh("可用性", "Availability"), "99.991 %"),
            (zh("故障次数", "Faults"), "2"),
        ),
        figures_basis="2020-07-11 ~ 2026-11-22, 55,895 h",
        trend=Trend(
            zh("负载率 %（月均，2025-12 ~ 2026-11）", "Load % (monthly mean, 2025-12 ~ 2026-11)"),
            readings,
            zh("本机 52.5", "now 52.5"),
            80_000,
            zh("≤ 80 上限", "≤ 80 limit"),
        ),
        signers=signers(),
    )
    return equipment_file(data, make_issue("LL-DC1-UPS-001"))


def matrix(size: Literal["A4", "A3"] = "A4") -> Report:
    records: dict[tuple[str, str], dict[str, str]] = {}
    for record in table("training_records"):
        records[record["staff_no"], record["course_code"]] = record
    courses = table("courses")
    rows = []
    for person in table("staff"):
        cells = {}
        for course in courses:
            if course["required_for_roles"] != "*" and person["role_code"] not in course[
                "required_for_roles"
            ].split(";"):
                continue
            found = records.get((person["staff_no"], course["course_code"]))
            cells[course["course_code"]] = _cell(found)
        rows.append(
            MatrixRow(
                name(person).replace(" (fictional)", ""), person["job_title_zh"], person["site_code"], cells
            )
        )
    data = TrainingMatrixData(
        TODAY, 90, tuple((c["course_code"], name(c)) for c in courses), tuple(rows), signers()
    )
    return training_matrix(data, make_issue("PX-ALL-20261122-01"), size)


def _cell(record: dict[str, str] | None) -> MatrixCell:
    if record is None:
        return MatrixCell("missing")
    if record["passed"] != "1":
        return MatrixCell("not_passed")
    until = record["valid_until"]
    return MatrixCell("expired" if until < TODAY else "expiring" if until < "2027-02-20" else "valid", until)


def record() -> Report:
    courses = {c["course_code"]: c for c in table("courses")}
    rows = tuple(
        CourseRow(
            r["train_date"],
            f"{r['course_code']} {name(courses[r['course_code']])}",
            parse_quantity(r["hours"]),
            zh("理论+实操", "theory + practical"),
            "valid",
            parse_quantity(r["score"]),
            parse_quantity(r["pass_score"]),
            r["valid_until"],
        )
        for r in table("training_records")
        if r["staff_no"] == "SW-0006"
    )
    certificates = tuple(
        CertificateRow(
            name(c), c["certificate_no"], "valid", c["issue_date"], c["review_due_date"], c["valid_until"]
        )
        for c in table("staff_certificates")
        if c["staff_no"] == "SW-0006"
    )
    data = TrainingRecordData(
        "SW-0006",
        zh("独孤小电", "Dugu Xiaodian"),
        zh("电气技术员", "Electrician"),
        zh("动力班", "Power team"),
        "2017-02-20",
        zh("大专", "College"),
        zh("电气自动化技术", "Electrical automation"),
        11,
        rows,
        certificates,
        signers(),
    )
    return training_record(data, make_issue("PX-SW-0006"))


MAKERS: dict[str, Callable[[], Report]] = {
    "inspection": inspection,
    "blank": blank,
    "low_stock": low_stock,
    "register": register,
    "history": history,
    "matrix": matrix,
    "record": record,
}


@pytest.fixture(params=["zh_CN", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both languages, one after the other."""
    with speaking(request.param):
        yield request.param


@pytest.fixture(params=sorted(MAKERS))
def maker(request: pytest.FixtureRequest) -> Callable[[], Report]:
    """Each report of the sample site; called inside a language."""
    return MAKERS[request.param]


@pytest.fixture
def makers() -> dict[str, Callable[[], Report]]:
    return MAKERS


@pytest.fixture
def issue() -> Callable[[str], Issue]:
    return make_issue
