"""An unknown code: bind it to a part, a machine, a place - or register the part that it belongs to."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.changes import Done
from app.desk import Desk
from app.errors import Denied
from app.inventory.scans import resolve_scan
from app.labels.bindings import bind_code
from app.search import find
from app.words import N_, _
from ui.inventory.station_parts import answer
from ui.kit.buttons import Button, button
from ui.kit.dialogs import Dialog
from ui.kit.forms import Form, FormField
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks
from ui.kit.wedge import Wedge

_TABLES = ("part", "equipment", "location", "work_order", "staff")


class BindDialog(Dialog):
    """From now on the code finds the record that is chosen by name or by scanning its own label."""

    bound = Signal(str)
    """The record that has got the code, in words."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, tasks: Tasks, code: str, *, wedge: Wedge | None = None
    ) -> None:
        text = _(
            "{code}\nChoose what it belongs to, or scan its own label. From then on this code finds it, on every laptop."
        )
        super().__init__(parent, _("This code is unknown"), text.format(code=_shown(code)))
        self._desk, self._tasks, self.code = desk, tasks, code
        self._instead = False
        record = FormField("record", _("Part, machine or place"), "reference", required=True, find=self._find)
        self.form = Form([record])
        self.form.changed.connect(self._on_changed)
        self.note = NoteStrip("", "danger")
        self.note.hide()
        self.body.addWidget(self.form)
        self.body.addWidget(self.note)
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.new = self.add_button(button(_("New part…"), "plus", scale="large"))
        self.new.clicked.connect(self._on_new)
        self.save = self.add_button(button(_("Bind"), kind="primary", scale="large"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.on_save)
        self.form.editor("record").setFocus()
        if wedge:
            wedge.claim(self, self.on_scan)

    def _find(self, text: str) -> Sequence[tuple[Any, str]]:
        with self._desk.read() as read:
            return [((one.table, one.id), f"{one.code} {one.title}") for one in find(read, text, _TABLES, 24)]

    def on_scan(self, text: str) -> bool:
        """The own label of the record was scanned."""
        said = answer(text)
        if said is not None:
            (self.on_save if said else self.reject)()
            return True
        found = resolve_scan(self._desk, text)
        table = "location" if found.kind in {"bin", "place"} else found.kind
        if table in _TABLES:
            self.form.editor("record").set_value(((table, found.id), f"{found.code} {found.title}"))
            self._on_changed()
            self.save.setFocus()
        else:
            self._say(found.sentence or _("{code} cannot have other codes.").format(code=found.code))
        return True

    def _on_changed(self) -> None:
        self.note.hide()
        self._instead = False
        self._name(N_("Bind"))

    def _name(self, word: str) -> None:
        if isinstance(self.save, Button):
            self.save.set_text(_(word))

    def _say(self, sentence: str, level: str = "danger") -> None:
        self.note.set(sentence, level)
        self.note.show()

    def on_save(self) -> None:
        """Bind it; what is bound to another record asks once more."""
        if not self.form.check():
            return
        table, record = self.form.values()["record"]
        words, desk, code, instead = self.form.editor("record").text(), self._desk, self.code, self._instead
        self.save.setEnabled(False)

        def bind() -> Done | None:
            return bind_code(desk, code, table, record, instead=instead)

        self._tasks.run(
            bind,
            lambda _d: self._on_bound(words),
            self._on_failed,
            owner=self,
            ended=lambda: self.save.setEnabled(True),
        )

    def _on_bound(self, words: str) -> None:
        self.bound.emit(words)
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self._say(str(error), "warn")
        if not self._instead and not isinstance(error, Denied):
            self._instead = True
            self._name(N_("Bind to this one instead"))

    def _on_new(self) -> None:
        """Register the part; it has the code as soon as it is saved."""
        from ui.inventory.part_form import PartDialog

        made = PartDialog(self, self._desk, self._tasks)
        made.saved.connect(self._on_registered)
        made.open()

    def _on_registered(self, part: bytes, _done: object) -> None:
        with self._desk.read() as read:
            row = read.get("part", part)
        if row:
            self.form.editor("record").set_value((("part", part), f"{row['part_no']} {row['name']}"))
            self.on_save()


def _shown(code: str) -> str:
    return code if len(code) <= 120 else code[:119] + "…"
