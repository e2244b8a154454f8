"""From a PDF to paper at its true size, and from a suggestion to the file that a person chooses."""

import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QRect, QSize, QSizeF, QStandardPaths
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from app.errors import AppError
from app.words import N_, _, ngettext

POINTS = 72
#: More dots to the inch than anybody sees; larger pages are drawn in bands, or one would take half a gigabyte.
MOST_DPI = 600
BAND = 1200
KINDS = {"pdf": N_("PDF file"), "xlsx": N_("Excel workbook")}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\0-\x1f]+')


def ask_printer(
    parent: QWidget, title: str, memory: MutableMapping[str, Any] | None = None, kind: str = ""
) -> QPrinter | None:
    """The printer that the person chose; None when they thought better of it.

    `memory` keeps printer, tray and sides for each `kind` of paper: labels on sheets lie in another tray than reports.
    """
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    kept = {} if memory is None else memory
    _recall(printer, kept.get(kind))
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(_("Print at 100 %, not fitted to the page"))
    dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, on=False)
    try:
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        kept[kind] = [printer.printerName(), printer.paperSource().value, printer.duplex().value]
        return printer
    finally:
        dialog.deleteLater()


def _recall(printer: QPrinter, kept: Any) -> None:
    """What was used the last time, unless that printer is gone."""
    try:
        name, tray, sides = kept
        if name and not QPrinterInfo.printerInfo(name).isNull():
            printer.setPrinterName(name)
            printer.setPaperSource(QPrinter.PaperSource(tray))
            printer.setDuplex(QPrinter.DuplexMode(sides))
    except (TypeError, ValueError):
        return


def print_pdf(raw: bytes, printer: QPrinter) -> int:
    """Draw each page in its own size from corner to corner; gives the number of pages. Raises AppError."""
    buffer = QBuffer()
    buffer.setData(QByteArray(raw))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    printer.setFullPage(True)
    printer.setResolution(min(printer.resolution(), MOST_DPI))
    _fit_paper(printer, document.pagePointSize(0))
    painter = QPainter()
    if not painter.begin(printer):
        raise AppError(
            N_("The printer does not answer. Check that it is on, or save the PDF and print that.")
        )
    try:
        for page in range(document.pageCount()):
            if page:
                _fit_paper(printer, document.pagePointSize(page))
                printer.newPage()
            _draw(painter, document, page, printer.resolution())
    finally:
        painter.end()
    return document.pageCount()


def printed_words(pages: int) -> str:
    """What was printed, in one line."""
    return ngettext("{count} page printed", "{count} pages printed", pages).format(count=pages)


def _fit_paper(printer: QPrinter, points: QSizeF) -> None:
    """The paper has the size of the page; a wide one lies across."""
    wide = points.width() > points.height()
    upright = points.transposed() if wide else points
    size = QPageSize(upright, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    across = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    printer.setPageLayout(QPageLayout(size, across, QMarginsF(), QPageLayout.Unit.Point))


def _draw(painter: QPainter, document: QPdfDocument, page: int, dpi: int) -> None:
    points = document.pagePointSize(page)
    whole = QSize(round(points.width() * dpi / POINTS), round(points.height() * dpi / POINTS))
    for top in range(0, whole.height(), BAND):
        band = QRect(0, top, whole.width(), min(BAND, whole.height() - top))
        options = QPdfDocumentRenderOptions()
        options.setScaledSize(whole)
        options.setScaledClipRect(band)
        drawn = document.render(page, band.size(), options)
        paper = QImage(band.size(), QImage.Format.Format_RGB32)
        paper.fill(0xFFFFFFFF)
        over = QPainter(paper)
        over.drawImage(0, 0, drawn)
        over.end()
        painter.drawImage(0, top, paper)


def ask_file(parent: QWidget, suggestion: str, form: str) -> Path | None:
    """The file that the person chose, with its ending; None when they thought better of it."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    name = _FORBIDDEN.sub(" ", suggestion).strip() or "report"
    words = f"{_(KINDS[form])} (*.{form})"
    chosen, _filter = QFileDialog.getSaveFileName(
        parent, _("Save as"), str(Path(folder) / f"{name}.{form}"), words
    )
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix.lower() == f".{form}" else path.with_name(f"{path.name}.{form}")
