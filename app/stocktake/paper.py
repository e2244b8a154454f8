"""Typing in a count sheet that was filled in by hand (补录): line by line in the order of the sheet, with its own time."""

from dataclasses import dataclass, field

from app.changes import Done
from app.errors import AppError
from app.inventory.scans import Meaning
from app.stocktake.counting import Paper, count_line
from app.stocktake.lines import Key, Line
from app.stocktake.session import Session, Taken
from app.words import N_, _


@dataclass
class PaperSession(Session):
    """One person typing in what another wrote down; the next line of the sheet is always in hand."""

    paper: Paper | None = None
    #: Lines that were left empty on the sheet.
    left_out: set[Key] = field(default_factory=set)

    def shown(self) -> list[Line]:
        """Every line of the sheet: it is on paper anyway; what the books say is still not shown."""
        return list(self.lines.rows)

    def next_line(self) -> Line | None:
        """The next line that has no count yet and was not left out, after the one in hand."""
        rows = self.shown()
        here = next((place for place, line in enumerate(rows) if self.hand and line.key == self.hand.key), -1)
        wanted = [line for line in rows if not line.counts and line.key not in self.left_out]
        later = {line.key for line in rows[here + 1 :]}
        return next((line for line in wanted if line.key in later), None) or next(
            (line for line in wanted if not self.hand or line.key != self.hand.key), None
        )

    def go_on(self) -> Line | None:
        """Take the next line in hand; None when the sheet is done."""
        found = self.next_line()
        self.drop()
        if found:
            self.choose(found)
        return found

    def choose(self, line: Line) -> None:
        """Take this line in hand, by scan of its code or from the list."""
        self.place = Meaning("bin", line.bin_id, line.bin)
        self.pick(line)

    def leave_out(self) -> None:
        """Nothing was written for the line in hand."""
        if self.hand:
            self.left_out.add(self.hand.key)

    def _take_part(self, found: Meaning) -> Taken:
        """The code of a line: the first of this part that is still to be typed in, wherever it lies."""
        mine = [line for line in self.shown() if line.part_id == found.id]
        line = next((one for one in mine if not one.counts), None) or (mine[0] if mine else None)
        if line is not None:
            self.choose(line)
            return Taken("part")
        self.drop()  # what is not on the list goes to the bin of the line before, or to the one that was scanned
        return super()._take_part(found)

    def _take_bin(self, found: Meaning) -> Taken:
        self.drop()
        return super()._take_bin(found)

    def enter(self, quantity: int, anyway: str = "") -> Done:
        """The line in hand says so many."""
        if self.hand is None:
            raise AppError(N_("Scan the part first."))
        return count_line(
            self.desk, self.count, self.hand.key, quantity, how=self.how, anyway=anyway, paper=self.paper
        )

    def prompt(self) -> str:
        """What to do now, in words."""
        if self.hand:
            return _("Type the quantity (Enter skips)")
        return _("Scan the code of what is not on the list")
