"""A real browser without a screen (QtWebEngine), in a process of its own: it does what a test says, one line of JSON at a time.

As a module it is the test's side (`Browser`); run as a program it is the browser.
"""

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


def main() -> None:
    """The browser: commands come on the standard input."""
    from PySide6.QtCore import QEventLoop, QPoint, QSocketNotifier, Qt, QTimer, QUrl
    from PySide6.QtTest import QTest
    from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
    from PySide6.QtWebEngineWidgets import QWebEngineView
    from PySide6.QtWidgets import QApplication

    language, folder = sys.argv[1:3]
    application = QApplication(sys.argv[:1])

    class Page(QWebEnginePage):
        files: list[str] = []  # noqa: RUF012 - set before each dialog

        def chooseFiles(self, _mode: Any, _old: Any, _types: Any) -> list[str]:
            return self.files

        def javaScriptConsoleMessage(self, _level: Any, message: str, *_where: Any) -> None:
            said.append(message)

    said: list[str] = []
    profile = QWebEngineProfile()
    profile.setHttpAcceptLanguage(language)
    profile.setDownloadPath(folder)
    profile.downloadRequested.connect(lambda download: download.accept())
    page = Page(profile)
    page.certificateError.connect(lambda error: error.acceptCertificate())
    view = QWebEngineView()
    view.setPage(page)
    view.resize(1366, 768)
    view.show()

    def waited(signal: Any, begin: Any, seconds: int = 30) -> list[Any]:
        loop, got = QEventLoop(), []

        def end(*facts: Any) -> None:
            got.append(facts)
            loop.quit()

        signal.connect(end)
        QTimer.singleShot(seconds * 1000, loop.quit)
        begin()
        if not got:
            loop.exec()
        signal.disconnect(end)
        if not got:
            raise TimeoutError(signal)
        return got[0]

    def run(script: str) -> Any:
        loop, got = QEventLoop(), []
        page.runJavaScript(script, lambda value: (got.append(value), loop.quit()))
        if not got:
            loop.exec()
        return got[0]

    def paused(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def click(selector: str) -> None:
        spot = run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            "return JSON.stringify([r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]); })()"
        )  # a list would come as an empty text
        if not spot:
            raise LookupError(selector)
        paused(60)
        QTest.mouseClick(
            view.focusProxy(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            QPoint(*map(int, json.loads(spot))),
        )

    def body() -> Any:
        return run("document.body.innerText")

    def go(address: str) -> Any:
        waited(page.loadFinished, lambda: page.load(QUrl(address)))
        return body()

    def fill(name: str, value: str) -> None:
        found = run(
            f"(() => {{ const e = document.querySelector('[name=' + {json.dumps(json.dumps(name))} + ']:not([type=hidden])');"
            f"if (!e) return false; e.value = {json.dumps(value)}; return true; }})()"
        )
        if not found:
            raise LookupError(name)

    def press(selector: str) -> Any:
        waited(page.loadFinished, lambda: click(selector))
        return body()

    def tick(selector: str) -> None:
        click(selector)
        paused(60)

    def choose(selector: str, files: list[str]) -> None:
        page.files = files
        click(selector)
        for _try in range(100):
            if run(f"document.querySelector({json.dumps(selector)}).files.length") == len(files):
                return
            paused(50)
        raise TimeoutError("no file was chosen")

    def shot(path: str, width: int, height: int, whole: bool) -> None:
        view.resize(width, height)
        paused(250)
        if whole:
            view.resize(width, max(int(run("document.documentElement.scrollHeight")), height))
            paused(350)
        view.grab().save(path)
        view.resize(1366, 768)
        paused(100)

    def size(width: int) -> None:
        view.resize(width, 844)
        paused(120)

    deeds = {
        "size": size, "go": go, "script": run, "fill": fill, "press": press, "tick": tick, "choose": choose, "shot": shot,
        "console": lambda: said,
    }  # fmt: skip

    def next_line() -> None:
        line = sys.stdin.readline()
        if not line:
            application.quit()
            return
        asked = json.loads(line)
        rest = {name: value for name, value in asked.items() if name != "do"}
        try:
            answer = {"said": deeds[asked["do"]](**rest)}
        except Exception as error:  # noqa: BLE001 - the test is told
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(f"= {json.dumps(answer)}\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(next_line)
    application.exec()


if __name__ == "__main__":
    main()
