"""What the scan station knows between two scans: the action, the part, what it is for, the bin, the quantity (R-4.4-g).

part, then order or machine, then a quantity and Enter: one movement. The next part or action books the one before; or each
scan books one. What it is for stays for the next part until some minutes have passed, another person comes, or a code clears
it. A part in hand that is not complete is never dropped but by a person's word.
"""

import unicodedata
from dataclasses import dataclass

from app import values
from app.access import Permission
from app.errors import AppError
from app.inventory.hand import part_in_hand
from app.inventory.scans import Meaning, resolve_scan
from app.inventory.station_hand import PIECE, InHand
from app.labels.actions import digit_of, quantity_of
from app.words import N_, _

CLEARED = N_("The order was cleared: nothing was scanned for a while")
#: The actions of the station, and what each needs of the role.
ACTIONS = {
    "issue": Permission.TAKE_PARTS,
    "return": Permission.TAKE_PARTS,
    "receipt": Permission.MOVE_STOCK,
    "transfer": Permission.MOVE_STOCK,
    "scrap": Permission.MOVE_STOCK,
}
#: The same part again within this time is counted as ×2 (milliseconds).
AGAIN = 2000
_LONGEST_QUANTITY = 7
#: So many digits can be scanned one after the other, and typed before the part is scanned.
_MOST_DIGITS = 4
_PURPOSES = ("purpose", "taken_by", "purchase")
_TAKEN = frozenset({"issue", "return"})


@dataclass
class Station(InHand):
    """The sequence of scans. `take` gives a sentence where a scan cannot be used, else ""."""

    foreign: str = ""
    choices: tuple[Meaning, ...] = ()
    #: A code of the sheet of actions that the page has to obey: book, undo, cancel, clear, count, skip, anyway, bind.
    order: str = ""
    #: What the last scan changed: part, context, action, quantity.
    changed: str = ""
    #: What the last scan did beside that, in words.
    told: str = ""
    minutes: int = 5
    _digits: str = ""
    _last: tuple[bytes, int] = (b"", 0)

    def choose(self, action: str) -> None:
        """Do something else from now on; what it is for is forgotten, a part that is not complete stays in hand."""
        if self.part and not self.wanted():
            self.set_aside()
        self.action = action
        self._forget()

    def expire(self) -> bool:
        """Forget the order when nothing was scanned for some minutes; whether there was one."""
        late = self._used_at and self.desk.now() - self._used_at >= self.minutes * 60_000
        had = bool(late and self.contexts)
        if had:
            self.clear()
        return had

    # scans

    def take(self, text: str) -> str:
        """Use a scanned or typed code; a sentence says why it could not be used."""
        self.told = _(CLEARED) if self.expire() else ""
        self._used_at = self.desk.now()
        found = resolve_scan(self.desk, text)
        self.foreign, self.choices, self.order, self.changed = found.foreign, found.choices, "", ""
        if found.sentence:
            return found.sentence
        return self.take_meaning(found)

    def take_meaning(self, found: Meaning) -> str:
        """Use what a code means."""
        digit = digit_of(found.code) if found.kind == "action" else None
        if digit is not None:
            return self._take_digit(digit)
        self._digits = ""
        if found.kind == "action":
            return self._take_action(found)
        if found.kind == "part":
            self.changed = "part"
            return self._take_part(found.id)
        return self._take_context(found)

    def _take_action(self, found: Meaning) -> str:
        count = quantity_of(found.code)
        name = found.code.lower()
        if count:
            self._multiply(count)
        elif name in ACTIONS:
            if not self.desk.may(ACTIONS[name]):
                return _("Your role does not allow this. Ask a supervisor or the administrator.")
            self.choose(name)
            self.changed = "action"
        elif name == "each":
            self.each = not self.each
            self.changed = "action"
        elif name == "more":
            return self._take_more()
        else:
            self.order = name
        return ""

    def _take_more(self) -> str:
        """One more of the part in hand, or of the last one."""
        last = self.part.id if self.part else self._last[0]
        if not last:
            return _("There is no part yet to take one more of. Scan its label.")
        self.changed = "part"
        return self._take_part(last)

    def _take_digit(self, digit: int) -> str:
        """A digit after a digit: how many, of the part in hand or of the next one."""
        self._digits = f"{self._digits}{digit}".lstrip("0")
        if len(self._digits) > _MOST_DIGITS:
            self._digits = ""
            return _("At most {count} digits are a quantity. Scan them again.").format(count=_MOST_DIGITS)
        self._multiply(int(self._digits or 0))
        return ""

    def _multiply(self, count: int) -> None:
        """So many of the part in hand, or of the next one; 0 waits for another digit."""
        if self.part:
            self.qty = count * PIECE or PIECE
            self.changed = "part"
        else:
            self.next_qty = count * PIECE
            self.changed = "quantity"

    def _take_context(self, found: Meaning) -> str:
        self.changed = "context"
        if found.kind in {"work_order", "equipment"} and self.action in _TAKEN:
            self._used = self._used and self.contexts.get("purpose") == found
            self.contexts["purpose"] = found
        elif found.kind == "staff" and self.action in _TAKEN:
            self._take_person(found)
        elif found.kind == "bin":
            self._take_bin(found)
        elif found.kind == "purchase_order" and self.action == "receipt":
            if sentence := self._not_ordered(found):
                return sentence
            self.contexts["purchase"] = found
        else:
            self.changed = ""
            text = _("{code} {title} has no place here: this is a booking of parts.")
            return text.format(code=found.code, title=found.title)
        if self.each and self.part and not self.wanted():
            self.finish()
        return ""

    def _take_person(self, found: Meaning) -> None:
        """Another person does not go on with the order of the one before, nor with one that parts were booked for already."""
        before = self.contexts.get("taken_by")
        another = before.id != found.id if before else self._used
        if another:
            gone = [self.contexts.pop(name, None) for name in _PURPOSES]
            self._used = False
            if gone[0]:
                self.told = _("Another person: the order was cleared")
        self.contexts["taken_by"] = found

    def _take_bin(self, found: Meaning) -> None:
        if self.action == "transfer" and "target" in self.contexts and not self.part:
            self.contexts.pop("target")
            self.contexts.pop("bin", None)
        target = self.action == "transfer" and "bin" in self.contexts
        self.contexts["target" if target else "bin"] = found

    def _take_part(self, part: bytes) -> str:
        before, at = self._last
        again = before == part and self._used_at - at <= AGAIN
        self._last = (part, self._used_at)
        self.times = self.times + 1 if again else 1
        if self.part and self.part.id == part and not self.each:
            self.qty += PIECE
            return ""
        if self.part:
            if self.wanted():
                self._last = (b"", 0)
                text = _("{part} is not booked yet. {next}, or press Esc to drop it.")
                return text.format(part=f"{self.part.part_no} {self.part.name}", next=self.prompt())
            self.finish()
        return self._pick(part)

    def _pick(self, part: bytes) -> str:
        site = self.desk.site.id if self.desk.site else None
        quantity = self.next_qty or PIECE
        with self.desk.read() as read:
            self.part = part_in_hand(read, part, site)
        self.qty, self.next_qty = quantity, 0
        if sentence := self._not_ordered(self.contexts.get("purchase")):
            self._refuse(sentence, self._booking(None))
            self._let_go()
        elif self.each and not self.wanted():
            self.finish()
        return ""

    def take_typed(self, text: str) -> bool:
        """A number that was typed and not entered counts for the part in hand, or for the next one."""
        if self.part:
            return self.take_quantity(text)
        count = parse_count(text)
        if count:
            self.next_qty = count * PIECE
        return bool(count)

    def take_quantity(self, text: str) -> bool:
        """A typed number is the quantity of the part in hand; anything else is a code."""
        if self.part is None or len(text) > _LONGEST_QUANTITY:
            return False
        try:
            self.qty = values.parse_quantity(text)
        except AppError:
            return False
        self._used_at = self.desk.now()
        return True


def parse_count(text: str) -> int:
    """A whole number of pieces as it is typed before the scan; 0 for anything else."""
    plain = unicodedata.normalize("NFKC", text.strip())
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _MOST_DIGITS else 0
