"""The hub's page in a real browser, over HTTPS, against the hub's own process: what an administrator does from the first day on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from fleet import supplier
from service import ROOT, Service, command
from visitor import PASSWORD

from app.bootstrap import start
from app.desk import Desk
from app.hub.hub import Hub
from app.hub.pages.accounts import setup_code
from app.profile import Profile
from app.sync.bundle.outgoing import export
from app.sync.client import sync_once
from app.sync.line import Revoked

MAIN = "button.main-act"


@pytest.fixture
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """A hub with an authority of its own, served over HTTPS by its own process."""
    made = Service(tmp_path, *getattr(request, "param", ()), secret=True)
    made.begin()
    yield made
    made.kill()


def with_account(browser: Browser, service: Service) -> str:
    """The first administrator, by the code; the words of the first page."""
    hub = Hub(service.database)
    code = setup_code(hub)  # the hub's own start has printed another one
    hub.close()
    browser.go(f"{service.address}/admin")
    browser.fill(code=code, name="Chen", password=PASSWORD, again=PASSWORD)
    return browser.press(MAIN)


def joined(service: Service, browser: Browser, folder: Path) -> tuple[Profile, str]:
    """A laptop that came by an invitation of the page, and its code."""
    browser.go(f"{service.address}/admin/invitations")
    browser.press("form[action='/admin/invitations'] button")
    line = browser.script("document.getElementById('invitation').innerText")
    assert line.startswith(f"{service.address}#")
    assert browser.script("document.querySelectorAll('svg.qr').length") == 1
    subprocess.run(
        command("init", "--join", line, "--profile", folder), cwd=ROOT, check=True, capture_output=True
    )
    profile = start(folder)
    return profile, profile.meta["device_code"]


@pytest.mark.parametrize("service", [("--no-backups",)], indirect=True)
def test_an_administrator_s_day_in_english(service, tmp_path):
    with Browser(tmp_path) as browser:
        assert "The hub has no verified backup" in with_account(browser, service)
        laptop, code = joined(service, browser, tmp_path / "a")
        assert code in browser.go(f"{service.address}/admin/laptops")
        assert "takes part" in browser.press("tbody a")

        Desk.of_administrator(laptop).perform(supplier("BY-FILE")[1])
        made = export(laptop, tmp_path)
        browser.go(f"{service.address}/admin/bundles")
        browser.choose("input[type=file]", *made.paths)
        assert "1 record, 1 of them new" in browser.press(MAIN)

        browser.go(f"{service.address}/admin/laptops/{code}")
        assert "takes part no more" in browser.press("form[action$='/revoke'] button")
        Desk.of_administrator(laptop).perform(supplier("LATE")[1])
        with pytest.raises(Revoked):
            sync_once(laptop)
        laptop.close()

        assert "LATE" in browser.go(f"{service.address}/admin/quarantine")
        assert "1 entry was accepted" in browser.press(MAIN)
        assert "Nothing is kept back." in browser.text()
        assert "Accepted an entry of the quarantine" in browser.go(f"{service.address}/admin/journal")

        browser.go(f"{service.address}/admin/")
        assert "Sign in to the hub" in browser.press("form[action='/admin/sign-out'] button")
        assert "Sign in to the hub" in browser.go(f"{service.address}/admin/laptops")


def test_the_same_in_chinese_dark_and_narrow(service, tmp_path):
    with Browser(tmp_path, "zh-CN", dark=True) as browser:
        assert "概览" in with_account(browser, service)
        laptop, code = joined(service, browser, tmp_path / "a")
        laptop.close()
        assert "邀请只显示这一次" in browser.text()
        assert browser.script("getComputedStyle(document.body).backgroundColor") == "rgb(19, 24, 27)"
        for path in ("", "/laptops", f"/laptops/{code}", "/invitations", "/quarantine", "/bundles", "/backups", "/checkpoints",
                     "/journal", "/account"):  # fmt: skip
            browser.go(f"{service.address}/admin{path}")
            for width in (390, 1366):
                browser.do("size", width=width)
                wide = browser.script(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert wide <= 0, (path, width, wide)
        browser.go(f"{service.address}/admin/backups")
        assert "备份已完成并通过校验" in browser.press(MAIN)
        assert "一切正常" in browser.go(f"{service.address}/admin/")
        browser.go(f"{service.address}/admin/quarantine")
        assert "Nothing is kept back." in browser.press("a.tongue")
        refused = [line for line in browser.do("console") if "Content Security Policy" in line]
        assert refused == []
