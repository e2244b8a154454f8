"""Counting by scan: the bin, then part and quantity; or every scan counts one (R-4.4-h).

bin label: what is expected there is listed (of a blind count only what was counted)
part label, quantity, Enter: one line; in the mode `each` every scan of a part adds one at once
"""

from dataclasses import dataclass, field

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory.scans import Meaning, resolve_scan
from app.stocktake.counting import count_empty, count_line
from app.stocktake.lines import Key, Line, Lines, lines_of, standing
from app.words import N_, _

PIECE = values.THOUSAND
_LONGEST = 7


@dataclass(frozen=True)
class Taken:
    """What a scan or a typed text was: `bin`, `part` (now in hand), `one` (to be added at once) or `refused`."""

    kind: str
    sentence: str = ""


@dataclass
class Session:
    """One person counting. What was counted is in the books of the stock-take at once; only the part in hand is not."""

    desk: Desk
    count: bytes
    #: Every scan of a part adds one, instead of asking for a quantity.
    each: bool = False
    place: Meaning | None = None
    hand: Line | None = None
    #: What is to be done with an earlier count of the part in hand: "ask", "replace" or "add".
    how: str = "ask"
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.reload()

    @property
    def blind(self) -> bool:
        return bool(self.lines.count["blind"])

    def reload(self) -> None:
        """Read the lines again."""
        with self.desk.read() as read:
            self.lines = lines_of(read, self.count)

    def shown(self) -> list[Line]:
        """The lines of the bin; a blind count shows only what was counted."""
        rows = self.lines.of_bin(self.place.id) if self.place else list(self.lines.rows)
        return [line for line in rows if line.counts or not self.blind]

    # scans

    def take(self, text: str) -> Taken:
        """Use a scanned or typed code."""
        found = resolve_scan(self.desk, text)
        if found.sentence:
            return Taken("refused", found.sentence)
        if found.kind == "bin":
            return self._take_bin(found)
        if found.kind == "part":
            return self._take_part(found)
        sentence = _("{code} {title} is not counted here. Scan a bin or a part.")
        return Taken("refused", sentence.format(code=found.code, title=found.title))

    def _take_bin(self, found: Meaning) -> Taken:
        if self.hand:
            return Taken("refused", self._not_entered())
        bins = self.lines.count["bins"] or ""
        if self.lines.count["kind"] == "bins" and found.id.hex() not in bins:
            text = _("{code} is not part of this stocktake. Scan one of its bins.")
            return Taken("refused", text.format(code=found.code))
        self.place = found
        return Taken("bin")

    def _take_part(self, found: Meaning) -> Taken:
        if self.place is None:
            return Taken("refused", _("Scan the bin first: a part can lie in several."))
        if self.hand and self.hand.part_id != found.id:
            return Taken("refused", self._not_entered())
        line = self.line_of(found)
        if self.each:
            self.hand = line
            return Taken("one")
        self.pick(line)
        return Taken("part")

    def _not_entered(self) -> str:
        part = f"{self.hand.part_no} {self.hand.name}" if self.hand else ""
        return _("{part} has no quantity yet. Type it and press Enter, or Esc drops it.").format(part=part)

    def line_of(self, found: Meaning) -> Line:
        """The line of a part in the bin: the first that is not counted yet, else its first, else a new one."""
        here = [
            line
            for line in self.lines.rows
            if line.part_id == found.id and self.place and line.bin_id == self.place.id
        ]
        chosen = next((line for line in here if not line.counts), None) or (here[0] if here else None)
        if chosen is None:
            with self.desk.read() as read:
                row = read.get("part", found.id) or {}
            place = self.place or Meaning("bin")
            chosen = Line(
                0, found.id, place.id, "", found.code, found.title, row.get("spec") or "", row.get("unit") or "",
                row.get("abc_class") or "", place.code, row.get("unit_price"), 0,
            )  # fmt: skip
        return chosen

    def pick(self, line: Line) -> None:
        """Take a line in hand, by scan or from the list."""
        self.hand, self.how = line, "ask"

    def drop(self) -> None:
        """Forget the part in hand; nothing was entered."""
        self.hand, self.how = None, "ask"

    def quantity(self, text: str) -> int | None:
        """A typed number is the quantity of the part in hand; anything else is a code."""
        if self.hand is None or len(text) > _LONGEST:
            return None
        try:
            return values.parse_quantity(text)
        except AppError:
            return None

    # what is done; by the worker

    def enter(self, quantity: int, anyway: str = "") -> Done:
        """The part in hand is so many. Raises Refused with `count.again` where somebody must choose."""
        if self.hand is None:
            raise AppError(N_("Scan the part first."))
        return count_line(self.desk, self.count, self.hand.key, quantity, how=self.how, anyway=anyway)

    def add_one(self, key: Key) -> Done:
        """One more of this line; the scans come one after the other, none is lost."""
        return count_line(self.desk, self.count, key, PIECE, how="add")

    def nothing_left(self) -> Done:
        """The rest of the bin is empty."""
        if self.place is None:
            raise AppError(N_("Scan the bin first: a part can lie in several."))
        return count_empty(self.desk, self.count, self.lines.of_bin(self.place.id))

    def counted_of(self, key: Key) -> int:
        """What stands as counted of a line now."""
        with self.desk.read() as read:
            found = standing(read, self.count, key)
        return found[-1].counted if found else 0

    # what comes next

    def prompt(self) -> str:
        """What to do now, in words."""
        if self.place is None:
            return _("Scan the label of a bin")
        if self.hand and not self.each:
            return _("Type how many lie there, then Enter")
        if self.each:
            return _("Scan every piece: each scan counts one")
        return _("Scan the label of a part")
