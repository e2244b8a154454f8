"""What the window asks of the program for the person who is signed in."""

from collections.abc import Callable, Sequence

from app.access import ROLES, Permission
from app.conflicts import standing
from app.desk import Desk
from app.finder import WORDS, look_up
from app.search import Found
from app.words import N_, _
from ui.kit.jump import Hit
from ui.shell.top_bar import Pill
from ui.sync.saying import pill

ICONS = {
    "equipment": "server-cog",
    "part": "package",
    "location": "map-pin",
    "work_order": "hammer",
    "fault": "triangle-alert",
    "inspection_template": "clipboard-check",
    "staff": "user",
    "supplier": "shopping-cart",
    "course": "graduation-cap",
    "site": "building-2",
    "purchase_order": "shopping-cart",
}
#: What an action was, by the kind of its ops, for "Taken back: …".
DEEDS = {
    "create": N_("a new record"),
    "patch": N_("a change"),
    "transition": N_("a change of state"),
    "retire": N_("a removal"),
    "stock.move": N_("a stock movement"),
    "conflict.settle": N_("the settling of a conflict"),
    "alert.act": N_("the handling of an alert"),
    "training.record": N_("a training record"),
}


class Face:
    """A signed-in desk as the window sees it."""

    def __init__(self, desk: Desk, notices: Callable[[Desk], int]) -> None:
        self._desk, self._notices = desk, notices

    @property
    def person(self) -> str:
        return self._desk.actor.shown

    @property
    def role(self) -> str:
        words = {spec.code: spec.name for spec in ROLES}
        return _(words.get(self._desk.actor.roles[0], "")) if self._desk.actor.roles else ""

    @property
    def site(self) -> str:
        return self._desk.site.name if self._desk.site else _("All sites")

    def sites(self) -> Sequence[tuple[str, str]]:
        sites = [(site.code, site.name) for site in self._desk.sites()]
        return sites if len(sites) == 1 else [*sites, ("", _("All sites"))]

    def allows(self, permission: str) -> bool:
        return self._desk.may(Permission(permission))

    def find(self, text: str) -> Sequence[Hit]:
        with self._desk.read() as read:
            found = look_up(read, text)
        return [_hit(record) for record in found]

    def undo(self) -> str:
        store = self._desk.profile.store
        last = store.undoable(self._desk.actor)
        if last is None:
            return ""
        store.undo(self._desk.actor, last[0])
        return _(DEEDS.get(last[1], N_("the last action")))

    def exchange(self) -> Pill:
        with self._desk.read() as read:
            found = standing(read, self._desk.actor, brief=True)
        return pill(found, self._desk.now(), self._desk.timezone)

    def notices(self) -> int:
        return self._notices(self._desk)


def _hit(found: Found) -> Hit:
    return Hit(_(WORDS[found.table]), ICONS[found.table], found.code, found.title, found.place, found)
