"""Signing in at the hub's page: who gets in, who does not, how long that takes, and what other sites can do (trust.md, H1 to H4)."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from fleet import Fleet
from hub_place import Place
from visitor import PASSWORD, Visitor

from app.errors import AppError
from app.hub.pages import accounts
from app.hub.pages.accounts import WaitError, close_admin, put_admin, set_up, setup_code, sign_in
from app.hub.pages.sessions import IDLE_MS, LONGEST_MS


@pytest.fixture
def place(tmp_path: Path, blank: Path) -> Iterator[Place]:
    """A hub with a laptop that nobody needs to open."""
    fleet = Fleet(tmp_path, blank)
    with fleet.hub.writing() as connection:
        connection.execute(
            "INSERT INTO hub_device (device_id, public_key, code, machine, scope, enrolled_at) VALUES (?, ?, 'A', 'a', '*', 1)",
            (bytes(16), bytes(32)),
        )
    put_admin(fleet.hub, "chen", PASSWORD, None)
    made = Place(fleet)
    yield made
    made.close()
    fleet.close()


def test_nobody_gets_in_without_signing_in(place, visit):
    stranger, code = visit(), place.code("a")
    for path in ("/", "/laptops", f"/laptops/{code}", "/invitations", "/quarantine", "/bundles", "/backups", "/checkpoints",
                 "/journal", "/account", "/bundles/returns/" + "0" * 32):  # fmt: skip
        found = stranger.client.get(f"/admin{path}")
        assert (found.status_code, found.headers["location"].startswith("/admin/sign-in")) == (303, True), (
            path
        )
    for path in (f"/laptops/{code}/revoke", f"/laptops/{code}/sites", f"/laptops/{code}/rename", f"/laptops/{code}/adopt",
                 f"/laptops/{code}/replacement", "/invitations", "/invitations/withdraw", "/quarantine", "/bundles",
                 "/backups/make", "/backups/prove", "/checkpoints", "/account/password", "/account/add", "/account/close",
                 "/sign-out-everywhere"):  # fmt: skip
        found = stranger.client.post(
            f"/admin{path}", data={"proof": "x", "all": "1", "machines": "1", "days": "1"}
        )
        assert found.status_code == 401, path
    assert place.value("SELECT count(*) FROM hub_device WHERE revoked_at IS NOT NULL") == 0
    assert place.value("SELECT count(*) FROM hub_invitation WHERE uses_left > 0") == 0


def test_signed_in_one_goes_on_where_one_wanted_to(place, visit):
    visitor = visit()
    assert "Sign in to the hub" in visitor.get("/laptops").text
    found = visitor.send("/sign-in", name=" CHEN ", password=PASSWORD)
    assert (found.status_code, found.url.path) == (200, "/admin/laptops")
    assert place.code("a") in found.text


def test_nobody_is_led_elsewhere(visit):
    for back in (
        "https://evil.example/",
        "//evil.example",
        "/admin/../v1",
        "/admin/\\evil",
        "/adminx",
        "javascript:1",
    ):
        visitor = visit()
        visitor.get("/sign-in")
        found = visitor.send("/sign-in", follow=False, name="chen", password=PASSWORD, back=back)
        assert found.headers["location"] == "/admin/"
        led = visitor.client.get("/admin/language/en", params={"back": back})
        assert led.headers["location"] == "/admin/"


def test_cookie_and_headers_bind_the_browser(chen: Visitor):
    cookie = chen.client.cookies.jar
    (token,) = [one for one in cookie if one.name == "hub"]
    assert (token.path, token._rest) == ("/", {"HttpOnly": None, "SameSite": "strict"})
    found = chen.get("/")
    assert "default-src 'none'" in found.headers["content-security-policy"]
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-frame-options"] == "DENY"
    assert not re.search(r"<script|javascript:|https?://|style=", found.text)


def test_behind_a_proxy_the_cookie_is_for_https_alone(visit):
    visitor = visit()
    visitor.client.headers["X-Forwarded-Proto"] = "https"
    found = visitor.client.get("/admin/sign-in")
    assert found.headers["set-cookie"].startswith("__Host-hub=")
    assert "Secure" in found.headers["set-cookie"]


# --- forms that others send ---


def test_a_form_of_another_site_does_nothing(place, chen):
    path, code = f"/admin/laptops/{place.code('a')}/revoke", place.code("a")
    chen.get(f"/laptops/{code}")
    good = {"proof": chen.proof()}
    for data, headers in (
        ({}, {}),
        ({"proof": ""}, {}),
        ({"proof": "0" * 64}, {}),
        (good, {"Origin": "https://evil.example"}),
        (good, {"Origin": "null"}),
        (good, {"Sec-Fetch-Site": "cross-site"}),
        (good, {"Sec-Fetch-Site": "same-site"}),
    ):
        assert chen.client.post(path, data=data, headers=headers).status_code == 400
    assert place.value("SELECT revoked_at FROM hub_device WHERE code = ?", code) is None
    assert chen.client.post(path, data=good, headers={"Origin": place.address}).status_code == 303
    assert place.value("SELECT revoked_at FROM hub_device WHERE code = ?", code)


def test_the_proof_of_one_session_is_none_for_another(chen, visit):
    other = visit()
    other.sign_in()
    other.get("/checkpoints")
    assert chen.client.post("/admin/checkpoints", data={"proof": other.proof()}).status_code == 400


def test_signing_in_needs_a_form_of_ours(visit):
    visitor = visit()
    assert (
        visitor.client.post("/admin/sign-in", data={"name": "chen", "password": PASSWORD}).status_code == 400
    )
    visitor.get("/sign-in")
    stranger = visit()
    stranger.get("/sign-in")
    found = visitor.client.post(
        "/admin/sign-in", data={"proof": stranger.proof(), "name": "chen", "password": PASSWORD}
    )
    assert found.status_code == 400


# --- sessions ---


def test_sessions_end(place, chen, visit):
    chen.get("/account")
    token = chen.client.cookies["hub"]
    chen.send("/sign-out")
    stolen = visit()
    stolen.client.cookies.set("hub", token, domain="127.0.0.1")
    assert stolen.client.get("/admin/").status_code == 303
    assert place.value("SELECT count(*) FROM hub_admin_session") == 0


def test_signing_out_everywhere_ends_the_others_too(chen, visit):
    other = visit()
    other.sign_in()
    chen.get("/account")
    assert chen.page.count('<tr><td data-name="From where">') == 2
    chen.send("/sign-out-everywhere")
    assert other.client.get("/admin/").status_code == 303


def test_a_session_ends_by_itself(place, chen):
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_admin_session SET seen_at = seen_at - ?", (IDLE_MS + 60_000,))
    assert chen.client.get("/admin/").status_code == 303
    chen.sign_in()
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_admin_session SET ends_at = ends_at - ?", (LONGEST_MS + 60_000,))
    assert chen.client.get("/admin/").status_code == 303


def test_a_token_before_signing_in_is_none_after(visit):
    visitor = visit()
    visitor.get("/sign-in")
    before = visitor.client.cookies["hub"]
    visitor.send("/sign-in", name="chen", password=PASSWORD)
    assert visitor.client.cookies["hub"] != before


def test_a_closed_administrator_is_out_at_once(place, chen, visit):
    put_admin(place.hub, "li", PASSWORD, "chen")
    li = visit()
    li.sign_in("li")
    assert li.client.get("/admin/").status_code == 200
    chen.get("/account")
    assert "The account of li is closed." in chen.send("/account/close", name="li", former=PASSWORD).text
    assert li.client.get("/admin/").status_code == 303
    assert li.sign_in("li").status_code == 422


# --- wrong entries ---


def said_to(place: Place, name: str, password: str, peer: str) -> str:
    """What somebody hears at the sign-in."""
    try:
        return sign_in(place.hub, name, password, peer)
    except WaitError:
        return "wait"
    except AppError as error:
        return str(error)


def test_ten_wrong_passwords_delay_and_others_are_not_concerned(place):
    heard = [said_to(place, "chen", "wrong", "10.0.0.1") for _try in range(30)]
    assert heard.count("The user name or the password is not right.") <= 12
    assert heard.count("wait") >= 18
    assert said_to(place, "chen", PASSWORD, "10.0.0.9") == "wait"
    put_admin(place.hub, "li", PASSWORD, None)
    assert said_to(place, "li", PASSWORD, "10.0.0.2") == "li"


def test_a_stranger_cannot_keep_the_owner_out(place, chen):
    assert chen.client.get("/admin/").status_code == 200
    for number in range(12):
        with pytest.raises(AppError):
            sign_in(place.hub, "chen", "wrong", f"10.0.1.{number}")
    with pytest.raises(WaitError):
        sign_in(place.hub, "chen", PASSWORD, "10.0.2.1")
    assert sign_in(place.hub, "chen", PASSWORD, "127.0.0.1") == "chen"


def test_a_thousand_tries_from_one_address_get_few_answers(place, visit):
    visitor = visit()
    visitor.get("/sign-in")
    data, answered = {"proof": visitor.proof(), "name": "nobody", "password": "x"}, 0
    for number in range(200):
        found = visitor.client.post("/admin/sign-in", data=data | {"name": f"nobody{number}"})
        answered += "is not right" in found.text
        assert found.status_code == 422
    assert answered <= 20
    assert place.value("SELECT count(*) FROM hub_admin_log WHERE action = 'failed'") == answered


def test_known_and_unknown_names_take_alike_time(place):
    def seconds(name: str, turn: int) -> float:
        began = perf_counter()
        with pytest.raises(AppError, match="not right"):
            sign_in(place.hub, name, "wrong", f"10.1.{turn}.1")
        took = perf_counter() - began
        with place.hub.writing() as connection:
            connection.execute("DELETE FROM hub_admin_try")
        return took

    seconds("nobody", 0)
    known = sorted(seconds("chen", turn) for turn in range(1, 10))[4]
    unknown = sorted(seconds("nobody", turn) for turn in range(11, 20))[4]
    assert abs(known - unknown) < 0.5 * max(known, unknown)  # the two hashes are alike; the machine is shared


def test_what_was_typed_as_a_name_is_kept_nowhere(place, visit):
    visitor = visit()
    visitor.sign_in("my-secret-password", "x")
    with place.hub.reading() as read:
        said = [
            str(read.rows(f"SELECT * FROM {table}"))
            for table in ("hub_admin_log", "hub_admin_try", "hub_admin_session")
        ]
    assert "my-secret" not in "".join(said)


# --- accounts ---


def test_the_first_administrator_comes_by_the_printed_code(place, visit):
    with place.hub.writing() as connection:
        connection.execute("DELETE FROM hub_admin")
    code = setup_code(place.hub)
    second = setup_code(place.hub)  # another process of the hub prints one, too
    visitor = visit()
    assert "First administrator" in visitor.get("/").text
    fields = {"name": "Wang", "password": PASSWORD, "again": PASSWORD}
    assert "not right any more" in visitor.send("/setup", code="AAAAA-AAAAA-AAAAA-AAAAA", **fields).text
    assert "are not the same" in visitor.send("/setup", code=code, **(fields | {"again": "x"})).text
    assert (
        "at least 8" in visitor.send("/setup", code=code, **(fields | {"password": "x", "again": "x"})).text
    )
    assert visitor.send("/setup", code=code.lower().replace("-", " "), **fields).url.path == "/admin/"
    assert setup_code(place.hub) is None
    with pytest.raises(AppError, match="not right any more"):
        set_up(place.hub, second, "mallory", PASSWORD, "10.0.0.1")
    assert visit().get("/setup").url.path == "/admin/sign-in"


def test_an_administrator_changes_the_password(chen, visit):
    other = visit()
    other.sign_in()
    chen.get("/account")
    new = "Heron-lake-winter-9"
    assert chen.send("/account/password", former="wrong", password=new, again=new).status_code == 422
    assert (
        chen.send("/account/password", former=PASSWORD, password="12345678", again="12345678").status_code
        == 422
    )
    found = chen.send("/account/password", former=PASSWORD, password=new, again=new)
    assert "Your password is changed" in found.text
    assert other.client.get("/admin/").status_code == 303
    assert visit().sign_in(password=new).status_code == 200


def test_an_administrator_makes_another(place, chen, visit):
    chen.get("/account")
    fields = {"password": PASSWORD, "again": PASSWORD, "former": PASSWORD}
    assert "may sign in here now" in chen.send("/account/add", name="Li", **fields).text
    assert "is an administrator li already" in chen.send("/account/add", name="li", **fields).text
    assert chen.send("/account/add", name="zhao", **(fields | {"former": "x"})).status_code == 422
    li = visit()
    assert li.sign_in("LI").status_code == 200
    assert place.value("SELECT verifier FROM hub_admin WHERE name = 'li'").startswith(
        "$argon2id$v=19$m=19456,t=2"
    )
    assert "Added an administrator" in li.get("/journal").text


def test_the_last_administrator_stays(place, chen):
    chen.get("/account")
    assert "cannot be closed" in chen.send("/account/close", name="chen", former=PASSWORD).text
    with pytest.raises(AppError, match="no administrator"):
        close_admin(place.hub, "nobody", None)


def test_odd_names_are_refused(place):
    for name in ("", " ", "x" * 41, "a\0b", "a\nb"):
        with pytest.raises(AppError):
            put_admin(place.hub, name, PASSWORD, None)


def test_an_old_verifier_is_made_anew(place):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with place.hub.writing() as connection:
        connection.execute("UPDATE hub_admin SET verifier = ?", (weak,))
    assert accounts.sign_in(place.hub, "chen", PASSWORD, "10.0.0.1") == "chen"
    assert "m=19456" in place.value("SELECT verifier FROM hub_admin")
