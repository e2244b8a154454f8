"""A hub that is served over real HTTP in the test's own process, with the pages for administrators."""

import asyncio
import threading

import uvicorn
from fleet import Fleet
from service import free_port

from app.hub.jobs import backup_of, jobs_of
from app.hub.listen import Line
from app.hub.pages.frame import Pages
from app.hub.server import Service, make_server


class Place:
    """A hub that is served: its laptops, its address."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.port = fleet, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.hub = fleet.hub
        self.pages = Pages(
            self.hub, backup_of(jobs_of(self.hub, str(fleet.store.address), fleet.folder / "backups"))
        )
        service = Service(self.hub, pages=self.pages)
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_server(self.hub, service), host="127.0.0.1", port=self.port, http=Line, ws="none",
                log_config=None, log_level="critical", server_header=False, access_log=False,
            )
        )  # fmt: skip
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)

    def code(self, name: str) -> str:
        """A laptop's code at the hub."""
        laptop = self.fleet.laptops.get(name)
        return laptop.profile.meta["device_code"] if laptop else name.upper()

    def value(self, sql: str, *params: object) -> object:
        """Something out of the hub's database."""
        with self.hub.reading() as read:
            return read.value(sql, *params)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
