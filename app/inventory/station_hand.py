"""The part in a storekeeper's hand at the scan station, what it is for and what is missing, until it is a booking (R-4.4-g)."""

from dataclasses import dataclass, field

from app import values
from app.access import Permission
from app.desk import Desk
from app.errors import AppError
from app.inventory import finders
from app.inventory.booking import bin_of
from app.inventory.hand import HandPart
from app.inventory.scan_queue import Booking, Failed
from app.inventory.scans import Meaning
from app.words import N_, _

PIECE = values.THOUSAND
_PROMPTS = {
    "part": N_("Scan the label of the next part"),
    "purpose": N_("Now scan the work order or the machine"),
    "bin": N_("Now scan the bin it comes from"),
    "target": N_("Now scan the bin it goes into"),
    "person": N_("Type the quantity and Enter, or scan the order"),
    "": N_("Type the quantity, Enter books"),
}


@dataclass
class InHand:
    """Part, quantity and what they are for; nothing that is in hand is dropped but by a person's word."""

    desk: Desk
    action: str = "issue"
    part: HandPart | None = None
    qty: int = PIECE
    contexts: dict[str, Meaning] = field(default_factory=dict)
    binding: str = ""
    #: Every scan of a part books one.
    each: bool = False
    #: The part in hand was scanned so many times in a row.
    times: int = 1
    #: Bookings that are complete, to be queued by the page.
    ready: list[Booking] = field(default_factory=list)
    #: Parts that were in hand and could not be booked, to be kept in sight by the page.
    aside: list[Failed] = field(default_factory=list)
    #: Something was booked for the order that stands here.
    _used: bool = False
    #: How many of the next part a quantity said that came first; 0 for none.
    next_qty: int = 0
    _used_at: int = 0

    def set_aside(self) -> None:
        """Something else begins: the part in hand is booked if it is complete, else it stays in sight as not booked."""
        part, missing = self.part, self.wanted()
        if part is None:
            return
        if not missing:
            self.finish()
            return
        text = _("{part} × {count} was not booked: {next}.")
        count = values.show_quantity(self.qty)
        sentence = text.format(part=f"{part.part_no} {part.name}", count=count, next=_(_PROMPTS[missing]))
        self.aside.append(Failed(text=part.part_no, sentence=sentence, at=self._used_at))
        self.drop()

    def drop(self) -> None:
        """Forget the part and its bins; what it is for stays."""
        self._let_go()
        for name in ("bin", "target", "line"):
            self.contexts.pop(name, None)

    def _let_go(self) -> None:
        self.part, self.qty, self.binding, self.next_qty = None, PIECE, "", 0

    def clear(self) -> None:
        """Forget everything that a scan was for; the part in hand stays."""
        self.binding, self.next_qty = "", 0
        self._forget()

    def _forget(self) -> None:
        self.contexts.clear()
        self._used = False

    def wanted(self) -> str:
        """What is still missing: part, purpose, bin, target, or nothing."""
        if self.part is None:
            return "part"
        if self.action == "issue" and "purpose" not in self.contexts and not self._for_person():
            return "purpose"
        if self.action == "transfer":
            return next((name for name in ("bin", "target") if name not in self.contexts), "")
        return ""

    def _for_person(self) -> bool:
        """A storekeeper may issue to a person alone: protective gear, tools, what no order names."""
        return "taken_by" in self.contexts and self.desk.may(Permission.MOVE_STOCK)

    def prompt(self) -> str:
        """What to do now, in words."""
        if self.binding:
            return _("Scan or type the part that this code belongs to")
        wanted = "part" if self.each and not self.wanted() and self.part is None else self.wanted()
        if not wanted and self.action == "issue" and "purpose" not in self.contexts:
            wanted = "person"
        return _(_PROMPTS[wanted])

    def finish(self) -> None:
        """The part in hand is complete: it goes to the bookings, or stays in sight where it cannot be booked."""
        try:
            booking = self.booking()
        except AppError as error:
            self._refuse(str(error), None)
            self._let_go()
            return
        self.ready.append(booking)
        self._used = True
        if self.each:
            self._let_go()
        else:
            self.drop()

    def _refuse(self, sentence: str, booking: Booking | None) -> None:
        """The part in hand is not booked; a person may book it anyway."""
        text = self.part.part_no if self.part else ""
        failed = Failed(
            text=text, sentence=sentence, at=self._used_at, booking=booking, may=booking is not None
        )
        self.aside.append(failed)

    def goal(self) -> str:
        """The code of what the next booking is for."""
        for name in ("purpose", "target", "purchase", "taken_by"):
            if name in self.contexts:
                return self.contexts[name].code
        return ""

    def booking(self) -> Booking:
        """The booking of what is in hand. Raises AppError where something is missing."""
        if self.part is None or self.wanted():
            raise AppError(_PROMPTS[self.wanted()])
        return self._booking(self._line(self.contexts.get("purchase")))

    def _booking(self, line: bytes | None) -> Booking:
        part = self.part
        if part is None:
            raise AppError(_PROMPTS["part"])
        with self.desk.read() as read:
            place = self._id("bin") or bin_of(read, self.desk, part.id)
        goal = self.goal() if line or self.action != "receipt" else ""
        return Booking(
            action=self.action, part=part.id, bin=place, qty=self.qty, at=self._used_at or self.desk.now(), part_no=part.part_no,
            name=part.name, unit=part.unit, goal=goal, purpose=self._id("purpose"), taken_by=self._id("taken_by"),
            target=self._id("target"), line=line, reason=self._reason(), times=self.times,
        )  # fmt: skip

    def _reason(self) -> str:
        """What stands in the ledger where no order or machine says it."""
        if self.action == "scrap":
            return _("Scan station")
        return _("Issued to a person") if self.action == "issue" and "purpose" not in self.contexts else ""

    def _line(self, order: Meaning | None) -> bytes | None:
        """The line of the scanned purchase order that brings this part."""
        if order is None or self.part is None:
            return None
        with self.desk.read() as read:
            lines = finders.open_lines(read, self.part.id, None)
        return next((line for line, words in lines if words.split(" × ")[0] == order.code), None)

    def _not_ordered(self, order: Meaning | None) -> str:
        """The sentence where the scanned purchase order does not bring the part in hand."""
        if order is None or self.part is None or self.action != "receipt" or self._line(order):
            return ""
        text = _("{order} does not bring {part}. Scan another order, or none.")
        return text.format(order=order.code, part=f"{self.part.part_no} {self.part.name}")

    def _id(self, name: str) -> bytes | None:
        return self.contexts[name].id if name in self.contexts else None
