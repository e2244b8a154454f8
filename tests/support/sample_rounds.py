"""Inspection reports of the sample site."""

from __future__ import annotations

from sample_rows import TODAY, make_issue, name, signers, table, zh

from app.reports.document import Report
from app.reports.inspections import blank_inspection_sheet, inspection_report
from app.reports.rows import (
    BlankItem,
    BlankSheetData,
    CheckRow,
    CorrectionRow,
    InspectionReportData,
    PhotoRow,
)
from app.values import instant_of

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


def inspection() -> Report:
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
        corrections=_corrections(),
        photos=_photos(),
        signers=signers(),
    )
    return inspection_report(data, make_issue("XJ-DC1-20261122-07"))


def _corrections() -> tuple[CorrectionRow, ...]:
    return (
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
    )


def _photos() -> tuple[PhotoRow, ...]:
    return (
        PhotoRow(
            12,
            zh(
                "2 号机 17 号单体极柱 36.8 ℃，09:41 独孤小电",
                "Cell 17 of UPS 2, 36.8 ℃, 09:41 Dugu Xiaodian",
            ),
        ),
        PhotoRow(4, zh("UPS 1 号机进风滤网，09:26 独孤小电", "Inlet filter of UPS 1, 09:26 Dugu Xiaodian")),
    )


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
