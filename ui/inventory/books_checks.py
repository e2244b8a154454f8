"""What the storekeeper says in the morning: a withdrawal with its photo, found right, corrected, refused, or decided anew."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import values
from app.changes import Done
from app.desk import Desk
from app.inventory.checking import Verdict, decide
from app.inventory.taking import Withdrawal, words_on
from app.photos import photos_of
from app.signs import Sign
from app.words import N_, _
from ui.inventory.tables import amount
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, FormDialog, Scroller
from ui.kit.forms import FormField
from ui.kit.labels import label
from ui.kit.photo import PhotoButton
from ui.kit.timeline import Event, TimeLine

Work = Callable[..., Done]
#: How a withdrawal stands.
STATES = {
    "waiting": Sign("warn", "clock-alert", "△", N_("Waits for the storekeeper")),
    "disputed": Sign("danger", "git-compare-arrows", "×", N_("Decided in two ways")),
    "confirmed": Sign("ok", "check", "✓", N_("Found right")),
    "corrected": Sign("info", "pencil", "○", N_("Corrected")),
    "refused": Sign("danger", "undo-2", "×", N_("Refused")),
    "taken_back": Sign("neutral", "undo-2", "○", N_("Taken back")),
}
_WORDS = {
    "confirmed": N_("Found right"),
    "corrected": N_("Corrected"),
    "refused": N_("Refused"),
    "open": N_("Waits again"),
}


def decision_words(decision: str, qty: int | None, unit: str) -> str:
    """A decision in words: `Corrected: 2 pcs`."""
    said = _(_WORDS[decision]) if decision in _WORDS else decision
    if decision != "corrected" or qty is None:
        return said
    return _("{decision}: {quantity}").format(decision=said, quantity=amount(qty, unit))


def outcome(row: Withdrawal) -> str:
    """What became of a withdrawal, in a line: the right quantity, who, and why."""
    said = [decision_words(row.decision, row.right_qty, row.unit)] if row.decision == "corrected" else []
    if row.other:
        other = decision_words(row.other, row.other_qty, row.unit)
        first = decision_words(row.decision, row.right_qty, row.unit)
        said = [f"{row.decided_by}: {first}", f"{row.other_by}: {other}"]
    elif row.decision in {"confirmed", "corrected", "refused"}:
        said += [row.decided_by, row.reason]
    return "·".join(filter(None, said))


class CheckForms:
    """Asks the storekeeper about a withdrawal; gives the work to be done, or None."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        self._parent, self._desk = parent, desk
        self.dialog: WithdrawalDialog | None = None

    def _decide(self, row: Withdrawal, verdict: Verdict) -> Work:
        return partial(decide, self._desk, row.movement_id, verdict, seen=row.check_id)

    def details(self, row: Withdrawal) -> None:
        """The withdrawal with its photo and everything that was said of it."""
        self.dialog = WithdrawalDialog(self._parent, self._desk, row)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def confirm(self, row: Withdrawal) -> Work | None:
        """It is right; where it was decided before, the reason is asked for."""
        if row.check_id is None:
            return self._decide(row, Verdict("confirmed"))
        filled = self._filled(_("{part}: found right?"), row, [_reason()], {}, _("Found right"))
        return filled and self._decide(row, Verdict("confirmed", reason=filled["reason"]))

    def correct(self, row: Withdrawal) -> Work | None:
        """It was another quantity."""
        fields = [FormField("qty", _("Quantity"), "number", row.unit, required=True), _reason()]
        given = {"qty": row.right_qty or row.qty}
        filled = self._filled(_("{part}: what was taken?"), row, fields, given, _("Correct it"))
        return filled and self._decide(row, Verdict("corrected", filled["qty"], filled["reason"]))

    def refuse(self, row: Withdrawal) -> Work | None:
        """It was not taken."""
        filled = self._filled(_("Refuse the withdrawal of {part}?"), row, [_reason()], {}, _("Refuse"))
        return filled and self._decide(row, Verdict("refused", reason=filled["reason"]))

    def anew(self, row: Withdrawal) -> Work | None:
        """Another decision, with its reason."""
        choices = [(code, _(word)) for code, word in _WORDS.items() if code != "open"]
        fields = [
            FormField("decision", _("Decision"), "choice", required=True, choices=choices),
            FormField("qty", _("Right quantity"), "number", row.unit, help=_("Only where it was corrected")),
            _reason(),
        ]
        given = {"decision": row.decision if row.decision in _WORDS else "confirmed", "qty": row.right_qty}
        filled = self._filled(
            _("Decide anew about {part}"), row, fields, given, _("Decide"), check=_check_quantity
        )
        if not filled:
            return None
        qty = filled["qty"] if filled["decision"] == "corrected" else None
        return self._decide(row, Verdict(filled["decision"], qty, filled["reason"]))

    def _filled(
        self,
        title: str,
        row: Withdrawal,
        fields: list[FormField],
        given: dict[str, Any],
        do: str,
        *,
        check: Any = None,
    ) -> Any:
        words = title.format(part=f"{row.part_no} {row.name}")
        text = _("{who} took {quantity} at {time}").format(
            who=row.taken_by or row.booked_by or "—", quantity=amount(row.qty, row.unit),
            time=values.show_instant(row.happened_at, self._desk.timezone),
        )  # fmt: skip
        more = outcome(row)
        return FormDialog.ask(
            self._parent, words, fields, given, do=do, check=check, text=f"{text}\n{more}" if more else text
        )


class WithdrawalDialog(Dialog):
    """What was taken, by whom and for what, the photo, and what was said of it."""

    def __init__(self, parent: QWidget | None, desk: Desk, row: Withdrawal) -> None:
        super().__init__(parent, f"{row.part_no} {row.name}", amount(row.qty, row.unit))
        with desk.read() as read:
            photos, said = photos_of(read, "stock_movement", row.movement_id), words_on(read, row.movement_id)
        facts = [
            values.show_instant(row.happened_at, desk.timezone), row.number, row.taken_by or row.booked_by, row.what_for,
            row.bin, _("{quantity} left in the bin").format(quantity=amount(row.on_hand, row.unit)),
        ]  # fmt: skip
        self.body.addWidget(label("·".join(filter(None, facts)), "body", "text_2", wrap=True))
        pictures = QHBoxLayout()
        self.photos = [PhotoButton(desk, None, photo) for photo in photos]
        for picture in self.photos:
            pictures.addWidget(picture)
        pictures.addStretch()
        self.body.addLayout(pictures)
        if not photos:
            self.body.addWidget(label(_("No photo was taken."), "dense", "text_3"))
        self.body.addWidget(Scroller(TimeLine([_event(desk, row, word) for word in said])))
        self.add_button(button(_("Close"), scale="large"), safe=True).clicked.connect(self.reject)


def _event(desk: Desk, row: Withdrawal, word: Any) -> Event:
    look = STATES.get(word.decision, STATES["waiting"])
    late = _("did not know of the other decision") if word.late else ""
    more = "·".join(filter(None, [word.by, word.reason, late]))
    time = values.show_instant(word.at, desk.timezone)
    return Event(look.icon, look.level, decision_words(word.decision, word.qty, row.unit), time, more)


def _check_quantity(filled: dict[str, Any]) -> dict[str, str]:
    if filled["decision"] == "corrected" and not filled["qty"]:
        return {"qty": _("Type the right quantity.")}
    return {}


def _reason() -> FormField:
    return FormField("reason", _("Reason"), required=True)
