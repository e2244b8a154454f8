"""What the band of the counting page says: the part in hand, and what was entered of it."""

from app.stocktake.lines import Line
from app.stocktake.session import Session
from app.words import _
from ui.inventory.band import Result
from ui.inventory.tables import amount, change


def in_hand(session: Session, hand: Line) -> Result:
    """The part that was scanned, not entered yet."""
    word, level = _("Not entered yet: type how many"), "info"
    if hand.last:
        word, level = _before(hand), "warn"
    books = ("", "") if session.blind else (_("Books"), amount(hand.book, hand.unit))
    more = "   ".join(filter(None, (hand.part_no, hand.spec, hand.batch)))
    return Result(level, "package", word, hand.name, more, "" if session.blind else "?", *books)


def _before(hand: Line) -> str:
    last = hand.last
    words = _("Counted already: {quantity} {unit} {by}").format(
        quantity=amount(last.counted if last else 0), unit=hand.unit, by=last.by if last else ""
    )
    return words.rstrip()


def entered(session: Session, hand: Line) -> Result:
    """What was counted; beside it what the books say, unless the count is blind."""
    counted, more = session.counted_of(hand.key), f"{hand.part_no}   {hand.bin}"
    if session.blind:
        return Result("ok", "circle-check", _("Counted"), hand.name, more, amount(counted))
    book = next((row.book for row in session.lines.rows if row.key == hand.key), 0)
    if counted == book:
        word, level, icon = _("Agrees with the books"), "ok", "circle-check"
    else:
        word, level, icon = _("Differs from the books"), "warn", "triangle-alert"
    difference = "" if counted == book else change(counted - book, hand.unit)
    left = amount(book, hand.unit)
    return Result(level, icon, word, hand.name, more, amount(counted), _("Books"), left, difference, "warn")
