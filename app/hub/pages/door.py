"""Signing in and out of the hub's page, the first administrator, one's own account, and the other administrators."""

from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from app.errors import AppError
from app.hub.pages import accounts, sessions
from app.hub.pages.frame import ROOT, TONGUE, Page, Visit, local_path
from app.words import LANGUAGES, N_, _

UNEQUAL = N_("The two passwords are not the same. Type both again.")


def show_sign_in(visit: Visit) -> Response:
    """The form; who is signed in goes on."""
    if visit.session:
        return visit.go("/")
    with visit.hub.reading() as read:
        if accounts.wants_setup(read):
            return visit.go("/setup")
    return _with_token(
        visit, "sign_in.html", back=local_path(visit.query.raw("back") or visit.form.raw("back"))
    )


def sign_in(visit: Visit) -> Response:
    """A new session for the right name and password."""
    peer = visit.peer
    if not visit.pages.tries.left(peer):
        raise accounts.WaitError(10)
    visit.pages.tries.spend(peer)
    name = accounts.sign_in(visit.hub, visit.form.raw("name"), visit.form.raw("password"), peer)
    return _arrive(visit, name, local_path(visit.form.raw("back")))


def _arrive(visit: Visit, name: str, path: str) -> Response:
    token = sessions.begin(visit.hub, name, visit.peer, visit.agent)
    return visit.keep(visit.go(path), token)


def _with_token(visit: Visit, template: str, back: str = "/") -> Response:
    """A form for somebody who has no session yet: it, too, is bound to the browser that asked for it."""
    fresh = visit if visit.token else replace(visit, token=sessions.new_token())
    response = fresh.show(template, back=back)
    return response if visit.token else fresh.keep(response, fresh.token)


def show_setup(visit: Visit) -> Response:
    """The form of the first administrator, as long as there is none."""
    with visit.hub.reading() as read:
        if not accounts.wants_setup(read):
            return visit.go("/sign-in")
    return _with_token(visit, "setup.html")


def set_up(visit: Visit) -> Response:
    """The first administrator, by the code that the hub printed."""
    form = visit.form
    _demand_equal(visit)
    name = accounts.set_up(visit.hub, form.text("code"), form.text("name"), form.raw("password"), visit.peer)
    return _arrive(visit, name, "/")


def _demand_equal(visit: Visit) -> None:
    if visit.form.raw("password") != visit.form.raw("again"):
        raise AppError(UNEQUAL)


def sign_out(visit: Visit) -> Response:
    """Leave here."""
    if visit.session:
        sessions.end(visit.hub, visit.session)
    return visit.keep(visit.go("/sign-in"), sessions.new_token())


def sign_out_everywhere(visit: Visit) -> Response:
    """Leave on every machine."""
    if visit.session:
        sessions.end_all(visit.hub, visit.session)
    return visit.keep(visit.go("/sign-in"), sessions.new_token())


def speak(visit: Visit) -> Response:
    """The other language, from now on and on this browser."""
    response = RedirectResponse(f"{ROOT}{local_path(visit.query.raw('back'))}", 303)
    code = str(visit.params["code"])
    if code in LANGUAGES:
        response.set_cookie(
            TONGUE, code, 366 * 86_400, path=ROOT, secure=visit.secure, httponly=True, samesite="strict"
        )
    return response


# --- administrators ---


def show_account(visit: Visit) -> Response:
    """The own account: password, where one is signed in; the other administrators."""
    now = visit.hub.clock.now()
    with visit.hub.reading() as read:
        mine, others = sessions.of_name(read, visit.name, now), accounts.admins(read)
    return visit.show("account.html", here="account", sessions=mine, admins=others)


def change_password(visit: Visit) -> Response:
    """A new password; every session ends, and one begins here."""
    _demand_equal(visit)
    form = visit.form
    accounts.change_password(visit.hub, visit.name, form.raw("former"), form.raw("password"), visit.peer)
    token = sessions.begin(visit.hub, visit.name, visit.peer, visit.agent)
    session = sessions.find(visit.hub, token)
    return visit.keep(visit.go("/account", _("Your password is changed. Everywhere else you are signed out."), session), token)  # fmt: skip


def add_admin(visit: Visit) -> Response:
    """A further administrator."""
    _demand_equal(visit)
    form, name = visit.form, accounts.folded(visit.form.text("name"))
    accounts.demand_password(visit.hub, visit.name, form.raw("former"), visit.peer)
    accounts.add_admin(visit.hub, name, form.raw("password"), visit.name, visit.peer)
    return visit.go("/account", _("{user} may sign in here now.").format(user=name))


def close_admin(visit: Visit) -> Response:
    """An administrator who is none any more."""
    form, name = visit.form, visit.form.text("name")
    accounts.demand_password(visit.hub, visit.name, form.raw("former"), visit.peer)
    accounts.close_admin(visit.hub, name, visit.name, visit.peer)
    return visit.go("/account", _("The account of {user} is closed.").format(user=name))


PAGES = {
    "/sign-in": Page(show_sign_in, sign_in, open=True),
    "/setup": Page(show_setup, set_up, open=True),
    "/sign-out": Page(do=sign_out),
    "/sign-out-everywhere": Page(do=sign_out_everywhere),
    "/language/{code}": Page(speak, open=True),
    "/account": Page(show_account),
    "/account/password": Page(do=change_password, again=show_account),
    "/account/add": Page(do=add_admin, again=show_account),
    "/account/close": Page(do=close_admin, again=show_account),
}
