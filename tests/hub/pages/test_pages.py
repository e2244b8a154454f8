"""Every page and form of the hub's administrators, over real HTTP, with real laptops behind it."""

from contextlib import closing

import pytest
from fleet import HERE_ALONE, SITE, supplier
from hub_place import Place
from visitor import Visitor

from app.errors import AppError
from app.hub.checkpoints import sign_daily
from app.profile import Profile
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.outgoing import export
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


# --- batch files ---


@BOTH
def test_a_batch_file_is_brought_in_and_answered(place, chen, tmp_path):
    laptop = place.fleet.laptops["a"]
    laptop.desk.perform(supplier("BY-FILE")[1])
    made = export(laptop.profile, tmp_path)
    found = chen.upload(*((path.name, path.read_bytes()) for path in made.paths))
    assert (found.status_code, "1 record, 1 of them new" in found.text) == (200, True)
    link = found.text.partition('href="/admin/bundles/returns/')[2].partition('"')[0]
    answer = chen.client.get(f"/admin/bundles/returns/{link}")
    assert answer.headers["content-disposition"].startswith("attachment;")
    back = tmp_path / "back.swb"
    back.write_bytes(answer.content)
    bring_in(laptop.profile, back)
    assert laptop.value("SELECT count(*) FROM op WHERE acked = 0") == 0
    assert place.value("SELECT count(*) FROM supplier WHERE code = 'BY-FILE'") == 1
    again = chen.upload(*((path.name, path.read_bytes()) for path in made.paths))
    assert "0 of them new" in again.text
    assert "×2" in chen.get("/bundles").text
    assert "Fetched a return file" in chen.get("/journal").text
    assert not list(place.hub.files.folder.glob("upload-*"))


def test_a_gap_is_named_and_a_lost_laptop_adopted(place, chen, tmp_path):
    laptop = place.fleet.laptops["a"]
    laptop.desk.perform(supplier("LOST")[1])
    lost = export(laptop.profile, tmp_path / "lost.swb")
    assert lost.ops
    laptop.desk.perform(supplier("SAVED")[1])
    chain = laptop.value("SELECT chain_id FROM op ORDER BY n DESC LIMIT 1")
    with laptop.profile.store.local() as connection:  # as if only the second file had been kept
        connection.execute(
            "UPDATE op SET acked = 2 WHERE acked = 0 AND chain_id = ? AND seq < (SELECT max(seq) FROM op)",
            (chain,),
        )
    second = export(laptop.profile, tmp_path / "second.swb")
    found = chen.upload(*((path.name, path.read_bytes()) for path in second.paths))
    assert "are missing" in found.text or "is missing" in found.text
    page = chen.get(f"/laptops/{place.code('a')}").text
    assert "1 record waits for earlier ones." in page
    assert "1 record was let in" in chen.send(f"/laptops/{place.code('a')}/adopt").text
    assert place.value("SELECT count(*) FROM supplier WHERE code = 'SAVED'") == 1


def test_bad_files_get_a_sentence(place, chen):
    for name, content in (
        ("letter.swb", b"no batch file"),
        ("empty.swb", b""),
        ("../../evil.swb", b"x"),
        ("<script>.swb", b"x"),
        ("..", b"x"),
        ("数据包 一.swb", b"x" * 200_000),
    ):
        found = chen.upload((name, content))
        assert (found.status_code, "is no batch file" in chen.page) == (200, True), name
        assert "<script" not in found.text
    assert "“evil.swb” is no batch file" in chen.get("/journal").text
    assert not list(place.fleet.folder.rglob("*evil*"))


def test_a_forged_form_keeps_no_byte(place, chen):
    for parts in (
        [("file", ("a.swb", b"x" * 100_000))],
        [("proof", (None, b"0" * 64)), ("file", ("a.swb", b"x"))],
        [("file", ("a.swb", b"x")), ("proof", (None, chen.proof().encode()))],
    ):
        found = chen.client.post("/admin/bundles", files=parts)
        assert (found.status_code, "not sent by the page itself" in found.text) == (422, True)
    chen.get("/bundles")
    proof = [("proof", (None, chen.proof().encode()))]
    assert chen.client.post("/admin/bundles", files=[*proof, ("other", ("a", b"x"))]).status_code == 422
    assert chen.client.post("/admin/bundles", data={"proof": chen.proof()}).status_code == 422
    head = {"content-type": "multipart/form-data; boundary=b"}
    for body in (b"", b"--b", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: x\r\n\r\n", b"garbage" * 2000):
        assert chen.client.post("/admin/bundles", content=body, headers=head).status_code == 422
    assert not list(place.hub.files.folder.glob("upload-*"))


def test_return_files_are_not_guessed(chen):
    for odd in ("0" * 32, "..%2f..%2fhub.db", "x", "%00", "' OR 1=1"):
        assert chen.client.get(f"/admin/bundles/returns/{odd}").status_code == 404


# --- backups and checkpoints ---


def test_backups_are_made_listed_and_proved(place, chen):
    chen.get("/backups")
    assert "There is no verified backup." in chen.page
    assert "The backup is made and proved" in chen.send("/backups/make").text
    made_at = chen.page.partition('name="backup" value="')[2].partition('"')[0]
    assert "is whole" in chen.send("/backups/prove", backup=made_at).text
    assert place.value("SELECT checked_at FROM hub_backup")
    copy = next((place.fleet.folder / "backups").glob("hub-*.db"))
    content = bytearray(copy.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = bytes(4096)
    copy.write_bytes(content)
    assert "is damaged or gone" in chen.send("/backups/prove", backup=made_at).text
    assert "The hub has no verified backup" in chen.get("/").text
    for odd in ("", "0", "x", "1"):
        assert chen.send("/backups/prove", backup=odd).status_code == 422


def test_a_backup_of_another_machine_is_proved_there(place, chen):
    chen.get("/backups")
    chen.send("/backups/make")
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_backup SET host = 'other'")
    made_at = place.value("SELECT made_at FROM hub_backup")
    assert "lies on other" in chen.send("/backups/prove", backup=made_at).text


@pytest.mark.logs("backup failed")
def test_a_failed_backup_is_told(place, chen):
    (place.fleet.folder / "backups").write_text("a file where the folder should be")
    chen.get("/backups")
    assert "The last backup failed" in chen.send("/backups/make").text
    assert "The last backup failed" in chen.get("/").text


def test_checkpoints_are_signed_and_looked_at_again(place, chen):
    chen.get("/checkpoints")
    assert "signed up to now" in chen.send("/checkpoints").text
    assert "holds" in chen.get("/checkpoints").text
    with place.hub.writing() as connection:
        connection.execute("UPDATE checkpoint SET seq = seq - 1")
    assert "wrong signature" in chen.get("/checkpoints").text


# --- hostile texts ---

HOSTILE = (
    "' OR '1'='1", "'; DROP TABLE hub_device; --", '" OR ""="', "1 UNION SELECT verifier FROM hub_admin", "%27", "\\", "{{7*7}}",
    "{% raw %}", "${7*7}", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "../../etc/passwd", "name__startswith",
    "{0.__class__}", "{visit}", "%s%n", "\r\nSet-Cookie: a=b", "\u202e", "𝕏" * 40, "__proto__",
)  # fmt: skip


def test_hostile_texts_have_no_effect(place, chen):
    code = place.code("a")
    before = place.value("SELECT count(*) FROM hub_device"), place.value("SELECT count(*) FROM hub_admin")
    for text in HOSTILE:
        for path in ("/laptops", "/journal", "/sign-in"):
            found = chen.client.get(
                f"/admin{path}", params={"q": text, "before": text, "back": text}, follow_redirects=True
            )
            assert found.status_code == 200, (path, text)
            assert "<script>alert" not in found.text
            assert "<img src=x" not in found.text
        assert (
            chen.client.get(
                "/admin/laptops/"
                + text.replace("/", "%2f").replace("?", "%3f").replace("#", "%23").replace("\r\n", "%0d%0a")
            ).status_code
            == 404
        )
        chen.get(f"/laptops/{code}")
        assert chen.send(f"/laptops/{code}/rename", machine=text).status_code == 200
        shown = chen.client.get(f"/admin/laptops/{code}").text
        assert "49" not in shown.partition("<h1>")[2].partition("</h1>")[0]
        assert "<script>" not in shown
        assert "<img src=x" not in shown
    assert before == (
        place.value("SELECT count(*) FROM hub_device"),
        place.value("SELECT count(*) FROM hub_admin"),
    )


def test_fields_that_nobody_asked_for_are_ignored(place, chen):
    code = place.code("a")
    chen.get(f"/laptops/{code}")
    chen.send(
        f"/laptops/{code}/rename",
        machine="M",
        code="XXX",
        scope="*",
        revoked_at="1",
        device_id="0",
        name="li",
        is_admin="1",
    )
    row = place.value("SELECT machine FROM hub_device WHERE code = ? AND revoked_at IS NULL", code)
    assert row == "M"
    assert place.value("SELECT count(*) FROM hub_admin") == 1


def test_too_much_is_refused(chen):
    chen.get("/invitations")
    proof = chen.proof()
    assert (
        chen.client.post("/admin/invitations", data={"proof": proof, "remark": "x" * 70_000}).status_code
        == 400
    )
    many = {"proof": proof} | {f"f{n}": "1" for n in range(300)}
    assert chen.client.post("/admin/invitations", data=many).status_code == 400
    assert chen.client.get("/admin/laptops", params={"q": "x" * 5000}).status_code in {200, 400}
    assert chen.client.get("/admin/laptops?q=" + "x" * 1000).status_code == 400


def test_an_address_of_nothing_gets_a_page(chen, visit):
    for path in ("/nothing", "/laptops/A/B/C", "/static/../../hub.db", "/.git/config"):
        assert chen.get(path).status_code == 404
    assert visit().client.get("/admin/nothing").status_code == 404
    assert visit().client.get("/admin/hub.css").headers["content-type"].startswith("text/css")
