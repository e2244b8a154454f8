"""The hub in a process of its own, as it is started by command."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from app.sync.trust import nobody

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "app", "--lang", "en", *map(str, arguments)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """The hub in a process of its own."""

    def __init__(self, folder: Path, *options: object, secret: bool = False, database: object = None) -> None:
        self.database, self.port = database or folder / "hub.db", free_port()
        self.address = f"{'https' if secret else 'http'}://127.0.0.1:{self.port}"
        self.options = (*options, "--address", self.address)
        self.log = folder / "hub.log"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        listen = f"127.0.0.1:{self.port}"
        asked = command("hub", "serve", "--database", self.database, "--listen", listen, *self.options)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        for _try in range(200):
            try:
                if httpx.get(f"{self.address}/healthz", verify=nobody()).text == "ok\n":
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError("the hub does not answer")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def invite(self) -> str:
        made = subprocess.run(
            command("hub", "invite", "--database", self.database, "--address", self.address),
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return made.stdout.strip()
