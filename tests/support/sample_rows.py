"""The sample site read from its files, in the language spoken: what the reports of the tests are made of."""

from __future__ import annotations

import csv
from importlib.resources import files

from app.reports.document import Issue
from app.reports.rows import (
    Signer,
)
from app.values import instant_of
from app.words import language

TODAY = "2026-11-22"


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
