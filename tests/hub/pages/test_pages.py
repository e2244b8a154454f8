"""Every page and form of the hub's administrators, over real HTTP, with real laptops behind it."""

from contextlib import closing

import pytest
from fleet import HERE_ALONE, SITE, supplier
from hub_place import Place
from visitor import Visitor

from app.errors import AppError
from app.hub.checkpoints import sign_daily
from app.profile import Profile
from app.sync.client import sync_once
from app.sync.joining import join, read_invitation
from app.sync.line import Revoked
from app.sync.transport import Http

BOTH = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


def invited(visitor: Visitor, **fields: object) -> str:
    """The line of a new invitation."""
    visitor.get("/invitations")
    found = visitor.send(
        "/invitations", **({"machines": 1, "days": 7, "all": 1, "address": "http://hub:8437"} | fields)
    )
    assert found.status_code == 200, visitor.page
    return visitor.page.partition('id="invitation">')[2].partition("<")[0]


def come(place: Place, profile: Profile, line: str) -> None:
    """A laptop joins over HTTP."""
    with closing(Http(place.address)) as way:
        join(profile, read_invitation(line), way)


def held_one(place: Place) -> None:
    """An entry in the quarantine: what a revoked laptop sends."""
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_device SET revoked_at = 1 WHERE code = ?", (place.code("b"),))
    place.fleet.laptops["b"].desk.perform(supplier("HELD-1")[1])
    with pytest.raises(Revoked):
        place.fleet.laptops["b"].sync()


@BOTH
def test_every_page_is_shown_in_both_languages(place, visit):
    held_one(place)
    sign_daily(place.hub)
    for language, word in (
        ("en-GB,en;q=0.8", "Laptops"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "笔记本"),
        ("fr, zh;q=0.5", "笔记本"),
    ):
        visitor = visit(language)
        visitor.sign_in()
        for path in ("/", "/laptops", f"/laptops/{place.code('a')}", f"/laptops/{place.code('b')}", "/invitations", "/quarantine",
                     "/bundles", "/backups", "/checkpoints", "/journal", "/account"):  # fmt: skip
            found = visitor.get(path)
            assert (found.status_code, word in found.text) == (200, True), (path, language)
            assert "<Macro" not in found.text
            assert "Undefined" not in found.text


def test_the_language_is_switched_and_kept(chen):
    assert "Laptops" in chen.get("/laptops").text
    found = chen.client.get("/admin/language/zh_CN", params={"back": "/admin/laptops"})
    assert (found.status_code, found.headers["location"]) == (303, "/admin/laptops")
    assert "笔记本" in chen.get("/laptops").text
    assert chen.client.get("/admin/language/xx").status_code == 303
    assert "笔记本" in chen.get("/laptops").text


def test_the_overview_says_what_is_wrong(place, chen):
    assert "The hub has no verified backup" in chen.get("/").text
    held_one(place)
    with place.hub.writing() as connection:
        connection.execute(
            "UPDATE hub_device SET seen_at = 1, clock_offset = 600000 WHERE code = ?", (place.code("a"),)
        )
    text = chen.get("/").text
    assert "1 entry waits in the quarantine." in text
    assert "1 laptop was not heard of for 14 days." in text
    assert "The clock of 1 laptop is wrong." in text


def test_everything_is_in_order_after_a_backup(chen):
    chen.get("/backups")
    assert "The backup is made and proved" in chen.send("/backups/make").text
    assert "Everything is in order." in chen.get("/").text


# --- laptops ---


def test_laptops_are_found(place, chen):
    assert place.code("b") in chen.get("/laptops").text
    found = chen.get(f"/laptops?q={place.code('a').lower()}").text
    assert f">{place.code('a')}<" in found
    assert f">{place.code('b')}<" not in found
    assert "No laptop matches." in chen.get("/laptops?q=zzzz").text
    assert chen.get("/laptops/NONE").status_code == 404


def test_what_a_laptop_still_holds_is_known_from_its_last_exchange(place, chen):
    laptop = place.fleet.laptops["a"]
    laptop.desk.perform(*(supplier(f"W-{n}")[1] for n in range(3)))
    laptop.way.before["ops"] = lambda: (_ for _ in ()).throw(RuntimeError("the line is cut"))
    with pytest.raises(RuntimeError):
        laptop.sync()
    assert "3 records not sent at its last exchange" in chen.get(f"/laptops/{place.code('a')}").text
    laptop.sync()
    assert "nothing, at its last exchange" in chen.get(f"/laptops/{place.code('a')}").text


@BOTH
def test_a_laptop_is_renamed_given_other_sites_and_revoked(place, chen):
    code = place.code("a")
    chen.get(f"/laptops/{code}")
    assert "is called 泵房 <b> now" in chen.send(f"/laptops/{code}/rename", machine="泵房 <b>").text.replace(
        "&lt;", "<"
    ).replace("&gt;", ">")
    assert chen.send(f"/laptops/{code}/rename", machine="  ").status_code == 422
    assert chen.send(f"/laptops/{code}/sites").status_code == 422
    assert chen.send(f"/laptops/{code}/sites", site=f"site:{'0' * 32}").status_code == 422
    assert "hears of its sites" in chen.send(f"/laptops/{code}/sites", site=f"site:{SITE.hex()}").text
    assert place.value("SELECT scope FROM hub_device WHERE code = ?", code) == HERE_ALONE
    assert "has these sites already" in chen.send(f"/laptops/{code}/sites", site=f"site:{SITE.hex()}").text
    assert "takes part no more" in chen.send(f"/laptops/{code}/revoke").text
    with pytest.raises(Revoked):
        place.fleet.laptops["a"].sync()
    assert chen.send(f"/laptops/{code}/revoke").status_code == 422
    journal = chen.get("/journal").text
    assert all(
        word in journal for word in ("Renamed a laptop", "Changed the sites", "Revoked a laptop", code)
    )


def test_a_lost_laptop_gets_a_replacement(place, chen):
    code = place.code("b")
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_device SET scope = ? WHERE code = ?", (HERE_ALONE, code))
    page = chen.get(f"/laptops/{code}").text
    assert "Lost, broken or handed on" in page
    assert "The hub has no record of this laptop" in page
    assert "The hub has what this laptop sent up to" in chen.get(f"/laptops/{place.code('a')}").text
    chen.get(f"/laptops/{code}")
    found = chen.send(f"/laptops/{code}/replacement", address=place.address, revoke=1)
    assert found.status_code == 200
    line = chen.page.partition('id="invitation">')[2].partition("<")[0]
    assert place.value("SELECT revoked_at FROM hub_device WHERE code = ?", code)
    laptop = place.fleet.fresh("new")
    come(place, laptop.profile, line)
    assert place.value("SELECT scope FROM hub_device ORDER BY enrolled_at DESC, code LIMIT 1") == HERE_ALONE


# --- invitations ---


@BOTH
def test_an_invitation_lets_a_laptop_in_over_http(place, chen):
    line = invited(chen, address=place.address, machines=2, remark="班组 <A>")
    assert chen.page.count('<svg class="qr"') == 1
    laptop = place.fleet.fresh("c")
    come(place, laptop.profile, line)
    laptop.reopen()
    with closing(Http(place.address)) as way:
        sync_once(laptop.profile, way)
    assert laptop.value("SELECT count(*) FROM site") == 1
    listed = chen.get("/invitations").text
    assert "班组 &lt;A&gt;" in listed
    assert "1 / 2" in listed
    assert line.partition("#")[2].partition(".")[0] not in listed


def test_an_invitation_is_shown_once(place, chen):
    chen.get("/invitations")
    fields = {
        "machines": 1,
        "days": 7,
        "all": 1,
        "address": "http://hub:1",
        "proof": chen.proof(),
        "form": "a" * 32,
    }
    assert chen.client.post("/admin/invitations", data=fields).status_code == 200
    again = chen.client.post("/admin/invitations", data=fields)
    assert (again.status_code, "shown already" in again.text) == (422, True)
    assert place.value("SELECT count(*) FROM hub_invitation WHERE form IS NOT NULL") == 1


def test_a_withdrawn_invitation_lets_nobody_in(place, chen):
    line = invited(chen, address=place.address)
    chen.get("/invitations")
    hidden = chen.page.partition('name="invitation" value="')[2].partition('"')[0]
    assert "lets nobody in" in chen.send("/invitations/withdraw", invitation=hidden).text
    with pytest.raises(AppError, match="used or has run out"):
        come(place, place.fleet.fresh("c").profile, line)
    assert chen.send("/invitations/withdraw", invitation=hidden).status_code == 422
    for odd in ("", "zz", "0" * 64, "' OR 1=1 --"):
        assert chen.send("/invitations/withdraw", invitation=odd).status_code == 422


SLIPS: tuple[dict[str, object], ...] = (
    {"machines": 0}, {"machines": 1001}, {"machines": "x"}, {"machines": "１"}, {"days": 0}, {"days": 367}, {"days": ""},
    {"days": "9" * 30}, {"address": "hub"}, {"address": "ftp://hub"}, {"address": "http://"}, {"address": "http://h b"},
    {"address": "javascript:alert(1)"}, {"address": "http://hub#x"}, {"address": "http://u:p@hub"}, {"address": "http://h:99999"},
    {"all": ""}, {"all": "", "site": "global"}, {"all": "", "site": "*"}, {"remark": "x" * 101}, {"remark": "a\0b"},
)  # fmt: skip


def test_slips_in_an_invitation_get_a_sentence_and_keep_what_was_typed(place, chen):
    for fields in SLIPS:
        chen.get("/invitations")
        good = {"machines": 1, "days": 7, "all": 1, "address": "http://hub:8437", "remark": "Line 3"}
        found = chen.send("/invitations", **(good | fields))
        assert (found.status_code, "note danger" in found.text) == (422, True), fields
        assert "remark" in fields or 'value="Line 3"' in found.text
    assert place.value("SELECT count(*) FROM hub_invitation WHERE form IS NOT NULL") == 0


# --- the quarantine ---


@BOTH
def test_what_is_kept_back_is_accepted(place, chen):
    held_one(place)
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_device SET revoked_at = NULL WHERE code = ?", (place.code("b"),))
    page = chen.get("/quarantine").text
    assert "HELD-1" in page
    entry = page.partition('name="entry" value="')[2].partition('"')[0]
    assert "1 entry was accepted" in chen.send("/quarantine", entry=entry, decision="accept").text
    assert place.value("SELECT count(*) FROM supplier WHERE code = 'HELD-1'") == 1
    assert "Nothing is kept back." in chen.get("/quarantine").text
    assert chen.send("/quarantine", entry=entry, decision="refuse", reason="late").status_code == 422
    assert place.value("SELECT remark FROM held_op") == "At the hub: chen"


def test_a_refusal_needs_its_reason(place, chen):
    held_one(place)
    page = chen.get("/quarantine").text
    entry = page.partition('name="entry" value="')[2].partition('"')[0]
    for fields in ({"decision": "refuse"}, {"decision": "refuse", "reason": "  "}, {"decision": "x"}, {}):
        assert chen.send("/quarantine", entry=entry, **fields).status_code == 422
    for odd in ("", "0" * 32, "x'--"):
        assert chen.send("/quarantine", entry=odd, decision="accept").status_code == 422
    assert (
        "1 entry was refused"
        in chen.send("/quarantine", entry=entry, decision="refuse", reason="not ours").text
    )
    assert place.value("SELECT decision FROM held_op") == "refused"
    assert place.value("SELECT remark FROM held_op") == "not ours (at the hub: chen)"
    assert place.value("SELECT count(*) FROM supplier WHERE code = 'HELD-1'") == 0
