"""The form of a new stock-take: all, some bins, some classes, or what is due."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication

from app import values
from app.desk import Desk
from app.fields import fields_of
from app.stocktake import counts
from app.words import _, pgettext
from ui.inventory.tables import site_of
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField

_CLASSES = "ABC"


class NewCountDialog(FormDialog):
    """What is to be counted, and whether blind."""

    def __init__(self, parent: Any, desk: Desk) -> None:
        with desk.read() as read:
            bins = [(word.value, word.words) for word in counts.stocked_bins(read, site_of(desk))]
            cycle = self._cycle = counts.cycle(read, site_of(desk), desk.now())
        kinds = [(code, _(word)) for code, word in fields_of("stock_count")["kind"].choices]
        super().__init__(
            parent,
            _("New stocktake"),
            [
                FormField("kind", _("Kind"), "choice", required=True, choices=kinds, given=True),
                FormField("blind", _("Blind count: who counts does not see the books"), "flag"),
                FormField(
                    "classes",
                    _("ABC classes"),
                    "many",
                    choices=[(due.abc, _due(due)) for due in cycle],
                    help=_cycle_said(cycle),
                ),
                FormField(
                    "most",
                    _("At most"),
                    "number",
                    _("parts"),
                    help=_("The most urgent; empty for all that is due"),
                ),
                FormField("bins", _("Bins"), "many", choices=bins),
                FormField("remark", _("Remarks")),
            ],
            {"kind": "bins" if len(bins) > 1 else "full", "blind": True},
            check=self._check_scope,
            do=_("Begin"),
            text=_("The books stay open: what is issued or received meanwhile is not lost."),
        )
        self.form.changed.connect(self._show_scope)
        self._show_scope()

    def _show_scope(self) -> None:
        kind = self.form.values()["kind"]
        for name, kinds in (("classes", {"classes", "cycle"}), ("bins", {"bins"}), ("most", {"cycle"})):
            self.form.boxes[name].setVisible(kind in kinds)
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """As high as what is asked now."""
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        self.adjustSize()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._fit)

    def _check_scope(self, filled: Any) -> dict[str, str]:
        kind = filled["kind"]
        if kind == "bins" and not filled["bins"]:
            return {"bins": _("Choose at least one bin.")}
        if kind == "classes" and not filled["classes"]:
            return {"classes": _("Choose at least one class.")}
        chosen = set(filled["classes"] or ()) or {due.abc for due in self._cycle}
        if kind == "cycle" and not any(due.due for due in self._cycle if due.abc in chosen):
            return {"classes": _("Nothing is due to be counted. Choose another kind.")}
        return {}

    def chosen(self) -> dict[str, Any]:
        """What `open_count` is to be told."""
        filled = self.form.values()
        kind = filled["kind"]
        return {
            "kind": kind,
            "bins": tuple(filled["bins"] or ()) if kind == "bins" else (),
            "classes": tuple(filled["classes"] or ()) if kind in {"classes", "cycle"} else (),
            "most": max(filled["most"] or 0, 0) // values.THOUSAND if kind == "cycle" else 0,
            "blind": bool(filled["blind"]),
            "remark": filled["remark"] or "",
        }


def _due(due: counts.Due) -> str:
    return _("{abc}: {due} of {count} due").format(abc=due.abc, due=due.due, count=due.parts)


def _cycle_said(cycle: Sequence[counts.Due]) -> str:
    """How often each class is counted."""
    every = pgettext("list", ", ").join(f"{due.abc} {due.days}" for due in cycle)
    return _("Counted every so many days, by the rules of the store: {every}").format(every=every)
