"""A real browser without a screen (QtWebEngine), in a process of its own: it does what a test says, one line of JSON at a time."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

FLAGS = "--no-sandbox --disable-gpu --disable-dev-shm-usage"
#: As a browser whose user wants dark pages.
DARK = " --blink-settings=preferredColorScheme=0"


class Browser:
    """The test's side: what a person would do."""

    def __init__(self, folder: Path, language: str = "en", *, dark: bool = False) -> None:
        here = {
            "QT_QPA_PLATFORM": "offscreen",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            "QTWEBENGINE_CHROMIUM_FLAGS": FLAGS + DARK * dark,
        }
        self._process = subprocess.Popen(
            [sys.executable, __file__, language, str(folder)],
            env=os.environ | here,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def do(self, what: str, **facts: Any) -> Any:
        """One thing; what came of it."""
        self._process.stdin.write(json.dumps({"do": what, **facts}) + "\n")
        self._process.stdin.flush()
        while line := self._process.stdout.readline():
            if line.startswith("= "):
                answer = json.loads(line[2:])
                assert "error" not in answer, answer["error"]
                return answer["said"]
        raise AssertionError("the browser has ended")

    def go(self, address: str) -> str:
        """Open an address; the words of the page."""
        return self.do("go", address=address)

    def text(self) -> str:
        """The words of the page."""
        return self.do("script", script="document.body.innerText")

    def script(self, script: str) -> Any:
        """Look into the page."""
        return self.do("script", script=script)

    def fill(self, **fields: str) -> None:
        """Type into fields, by their names."""
        for name, value in fields.items():
            self.do("fill", name=name, value=value)

    def press(self, selector: str) -> str:
        """Click with the mouse on what leads to another page; the words of that page."""
        return self.do("press", selector=selector)

    def tick(self, selector: str) -> None:
        """Click with the mouse on what stays on the page."""
        self.do("tick", selector=selector)

    def choose(self, selector: str, *files: Path) -> None:
        """Choose files in the browser's dialog."""
        self.do("choose", selector=selector, files=[str(file) for file in files])

    def shot(self, path: Path, width: int = 1366, height: int = 768, *, whole: bool = False) -> None:
        """A picture of the page at this size, or of the whole page at this width."""
        self.do("shot", path=str(path), width=width, height=height, whole=whole)


if __name__ == "__main__":
    from browser_window import main

    main(*sys.argv[1:3])
