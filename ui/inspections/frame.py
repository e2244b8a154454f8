"""Head and foot of the round page: progress, saved time, the large buttons and their keys."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.inspections.queries import Sheet
from app.words import _, ngettext
from ui.inspections.parts import Band, BigProgress
from ui.kit import icons, theme
from ui.kit.buttons import Button, button, icon_button
from ui.kit.chips import Chip
from ui.kit.labels import key_hint, label, plain_tip


class Head(Band):
    """Name of the round, how far it is, what was saved when, and the way out."""

    back_wanted = Signal()
    submit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("b")
        self.back = QPushButton()
        self.back.setProperty("square", True)
        self.back.setIcon(icons.icon("chevron-left", "text", 22))
        self.back.setIconSize(QSize(22, 22))
        self.back.setFixedSize(44, 44)
        self.back.setAccessibleName(_("Leave; all is saved"))
        self.back.setToolTip(_("Leave; all is saved"))
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name, self.code = label("", "section"), label("", "dense", "text_3")
        self.progress, self.counted = BigProgress(), label("", "section")
        self.failed = Chip("", "danger", "octagon-alert")
        self.saved = Chip("", "ok", "save", bare=True)
        self.camera = icon_button("camera", _("Read codes by camera, one after the other (Ctrl Shift K)"))
        self.camera.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.submit = button(_("Submit"), "check", scale="large")
        self.submit.setToolTip(_("Ctrl Enter"))
        row = QHBoxLayout(self)
        row.setSpacing(10)
        row.addWidget(self.back)
        row.addWidget(self.name)
        row.addWidget(self.code)
        row.addSpacing(6)
        row.addWidget(self.progress, 1)
        for part in (self.counted, self.failed, self.saved, self.camera, self.submit):
            row.addWidget(part)
        self._row = row
        self._compact = False
        self.back.clicked.connect(self.back_wanted)
        self.submit.clicked.connect(self.submit_wanted)
        self.set_compact(compact=False)

    def set_compact(self, *, compact: bool) -> None:
        """Below 800 pixels: 40 high, without code and submit button (Ctrl Enter, and the last sheet)."""
        self._compact = compact
        self.setFixedHeight(40 if compact else 60)
        self._row.setContentsMargins(4 if compact else 8, 0, 12 if compact else 16, 0)
        self.back.setFixedSize(*((40, 38) if compact else (44, 44)))
        self.code.setVisible(not compact)
        self.submit.setVisible(not compact)

    def show_sheet(self, sheet: Sheet) -> None:
        """Progress in bar and figures."""
        room = 150 if self._compact else 290
        metrics = QFontMetrics(theme.font("section"))
        self.name.setText(metrics.elidedText(sheet.name, Qt.TextElideMode.ElideRight, room))
        self.name.setToolTip(plain_tip(sheet.name))
        self.code.setText(sheet.template_code)
        self.progress.set(sheet.done, sheet.failed, len(sheet.items))
        self.counted.setText(f"{sheet.done} / {len(sheet.items)}")
        words = str(sheet.failed)
        if not self._compact:
            words = ngettext("{count} deviation", "{count} deviations", sheet.failed).format(
                count=sheet.failed
            )
        self.failed.set(words, "danger", "octagon-alert")
        self.failed.setVisible(bool(sheet.failed))

    def show_saved(self, clock: str, *, saving: bool = False) -> None:
        """When the last answer was on the disk."""
        if saving:
            self.saved.set(_("Saving …"), "neutral", "save")
        elif clock:
            words = _("Saved") if self._compact else _("Saved {time}").format(time=clock)
            self.saved.set(words, "ok", "save")
        self.saved.setVisible(saving or bool(clock))


class Foot(Band):
    """Back, not applicable, the keys, and the one primary button."""

    back_wanted = Signal()
    not_applicable_wanted = Signal()
    next_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("t")
        self.back = button(_("Previous"), "arrow-left", scale="touch")
        self.na = button(_("Not applicable"), "circle-slash", scale="touch")
        self.next = button(_("Next"), "arrow-right", kind="primary", scale="touch")
        self.next.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.next.setText(_("Next") + " ")
        for made in (self.back, self.na, self.next):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hints = QWidget()
        hints = QHBoxLayout(self.hints)
        hints.setContentsMargins(0, 0, 0, 0)
        hints.setSpacing(12)
        words = (
            ("PgUp", _("previous")),
            ("F8", _("photo")),
            ("F9", _("n/a")),
            ("Enter", _("next")),
        )
        for key, word in words:
            hints.addWidget(key_hint(key, word), 0, Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(12)
        self._row.addWidget(self.back)
        self._row.addWidget(self.na)
        self._row.addStretch()
        self._row.addWidget(self.hints, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addSpacing(6)
        self._row.addWidget(self.next)
        self.back.clicked.connect(self.back_wanted)
        self.na.clicked.connect(self.not_applicable_wanted)
        self.next.clicked.connect(self.next_wanted)
        self.set_compact(compact=False)

    def set_compact(self, *, compact: bool) -> None:
        """Below 800 pixels the keys are left out."""
        self.setFixedHeight(76 if compact else theme.size("height.foot_bar_touch"))
        self._row.setContentsMargins(12, 0, 12, 0) if compact else self._row.setContentsMargins(16, 0, 16, 0)
        self.next.setMinimumWidth(180 if compact else 240)

    def set_hints(self, *, shown: bool) -> None:
        """The keys give way where the window is narrow."""
        self.hints.setVisible(shown)

    def set_item(self, *, first: bool, finished: bool) -> None:
        """What can be done from here; on the last sheet only the way back."""
        self.back.setEnabled(not first)
        self.na.setVisible(not finished)
        self.next.setVisible(not finished)
        if isinstance(self.back, Button):
            self.back.set_text(_("Previous"))
