"""The test of a scanner (扫码枪测试): print a sheet, scan its codes; what was learnt is said in words and kept on this laptop."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from app.labels.scanner import SHEET, Reading, Scanner, findings, learn, scanner_of, sheet_code_of
from app.settings import SCANNER, Settings
from app.words import N_, _, ngettext
from ui.kit.buttons import button
from ui.kit.labels import label
from ui.kit.layout import Card
from ui.kit.notes import NoteStrip
from ui.kit.wedge import Wedge

_MOST = 8
_CODES = {
    "digits": N_("1 Digits"),
    "letters": N_("2 Letters"),
    "signs": N_("3 Signs"),
    "long": N_("4 A long code"),
}


class ScannerCard(Card):
    """What arrives from the scanner, and what the laptop has learnt of it."""

    sheet_wanted = Signal(str)
    """A sheet is to be printed: `scanner-test`, `action-sheet` or `blank-labels`."""

    def __init__(self, settings: Settings, wedge: Wedge | None = None) -> None:
        super().__init__(_("Test the scanner"))
        self._settings, self._wedge = settings, wedge
        self._read: dict[str, Reading] = {}
        said = _(
            "Print the test sheet and scan its four codes, here or anywhere on this page. Any other label may be tried, too."
        )
        self.body.addWidget(label(said, "dense", "text_2", wrap=True))
        self.body.addLayout(self._buttons())
        self.scan = QLineEdit()
        self.scan.setPlaceholderText(_("Scan here"))
        self.scan.setAccessibleName(_("Test the scanner"))
        self.scan.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.body.addWidget(self.scan)
        self.scanned = NoteStrip(_("Nothing was scanned yet."), "neutral")
        self.body.addWidget(self.scanned)
        self._steps = label("", "dense", "text_2", wrap=True)
        self.body.addWidget(self._steps)
        self.notes = [NoteStrip("", "neutral") for _number in range(_MOST)]
        for note in self.notes:
            note.hide()
            self.body.addWidget(note)
        if wedge is not None:
            wedge.measured.connect(self.on_reading)
        self._show(scanner_of(settings.get(SCANNER)))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, icon, name in (
            (_("Test sheet"), "printer", "scanner-test"),
            (_("Action codes"), "printer", "action-sheet"),
            (_("Blank labels"), "printer", "blank-labels"),
        ):
            made = button(words, icon, scale="small")
            made.clicked.connect(lambda _on=False, name=name: self.sheet_wanted.emit(name))
            row.addWidget(made)
        self.forget = button(_("Start again"), "undo-2", "ghost", scale="small")
        self.forget.clicked.connect(self.on_forget)
        row.addWidget(self.forget)
        row.addStretch()
        return row

    def show_scan(self, text: str) -> bool:
        """Show what the scanner sent; every code belongs to this page while it is open."""
        self.scan.clear()
        if text:
            count = ngettext("{count} character", "{count} characters", len(text)).format(count=len(text))
            self.scanned.set(text, "ok", more=count)
        return bool(text)

    def on_reading(self, reading: Reading) -> None:
        """A burst as it arrived, with its times and suffix."""
        name = sheet_code_of(reading)
        if not name or not self.isVisible():
            return
        self._read[name] = reading
        scanner = learn(self._read)
        self._keep(scanner)
        self._show(scanner)

    def on_forget(self) -> None:
        """As before the first test."""
        self._read.clear()
        self._keep(Scanner())
        self._show(Scanner())

    def _keep(self, scanner: Scanner) -> None:
        self._settings.set(SCANNER, scanner.kept() if scanner != Scanner() else "")
        if self._wedge is not None:
            self._wedge.adapt(scanner)

    def _show(self, scanner: Scanner) -> None:
        left = [_(_CODES[name]) for name, _code in SHEET if name not in self._read]
        if not self._read:
            known = scanner != Scanner()
            self._steps.setText(
                _("This scanner was tested before; what was learnt is in use.") if known else ""
            )
        else:
            text = _("Still to scan: {codes}").format(codes=", ".join(left))
            self._steps.setText(text if left else _("All four codes were read."))
        found: list[Any] = list(findings(self._read, scanner))
        for note, finding in zip(self.notes, [*found, *[None] * (_MOST - len(found))], strict=True):
            note.setVisible(finding is not None)
            if finding is not None:
                note.set(finding.sentence, finding.level)
