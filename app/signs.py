"""The one table of signs and words for a state of things, on the screen and on paper.

Shape carries the level, the word says it, colour comes last. `icon` is the line sign of the screen (resources/icons),
`glyph` the character of the paper (all of them are in the fonts we ship).
"""

from typing import NamedTuple

from app.words import N_, _


class Sign(NamedTuple):
    """How a state is shown: ok, info, warn, danger or neutral; sign of the screen, sign of the paper, English word."""

    level: str
    icon: str
    glyph: str
    word: str

    @property
    def text(self) -> str:
        """The word in the spoken language."""
        return _(self.word)

    @property
    def printed(self) -> str:
        """Sign and word as they stand on paper."""
        return f"{self.glyph} {self.text}"


OK, INFO, WARN, DANGER, NEUTRAL = "ok", "info", "warn", "danger", "neutral"
TICK, TRIANGLE, CROSS, CIRCLE, DASH, UP = "✓", "△", "×", "○", "—", "↑"


def _ok(word: str, icon: str = "circle-check", glyph: str = TICK) -> Sign:
    return Sign(OK, icon, glyph, word)


def _info(word: str, icon: str = "info", glyph: str = CIRCLE) -> Sign:
    return Sign(INFO, icon, glyph, word)


def _warn(word: str, icon: str = "triangle-alert", glyph: str = TRIANGLE) -> Sign:
    return Sign(WARN, icon, glyph, word)


def _danger(word: str, icon: str = "octagon-alert", glyph: str = CROSS) -> Sign:
    return Sign(DANGER, icon, glyph, word)


def _neutral(word: str, icon: str = "circle-dashed", glyph: str = CIRCLE) -> Sign:
    return Sign(NEUTRAL, icon, glyph, word)


SIGNS: dict[str, Sign] = {
    # levels without a subject
    "ok": _ok(N_("Normal")),
    "info": _info(N_("Note")),
    "warn": _warn(N_("Attention")),
    "danger": _danger(N_("Danger")),
    "no_data": _neutral(N_("No data")),
    "done": _ok(N_("Done")),
    "error": _danger(N_("Error")),
    "notice": _warn(N_("Notice")),
    # stock
    "in_stock": _ok(N_("In stock")),
    "out_of_stock": _danger(N_("Out of stock"), "octagon-x"),
    "below_safety": _danger(N_("Below safety stock")),
    "at_reorder": _warn(N_("At reorder point")),
    "above_max": _info(N_("Above maximum"), "arrow-up-to-line", UP),
    # stock-takes
    "counting": _info(N_("Being counted"), "circle-dot"),
    "agrees": _ok(N_("Agrees")),
    "gain": _info(N_("Surplus"), "arrow-up-to-line", UP),
    "loss": _danger(N_("Shortage")),
    "not_found": _danger(N_("Not found"), "octagon-x"),
    "unexpected": _warn(N_("Not expected")),
    "twice": _warn(N_("Counted twice"), "git-compare-arrows"),
    "not_counted": _neutral(N_("Not counted")),
    "recount": _warn(N_("Recount?"), "history"),
    # stock that stands still
    "slow": _info(N_("No movement for 12 months"), "circle-pause"),
    "dead": _warn(N_("No movement for 24 months"), "circle-pause"),
    "expiring_soon": _warn(N_("Shelf life ends within 30 days"), "clock-alert"),
    "shelf_expiring": _info(N_("Shelf life ends within 90 days"), "calendar-clock"),
    "shelf_expired": _danger(N_("Shelf life has ended"), "clock-alert"),
    # inspections
    "pass": _ok(N_("Pass")),
    "fail": _danger(N_("Fail")),
    "out_of_limits": _danger(N_("Out of limits")),
    "failed_open": _danger(N_("Items failed, to be put right")),
    "conditional": _ok(N_("Pass after rectification")),
    "na": _neutral(N_("Not applicable"), "circle-slash", DASH),
    "not_checked": _neutral(N_("Not checked")),
    "missed": _danger(N_("Missed"), "clock-alert"),
    # time
    "planned": _neutral(N_("Planned")),
    "scheduled": _neutral(N_("To do")),
    "due": _info(N_("Due"), "calendar-clock"),
    "due_today": _warn(N_("Due today")),
    "overdue": _danger(N_("Overdue"), "clock-alert"),
    # work in hand
    "draft": _neutral(N_("Draft"), "pencil"),
    "assigned": _neutral(N_("Assigned"), "user"),
    "in_progress": _info(N_("In progress"), "circle-dot"),
    "on_hold": _warn(N_("On hold"), "circle-pause"),
    "waiting_parts": _warn(N_("On hold: waiting for parts"), "circle-pause"),
    "submitted": _info(N_("Submitted"), "user-check"),
    "to_review": _info(N_("Waiting for review"), "user-check"),
    "approved": _ok(N_("Approved")),
    "counted": _info(N_("Counted"), "clipboard-list"),
    "part_received": _info(N_("Partly received"), "log-in"),
    "received": _ok(N_("Received"), "log-in"),
    "held": _ok(N_("Held")),
    "withdrawn": _neutral(N_("Withdrawn"), "circle-slash", DASH),
    "returned": _info(N_("Returned"), "undo-2"),
    "adjusting": _info(N_("Being adjusted"), "circle-dot"),
    "reviewed": _ok(N_("Reviewed")),
    "verified": _ok(N_("Verified")),
    "closed": _ok(N_("Closed")),
    "cancelled": _neutral(N_("Cancelled"), "circle-slash", DASH),
    "void": _neutral(N_("Void"), "circle-slash", DASH),
    # alerts and faults
    "raised": _danger(N_("Raised"), "siren"),
    "notified": _warn(N_("Notified"), "bell"),
    "acknowledged": _info(N_("Acknowledged"), "user-check"),
    "discovered": _warn(N_("Discovered")),
    "reported": _warn(N_("Reported")),
    "analysing": _info(N_("Under analysis"), "circle-dot"),
    "handling": _info(N_("Being handled"), "circle-dot"),
    "archived": _neutral(N_("Archived"), "archive"),
    # equipment
    "ordered": _neutral(N_("Ordered"), "shopping-cart"),
    "arrived": _neutral(N_("Arrived"), "log-in"),
    "to_install": _neutral(N_("To install")),
    "commissioning": _info(N_("Commissioning"), "circle-dot"),
    "in_service": _ok(N_("In service")),
    "standby": _neutral(N_("Standby"), "circle-pause"),
    "degraded": _warn(N_("Degraded")),
    "under_repair": _warn(N_("Under repair"), "wrench"),
    "out_of_service": _danger(N_("Out of service"), "octagon-x"),
    "retired": _neutral(N_("Retired"), "circle-slash", DASH),
    "disposed": _neutral(N_("Disposed"), "circle-slash", DASH),
    # people
    "valid": _ok(N_("Valid"), "check"),
    "expiring": _warn(N_("Expiring"), "clock-alert"),
    "expired": _danger(N_("Expired")),
    "not_passed": _danger(N_("Not passed")),
    "review_overdue": _danger(N_("Review overdue"), "clock-alert"),
    "revoked": _neutral(N_("Revoked"), "circle-slash", DASH),
    "missing": _neutral(N_("Missing")),
    "not_required": _neutral(N_("Not required"), "circle-dot", DASH),
    # exchange
    "synced": _ok(N_("Synced"), "cloud-check"),
    "to_send": _info(N_("To be sent"), "cloud-upload"),
    "offline": _warn(N_("Offline"), "cloud-off"),
    "conflict": _danger(N_("Conflict"), "git-compare-arrows"),
}


def sign(code: str) -> Sign:
    """The sign of a state by its code; an unknown state is shown as its code, never hidden."""
    return SIGNS.get(code) or Sign(NEUTRAL, "circle-dashed", CIRCLE, code)
