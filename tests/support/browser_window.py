"""The browser's side of `browser.Browser`: a window of QtWebEngine that does what comes on the standard input."""

import json
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEventLoop, QPoint, QSocketNotifier, Qt, QTimer, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication

SECONDS = 30
#: Where the middle of an element is, or its left part where it is wide; a list would come as an empty text.
SPOT = """(() => {{ const e = document.querySelector({selector}); if (!e) return "";
    e.scrollIntoView({{block: "center"}}); const r = e.getBoundingClientRect();
    return JSON.stringify([r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]); }})()"""
FILL = """(() => {{ const e = document.querySelector({selector});
    if (!e) return false; e.value = {value}; return true; }})()"""


def paused(milliseconds: int) -> None:
    """Let the page draw."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Page(QWebEnginePage):
    """A page that chooses the files it was told to, and keeps what its console says."""

    def __init__(self, profile: QWebEngineProfile) -> None:
        super().__init__(profile)
        self.files: list[str] = []
        self.said: list[str] = []
        self.certificateError.connect(lambda error: error.acceptCertificate())

    def chooseFiles(self, _mode: Any, _old: Any, _types: Any) -> list[str]:
        return self.files

    def javaScriptConsoleMessage(self, _level: Any, message: str, *_where: Any) -> None:
        self.said.append(message)


class Window:
    """The window and what can be done in it."""

    def __init__(self, language: str, folder: str) -> None:
        self._profile = QWebEngineProfile()
        self._profile.setHttpAcceptLanguage(language)
        self._profile.setDownloadPath(folder)
        self._page = Page(self._profile)
        self._view = QWebEngineView()
        self._view.setPage(self._page)
        self._view.resize(1366, 768)
        self._view.show()

    def go(self, address: str) -> Any:
        return self._loaded(lambda: self._page.load(QUrl(address)))

    def script(self, script: str) -> Any:
        loop, got = QEventLoop(), []
        self._page.runJavaScript(script, lambda value: (got.append(value), loop.quit()))
        if not got:
            loop.exec()
        return got[0]

    def fill(self, name: str, value: str) -> None:
        selector = f'[name="{name}"]:not([type=hidden])'
        if not self.script(FILL.format(selector=json.dumps(selector), value=json.dumps(value))):
            raise LookupError(name)

    def press(self, selector: str) -> Any:
        return self._loaded(lambda: self.tick(selector))

    def tick(self, selector: str) -> None:
        spot = self.script(SPOT.format(selector=json.dumps(selector)))
        if not spot:
            raise LookupError(selector)
        paused(60)
        place, plain = QPoint(*map(int, json.loads(spot))), Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(self._view.focusProxy(), Qt.MouseButton.LeftButton, plain, place)

    def choose(self, selector: str, files: list[str]) -> None:
        self._page.files = files
        self.tick(selector)
        for _try in range(100):
            if self.script(f"document.querySelector({json.dumps(selector)}).files.length") == len(files):
                return
            paused(50)
        raise TimeoutError("no file was chosen")

    def size(self, width: int, height: int = 844) -> None:
        self._view.resize(width, height)
        paused(150)

    def shot(self, path: str, width: int, height: int, whole: bool) -> None:
        self.size(width, height)
        if whole:
            self.size(width, max(int(self.script("document.documentElement.scrollHeight")), height))
            paused(300)
        self._view.grab().save(path)
        self.size(1366, 768)

    def console(self) -> list[str]:
        return self._page.said

    def _loaded(self, begin: Callable[[], object]) -> Any:
        """Do what leads to another page; its words."""
        loop, got = QEventLoop(), []
        place = self._page.loadFinished.connect(lambda fine: (got.append(fine), loop.quit()))
        QTimer.singleShot(SECONDS * 1000, loop.quit)
        begin()
        if not got:
            loop.exec()
        self._page.loadFinished.disconnect(place)
        if not got:
            raise TimeoutError("no page came")
        return self.script("document.body.innerText")


def main(language: str, folder: str) -> None:
    """Do what comes, a line at a time, until nothing comes any more."""
    application = QApplication(sys.argv[:1])
    window = Window(language, folder)

    def next_line() -> None:
        line = sys.stdin.readline()
        if not line:
            application.quit()
            return
        asked = json.loads(line)
        try:
            answer = {"said": getattr(window, asked.pop("do"))(**asked)}
        except (LookupError, TimeoutError, RuntimeError, TypeError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(f"= {json.dumps(answer)}\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(next_line)
    application.exec()
