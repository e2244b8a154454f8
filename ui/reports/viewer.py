"""A PDF as it will be on paper: pages under one another, turned and enlarged by a bar above them."""

from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QPointF, Qt
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.words import _
from ui.kit import theme
from ui.kit.busy import BusyBar
from ui.kit.buttons import button, icon_button
from ui.kit.empty import EmptyState
from ui.kit.labels import label, line

STEP = 1.25
SMALLEST, LARGEST = 0.2, 5.0
NARROW = 420


class Viewer(QWidget):
    """Shows the bytes of a PDF, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        from PySide6.QtPdf import QPdfDocument
        from PySide6.QtPdfWidgets import QPdfView

        self._view_class: Any = QPdfView
        self._buffer: QBuffer | None = None
        self.view = QPdfView(self)
        # The view listens to its document, and a thread of it reads there, until it has gone: the document goes after it.
        home: Any = QCoreApplication.instance()
        self.document = QPdfDocument(home)
        self.view.destroyed.connect(self.document.deleteLater)
        self.view.setDocument(self.document)
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.view.setFrameShape(QPdfView.Shape.NoFrame)
        self.view.setAccessibleName(_("Preview"))
        self.busy = BusyBar()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._reason = EmptyState("nothing_yet", "")
        self._stack.addWidget(self._reason)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addWidget(line())
        column.addWidget(self.busy)
        column.addWidget(self._stack, 1)
        self.view.pageNavigator().currentPageChanged.connect(self._show_state)
        self.view.zoomFactorChanged.connect(self._show_state)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self._show_state()

    def _bar(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        self.back = icon_button("chevron-left", _("Page before"))
        self.forth = icon_button("chevron-right", _("Next page"))
        self.pages = label("", "dense", "text_2")
        self.smaller, self.larger = self._sign("−", _("Smaller")), self._sign("+", _("Larger"))
        self.zoom = label("", "dense", "text_2")
        self.zoom.setMinimumWidth(48)
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fit = button(_("Fit the width"), kind="ghost", scale="small")
        row.addWidget(self.back)
        row.addWidget(self.pages)
        row.addWidget(self.forth)
        row.addStretch()
        for part in (self.smaller, self.zoom, self.larger, self.fit):
            row.addWidget(part)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.forth.clicked.connect(lambda: self.turn(1))
        self.smaller.clicked.connect(lambda: self.enlarge(1 / STEP))
        self.larger.clicked.connect(lambda: self.enlarge(STEP))
        self.fit.clicked.connect(self.fit_width)
        return made

    @staticmethod
    def _sign(sign: str, words: str) -> QPushButton:
        made = button(sign, kind="ghost", scale="small", tip=words)
        made.setFixedSize(32, 28)
        made.setAccessibleName(words)
        return made

    # what is shown

    def show_pdf(self, raw: bytes) -> None:
        """Show these pages; place and enlargement stay as they were."""
        page = self.page
        self.document.close()
        self._buffer = QBuffer(self.document)
        self._buffer.setData(QByteArray(raw))
        self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        self._stack.setCurrentIndex(0)
        self.turn_to(min(page, self.count - 1))
        self._show_state()

    def show_reason(self, kind: str, title: str, text: str = "") -> None:
        """Say why there is nothing to see (a kind of ui.kit.empty)."""
        self._stack.removeWidget(self._reason)
        self._reason.deleteLater()
        self._reason = EmptyState(kind, title, text)
        self._stack.addWidget(self._reason)
        self._stack.setCurrentIndex(1)
        self.document.close()
        self._show_state()

    @property
    def count(self) -> int:
        """How many pages there are."""
        return self.document.pageCount()

    @property
    def papers(self) -> list[tuple[float, float]]:
        """The sizes of the pages in millimetres, each once."""
        sizes = [self.document.pagePointSize(page) for page in range(self.count)]
        return list(dict.fromkeys((size.width() * 25.4 / 72, size.height() * 25.4 / 72) for size in sizes))

    @property
    def page(self) -> int:
        """The page in view, from 0."""
        return max(self.view.pageNavigator().currentPage(), 0)

    def turn(self, pages: int) -> None:
        """Go on or back by some pages."""
        self.turn_to(min(max(self.page + pages, 0), self.count - 1))

    def turn_to(self, page: int) -> None:
        """Show a page, from 0."""
        if page >= 0:
            self.view.pageNavigator().jump(page, QPointF(), 0)

    def enlarge(self, factor: float) -> None:
        """Larger or smaller than now."""
        now = self._factor()
        self.view.setZoomMode(self._view_class.ZoomMode.Custom)
        self.view.setZoomFactor(min(max(now * factor, SMALLEST), LARGEST))
        self._show_state()

    def fit_width(self) -> None:
        """The page as wide as the room."""
        self.view.setZoomMode(self._view_class.ZoomMode.FitToWidth)
        self._show_state()

    def _factor(self) -> float:
        """The enlargement as seen; fitted to the width, it follows from the room."""
        if self.view.zoomMode() == self._view_class.ZoomMode.Custom or not self.count:
            return self.view.zoomFactor()
        margins = self.view.documentMargins()
        room = self.view.viewport().width() - margins.left() - margins.right()
        dots = self.view.screen().logicalDotsPerInch() / 72
        return room / (self.document.pagePointSize(self.page).width() * dots)

    def _show_state(self) -> None:
        count = self.count
        narrow = self.width() < NARROW
        words = "{page} / {pages}" if narrow else _("Page {page} of {pages}")
        said = words.format(page=self.page + 1, pages=count) if count else ""
        self.fit.setVisible(not narrow)
        self.pages.setText(said)
        self.zoom.setText(f"{round(self._factor() * 100)} %" if count else "")
        self.back.setEnabled(count > 0 and self.page > 0)
        self.forth.setEnabled(self.page < count - 1)
        for part in (self.smaller, self.larger, self.fit):
            part.setEnabled(count > 0)

    def _dress(self) -> None:
        """Paper lies on the ground of the scheme; the paper itself stays white."""
        palette = self.view.palette()
        for role in (QPalette.ColorRole.Dark, QPalette.ColorRole.Window, QPalette.ColorRole.Base):
            palette.setColor(role, theme.color("sunken"))
        self.view.setPalette(palette)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dress()  # the style dresses a widget when it is first shown

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_state()
