"""Training on the first pages: one's own certificates that run out, and the supervisor's figures."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.desk import Desk
from app.signs import sign
from app.training.certificates import certificates_of
from app.training.figures import TrainingFigures, training_figures
from app.training.fitness import fitness_of
from app.training.rules import CERTIFICATE_DAYS
from app.words import _, ngettext
from ui.kit.chips import Chip
from ui.kit.labels import ElidedLabel, label, line
from ui.kit.layout import Card
from ui.kit.tiles import Figure, Tile
from ui.training.person import days_left, due_words


class CertificatesCard(Card):
    """The person's own certificates and fitness that run out within 90 days, or have run out."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("Certificates running out"))
        self._desk = desk
        self._inner = QWidget()
        self.body.addWidget(self._inner)
        self._show()

    def refresh(self, topics: set[str]) -> None:
        """Read again after a change."""
        if topics & {"training", "people"}:
            self._show()

    def _show(self) -> None:
        self.body.removeWidget(self._inner)
        self._inner.deleteLater()
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        lines = self._lines()
        for number, (title, more, chip) in enumerate(lines):
            if number:
                column.addWidget(line())
            column.addWidget(_due(title, more, chip))
        if lines:
            text = _("A job that asks for a certificate is not given to whoever lets it expire.")
            column.addWidget(label(text, "caption", "text_2", wrap=True))
        else:
            word = _("Nothing runs out within {days} days").format(days=CERTIFICATE_DAYS)
            column.addWidget(Chip(word, "ok", bare=True))
        self.body.addWidget(self._inner)

    def _lines(self) -> list[tuple[str, str, Chip]]:
        staff = self._desk.actor.staff_id
        if staff is None:
            return []
        with self._desk.read() as read:
            held = certificates_of(read, staff, self._desk.today())
        made = []
        for found in held:
            if found.state in {"expired", "review_overdue", "expiring"} and not found.replaced:
                chip = _chip(found.state, found.standing.days, near=30)
                made.append((found.type, f"{found.number}·{due_words(found)}", chip))
        fit = fitness_of(self._desk, staff)
        if fit and fit.days is not None and fit.days <= CERTIFICATE_DAYS:
            until = _("Valid until {day}").format(day=fit.until)
            made.append(
                (_("Fitness for work"), f"{fit.staff_no}·{until}", _chip(fit.state, fit.days, near=30))
            )
        return made


def _chip(state: str, days: int | None, *, near: int) -> Chip:
    """Days that are left: a warning when they are few, a note before; a danger when none is left."""
    if days is None or days < 0:
        return Chip(sign(state).text, "danger", sign(state).icon)
    return Chip(days_left(days), "warn" if days <= near else "info")


def _due(title: str, more: str, chip: Chip) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(ElidedLabel(title), 1)
    head.addWidget(chip)
    column.addLayout(head)
    column.addWidget(ElidedLabel(more, "dense", "text_2"))
    return made


class TrainingTiles(QWidget):
    """Coverage, certificate validity, gaps and what runs out, for the supervisor's first page."""

    opened = Signal(str)
    """What a tile leads to: matrix, gone, missing, expiring, certificates."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.tiles: dict[str, Tile] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(13)
        self._show()

    def refresh(self, topics: set[str]) -> None:
        """Read again after a change."""
        if topics & {"training", "people"}:
            self._show()

    def _show(self) -> None:
        for tile in self.tiles.values():
            self._row.removeWidget(tile)
            tile.deleteLater()
        site = self._desk.site.id if self._desk.site else None
        with self._desk.read() as read:
            found = training_figures(read, self._desk.actor, self._desk.today(), site)
        self.tiles = {key: Tile(title, figure) for key, title, figure in _figures(found)}
        for key, tile in self.tiles.items():
            tile.clicked.connect(lambda key=key: self.opened.emit(key))
            self._row.addWidget(tile, 1)


def _figures(found: TrainingFigures) -> list[tuple[str, str, Figure]]:
    return [
        ("matrix", _("Training coverage"), _coverage(found)),
        ("certificates", _("Certificate validity"), _validity(found)),
        ("gone", _("Training expired or not passed"), _gone(found)),
        ("due", _("Certificates running out"), _running_out(found)),
    ]


def _coverage(found: TrainingFigures) -> Figure:
    if not found.coverage.whole:
        return Figure(basis=_("No course is required of anybody."))
    basis = _("{part} of {whole} required courses of people").format(
        part=found.coverage.part, whole=found.coverage.whole
    )
    word = _("{count} missing").format(count=found.missing)
    return Figure(found.coverage.percent, "%", word, "neutral", None, basis)


def _validity(found: TrainingFigures) -> Figure:
    if not found.certificates.whole:
        return Figure(basis=_("No certificate is recorded or required."))
    holders = _("{part} of {whole} people").format(
        part=found.certificates.part, whole=found.certificates.whole
    )
    lost = ngettext(
        "{count} person without a valid one", "{count} people without a valid one", found.certificates_lost
    )
    word = lost.format(count=found.certificates_lost) if found.certificates_lost else _("All valid")
    level = "danger" if found.certificates_lost else "ok"
    return Figure(found.certificates.percent, "%", word, level, None, holders)


def _gone(found: TrainingFigures) -> Figure:
    gone = found.expired + found.not_passed
    word = _("{expired} expired·{failed} not passed").format(expired=found.expired, failed=found.not_passed)
    basis = _("{count} more end within {days} days").format(count=found.expiring, days=found.days)
    return Figure(str(gone), "", word if gone else _("None"), "danger" if gone else "ok", None, basis)


def _running_out(found: TrainingFigures) -> Figure:
    some = bool(found.certificates_due)
    word = sign("expiring").text if some else _("None")
    basis = _("End or review within {days} days").format(days=CERTIFICATE_DAYS)
    icon = "clock-alert" if some else None
    return Figure(str(found.certificates_due), "", word, "warn" if some else "ok", icon, basis)
