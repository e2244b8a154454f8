"""How far a machine's life has gone, when it should retire, and the warnings 12 months and 90 days ahead (R-4.3-d, e)."""

from dataclasses import dataclass
from typing import Any

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.equipment.machine import WORKING
from app.settle import settles
from app.tx import Derive, Reader
from app.words import N_

RETIRE_MONTHS, WARRANTY_DAYS = 12, 90

#: SQL over `equipment e` and `equipment_class c`: when life began, its whole length, the planned retirement.
BEGAN = "coalesce(e.install_date, e.commission_date)"
_SPAN = "coalesce(e.design_life_years, c.design_life_max)"
_END = f"date({BEGAN}, '+' || ({_SPAN} * 12 / 1000) || ' months')"
RETIREMENT = f"coalesce(e.planned_retire_date, {_END})"
#: Per cent of the life that has gone by the day `?`.
USED = (
    f"CAST(round(100.0 * (julianday(?) - julianday({BEGAN})) / "
    f"nullif(julianday(coalesce({_END}, e.planned_retire_date)) - julianday({BEGAN}), 0)) AS INTEGER)"
)

_STATES = ", ".join(f"'{state}'" for state in WORKING)
_DUE = f"""
SELECT e.id, e.site_id, e.code, e.name, {RETIREMENT}, e.warranty_until,
  date({RETIREMENT}, '-{RETIRE_MONTHS} months'), date(e.warranty_until, '-{WARRANTY_DAYS} days')
FROM equipment e LEFT JOIN equipment_class c ON c.id = e.class_id
WHERE e.deleted = 0 AND e.status IN ({_STATES})
  AND (date({RETIREMENT}, '-{RETIRE_MONTHS} months') <= ?1
       OR (date(e.warranty_until, '-{WARRANTY_DAYS} days') <= ?1 AND e.warranty_until >= ?1))"""

RETIRE_RULE = declare(
    Rule(
        "equipment.retire",
        N_("Planned retirement is near"),
        N_("{name}: planned retirement on {day}"),
        N_("Life ends within 12 months by its planned retirement date."),
        N_("Decide on replacement or extension; buy in time."),
    )
)
WARRANTY_RULE = declare(
    Rule(
        "equipment.warranty",
        N_("Warranty is running out"),
        N_("{name}: warranty ends on {day}"),
        N_("The warranty ends within 90 days."),
        N_("Check the machine and claim open defects before the warranty ends."),
    )
)


@settles("equipment.life", {"equipment", "equipment_class"}, ALERTS, order=60, timed=True)
def warn_of_age(derive: Derive) -> bool:
    """One alert per machine and date for retirement and for the end of the warranty."""
    today = values.day_of(derive.now)
    retire, warranty = [], []
    for row_id, site, code, name, due, until, from_due, from_until in derive.rows(_DUE, today):
        said = {"code": code, "name": name}
        if due and from_due <= today:
            facts, level = said | {"day": due}, 2 if due <= today else 3
            since = values.instant_of(from_due)
            retire.append(
                Situation(RETIRE_RULE.code, (row_id, due), level, "equipment", row_id, site, since, facts)
            )
        if until and from_until <= today <= until:
            facts, since = said | {"day": until}, values.instant_of(from_until)
            warranty.append(
                Situation(WARRANTY_RULE.code, (row_id, until), 3, "equipment", row_id, site, since, facts)
            )
    changed = keep(derive, RETIRE_RULE.code, retire)
    return keep(derive, WARRANTY_RULE.code, warranty) or changed


@dataclass(frozen=True)
class Five:
    """The five facts for the decision to retire a machine (R-4.3-e)."""

    age_days: int | None
    life_used: int | None
    faults: int
    faults_year: int
    faults_year_before: int
    cost: int
    price: int | None
    parts: int
    parts_in_stock: int

    @property
    def trend(self) -> str:
        """More faults than in the year before, fewer, or as many: up, down, level."""
        if self.faults_year == self.faults_year_before:
            return "level"
        return "up" if self.faults_year > self.faults_year_before else "down"


_YEAR_MS = 365 * 86_400_000
_LIFE = f"""
SELECT CAST(julianday(?1) - julianday({BEGAN}) AS INTEGER), {USED.replace("?", "?1")}, e.purchase_cost,
  c.code, e.site_id
FROM equipment e LEFT JOIN equipment_class c ON c.id = e.class_id WHERE e.id = ?2"""
_FAULTS = """
SELECT count(*), coalesce(sum(occurred_at > ?2), 0), coalesce(sum(occurred_at > ?3 AND occurred_at <= ?2), 0)
FROM fault WHERE equipment_id = ?1 AND deleted = 0 AND status <> 'withdrawn'"""
#: Parts that were taken for the machine, less what came back, and what its history says it cost; hundredths.
_COST = """
SELECT coalesce((SELECT sum(CASE m.type WHEN 'issue' THEN 1 WHEN 'return' THEN -1 ELSE 0 END
    * m.qty * coalesce(m.unit_price, p.unit_price, 0)) / 100000
  FROM stock_movement m JOIN part p ON p.id = m.part_id WHERE m.equipment_id = ?1
    OR (m.equipment_id IS NULL AND m.work_order_id IN (SELECT id FROM work_order WHERE equipment_id = ?1))), 0)
  + coalesce((SELECT sum(cost) FROM equipment_event
    WHERE equipment_id = ?1 AND ref_table IS NOT 'stock_movement'), 0)"""
_SPARES = """
SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM part_stock s
  WHERE s.part_id = p.id AND s.site_id = ?2 AND s.on_hand - s.reserved > 0)), 0)
FROM part p, json_each(p.applicable) a WHERE a.value = ?1 AND p.deleted = 0"""


def five_facts(read: Reader, equipment: bytes, today: str) -> Five | None:
    """Age, faults and their trend, cost to date against the price, spare parts at hand."""
    found = read.row(_LIFE, today, equipment)
    if found is None:
        return None
    age, used, price, code, site = found
    now = values.instant_of(today) + 86_400_000
    faults, year, before = _row(read, _FAULTS, equipment, now - _YEAR_MS, now - 2 * _YEAR_MS)
    parts, in_stock = _row(read, _SPARES, code, site)
    cost = read.value(_COST, equipment)
    return Five(
        age_days=age,
        life_used=used,
        faults=faults,
        faults_year=year,
        faults_year_before=before,
        cost=cost or 0,
        price=price,
        parts=parts,
        parts_in_stock=in_stock,
    )


def _row(read: Reader, sql: str, *params: Any) -> tuple[Any, ...]:
    return read.rows(sql, *params)[0]
