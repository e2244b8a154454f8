"""Alerts: once per situation, cleared when it is over, handled by people in order, open again only when it comes back."""

import pytest
from machines import Small, as_role, small

from app import alerts, equipment
from app.alerts import Situation, keep
from app.clock import Clock
from app.errors import Denied, Refused
from app.generic import patch
from app.tx import Derive
from app.words import speaking

RULE = "equipment.retire"


def settle_now(store, work):
    """Let a rule of the test weigh the rows as a settler does."""
    with store.local() as connection:
        return work(Derive(connection, {}, store.clock.now()))


@pytest.fixture
def site(desk) -> Small:
    return small(desk)


def opened(small_site: Small, **filters):
    with small_site.desk.read() as read:
        found = alerts.alert_ids(read, "", filters, "", descending=False, actor=small_site.desk.actor)
        return alerts.alert_rows(read, found)


def retire(site: Small) -> alerts.AlertRow:
    return next(row for row in opened(site) if row.rule == RULE)


def test_a_situation_is_raised_once(site):
    first = retire(site)
    for _round in range(3):
        site.desk.profile.store.rebuild()
        with site.desk.read() as read:
            row = read.get("equipment", site.server)
        site.desk.perform(patch("equipment", row, remark=f"第 {_round} 次"))
    assert [row.id for row in opened(site) if row.rule == RULE] == [first.id]
    assert (first.state, first.level, first.code) == ("raised", 3, "DC1-SRV-005")


def test_people_handle_it_in_order(site):
    one = retire(site)
    with pytest.raises(Refused):
        alerts.act(site.desk, one.id, "verified")
    alerts.acknowledge(site.desk, one.id)
    assert retire(site).state == "acknowledged"
    with pytest.raises(Refused):
        alerts.acknowledge(site.desk, one.id)
    alerts.act(site.desk, one.id, "handling")
    with pytest.raises(Refused) as refused:
        alerts.act(site.desk, one.id, "verified", measure="立项更换")
    assert refused.value.objections[0].field == "cause"
    alerts.act(site.desk, one.id, "verified", cause="设备老化", measure="立项更换")
    alerts.act(site.desk, one.id, "closed")
    assert all(row.rule != RULE for row in opened(site))
    with site.desk.read() as read:
        assert [a.action for a in alerts.acted(read, one.id)] == [
            "closed", "verified", "handling", "acknowledged",
        ]  # fmt: skip
        assert alerts.alert_row(read, one.id).state == "closed"


def test_a_false_alarm_needs_its_reason(site):
    one = retire(site)
    with pytest.raises(Refused):
        alerts.act(site.desk, one.id, "closed")
    alerts.act(site.desk, one.id, "closed", reason="日期录错")
    assert all(row.rule != RULE for row in opened(site))


def test_closed_stays_closed_until_a_new_situation(site):
    one = retire(site)
    alerts.act(site.desk, one.id, "closed", reason="已立项")
    site.desk.profile.store.rebuild()
    assert all(row.rule != RULE for row in opened(site))
    equipment.edit(site.desk, site.server, {"planned_retire_date": "2027-09-01"})
    again = retire(site)
    assert again.id != one.id
    assert again.state == "raised"


def test_what_comes_back_asks_anew(site):
    clock = [site.desk.now()]
    store = site.desk.profile.store
    store._clock = Clock(lambda: clock[0])
    made = Situation("test.rule", ("pump",), 2, "equipment", site.server, site.site, clock[0], {"n": 1})

    def weigh(*found):
        return settle_now(store, lambda derive: keep(derive, "test.rule", found))

    assert weigh(made) is True
    assert weigh(made) is False
    alerts.act(site.desk, made.id, "closed", reason="已停泵")
    clock[0] += 60_000
    weigh()
    with site.desk.read() as read:
        assert alerts.alert_row(read, made.id).state == "cleared"
    clock[0] += 60_000
    weigh(Situation(**{f: getattr(made, f) for f in made.__dataclass_fields__} | {"raised_at": clock[0]}))
    with site.desk.read() as read:
        assert alerts.alert_row(read, made.id).state == "raised"


def test_it_clears_when_the_machine_retires(site):
    equipment.proceed(site.desk, site.server, "retired", "", retire_reason="age", retire_decision="批准")
    assert opened(site) == []
    assert {row.state for row in opened(site, all=True)} == {"cleared"}
    with pytest.raises(Refused):
        alerts.acknowledge(site.desk, opened(site, all=True)[0].id)


def test_counts_are_for_whom_it_concerns(site):
    planner, technician, auditor = (as_role(site.desk, r) for r in ("planner", "technician", "auditor"))
    with site.desk.read() as read:
        assert alerts.waiting(read, planner.actor, site.site) == 2
        assert alerts.waiting(read, technician.actor, site.site) == 0
        assert alerts.levels(read, site.site) == {3: 2}
    with pytest.raises(Denied):
        alerts.acknowledge(auditor, retire(site).id)
    alerts.acknowledge(site.desk, retire(site).id)
    with site.desk.read() as read:
        assert alerts.waiting(read, planner.actor, site.site) == 1
    assert len(opened(site, mine=True, level=3, site=site.site)) == 2
    assert len(opened(site, state="acknowledged", rule=RULE)) == 1


def test_search_and_order(site):
    with site.desk.read() as read:
        for text, count in (("srv", 2), ("2027-05", 1), ("没有", 0)):
            found = alerts.alert_ids(read, "raised_at", {}, text, descending=True, actor=site.desk.actor)
            assert len(found) == count, text


def test_an_unknown_rule_is_shown_all_the_same(site):
    made = Situation("newer.rule", ("x",), 1, "equipment", site.server, site.site, 1, {"day": "2027-01-01"})
    settle_now(site.desk.profile.store, lambda derive: keep(derive, "newer.rule", [made]))
    row = opened(site)[0]
    assert (row.title, row.what, row.level) == ("newer.rule", "机器 DC1-SRV-005", 1)
    assert row.todo
    assert row.why == ""


def test_an_alert_names_person_and_certificate_in_the_language_of_the_reader(sample_desk):
    def said():
        with sample_desk.read() as read:
            ids = alerts.alert_ids(read, "", {}, "", descending=False, actor=sample_desk.actor)
            return [
                row.what for row in alerts.alert_rows(read, ids) if row.rule.startswith(("cert", "train"))
            ]

    assert any(words.startswith("南宫小冷：") for words in said())
    with speaking("en"):
        english = said()
    assert english
    assert all(words.isascii() for words in english)
