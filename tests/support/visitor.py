"""A visitor of the hub's page without a browser: keeps cookies, reads forms out of pages, and sends them."""

import re
from html import unescape
from typing import Any

import httpx

PASSWORD = "Kestrel-river-7"
_FORM = re.compile(r"<form[^>]*method=\"post\"[^>]*action=\"([^\"]+)\"[^>]*>(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r"<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")


class Visitor:
    """Somebody at a browser."""

    def __init__(self, address: str, language: str = "en", **options: Any) -> None:
        self.client = httpx.Client(
            base_url=address, headers={"Accept-Language": language}, timeout=30, **options
        )
        self.page = ""

    def close(self) -> None:
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        """A page of the hub, wherever it sends us."""
        found = self.client.get(f"/admin{path}", follow_redirects=True)
        self.page = unescape(found.text)
        return found

    def proof(self) -> str:
        """What forms of the last page carry."""
        return dict(_HIDDEN.findall(self.page)).get("proof", "")

    def send(self, path: str, *, follow: bool = True, **fields: Any) -> httpx.Response:
        """The form of the last page that goes to a path, with these fields and its hidden ones."""
        forms = {action: dict(_HIDDEN.findall(content)) for action, content in _FORM.findall(self.page)}
        hidden = forms.get(f"/admin{path}", {"proof": self.proof()})
        found = self.client.post(f"/admin{path}", data=hidden | fields, follow_redirects=follow)
        if follow:
            self.page = unescape(found.text)
        return found

    def upload(self, *files: tuple[str, bytes]) -> httpx.Response:
        """Files, by the form of the batch files."""
        self.get("/bundles")
        parts = [("proof", (None, self.proof().encode()))] + [("file", file) for file in files]
        found = self.client.post("/admin/bundles", files=parts)
        self.page = unescape(found.text)
        return found

    def sign_in(self, name: str = "chen", password: str = PASSWORD) -> httpx.Response:
        """Sign in."""
        self.get("/sign-in")
        return self.send("/sign-in", name=name, password=password)
