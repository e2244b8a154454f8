"""A hub in a process of its own, for the play of two laptops: started, asked for invitations and ended by command."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from app.words import language

PATIENCE = 60.0


class HubProcess:
    """`sitewright hub serve` on a free port of this machine, with TLS by the hub's own authority."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.address = f"https://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it and wait for its door. Raises RuntimeError with what it wrote, where it does not come."""
        listen = f"127.0.0.1:{self._port}"
        asked = self._command("serve", "--listen", listen, "--address", self.address)
        with (self._folder / "hub.log").open("ab") as log:
            self._process = subprocess.Popen(asked, stdout=log, stderr=log)  # noqa: S603 - this program itself
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError((self._folder / "hub.log").read_text("utf-8", "replace"))
            time.sleep(0.05)

    def invite(self) -> str:
        """An invitation for one laptop."""
        asked = self._command("invite", "--address", self.address)
        made = subprocess.run(asked, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 - as above
        found = re.search(r"https://\S+", made.stdout.decode("utf-8", "replace"))
        if found is None:
            raise RuntimeError("the hub gave no invitation")
        return found[0]

    def stop(self) -> None:
        """End the process and wait until it has gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _command(self, what: str, *options: str) -> list[str]:
        begin = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
        database = os.fspath(self._folder / "hub.db")
        return [*begin, "--lang", language(), "hub", what, "--database", database, *options]

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True
