"""Batch files, backups, checkpoints and hostile texts at the hub's page."""

import pytest
from fleet import supplier

from app.sync.bundle.incoming import bring_in
from app.sync.bundle.outgoing import export

BOTH = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


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
