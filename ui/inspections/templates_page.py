"""Templates (巡检模板): the list, the items of one, and changing limits, which makes the next version."""

from array import array
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.access import Permission
from app.desk import Desk
from app.fields import fields_of
from app.inspections import queries
from app.inspections.rules import Item, standard_said
from app.inspections.templates import TemplateLine, change_template, templates
from app.words import N_, _
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.layout import Card, Page
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks


class _Rows:
    """A list that is read whole: templates and items are few."""

    def __init__(self) -> None:
        self.found: dict[int, Any] = {}

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """All of them, in their own order."""
        return array("q", self.found)

    def rows(self, ids: Sequence[int]) -> Sequence[Any]:
        """The rows of these numbers."""
        return [self.found.get(n) for n in ids]


def _word(table: str, column: str, code: str) -> str:
    return _(dict(fields_of(table)[column].choices).get(code, code))


class TemplatesPage(Page):
    """Templates at the left, the items of the chosen one at the right; Enter on an item changes it."""

    left = Signal()
    said = Signal(str, object)

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Templates"), table=True)
        self._desk, self._tasks = desk, tasks
        self._chosen: TemplateLine | None = None
        self._items: dict[int, Item] = {}
        back = button(_("Back"), "arrow-left")
        back.clicked.connect(self.left)
        self.add_action(back)
        self._lists, self._checks = _Rows(), _Rows()
        self.table = Table(self._template_columns(), self._lists, prefs={"density": "normal"})
        self.items = Table(self._item_columns(), self._checks)
        self.card = Card("", margins=False)
        self.card.body.addWidget(self.items)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(20, 12, 20, 12)
        row.setSpacing(14)
        lists = Card("", margins=False)
        lists.body.addWidget(self.table)
        row.addWidget(lists, 4)
        row.addWidget(self.card, 6)
        self.body.addWidget(holder, 1)
        self.table.selected.connect(self._on_selected)
        self.items.opened.connect(self._on_item)
        leave = QShortcut(QKeySequence("Esc"), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.left)
        self.refreshed()

    @staticmethod
    def _template_columns() -> list[Column]:
        return [
            Column("name", N_("Template"), width=180, stretch=True, sortable=False, second=lambda r: r.code),
            Column("code", N_("Template code"), "code", 96, sortable=False, compact=False),
            Column("cycle", N_("Cycle"), width=72, sortable=False, compact=False,
                   value=lambda r: _word("inspection_template", "cycle", r.cycle)),
            Column("version", N_("Version"), "number", 56, sortable=False, compact=False),
            Column("items", N_("Items"), "number", 56, sortable=False, compact=False),
        ]  # fmt: skip

    @staticmethod
    def _item_columns() -> list[Column]:
        return [
            Column("seq", N_("No."), "number", 44, sortable=False),
            Column("text", N_("Check"), width=200, stretch=True, sortable=False),
            Column("value_type", N_("Value type"), width=80, sortable=False, compact=False,
                   value=lambda r: _word("inspection_item", "value_type", r.value_type)),
            Column("standard", N_("Allowed"), width=130, sortable=False, value=standard_said),
            Column("on_fail", N_("On deviation"), width=130, sortable=False, compact=False,
                   value=lambda r: _word("inspection_item", "on_fail", r.on_fail)),
        ]  # fmt: skip

    def refreshed(self) -> None:
        """Read the list again; the chosen template stays chosen by its code."""
        code = self._chosen.code if self._chosen else ""
        with self._desk.read() as read:
            found = templates(read)
        self._lists.found = {line.n: line for line in found}
        self.table.refresh()
        chosen = next((line for line in found if line.code == code), found[0] if found else None)
        if chosen:
            self.table.select([chosen.n])
            self._on_selected(chosen.n)

    def _on_selected(self, n: int | None) -> None:
        line = self._lists.found.get(n) if n is not None else None
        if line is None:
            return
        self._chosen = line
        with self._desk.read() as read:
            found = queries.items_of(read, line.id)
        self._items = dict(enumerate(found, 1))
        self._checks.found = self._items
        self.items.refresh()
        said = _(
            "{name}, version {version}: Enter on an item changes it; a published version is kept and the next one made."
        )
        self.set_facts(said.format(name=line.name, version=line.version))

    def _on_item(self, n: int) -> None:
        item, line = self._items.get(n), self._chosen
        if item is None or line is None or not self._desk.may(Permission.PLAN_ROUNDS):
            return
        on_fail = [(code, _(word)) for code, word in fields_of("inspection_item")["on_fail"].choices]
        fields = [FormField("name", _("Check"), required=True), FormField("name_en", _("English text"))]
        if item.is_number:
            fields += [
                FormField("limit_low", _("Lower limit"), "number", unit=item.unit),
                FormField("limit_high", _("Upper limit"), "number", unit=item.unit),
            ]
        fields += [
            FormField("on_fail", _("On deviation"), "choice", choices=on_fail, required=True),
            FormField("required", _("Required"), "flag"),
            FormField("photo_required", _("Photo required"), "flag"),
        ]
        now = {field.name: getattr(item, field.name) for field in fields}
        title = _("Change item {number} of {name}").format(number=item.seq, name=line.name)
        values = FormDialog.ask(self, title, fields, now, do=_("Save"))
        if values and any(values[name] != now[name] for name in values):
            change = {name: int(v) if isinstance(v, bool) else v for name, v in values.items()} | {
                "id": item.id
            }
            work = partial(change_template, self._desk, line.id, {}, [change])
            self._tasks.run(work, self._on_changed, owner=self)

    def _on_changed(self, _answer: Any) -> None:
        self.refreshed()
        if self._chosen:
            words = _("Version {version} of {name} is published.")
            self.said.emit(words.format(version=self._chosen.version, name=self._chosen.name), None)

    def refresh(self, topics: set[str]) -> None:
        """What has changed in the store."""
        if "inspections" in topics:
            self.refreshed()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of this page, for F1."""
        return [("Enter", _("change an item")), ("Esc", _("back to the list"))]
