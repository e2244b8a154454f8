"""What the scan station knows between two scans: the action, the part, what it is for, the bin, the quantity (R-4.4-g).

part, then order or machine, then a quantity and Enter: one movement. The next part books the one before; or each scan books
one. What it is for stays for the next part until some minutes have passed, another person comes, or a code clears it.
"""

from dataclasses import dataclass, field

from app import values
from app.access import Permission
from app.desk import Desk
from app.errors import AppError
from app.inventory import finders
from app.inventory.booking import bin_of
from app.inventory.hand import HandPart, part_in_hand
from app.inventory.scan_queue import Booking
from app.inventory.scans import Meaning, resolve_scan
from app.labels.actions import quantity_of
from app.words import N_, _

#: The actions of the station, and what each needs of the role.
ACTIONS = {
    "issue": Permission.TAKE_PARTS,
    "return": Permission.TAKE_PARTS,
    "receipt": Permission.MOVE_STOCK,
    "transfer": Permission.MOVE_STOCK,
    "scrap": Permission.MOVE_STOCK,
}
PIECE = values.THOUSAND
#: The same part again within this time is counted as ×2 (milliseconds).
AGAIN = 2000
_LONGEST_QUANTITY = 7
_PURPOSES = ("purpose", "taken_by", "purchase")
_TAKEN = frozenset({"issue", "return"})


@dataclass
class Station:
    """The sequence of scans. `take` gives a sentence where a scan cannot be used, else ""."""

    desk: Desk
    action: str = "issue"
    part: HandPart | None = None
    qty: int = PIECE
    contexts: dict[str, Meaning] = field(default_factory=dict)
    foreign: str = ""
    choices: tuple[Meaning, ...] = ()
    binding: str = ""
    #: Every scan of a part books one.
    each: bool = False
    #: The part in hand was scanned so many times in a row.
    times: int = 1
    #: Bookings that are complete, to be queued by the page.
    ready: list[Booking] = field(default_factory=list)
    #: A code of the sheet of actions that the page has to obey: book, undo, cancel, clear, count.
    order: str = ""
    #: What the last scan changed: part, context, action.
    changed: str = ""
    minutes: int = 5
    _last: tuple[bytes, int] = (b"", 0)
    _next_qty: int = 0
    _used_at: int = 0

    def choose(self, action: str) -> None:
        """Do something else from now on; what it is for is forgotten."""
        self.action = action
        self.drop()
        self.contexts.clear()

    def drop(self) -> None:
        """Forget the part and its bins; what it is for stays."""
        self._let_go()
        for name in ("bin", "target", "line"):
            self.contexts.pop(name, None)

    def _let_go(self) -> None:
        self.part, self.qty, self.binding, self._next_qty = None, PIECE, "", 0

    def clear(self) -> None:
        """Forget everything that a scan was for."""
        self.drop()
        self.contexts.clear()

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
        self.expire()
        self._used_at = self.desk.now()
        found = resolve_scan(self.desk, text)
        self.foreign, self.choices, self.order, self.changed = found.foreign, found.choices, "", ""
        if found.sentence:
            return found.sentence
        return self.take_meaning(found)

    def take_meaning(self, found: Meaning) -> str:
        """Use what a code means."""
        if found.kind == "action":
            return self._take_action(found)
        if found.kind == "part":
            self.changed = "part"
            return self._take_part(found)
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
        else:
            self.order = name
        return ""

    def _multiply(self, count: int) -> None:
        """So many of the part in hand, or of the next one."""
        if self.part:
            self.qty = count * PIECE
            self.changed = "part"
        else:
            self._next_qty = count * PIECE
            self.changed = "quantity"

    @property
    def next_qty(self) -> int:
        """How many of the next part a quantity code has said; 0 for none."""
        return self._next_qty

    def _take_context(self, found: Meaning) -> str:
        self.changed = "context"
        if found.kind in {"work_order", "equipment"} and self.action in _TAKEN:
            self.contexts["purpose"] = found
        elif found.kind == "staff" and self.action in _TAKEN:
            self._take_person(found)
        elif found.kind == "bin":
            self._take_bin(found)
        elif found.kind == "purchase_order" and self.action == "receipt":
            self.contexts["purchase"] = found
        else:
            self.changed = ""
            text = _("{code} {title} has no place here: this is a booking of parts.")
            return text.format(code=found.code, title=found.title)
        if self.each and self.part and not self.wanted():
            return self.finish()
        return ""

    def _take_person(self, found: Meaning) -> None:
        """Another person does not go on with the order of the one before."""
        before = self.contexts.get("taken_by")
        if before and before.id != found.id:
            for name in _PURPOSES:
                self.contexts.pop(name, None)
        self.contexts["taken_by"] = found

    def _take_bin(self, found: Meaning) -> None:
        if self.action == "transfer" and "target" in self.contexts and not self.part:
            self.contexts.pop("target")
            self.contexts.pop("bin", None)
        target = self.action == "transfer" and "bin" in self.contexts
        self.contexts["target" if target else "bin"] = found

    def _take_part(self, found: Meaning) -> str:
        before, at = self._last
        again = before == found.id and self._used_at - at <= AGAIN
        self._last = (found.id, self._used_at)
        self.times = self.times + 1 if again else 1
        if self.part and self.part.id == found.id and not self.each:
            self.qty += PIECE
            return ""
        if self.part:
            if self.wanted():
                self._last = (b"", 0)
                text = _("{part} is not booked yet. {next}, or press Esc to drop it.")
                return text.format(part=f"{self.part.part_no} {self.part.name}", next=self.prompt())
            if problem := self.finish():
                return problem
        return self._pick(found)

    def _pick(self, found: Meaning) -> str:
        site = self.desk.site.id if self.desk.site else None
        quantity = self._next_qty or PIECE
        with self.desk.read() as read:
            self.part = part_in_hand(read, found.id, site)
        self.qty, self._next_qty = quantity, 0
        if self.each and not self.wanted():
            return self.finish()
        return ""

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

    # what comes next

    def wanted(self) -> str:
        """What is still missing: part, purpose, target, or nothing."""
        if self.part is None:
            return "part"
        if self.action == "issue" and "purpose" not in self.contexts:
            return "purpose"
        if self.action == "transfer" and "target" not in self.contexts:
            return "target"
        return ""

    def prompt(self) -> str:
        """What to do now, in words."""
        if self.binding:
            return _("Scan or type the part that this code belongs to")
        wanted = "part" if self.each and not self.wanted() else self.wanted()
        return _(_PROMPTS[wanted])

    def finish(self) -> str:
        """The part in hand is complete: it goes to the bookings; a sentence where it cannot."""
        try:
            self.ready.append(self.booking())
        except AppError as error:
            self._let_go()
            return str(error)
        if self.each:
            self._let_go()
        else:
            self.drop()
        return ""

    def goal(self) -> str:
        """The code of what the next booking is for."""
        for name in ("purpose", "target", "purchase"):
            if name in self.contexts:
                return self.contexts[name].code
        return ""

    def booking(self) -> Booking:
        """The booking of what is in hand. Raises AppError where something is missing."""
        part = self.part
        if part is None or self.wanted():
            raise AppError(_PROMPTS[self.wanted()])
        with self.desk.read() as read:
            place = self._id("bin") or bin_of(read, self.desk, part.id)
            line = self._line(finders.open_lines(read, part.id, None))
        return Booking(
            action=self.action, part=part.id, bin=place, qty=self.qty, at=self._used_at or self.desk.now(), part_no=part.part_no,
            name=part.name, unit=part.unit, goal=self.goal(), purpose=self._id("purpose"), taken_by=self._id("taken_by"),
            target=self._id("target"), line=line, reason=_("Scan station") if self.action == "scrap" else "", times=self.times,
        )  # fmt: skip

    def _line(self, lines: finders.Found) -> bytes | None:
        """The line of the scanned purchase order that brings this part."""
        order = self.contexts.get("purchase")
        if order is None:
            return None
        found = next((line for line, words in lines if words.split(" × ")[0] == order.code), None)
        if found is None:
            raise AppError(
                N_("{order} does not bring this part. Scan another order, or none."), order=order.code
            )
        return found

    def _id(self, name: str) -> bytes | None:
        return self.contexts[name].id if name in self.contexts else None


_PROMPTS = {
    "part": N_("Scan the label of the next part"),
    "purpose": N_("Now scan the work order or the machine"),
    "target": N_("Now scan the bin it goes into"),
    "": N_("Type the quantity, Enter books"),
}
