"""The door of the hub's page: who asks, in which language, with which form; what is answered, and what a browser may do with it.

A page is a plain function of a `Visit`; it runs on a thread, never more than a few at once, apart from those of the laptops.
"""

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from app.errors import AppError
from app.hub.hub import Hub
from app.hub.limits import Crowd, FullError, Patience
from app.hub.pages import journal, sessions
from app.hub.pages.forms import BAD, MOST, Fields
from app.hub.pages.look import environment, styles
from app.hub.pages.sessions import Session
from app.words import LANGUAGES, N_, _, language, speaking

if TYPE_CHECKING:
    from app.hub.jobs import Job
    from app.hub.tls import Certificates

ROOT = "/admin"
COOKIE, SECURE_COOKIE, TONGUE = "hub", "__Host-hub", "hub-language"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
FOREIGN = N_("This form was not sent by the page itself. Load the page again and send it once more.")
LOST = N_("There is no such page.")
BROKEN = N_("Something went wrong at the hub. It was written to its log; nothing was lost.")
log = logging.getLogger(__name__)


@dataclass
class Pages:
    """What the pages of one process of the hub share."""

    hub: Hub
    #: The backup job, where this process makes backups.
    backup: "Job | None" = None
    certificates: "Certificates | None" = None
    crowd: Crowd = field(default_factory=lambda: Crowd(workers=4, waiting=24))
    #: Entries at the sign-in that are looked at without asking the database first.
    tries: Patience = field(default_factory=lambda: Patience(12, 10.0))

    def __post_init__(self) -> None:
        self.styles = styles()
        self.environment = environment()

    @property
    def returns(self) -> Path:
        """Where answers to batch files wait to be fetched; all processes see the folder."""
        return self.hub.files.folder / "returns"


@dataclass(frozen=True)
class Visit:
    """One request of a browser."""

    pages: Pages
    path: str
    params: Mapping[str, Any]
    query: Fields
    form: Fields
    peer: str
    agent: str
    secure: bool
    #: The address that the browser used, without a path.
    base: str
    token: str
    session: Session | None = None
    #: Why the form that was sent is shown once more.
    error: str = ""

    @property
    def hub(self) -> Hub:
        """The hub."""
        return self.pages.hub

    @property
    def name(self) -> str:
        """Who is signed in."""
        return self.session.name if self.session else ""

    @property
    def who(self) -> tuple[str | None, str]:
        """Who acts, for the log."""
        return self.name or None, self.peer

    @property
    def proof(self) -> str:
        """What the visitor's forms carry."""
        return sessions.proof_of(self.token) if self.token else ""

    @property
    def host(self) -> str:
        """The hub's name in the browser."""
        return urlsplit(self.base).netloc

    def waiting(self) -> int:
        """How many entries of the quarantine wait, for the list of pages."""
        with self.hub.reading() as read:
            return int(read.value("SELECT count(*) FROM held_op WHERE decision IS NULL AND deleted = 0"))

    def demand_proof(self, form: Fields) -> None:
        """Raise AppError for a form that is not one of this visitor's pages."""
        if not self.token or not hmac.compare_digest(form.raw("proof").encode(), self.proof.encode()):
            raise AppError(FOREIGN)

    def note(self, action: str, subject: str = "", detail: str = "") -> None:
        """Write an act down."""
        journal.write(self.hub, self.who, action, subject, detail)

    def show(self, template: str, status: int = 200, /, **facts: Any) -> Response:
        """A page."""
        if self.error and status == HTTPStatus.OK:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        notice = sessions.take_notice(self.hub, self.session) if self.session else ""
        tongues = {code: name for code, name in LANGUAGES.items() if code != language()}
        made = self.pages.environment.get_template(template).render(
            visit=self, notice=notice, now=self.hub.clock.now(), tongues=tongues, lang=language(),
            typed=self.form if self.error else Fields(), **facts,
        )  # fmt: skip
        return HTMLResponse(made, status)

    def go(self, path: str, notice: str = "", session: Session | None = None) -> Response:
        """On to another page of ours, with a sentence that it shows."""
        session = session or self.session
        if notice and session:
            sessions.leave_notice(self.hub, session, notice)
        return RedirectResponse(f"{ROOT}{path}", HTTPStatus.SEE_OTHER)

    def keep(self, response: Response, token: str) -> Response:
        """Give the browser its token; no script reads it, no other site sends it along."""
        name = SECURE_COOKIE if self.secure else COOKIE
        response.set_cookie(name, token, path="/", secure=self.secure, httponly=True, samesite="strict")
        return response


View = Callable[[Visit], Response]


@dataclass(frozen=True)
class Page:
    """A place of the hub's page: what shows it, what is done with its form, and which page shows it again when that was refused."""

    show: View | None = None
    do: View | None = None
    again: View | None = None
    #: Whether somebody who is not signed in may come here.
    open: bool = False


async def answer(pages: Pages, request: Request, page: Page) -> Response:
    """The answer to a request; whatever goes wrong gets a page with a sentence."""
    tongue = language_of(request)
    peer = request.client.host if request.client else ""
    try:
        with pages.crowd.seat("", peer):
            form = await _form(request) if request.method == "POST" else Fields()
            visit = visit_of(pages, request, form)
            response: Response = await pages.crowd.work(_served, visit, page, tongue, request.method)
    except FullError as full:
        response = Response(status_code=503, headers={"Retry-After": str(full.seconds)})
    except ClientDisconnect:
        response = Response(status_code=400)
    except AppError as error:
        with speaking(tongue):
            response = PlainTextResponse(str(error), 400)
    return dressed(response)


def dressed(response: Response) -> Response:
    """With the headers that bind the browser."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _form(request: Request) -> Fields:
    demand_own(request)
    return Fields.of(await _body(request))


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST:
            raise AppError(BAD)
        parts.append(part)
    return b"".join(parts)


def visit_of(pages: Pages, request: Request, form: Fields) -> Visit:
    """What a request says about its visitor; nothing of it is believed yet."""
    secure = request.url.scheme == "https"
    token = request.cookies.get(SECURE_COOKIE if secure else COOKIE, "")[:200]
    try:
        query = Fields.of(request.url.query.encode("ascii", "replace")[:2000])
    except AppError:
        query = Fields()
    return Visit(
        pages, request.url.path, request.path_params, query, form,
        request.client.host if request.client else "", request.headers.get("user-agent", "")[:200],
        secure, f"{request.url.scheme}://{request.url.netloc}", token,
    )  # fmt: skip


def demand_own(request: Request) -> None:
    """Raise AppError for a form that another site sends: browsers say where one comes from."""
    came = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = came not in {None, "same-origin", "none"}
    if origin is not None:
        foreign |= urlsplit(origin).hostname != urlsplit(f"//{request.headers.get('host', '')}").hostname
    if foreign:
        raise AppError(FOREIGN)


def _served(visit: Visit, page: Page, tongue: str, method: str) -> Response:
    with speaking(tongue):
        try:
            return _answered(visit, page, method)
        except AppError as error:
            return _sorry(visit, str(error), HTTPStatus.BAD_REQUEST)
        except Exception:
            log.exception("a page of the hub failed")
            return _sorry(visit, _(BROKEN), HTTPStatus.INTERNAL_SERVER_ERROR)


def _answered(visit: Visit, page: Page, method: str) -> Response:
    visit = replace(visit, session=sessions.find(visit.hub, visit.token) if visit.token else None)
    if visit.session is None and not page.open:
        return _to_sign_in(visit, method)
    if method != "POST":
        return page.show(visit) if page.show else _sorry(visit, _(LOST), HTTPStatus.NOT_FOUND)
    if page.do is None:
        return _sorry(visit, _(LOST), HTTPStatus.METHOD_NOT_ALLOWED)
    visit.demand_proof(visit.form)
    try:
        return page.do(visit)
    except AppError as error:
        shows = page.again or page.show
        if shows is None:
            raise
        return shows(replace(visit, error=str(error)))


def _to_sign_in(visit: Visit, method: str) -> Response:
    if method == "POST":
        return visit.show("lost.html", HTTPStatus.UNAUTHORIZED, sentence=_(N_("You are not signed in any more. Sign in, then do it again.")))  # fmt: skip
    back = "" if visit.path in {ROOT, f"{ROOT}/"} else f"?back={quote(visit.path)}"
    return RedirectResponse(f"{ROOT}/sign-in{back}", HTTPStatus.SEE_OTHER)


def _sorry(visit: Visit, sentence: str, status: int) -> Response:
    bare = replace(visit, session=None, error="")
    return bare.show("lost.html", status, sentence=sentence)


def lost(visit: Visit) -> Response:
    """Nothing lies at this address."""
    return _sorry(visit, _(LOST), HTTPStatus.NOT_FOUND)


def language_of(request: Request) -> str:
    """The chosen language, else the browser's first that we speak, else the process's."""
    chosen = request.cookies.get(TONGUE)
    if chosen in LANGUAGES:
        return chosen
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("accept-language", "")[:500].split(",")):
        tag, _sign, weight = part.strip().partition(";q=")
        good = float(weight) if re.fullmatch(r"[01](\.\d{1,3})?", weight) else 1.0
        code = "zh_CN" if tag.lower().startswith("zh") else "en" if tag.lower().startswith("en") else ""
        if code and good > 0:
            wanted.append((-good, place, code))
    return min(wanted)[2] if wanted else language()


def local_path(text: str) -> str:
    """Where to go on, if that is a page of ours; else the first one. Never another site."""
    fine = re.fullmatch(rf"{ROOT}(/[A-Za-z0-9_~%-]+)*/?", text)
    return text.removeprefix(ROOT) if fine else "/"
