"""Lists, histories and matrices of the sample site."""

from __future__ import annotations

from typing import Literal

from sample_rows import TODAY, make_issue, name, signers, table, zh

from app.reports.document import Report
from app.reports.equipment import equipment_file, equipment_register
from app.reports.rows import (
    CertificateRow,
    CourseRow,
    EquipmentFileData,
    EquipmentRow,
    EventRow,
    LowStockData,
    LowStockRow,
    MatrixCell,
    MatrixRow,
    ProposalRow,
    ReadingRow,
    TrainingMatrixData,
    TrainingRecordData,
    Trend,
)
from app.reports.stock import low_stock_report
from app.reports.training import training_matrix, training_record
from app.values import parse_money, parse_price, parse_quantity

EVENTS = """
2020-04-06|采购|Purchase|合同 HT-2020-017，到货验收合格|Contract HT-2020-017, accepted|32000000
2020-06-30|安装|Installation|安装于 DC1-F1-UPS，切换试验合格|Installed at DC1-F1-UPS, transfer tested|
2021-08-14|保养|Maintenance|年度保养：除尘、紧固|Yearly: dust, torque, display calibrated|186000
2022-08-20|保养|Maintenance|年度保养：更换防雷模块|Yearly: filters, fans, surge module replaced|320000
2023-03-02|故障|Fault|逆变板故障，更换 PWR-007；停机 3.1 h|Inverter board failed, PWR-007 replaced; down 3.1 h|980000
2024-05-20|改造|Modification|直流电容更换 PWR-006 × 12|DC capacitors replaced, PWR-006 × 12|1640000
2025-11-03|保养|Maintenance|风扇组预防性更换 4 只|Fans replaced, 4 pieces|870000
2026-06-18|故障|Fault|旁路静态开关误动作，接插件松动，重新压接；停机 2.1 h|Static bypass tripped; connector crimped; down 2.1 h|320000
2026-09-30|维修|Repair|更换逆变侧熔断器及驱动板备件|Inverter fuses and driver board replaced|1530000
"""
LOADS = (41, 42, 44, 43, 45, 46, 49, 52, 51, 50, 52, 53)


def low_stock() -> Report:
    low, buy, covered = [], [], []
    for part in table("parts"):
        row = _low(part)
        if part["status"] != "active" or row.available > row.reorder:
            continue
        low.append(row)
        if row.available + row.on_order > row.reorder:
            covered.append(row.part_no)
        else:
            buy.append(_proposed(part, row))
    data = LowStockData(118, tuple(low), tuple(buy), tuple(covered), 2, signers=signers())
    return low_stock_report(data, make_issue("CG-ALL-20261122-01"))


def _low(part: dict[str, str]) -> LowStockRow:
    keys = ("stock_qty", "reserved_qty", "on_order_qty", "safety_stock", "reorder_point", "max_stock")
    stock, reserved, ordered, safety, reorder, most = (parse_quantity(part[key] or "0") for key in keys)
    left = stock - reserved
    state = "out_of_stock" if left <= 0 else "below_safety" if left <= safety else "at_reorder"
    texts = (part["part_no"], name(part), part["spec"], part["unit_zh"], part["bin_location_code"])
    return LowStockRow(*texts, stock, reserved, left, ordered, safety, reorder, most, state)


def _proposed(part: dict[str, str], row: LowStockRow) -> ProposalRow:
    supplier = next(s for s in table("suppliers") if s["supplier_code"] == part["supplier_code"])
    seller = f"{supplier['supplier_code']}  {name(supplier)}  {supplier['contact_phone']}"
    quantity, price = row.maximum - row.available - row.on_order, parse_price(part["unit_price_cny"])
    amount, days = quantity * price // 100_000, int(part["lead_time_days"])
    return ProposalRow(row.part_no, row.name, row.spec, row.unit, seller, quantity, price, amount, days)


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
    data = EquipmentFileData(
        unit,
        tuple(map(_event, EVENTS.strip().splitlines())),
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
        trend=_trend(),
        signers=signers(),
    )
    return equipment_file(data, make_issue("LL-DC1-UPS-001"))


def _event(line: str) -> EventRow:
    day, kind_zh, kind, text_zh, text, cost = line.split("|")
    number = f"WO-DC1-{day.replace('-', '')}-004"
    paid = int(cost) if cost else None
    return EventRow(
        day,
        zh(kind_zh, kind),
        zh(text_zh, text),
        zh("独孤小电", "Dugu"),
        number,
        paid,
        fault=kind == "Fault",
        upkeep=kind != "Purchase",
    )


def _trend() -> Trend:
    months = ("12", *map(str, range(1, 12)))
    readings = tuple(ReadingRow(month, load * 1000) for month, load in zip(months, LOADS, strict=True))
    message = zh("负载率 %（月均，2025-12 ~ 2026-11）", "Load % (monthly mean, 2025-12 ~ 2026-11)")
    return Trend(message, readings, zh("本机 53", "now 53"), 80_000, zh("≤ 80 上限", "≤ 80 limit"))


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
