"""What the band of the scan station says of a part in hand and of a booking."""

from app.inventory.scan_queue import Booking
from app.inventory.station import Station
from app.signs import sign
from app.words import N_, _, ngettext
from ui.inventory.band import Result
from ui.inventory.station_booker import Booked
from ui.inventory.tables import amount, change, short_bin

_DONE = {
    "issue": N_("Issued"), "return": N_("Returned to stock"), "receipt": N_("Received into stock"),
    "transfer": N_("Transferred"), "scrap": N_("Scrapped"),
}  # fmt: skip
#: The sign of a part that is in hand.
HELD = "package"
_OUT = frozenset({"issue", "scrap"})
_URGENT = frozenset({"out_of_stock", "below_safety", "at_reorder"})


def _times(times: int, word: str) -> str:
    return f"×{times}   {word}" if times > 1 else word


def _signed(action: str, quantity: int) -> str:
    """A transfer neither adds nor takes away."""
    if action == "transfer":
        return amount(quantity)
    return change(-quantity if action in _OUT else quantity)


def _toward(*parts: str, goal: str) -> str:
    return "   ".join(filter(None, parts)) + (f"   →   {goal}" if goal else "")


def in_hand(station: Station, told: str = "") -> Result:
    """The part in hand, not booked yet; before that what has just been done, in words."""
    part = station.part
    if part is None:
        return Result("neutral", "scan-line", station.prompt())
    where = short_bin(station.contexts["bin"].code if "bin" in station.contexts else part.bin)
    word = _times(station.times, _("Not booked yet: {next}").format(next=station.prompt()))
    return Result("info", HELD, f"{told} - {word}" if told else word, part.name, _toward(part.part_no, where, goal=station.goal()),
                  _signed(station.action, station.qty), _("On hand"), amount(part.on_hand, part.unit))  # fmt: skip


def taken(booking: Booking, waiting: int) -> Result:
    """A scan is on the disk and waits for the worker."""
    word = ngettext("Taken, {count} waits to be booked", "Taken, {count} wait to be booked", waiting)
    return _of(booking, "info", word.format(count=waiting))


def delayed(booking: Booking, waiting: int) -> Result:
    """The site file is busy."""
    word = ngettext(
        "The site file is busy: {count} scan is kept and booked later",
        "The site file is busy: {count} scans are kept and booked later",
        waiting,
    )
    return _of(booking, "warn", word.format(count=waiting))


def _of(booking: Booking, level: str, word: str) -> Result:
    more = _toward(booking.part_no, goal=booking.goal)
    return Result(
        level,
        "history",
        _times(booking.times, word),
        booking.name,
        more,
        _signed(booking.action, booking.qty),
    )


def booked(found: Booked) -> Result:
    """A booking that is done, with what is left and whether that asks for something."""
    booking, part = found.booking, found.part
    word = _(_DONE[booking.action])
    if part is None:
        return _of(booking, "ok", word)
    look, urgent = sign(part.state), part.state in _URGENT
    return Result("ok", "circle-check", _times(booking.times, word), part.name,
                  _toward(part.part_no, short_bin(part.bin), goal=booking.goal), _signed(booking.action, booking.qty),
                  _("On hand"), amount(part.on_hand, part.unit), look.text if urgent else "", look.level if urgent else "ok")  # fmt: skip
