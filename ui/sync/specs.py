"""The pages of syncing in the window: made when they are first opened, with the ways to the hub that this laptop has."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.conflicts import count_open
from app.desk import Desk
from app.words import N_
from ui.kit.tasks import Tasks
from ui.sync.background import Background
from ui.sync.strip import ALONE, Ways
from ui.window import PageSpec

Wire = Callable[[QWidget], QWidget]


def first_key(desk: Desk) -> str:
    """What the pill leads to: the conflicts that concern the person, else how the exchange stands."""
    return "conflicts" if _seen(desk) else "sync"


def specs(desk: Desk, tasks: Tasks, wire: Wire, background: Background | None = None) -> list[PageSpec]:
    """The sync page at the foot of the rail, and the conflicts behind it."""
    return [
        PageSpec(
            "sync",
            N_("Sync"),
            "arrow-left-right",
            lambda: wire(_sync(desk, tasks, background)),
            badge=partial(_to_settle, desk),
            foot=True,
        ),
        PageSpec(
            "conflicts",
            N_("Conflicts"),
            "git-compare-arrows",
            lambda: wire(_conflicts(desk, tasks, background)),
            hidden=True,
            home="sync",
        ),
    ]


def _to_settle(desk: Desk) -> int:
    """The conflicts that this person may decide about."""
    return _seen(desk) if desk.may(Permission.SETTLE_CONFLICTS) else 0


def _seen(desk: Desk) -> int:
    with desk.read() as read:
        return count_open(read, desk.actor)


def _ways(desk: Desk, background: Background | None) -> Ways:
    """What can be done about the hub; the window's own exchange also begins where the laptop joins while it is open."""
    if background is not None:
        return Ways(start=background.now)
    if "hub_id" not in desk.profile.meta:
        return ALONE
    from app.sync.blobs import carry_now
    from app.sync.client import sync_once

    return Ways(sync=partial(sync_once, desk.profile, files=False), files=partial(carry_now, desk.profile))


def _sync(desk: Desk, tasks: Tasks, background: Background | None) -> QWidget:
    from ui.sync.page import SyncPage

    return SyncPage(desk, tasks, _ways(desk, background))


def _conflicts(desk: Desk, tasks: Tasks, background: Background | None) -> QWidget:
    from ui.sync.conflicts_page import ConflictsPage

    return ConflictsPage(desk, tasks, _ways(desk, background))
