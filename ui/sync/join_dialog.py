"""Taking part in a hub from the window of a laptop that has a site: it founds the empty hub (入网)."""

from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.sync.joining import join, read_invitation
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog
from ui.kit.forms import Form, FormField
from ui.kit.notes import NoteStrip
from ui.kit.tasks import Tasks


class JoinDialog(Dialog):
    """Asks for the invitation and stays open, with the reason, until the hub has taken the laptop in."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks) -> None:
        text = _(
            "The records of this laptop found the site at the hub, which must be empty. Every further laptop begins with a new profile."
        )
        super().__init__(parent, _("Join a hub"), text)
        self._desk, self._tasks = desk, tasks
        asked = FormField(
            "invitation",
            _("Invitation"),
            required=True,
            placeholder="https://hub:8437#CODE.FINGERPRINT.AUTHORITY",
        )
        self.form = Form([asked], columns=1)
        self.note = NoteStrip("", "info")
        self.note.hide()
        self.body.addWidget(self.form)
        self.body.addWidget(self.note)
        self.back = self.add_button(button(_("Cancel"), scale="large"))
        self.back.clicked.connect(self.reject)
        self.go = self.add_button(button(_("Join"), kind="primary", scale="large"))
        self.go.setDefault(True)
        self.go.clicked.connect(self.on_join)
        self.form.editor("invitation").setFocus()

    def on_join(self) -> None:
        """Ask the hub, beside the worker that writes."""
        if not self.form.check():
            return
        typed, profile = str(self.form.values()["invitation"]), self._desk.profile
        self._say(_("Joining …"), "info", working=True)
        self._tasks.second().run(
            lambda: join(profile, read_invitation(typed)),
            lambda _answer: self.accept(),
            lambda error: self._say(str(error), "danger", working=False),
            owner=self,
        )

    def _say(self, sentence: str, level: str, *, working: bool) -> None:
        self.note.set(sentence, level)
        self.note.show()
        for part in (self.form, self.go):
            part.setEnabled(not working)
