"""What the scan station knows between two scans: the action, the part, what it is for, the bin, the quantity (R-4.4-g).

part, then order or machine, then a quantity and Enter: one movement. What it is for stays for the next part; the part does not.
"""

from dataclasses import dataclass, field
from typing import Any

from app import values
from app.access import Permission
from app.desk import Desk
from app.errors import AppError
from app.inventory import finders
from app.inventory.booking import bin_of
from app.inventory.parts import PartRow, part_rows
from app.inventory.scans import Meaning, resolve_scan
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
_LONGEST_QUANTITY = 7


@dataclass
class Station:
    """The sequence of scans. `take` gives a sentence where a scan cannot be used, else ""."""

    desk: Desk
    action: str = "issue"
    part: PartRow | None = None
    qty: int = PIECE
    contexts: dict[str, Meaning] = field(default_factory=dict)
    foreign: str = ""
    binding: str = ""

    def choose(self, action: str) -> None:
        """Do something else from now on; what it is for is forgotten."""
        self.action = action
        self.drop()
        self.contexts.clear()

    def drop(self) -> None:
        """Forget the part and its bins; what it is for stays."""
        self.part, self.qty, self.binding = None, PIECE, ""
        for name in ("bin", "target", "line"):
            self.contexts.pop(name, None)

    # scans

    def take(self, text: str) -> str:
        """Use a scanned or typed code; a sentence says why it could not be used."""
        found = resolve_scan(self.desk, text)
        self.foreign = found.foreign
        if found.sentence:
            return found.sentence
        if found.kind == "part":
            return self._take_part(found)
        if found.kind in {"work_order", "equipment"} and self.action in {"issue", "return"}:
            self.contexts["purpose"] = found
        elif found.kind == "staff" and self.action in {"issue", "return"}:
            self.contexts["taken_by"] = found
        elif found.kind == "bin":
            self._take_bin(found)
        elif found.kind == "purchase_order" and self.action == "receipt":
            self.contexts["purchase"] = found
        else:
            text = _("{code} {title} has no place here: this is a booking of parts.")
            return text.format(code=found.code, title=found.title)
        return ""

    def _take_part(self, found: Meaning) -> str:
        if self.part and self.part.id == found.id:
            self.qty += PIECE
            return ""
        if self.part:
            text = _("{part} is not booked yet. Press Enter to book it, or Esc to drop it.")
            return text.format(part=f"{self.part.part_no} {self.part.name}")
        site = self.desk.site.id if self.desk.site else None
        with self.desk.read() as read:
            row = read.get("part", found.id)
            self.part = part_rows(read, [row["n"]], site)[0] if row else None
        return ""

    def _take_bin(self, found: Meaning) -> None:
        target = self.action == "transfer" and "bin" in self.contexts
        self.contexts["target" if target else "bin"] = found

    def take_quantity(self, text: str) -> bool:
        """A typed number is the quantity of the part in hand; anything else is a code."""
        if self.part is None or len(text) > _LONGEST_QUANTITY:
            return False
        try:
            self.qty = values.parse_quantity(text)
        except AppError:
            return False
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
        return _(_PROMPTS[self.wanted()])

    def filled(self) -> dict[str, Any]:
        """The booking as the form of a booking has it. Raises AppError where something is missing."""
        if self.part is None or self.wanted():
            raise AppError(_PROMPTS[self.wanted()])
        with self.desk.read() as read:
            place = self._id("bin") or bin_of(read, self.desk, self.part.id)
            line = self._line(finders.open_lines(read, self.part.id, None))
        return {
            "part_id": self.part.id, "bin_id": place, "qty": self.qty, "purpose": self._id("purpose"),
            "taken_by": self._id("taken_by"), "target": self._id("target"), "line": line,
            "reason": _("Scan station") if self.action == "scrap" else "",
        }  # fmt: skip

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
