"""The codes of the printed sheet of actions: what a storekeeper tells the scan station without a keyboard (动作码)."""

from dataclasses import dataclass

from app.labels.payload import Kind, encode
from app.words import N_

QUANTITIES = (2, 3, 4, 5, 6, 8, 10, 12, 20, 25, 50, 100)
_QUANTITY, _DIGIT = "QTY-", "DIGIT-"


@dataclass(frozen=True)
class Action:
    """A code of the sheet: what it says and what it does."""

    code: str
    word: str
    icon: str
    says: str = ""

    @property
    def digits(self) -> str:
        """What its QR code holds."""
        return encode(Kind.AC, self.code)


ACTIONS = (
    Action("ISSUE", N_("Issue"), "log-out", N_("Parts leave the store for an order or a machine")),
    Action("RETURN", N_("Put back"), "undo-2", N_("Unused parts come back")),
    Action("RECEIPT", N_("Receive"), "log-in", N_("Parts arrive")),
    Action("TRANSFER", N_("Transfer"), "arrow-left-right", N_("From one bin into another")),
    Action("COUNT", N_("Count"), "clipboard-list", N_("Opens the stocktake")),
    Action("SCRAP", N_("Scrap"), "trash-2", N_("Spoiled parts leave the books")),
    Action("BOOK", N_("Book"), "check", N_("As Enter: books the part in hand")),
    Action("EACH", N_("Each scan +1"), "plus", N_("On and off: every scan books one")),
    Action("UNDO", N_("Undo last"), "undo-2", N_("Takes the last booking back")),
    Action("MORE", N_("One more"), "plus", N_("One more of the part in hand")),
    Action("CANCEL", N_("Drop it"), "x", N_("Drops the part in hand")),
    Action("CLEAR", N_("Clear order"), "circle-slash", N_("Forgets order, machine, bin and person")),
    Action("SKIP", N_("Skip it"), "octagon-x", N_("The failed scan was a mistake")),
    Action("ANYWAY", N_("Book anyway"), "triangle-alert", N_("Books what was refused or asked about")),
    Action("BIND", N_("Bind the code"), "qr-code", N_("The next record gets the code that was refused")),
)  # fmt: skip
_BY_CODE = {action.code: action for action in ACTIONS}


def quantity_action(count: int) -> Action:
    """The code that says how many."""
    return Action(f"{_QUANTITY}{count}", f"× {count}", "plus")


def digit_action(digit: int) -> Action:
    """A digit: several of them, one after the other, say how many."""
    return Action(f"{_DIGIT}{digit}", str(digit), "keyboard")


def action_of(code: str) -> Action | None:
    """The action that a code of the sheet means; None for one of a later program."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if count := quantity_of(code):
        return quantity_action(count)
    digit = digit_of(code)
    return None if digit is None else digit_action(digit)


def quantity_of(code: str) -> int:
    """How many a quantity code says; 0 for other codes."""
    return _number(code, _QUANTITY, 4) or 0


def digit_of(code: str) -> int | None:
    """The digit of a code; None for other codes."""
    return _number(code, _DIGIT, 1)


def _number(code: str, prefix: str, longest: int) -> int | None:
    number = code.removeprefix(prefix)
    fits = code.startswith(prefix) and number.isascii() and number.isdigit() and len(number) <= longest
    return int(number) if fits else None
