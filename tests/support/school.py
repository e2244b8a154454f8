"""The staff, courses, certificates and training records of the sample site, made with ops."""

import csv
from importlib.resources import files
from pathlib import Path

from app.bootstrap import found
from app.clock import Clock
from app.desk import Desk
from app.fields import to_json
from app.generic import create, creates
from db.ids import made_id

#: 2026-11-22 11:41 in Shanghai.
NOW = 1_795_318_860_000


def table(name):
    text = (files("resources") / "sample" / name).read_text("utf-8-sig")
    return [{k: v or None for k, v in row.items()} for row in csv.DictReader(text.splitlines())]


def key(kind, code):
    return made_id("test", kind, code) if code else None


def listed(text, sign="+"):
    return to_json((text or "").split(sign)) if text else None


def organisation():
    yield from creates(
        "site",
        [
            (
                key("site", r["site_code"]),
                {
                    "code": r["site_code"], "name": r["name_zh"], "name_en": r["name_en"],
                    "site_type": "other", "timezone": "Asia/Shanghai", "active": 1,
                },
            )
            for r in table("sites.csv")
        ],
    )  # fmt: skip
    teams = dict.fromkeys(r["team_zh"] for r in table("staff.csv"))
    yield from creates(
        "org_unit",
        [(key("team", t), {"code": f"T{n}", "name": t, "level": "team"}) for n, t in enumerate(teams)],
    )


def staff():
    for r in table("staff.csv"):
        yield create(
            "staff",
            key("staff", r["staff_no"]),
            staff_no=r["staff_no"],
            name=r["name_zh"],
            name_en=r["name_en"],
            role_code=r["role_code"],
            job_title=r["job_title_zh"],
            site_id=key("site", r["site_code"]),
            org_unit_id=key("team", r["team_zh"]),
            major=r["major_zh"],
            experience_years=int(r["experience_years"]),
            hire_date=r["hire_date"],
            status=r["status"],
        )
        private = {"staff_id": key("staff", r["staff_no"]), "fit_status": "fit"}
        yield create(
            "staff_private", made_id("fit", r["staff_no"]), fit_until=r["fit_for_work_until"], **private
        )


def courses():
    for r in table("courses.csv"):
        yield create(
            "course",
            key("course", r["course_code"]),
            code=r["course_code"],
            name=r["name_zh"],
            name_en=r["name_en"],
            category=r["category"],
            hours=int(r["hours"]) * 1000,
            validity_months=int(r["validity_months"]),
            assessments=listed(r["assessment_type"]),
            pass_score=int(r["pass_score"]) * 1000,
            required_for=listed(r["required_for_roles"], ";"),
        )


def certificates():
    kinds = {r["cert_type_code"]: r for r in table("staff_certificates.csv")}
    yield from creates(
        "cert_type",
        [
            (key("type", c), {"code": c, "name": r["name_zh"], "name_en": r["name_en"]})
            for c, r in kinds.items()
        ],
    )
    for r in table("staff_certificates.csv"):
        yield create(
            "staff_certificate",
            key("certificate", r["certificate_id"]),
            certificate_id=r["certificate_id"],
            staff_id=key("staff", r["staff_no"]),
            cert_type_id=key("type", r["cert_type_code"]),
            certificate_no=r["certificate_no"],
            issue_date=r["issue_date"],
            review_due_date=r["review_due_date"],
            review_passed_on=r["review_due_date"] if r["review_passed"] == "1" else None,
            valid_until=r["valid_until"],
            revoked=0,
        )


def records():
    rows = []
    for r in table("training_records.csv"):
        values = {
            "record_no": r["record_no"], "staff_id": key("staff", r["staff_no"]),
            "course_id": key("course", r["course_code"]), "train_date": r["train_date"],
            "hours": int(r["hours"]) * 1000, "assessments": listed(r["assessment_type"]),
            "score": int(r["score"]) * 1000, "pass_score": int(r["pass_score"]) * 1000,
            "passed": int(r["passed"]), "retake": int(r["retake"]), "valid_until": r["valid_until"],
            "trainer_id": key("staff", r["trainer_staff_no"]), "remark": r["remark_zh"],
        }  # fmt: skip
        rows.append((key("record", r["record_no"]), values))
    yield from creates("training_record", rows)


def fill(desk: Desk) -> None:
    desk.perform(*organisation(), *staff(), *courses(), *certificates(), *records())


def made(folder: Path) -> Path:
    """A profile with all of it, closed again, to be copied."""
    profile = found(folder, clock=Clock.pinned(NOW), device="T01")
    fill(Desk.of_administrator(profile))
    profile.close()
    return folder
