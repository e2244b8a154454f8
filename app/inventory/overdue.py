"""The alerts of what is away too long: loans past their due date, transfers that do not arrive, calibrations that end, serial numbers twice."""

from collections.abc import Iterator

from app import values
from app.alerts.rules import Rule, declare
from app.alerts.situations import Situation, keep
from app.changes import ALERTS
from app.inventory.away import ON_THE_WAY, STILL_OUT
from app.inventory.loans import CALIBRATION_AHEAD, DUE
from app.inventory.signs import signed
from app.inventory.transit import LATE_DAYS
from app.settle import settles
from app.tx import Derive
from app.words import N_

DAY = 86_400_000
LOAN = declare(
    Rule(
        "loan.overdue",
        N_("Loan is overdue"),
        N_("{name}: {quantity} {unit} with {who}, due on {day}"),
        N_("The due date of the loan has passed and it has not come back."),
        N_("Ask for it, extend the loan, or turn it into an issue."),
    )
)
TRANSIT = declare(
    Rule(
        "transit.late",
        N_("Transfer has not arrived"),
        N_("{name}: {quantity} {unit} on the way to {site} since {day}"),
        N_("More than 7 days after they left, the parts are not booked as arrived."),
        N_("Book the arrival, or find out where they are."),
    )
)
LOAN_MORE = declare(
    Rule(
        "loan.more",
        N_("More came back than was lent"),
        N_("{name}: loan {code}, {quantity} {unit} too many booked as returned"),
        N_(
            "The return was booked twice, for example on two laptops: the books show more in the bin than lies there."
        ),
        N_("Look in the bin, and take one of the two returns back in the ledger."),
    )
)
TRANSIT_MORE = declare(
    Rule(
        "transfer.more",
        N_("More arrived than was sent"),
        N_("{name}: transfer {code}, {quantity} {unit} too many booked as arrived"),
        N_(
            "The arrival was booked twice, for example on two laptops: the books show more in the bin than lies there."
        ),
        N_("Look in the bin, and take one of the two arrivals back in the ledger."),
    )
)
CALIBRATION = declare(
    Rule(
        "calibration.due",
        N_("Calibration of a tool ends"),
        N_("{name} {serial}: calibrated until {day}"),
        N_("The calibration has ended or ends within 30 days."),
        N_("Have the tool calibrated; do not use it beyond the day."),
    )
)
SERIAL = declare(
    Rule(
        "serial.twice",
        N_("Serial number booked twice"),
        N_("{name}: serial number {serial} left the store twice, or lies there twice"),
        N_("A serial number names one piece; by the books there are {count}."),
        N_("Find the wrong booking and reverse it."),
    )
)
_LOANS = f"""
SELECT l.id, l.site_id, l.part_id, p.name, p.unit, coalesce(s.name, l.party, ''), {DUE}, {STILL_OUT},
  coalesce(t.timezone, 'Asia/Shanghai')
FROM loan l JOIN part p ON p.id = l.part_id LEFT JOIN staff s ON s.id = l.staff_id LEFT JOIN site t ON t.id = l.site_id
WHERE l.deleted = 0 AND {STILL_OUT} > 0"""
_TRANSIT = f"""
SELECT t.id, t.to_site, t.part_id, p.name, p.unit, coalesce(s.name, ''), t.sent_at, {ON_THE_WAY},
  coalesce(s.timezone, 'Asia/Shanghai')
FROM stock_transfer t JOIN part p ON p.id = t.part_id LEFT JOIN site s ON s.id = t.to_site
WHERE t.deleted = 0 AND t.sent_at < ? AND {ON_THE_WAY} > 0"""
_LOANS_MORE = f"""
SELECT l.id, l.site_id, l.part_id, p.name, p.unit, l.code, -({STILL_OUT}),
  coalesce((SELECT max(e.at) FROM loan_event e WHERE e.loan_id = l.id AND e.deleted = 0), l.lent_at)
FROM loan l JOIN part p ON p.id = l.part_id WHERE l.deleted = 0 AND {STILL_OUT} < 0"""
_TRANSIT_MORE = f"""
SELECT t.id, t.to_site, t.part_id, p.name, p.unit, t.code, -({ON_THE_WAY}),
  coalesce((SELECT max(e.at) FROM stock_transfer_event e WHERE e.transfer_id = t.id AND e.deleted = 0), t.sent_at)
FROM stock_transfer t JOIN part p ON p.id = t.part_id WHERE t.deleted = 0 AND {ON_THE_WAY} < 0"""
_LENT = """
SELECT 1 FROM stock_movement WHERE loan_id IS NOT NULL AND id IN (SELECT id FROM temp.touched WHERE tbl = 'stock_movement')
LIMIT 1"""
_TOOLS = """
SELECT c.part_id, coalesce(c.serial, ''), max(c.valid_until), p.name FROM tool_calibration c
JOIN part p ON p.id = c.part_id WHERE c.deleted = 0 AND p.deleted = 0 GROUP BY 1, 2, 4"""
_SERIALS = f"""
SELECT m.part_id, m.serial, sum({signed("m")}), max(m.happened_at), max(p.name) FROM stock_movement m
JOIN part p ON p.id = m.part_id WHERE m.serial IS NOT NULL{{here}} GROUP BY 1, 2
HAVING sum({signed("m")}) NOT IN (0, {values.THOUSAND})"""


_OF_LOANS = frozenset({"loan", "loan_event", "part"})


@settles("loans", _OF_LOANS | {"stock_movement"}, ALERTS, order=63, timed=True)
def warn_of_loans(derive: Derive) -> bool:
    """One alert per loan and due date; an extension or the return clears it. One where more came back than was lent."""
    if derive.touched and _OF_LOANS.isdisjoint(derive.touched) and not derive.value(_LENT):
        return False
    late = keep(derive, LOAN.code, _overdue(derive))
    return keep(derive, LOAN_MORE.code, _too_many(derive, LOAN_MORE, _LOANS_MORE)) or late


def _too_many(derive: Derive, rule: Rule, sql: str) -> Iterator[Situation]:
    for one, site, part, name, unit, code, qty, at in derive.rows(sql):
        facts = {"name": name, "unit": unit, "code": code, "quantity": values.show_quantity(int(qty))}
        yield Situation(rule.code, (one,), 2, "part", part, site, at, facts)


def _overdue(derive: Derive) -> Iterator[Situation]:
    for loan, site, part, name, unit, who, due, out, zone in derive.rows(_LOANS):
        if due < values.day_of(derive.now, zone):
            facts = {
                "name": name,
                "unit": unit,
                "who": who,
                "day": due,
                "quantity": values.show_quantity(out),
            }
            at = values.instant_of(due, timezone=zone) + DAY
            yield Situation(LOAN.code, (loan, due), 2, "part", part, site, at, facts)


@settles("transfers", {"stock_transfer", "stock_transfer_event", "part"}, ALERTS, order=64, timed=True)
def warn_of_transfers(derive: Derive) -> bool:
    """One alert per transfer that is on the way for more than a week, or of which more arrived than was sent."""
    late = keep(derive, TRANSIT.code, _late(derive))
    return keep(derive, TRANSIT_MORE.code, _too_many(derive, TRANSIT_MORE, _TRANSIT_MORE)) or late


def _late(derive: Derive) -> Iterator[Situation]:
    for transfer, site, part, name, unit, to, sent, out, zone in derive.rows(
        _TRANSIT, derive.now - LATE_DAYS * DAY
    ):
        facts = {
            "name": name, "unit": unit, "site": to, "day": values.day_of(sent, zone),
            "quantity": values.show_quantity(out),
        }  # fmt: skip
        yield Situation(TRANSIT.code, (transfer,), 2, "part", part, site, sent + LATE_DAYS * DAY, facts)


@settles("calibrations", {"tool_calibration", "part"}, ALERTS, order=65, timed=True)
def warn_of_calibrations(derive: Derive) -> bool:
    """One alert per tool and end of its calibration, 30 days ahead; a new calibration clears it."""
    return keep(derive, CALIBRATION.code, _ending(derive))


def _ending(derive: Derive) -> Iterator[Situation]:
    today = values.day_of(derive.now)
    ahead = values.day_of(derive.now + CALIBRATION_AHEAD * DAY)
    for part, serial, until, name in derive.rows(_TOOLS):
        if until <= ahead:
            at = values.instant_of(until) - CALIBRATION_AHEAD * DAY
            facts = {"name": name, "serial": serial, "day": until}
            yield Situation(
                CALIBRATION.code,
                (part, serial, until),
                2 if until < today else 3,
                "part",
                part,
                None,
                at,
                facts,
            )


@settles("serial numbers", {"stock_movement"}, ALERTS, order=66)
def warn_of_serials(derive: Derive) -> bool:
    """One alert per serial number of which the books hold less than none or more than one."""
    touched = "SELECT part_id FROM stock_movement WHERE serial IS NOT NULL AND id IN (SELECT id FROM temp.touched WHERE tbl = 'stock_movement')"
    parts = {part for (part,) in derive.rows(touched)}
    if not parts:
        return False
    found = [
        Situation(
            SERIAL.code, (part, serial), 2, "part", part, None, at,
            {"name": name, "serial": serial, "count": values.show_quantity(int(count))},
        )
        for part, serial, count, at, name in derive.rows(_SERIALS.format(here=f" AND m.part_id IN ({touched})"))
    ]  # fmt: skip
    return keep(derive, SERIAL.code, found, subjects=parts)
