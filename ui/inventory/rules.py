"""The form of the store's rules: ABC limits, groups of the matrix, service levels, counting cycles, costs of an order."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.changes import Done
from app.desk import Desk
from app.errors import Refused
from app.fields import fields_of
from app.inventory.classes import ABC, VED
from app.inventory.reorder import Z
from app.inventory.rules import APPROVAL, OWN_LIMIT, approval_of, change_rules, own_limit, rules_of
from app.values import THOUSAND
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, Scroller
from ui.kit.forms import Form, FormField
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks

_DAYS = ("count_days_a", "count_days_b", "count_days_c")
_LISTS = ("group_1", "group_3")


class RulesDialog(Dialog):
    """What a supervisor sets for all sites at once."""

    saved = Signal(object)
    """The Done."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks) -> None:
        text = _("They hold for all sites. Classes and reorder points change when they are worked out again.")
        super().__init__(parent, _("Rules of the store"), text)
        self._desk, self._tasks = desk, tasks
        with desk.read() as read:
            rules = rules_of(read)
            own = (
                {OWN_LIMIT: own_limit(read, desk.site.id), APPROVAL: approval_of(read, desk.site.id)}
                if desk.site
                else {}
            )
        fields = [self._field(name) for name in fields_of("stock_rules")]
        if desk.site:
            fields += self._own_fields(desk.site.name)
        self.form = Form(fields, columns=2)
        values = {name: self._shown(name, getattr(rules, name)) for name in fields_of("stock_rules")}
        self.form.set_values(values | own)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(Scroller(self.form))
        self.body.addWidget(self.note)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.save = self.add_button(button(_("Save"), kind="primary", scale="large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)

    @staticmethod
    def _field(name: str) -> FormField:
        field = fields_of("stock_rules")[name]
        words, unit = _(field.label), _(field.unit) if field.unit else ""
        if name in _LISTS:
            return FormField(name, words, "many", choices=[(a + v, a + v) for a in ABC for v in VED])
        if name.startswith("service"):
            levels = [(level * THOUSAND, f"{level} %") for level in Z]
            return FormField(name, words, "choice", required=True, choices=levels, given=True)
        kind = "money" if field.kind == "money" else "number"
        return FormField(name, words, kind, unit, required=True, given=True)

    @staticmethod
    def _own_fields(site: str) -> list[FormField]:
        limit = _("At {site}: storekeepers approve up to").format(site=site)
        orders = _("At {site}: purchase orders are approved by").format(site=site)
        who = [(code, _(word)) for code, word in fields_of("site")[APPROVAL].choices]
        return [
            FormField(OWN_LIMIT, limit, "money", "CNY", help=_("Empty: as for all sites")),
            FormField(APPROVAL, orders, "choice", required=True, choices=who, given=True),
        ]

    @staticmethod
    def _shown(name: str, value: Any) -> Any:
        return value * THOUSAND if name in _DAYS else value

    def filled(self) -> dict[str, Any]:
        """What is typed, as the rules have it."""
        typed = self.form.values()
        for name in _DAYS:
            typed[name] //= THOUSAND
        for name in _LISTS:
            typed[name] = typed[name] or ()
        return typed

    def on_save(self) -> None:
        """Save; wrong fields are marked and keep what was typed."""
        self.note.hide()
        if not self.form.check():
            return
        typed = self.filled()
        own, approval = typed.pop(OWN_LIMIT, None), typed.pop(APPROVAL, "")
        here = self._desk.site is not None
        work = partial(change_rules, self._desk, typed, own, here=here, approval=approval)
        self._tasks.run(work, self._on_saved, self._on_refused, owner=self)

    def _on_saved(self, done: Done | None) -> None:
        if done:
            self.saved.emit(done)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, Refused):
            self.form.show_errors({str(o.field): str(o) for o in error.objections if o.field})
        self.note.set(str(error), "danger")
        self.note.show()
