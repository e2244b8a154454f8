"""The form that works out safety stock and reorder point: every figure with where it comes from, accepted or overridden."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.changes import Done
from app.desk import Desk
from app.errors import AppError, Refused
from app.inventory.card import policy_of
from app.inventory.demand import KINDS
from app.inventory.policy import METHODS, ORDERS, Suggestion, accept, override, suggest, use_of
from app.inventory.reorder import Z
from app.inventory.rules import rules_of
from app.words import _
from ui.inventory.tables import amount, site_of
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.forms import Form, FormField
from ui.kit.labels import label
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks


class PolicyDialog(Dialog):
    """Method and service level are chosen; the working follows; other figures need a reason."""

    saved = Signal(object, object)
    """The id of the part, and the Done."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, part: bytes) -> None:
        super().__init__(parent, _("Reorder point"))
        self._desk, self._tasks, self._part = desk, tasks, part
        with desk.read() as read:
            self._row = read.get("part", part) or {}
            self._use = use_of(read, part, site_of(desk), desk.now())
            self._old = policy_of(read, part, site_of(desk)) or {}
            self._rules = rules_of(read)
        self.found: Suggestion | None = suggest(self._use, rules=self._rules)
        self.form = Form(self._fields(), columns=2)
        self.working = label("", "dense", "text_2", wrap=True)
        self.note = NoteStrip("", "warn")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.form)
        column.addWidget(self.working)
        self.body.addWidget(Scroller(inner))
        self.body.addWidget(self.note)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Use these figures"), "check", "primary", "large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)
        self.form.set_values(self._values())
        self.form.changed.connect(self._on_changed)
        self._show()

    def _fields(self) -> list[FormField]:
        unit = self._row.get("unit") or ""
        methods = [(code, _(word)) for code, word in METHODS.items()]
        services = [(level, f"{level} %") for level in Z]
        return [
            FormField("method", _("Method"), "choice", required=True, choices=methods, given=True),
            FormField("service", _("Service level"), "choice", required=True, choices=services, given=True),
            FormField("safety", _("Safety stock"), "number", unit, required=True, given=True),
            FormField("reorder", _("Reorder point"), "number", unit, required=True, given=True),
            FormField("most", _("Maximum stock"), "number", unit, required=True, given=True),
            FormField("reason", _("Reason")),
        ]

    def _values(self) -> dict[str, Any]:
        found = self.found
        return {
            "method": found.method if found else "poisson",
            "service": found.service if found else 95,
            "safety": found.safety if found else self._old.get("safety_stock"),
            "reorder": found.reorder_point if found else self._old.get("reorder_point"),
            "most": found.maximum if found else self._old.get("max_stock"),
        }

    def _on_changed(self) -> None:
        """Another method or level: the figures are worked out anew."""
        filled = self.form.values()
        found = suggest(self._use, filled["method"] or "poisson", filled["service"] or 95, self._rules)
        if found != self.found and found is not None:
            self.found = found
            self.form.blockSignals(True)
            self.form.editor("safety").set_value(found.safety)
            self.form.editor("reorder").set_value(found.reorder_point)
            self.form.editor("most").set_value(found.maximum)
            self.form.blockSignals(False)
        self._show()

    def _overridden(self) -> bool:
        filled, found = self.form.values(), self.found
        typed = (filled["safety"], filled["reorder"], filled["most"])
        return found is None or typed != (found.safety, found.reorder_point, found.maximum)

    def _show(self) -> None:
        self.working.setText(self._said())
        self.save.set_text(_("Override") if self._overridden() else _("Use these figures"))  # type: ignore[attr-defined]  # a Button
        if self.found is None:
            text = _(
                "The use a year or the lead time is not known: enter the figures yourself, with the reason."
            )
        elif self._overridden():
            text = _("These are not the computed figures: the reason is kept with your name.")
        elif self.found.asks:
            text = _("Issues in 24 months: {issues}. Too few to reckon with: say why you take these figures.")
            text = text.format(issues=self.found.issues)
        else:
            text = ""
        self.note.setVisible(bool(text))
        self.note.set(text, "warn")

    def _said(self) -> str:
        """The working, line by line."""
        return said(self.found, self._row.get("unit") or "", self._old)

    def on_save(self) -> None:
        """Accept the computed figures, or override them with a reason."""
        if not self.form.check():
            return
        filled, desk, part, found = self.form.values(), self._desk, self._part, self.found
        reason = filled["reason"] or ""
        overridden = self._overridden()

        def work() -> Done:
            if overridden or found is None:
                return override(
                    desk,
                    part,
                    filled["safety"],
                    filled["reorder"],
                    filled["most"],
                    reason=reason,
                    found=found,
                )
            return accept(desk, part, found, reason=reason)

        self._tasks.run(work, self._on_saved, self._on_refused, owner=self)

    def _on_saved(self, done: Done) -> None:
        self.saved.emit(self._part, done)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        text = "\n".join(map(str, error.objections)) if isinstance(error, Refused) else str(error)
        self.note.set(text, "danger" if isinstance(error, AppError) else "warn")
        self.note.show()


def said(found: Suggestion | None, unit: str, old: Mapping[str, Any]) -> str:
    """The working of a reorder point in lines: use, its pattern, demand, safety stock, order quantity, what held so far."""
    if found is None:
        return ""
    ledger, register = _("by the ledger, issues in 24 months: {issues}"), _("by the register")
    source = ledger.format(issues=found.issues) if found.source == "ledger" else register
    lines = (
        _("Use a year: {use} ({source})").format(use=amount(found.annual, unit), source=source),
        _pattern(found),
        _("Demand in {days} days: {exact} → {demand}").format(
            days=found.lead_days, exact=f"{found.exact:.2f}", demand=amount(found.demand, unit)
        ),
        _("Safety stock: {z} × {spread} → {safety}").format(
            z=Z[found.service], spread=f"{found.spread:.2f}", safety=amount(found.safety, unit)
        ),
        _("Reorder point: {demand} + {safety} = {reorder}").format(
            demand=amount(found.demand), safety=amount(found.safety), reorder=amount(found.reorder_point, unit)
        ),
        _("Order quantity: {order}, {why}").format(
            order=amount(found.order, unit), why=_(ORDERS[found.order_why])
        ),
        _("Maximum: {reorder} + {order} = {maximum}").format(
            reorder=amount(found.reorder_point), order=amount(found.order), maximum=amount(found.maximum, unit)
        ),
        _so_far(old, unit),
    )  # fmt: skip
    return "\n".join(filter(None, lines))


def _pattern(found: Suggestion) -> str:
    if found.pattern is None:
        return ""
    text = _("Demand is {kind}: ADI {adi}, CV² {cv2}")
    return text.format(
        kind=_(KINDS[found.pattern.kind]), adi=f"{found.pattern.adi:.2f}", cv2=f"{found.pattern.cv2:.2f}"
    )


def _so_far(old: Mapping[str, Any], unit: str) -> str:
    if not old:
        return ""
    return _("So far: safety stock {safety}, reorder point {reorder}").format(
        safety=amount(old["safety_stock"], unit), reorder=amount(old["reorder_point"], unit)
    )
