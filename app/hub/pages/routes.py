"""Where each page of the hub lies."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from app.hub.pages import backups, bundles, door, health, invitations, laptops, quarantine
from app.hub.pages.frame import ROOT, Page, Pages, answer, dressed, lost

_ALL: dict[str, Page] = {
    **door.PAGES,
    **health.PAGES,
    **laptops.PAGES,
    **invitations.PAGES,
    **quarantine.PAGES,
    **bundles.PAGES,
    **backups.PAGES,
}


def admin_routes(pages: Pages) -> list[BaseRoute]:
    """All of them below /admin, for the server."""

    async def sheet(_request: Request) -> Response:
        return dressed(
            Response(pages.styles, media_type="text/css", headers={"Cache-Control": "max-age=600"})
        )

    async def upload(request: Request) -> Response:
        return await bundles.upload(pages, request)

    async def unknown(request: Request) -> Response:
        return await answer(pages, request, Page(lost, open=True))

    async def root(_request: Request) -> Response:
        return dressed(RedirectResponse(f"{ROOT}/", 303))

    inside = [
        Route("/hub.css", sheet, methods=["GET"]),
        Route("/bundles", upload, methods=["POST"]),
        *(Route(path, _served(pages, page), methods=_methods(page)) for path, page in _ALL.items()),
        Route("/{path:path}", unknown, methods=["GET"]),
    ]
    return [Route(ROOT, root, methods=["GET"]), Mount(ROOT, routes=inside)]


def _methods(page: Page) -> list[str]:
    return [*(["GET"] if page.show else []), *(["POST"] if page.do else [])]


def _served(pages: Pages, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def served(request: Request) -> Response:
        return await answer(pages, request, page)

    return served
