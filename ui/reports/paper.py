"""From a PDF to paper at its true size, and from a suggestion to the file that a person chooses."""

import re
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QPoint, QRect, QSize, QSizeF, QStandardPaths
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from app.errors import AppError
from app.paper import Offer, Paper, Size, Used, gone, instead, lack_of
from app.words import N_, _, ngettext
from ui.reports import lacking

POINTS = 72
#: Millimetres of a point.
MM = 25.4 / POINTS
#: A size that any paper of one's own keeps to, where the printer names no largest one.
_ANY: Size = (1e5, 1e5)
#: More dots to the inch than anybody sees; larger pages are drawn in bands, or one would take half a gigabyte.
MOST_DPI = 600
BAND = 1200
KINDS = {"pdf": N_("PDF file"), "xlsx": N_("Excel workbook")}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\0-\x1f]+')


class Chosen(NamedTuple):
    """The printer that a person chose, and what it offers."""

    printer: QPrinter
    offer: Offer


def ask_printer(
    parent: QWidget,
    title: str,
    memory: MutableMapping[str, Any] | None = None,
    kind: str = "",
    *,
    pages: Iterable[Size] = (),
    save: Callable[[], None] | None = None,
    back: str = "",
    offers: Callable[[QPrinter], Offer] | None = None,
) -> Chosen | None:
    """The printer that the person chose; None when they thought better of it, or saved a file instead.

    `memory` keeps printer, tray and sides for each `kind` of paper: labels on sheets lie in another tray than reports.
    Where the printer lacks the paper of `pages` (millimetres), or the one of the last time is gone, the person is asked
    first; `save` makes a file instead, `back` says where No leads. `offers` tells what a printer has, `offer_of` unless given.
    """
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    kept = {} if memory is None else memory
    wanted, tell_offer = list(dict.fromkeys(pages)), offers or offer_of
    answer = _ask_after(
        parent, printer, _used(kept.get(kind)), tell_offer, can_save=save is not None, back=back
    )
    while answer == lacking.OTHER and _choose(printer, parent):
        offer = tell_offer(printer)
        lack = lack_of(offer, wanted)
        answer = (
            lacking.ask_lack(parent, lack, can_save=save is not None, back=back) if lack else lacking.MIDDLE
        )
        if answer == lacking.MIDDLE:
            kept[kind] = [printer.printerName(), printer.paperSource().value, printer.duplex().value]
            return Chosen(printer, offer)
    if answer == lacking.SAVE and save:
        save()
    return None


def _used(kept: Any) -> Used | None:
    try:
        name, tray, sides = kept
        return Used(str(name), int(tray), int(sides))
    except (TypeError, ValueError):
        return None


def _ask_after(
    parent: QWidget,
    printer: QPrinter,
    used: Used | None,
    offers: Callable[[QPrinter], Offer],
    *,
    can_save: bool,
    back: str,
) -> str:
    """Take what was used the last time; what is gone of it is told. OTHER leads on to the system's dialog."""
    names = QPrinterInfo.availablePrinterNames()
    if used and used.printer in names:
        printer.setPrinterName(used.printer)
        printer.setDuplex(QPrinter.DuplexMode(used.sides))
    what = gone(used, names, offers(printer))
    if used and not what:
        printer.setPaperSource(QPrinter.PaperSource(used.tray))
    return (
        lacking.ask_gone(parent, used, what, can_save=can_save, back=back) if used and what else lacking.OTHER
    )


def _choose(printer: QPrinter, parent: QWidget) -> bool:
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(_("Print at 100 %, not fitted to the page"))
    dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, on=False)
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()


def offer_of(printer: QPrinter) -> Offer:
    """What the printer says of its papers and trays; one that writes a file takes any."""
    told = QPrinterInfo(printer)
    if printer.outputFormat() == QPrinter.OutputFormat.PdfFormat or told.isNull():
        return Offer()
    papers = tuple(_paper(size) for size in told.supportedPageSizes() if size.isValid())
    usual = told.defaultPageSize()
    own = None
    if told.supportsCustomPageSizes():
        most = told.maximumPhysicalPageSize()
        own = _size(told.minimumPhysicalPageSize()), _size(most) if most.isValid() else _ANY
    return Offer(
        printer.printerName(), papers, _paper(usual) if usual.isValid() else None, own, _trays(printer)
    )


def _paper(size: QPageSize) -> Paper:
    return Paper(size.name(), *_size(size))


def _size(size: QPageSize) -> Size:
    room = size.size(QPageSize.Unit.Millimeter)
    return (max(0.0, room.width()), max(0.0, room.height()))


def _trays(printer: QPrinter) -> frozenset[int] | None:
    """The trays as the system numbers them; only Windows tells."""
    told = getattr(printer, "supportedPaperSources", None)
    return frozenset(tray.value for tray in told()) or None if told else None


def print_pdf(raw: bytes, printer: QPrinter, offer: Offer | None = None) -> int:
    """Draw each page in its own size from corner to corner, or unscaled in the middle of another paper where the printer
    does not offer its own; gives the number of pages. Raises AppError.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(raw))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    printer.setFullPage(True)
    printer.setResolution(min(printer.resolution(), MOST_DPI))
    offered = offer or Offer()
    corner = _fit_paper(printer, document.pagePointSize(0), offered)
    painter = QPainter()
    if not painter.begin(printer):
        raise AppError(
            N_("The printer does not answer. Check that it is on, or save the PDF and print that.")
        )
    try:
        for page in range(document.pageCount()):
            if page:
                corner = _fit_paper(printer, document.pagePointSize(page), offered)
                printer.newPage()
            _draw(painter, document, page, printer.resolution(), corner)
    finally:
        painter.end()
    return document.pageCount()


def printed_words(pages: int) -> str:
    """What was printed, in one line."""
    return ngettext("{count} page printed", "{count} pages printed", pages).format(count=pages)


def _fit_paper(printer: QPrinter, points: QSizeF, offer: Offer) -> QPoint:
    """The paper has the size of the page, or is the one that there is; a wide page lies across. Gives the page's corner in dots."""
    wide = points.width() > points.height()
    upright = points.transposed() if wide else points
    paper = instead(offer, (points.width() * MM, points.height() * MM))
    if paper:
        upright = QSizeF(*sorted((paper.width, paper.height))) / MM
    size = QPageSize(upright, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    across = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    printer.setPageLayout(QPageLayout(size, across, QMarginsF(), QPageLayout.Unit.Point))
    if paper is None:
        return QPoint(0, 0)
    room = upright.transposed() if wide else upright
    dots = printer.resolution() / POINTS / 2
    return QPoint(
        round((room.width() - points.width()) * dots), round((room.height() - points.height()) * dots)
    )


def _draw(painter: QPainter, document: QPdfDocument, page: int, dpi: int, corner: QPoint) -> None:
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
        painter.drawImage(corner.x(), corner.y() + top, paper)


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
