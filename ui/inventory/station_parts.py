"""Small parts of the scan station: what an earlier run left, and the reason of a scan that is skipped."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.desk import Desk
from app.inventory.scan_queue import Booking
from app.labels.payload import Kind, read_scan
from app.values import show_instant, show_quantity
from app.words import N_, _, ngettext
from ui.kit import theme
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.labels import ElidedLabel, SignLabel, label

#: Why a scan is not booked; the first is what the code of the sheet says.
REASONS = (
    N_("Scanned by mistake"),
    N_("Label damaged, dealt with by hand"),
    N_("Written on paper"),
    N_("Not a part of this store"),
)


class LeftBar(QWidget):
    """Scans that were not booked when the program stopped: book them, or skip them with a reason."""

    book_wanted = Signal()
    skip_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(36, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(SignLabel("history", "warn_sign", 28))
        self._count = label("", "section", "warn_text")
        self._text = ElidedLabel("", "body")
        row.addWidget(self._count)
        row.addWidget(self._text, 1)
        self.book = button(_("Book them"), "check", scale="large", tip="F7")
        self.book.clicked.connect(self.book_wanted)
        self.skip = button(_("Skip them"), "x", scale="large", tip="F8")
        self.skip.clicked.connect(self.skip_wanted)
        row.addWidget(self.book)
        row.addWidget(self.skip)
        self.setAutoFillBackground(True)
        theme.notifier.changed.connect(self._paint_ground)
        self._paint_ground()
        self.hide()

    def _paint_ground(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.color("warn_soft"))
        self.setPalette(palette)

    def show_left(self, left: list[Booking], timezone: str) -> None:
        """How many, which, and since when."""
        self.setVisible(bool(left))
        if left:
            text = ngettext(
                "{count} scan of an earlier run is not booked",
                "{count} scans of an earlier run are not booked",
                len(left),
            )
            self._count.setText(text.format(count=len(left)))
            self._text.setText("  ".join(f"{one.part_no} × {show_quantity(one.qty)}" for one in left[:8]))
            self.setToolTip(show_instant(left[0].at, timezone))


def answer(text: str) -> bool | None:
    """What a code of the sheet answers to an open dialog: yes, no, or nothing."""
    payload = read_scan(text).payload
    said = payload.code if payload and payload.kind is Kind.AC else ""
    return {"BOOK": True, "SKIP": True, "ANYWAY": True, "CANCEL": False, "UNDO": False}.get(said)


class Question(FormDialog):
    """A question at the station: a code of the sheet answers it, every other scan waits until it is answered."""

    def __init__(
        self, parent: QWidget | None, title: str, fields: Sequence[FormField], do: str, text: str = ""
    ) -> None:
        super().__init__(parent, title, fields, do=do, text=text)
        #: What was scanned meanwhile, in its order.
        self.kept: list[str] = []

    def on_scan(self, text: str) -> None:
        """Book or skip says yes, drop or undo says no."""
        said = answer(text)
        if said:
            self.on_save()
        elif said is False:
            self.reject()
        else:
            self.kept.append(text)
            count = len(self.kept)
            words = ngettext(
                "{count} scan waits for this answer", "{count} scans wait for this answer", count
            )
            self.tell(words.format(count=count))


def reason_question(parent: QWidget | None, text: str) -> Question:
    """Why is a scan not booked?"""
    fields = [
        FormField("why", _("Reason"), "choice", required=True, choices=[(word, _(word)) for word in REASONS]),
        FormField("more", _("Remarks")),
    ]
    made = Question(parent, _("Skip this scan"), fields, _("Skip"), text)
    made.form.set_values({"why": REASONS[0]})
    return made


def reason_said(values: dict[str, Any]) -> str:
    """The reason of a filled question, in words."""
    return " - ".join(filter(None, [_(str(values["why"])), values["more"]]))


def open_count(desk: Desk) -> bytes | None:
    """The stocktake that is being counted at the site, where there is just one."""
    with desk.read() as read:
        here, params = (" AND site_id = ?", [desk.site.id]) if desk.site else ("", [])
        rows = read.rows(
            f"SELECT id FROM stock_count WHERE status = 'counting' AND deleted = 0{here} LIMIT 2", *params
        )
    return rows[0][0] if len(rows) == 1 else None
