"""Which pages the window has for whom. A page is imported when it is first opened: nobody waits for those they never see."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.alerts import open_count
from app.desk import Desk
from app.inventory.figures import summary
from app.words import N_
from ui.sync.specs import specs
from ui.window import PageSpec

if TYPE_CHECKING:
    from ui.pages import Links


def pages_for(desk: Desk, links: Links) -> list[PageSpec]:
    """The pages of the rail, and those behind it, that this person may open."""
    return [
        PageSpec("today", N_("Today"), "sun", lambda: links.wire(_first_page(desk, links))),
        PageSpec("rounds", N_("Rounds"), "clipboard-check", lambda: links.wire(_rounds(desk, links))),
        PageSpec("work", N_("Work"), "hammer", lambda: links.wire(_work(desk, links))),
        PageSpec("equipment", N_("Equipment"), "server-cog", lambda: links.wire(_equipment(desk, links))),
        PageSpec("spares", N_("Spares"), "package", lambda: links.wire(_spares(desk, links)), badge=partial(_to_buy, desk)),
        PageSpec("training", N_("Training"), "graduation-cap", lambda: links.wire(_training(desk, links))),
        PageSpec("alerts", N_("Alerts"), "siren", lambda: links.wire(_alerts(desk, links)), badge=partial(open_count, desk)),
        PageSpec("reports", N_("Reports"), "file-chart-column", lambda: links.wire(_reports(desk, links)), Permission.PRINT_REPORTS),
        *specs(desk, links.tasks, links.wire, links.background),
        PageSpec("settings", N_("Settings"), "settings", lambda: links.wire(_settings(desk, links)), foot=True),
        PageSpec("purchasing", N_("Purchase orders"), "shopping-cart", lambda: links.wire(_purchasing(desk, links)), Permission.SEE_STOCK, hidden=True),
        PageSpec("suppliers", N_("Suppliers"), "building-2", lambda: links.wire(_suppliers(desk, links)), Permission.SEE_STOCK, hidden=True),
        PageSpec("faults", N_("Faults"), "triangle-alert", lambda: links.wire(_faults(desk, links)), hidden=True),
        PageSpec("stocktake", N_("Stocktakes"), "clipboard-list", lambda: links.wire(_stocktake(desk, links)), Permission.SEE_STOCK, hidden=True),
        PageSpec("import", N_("Import"), "upload", lambda: links.wire(_import(desk, links)), Permission.IMPORT, hidden=True),
        PageSpec("audit", N_("Audit log"), "history", lambda: links.wire(_audit(desk, links)), Permission.SEE_AUDIT, hidden=True),
        PageSpec("accounts", N_("User accounts"), "users", lambda: links.wire(_accounts(desk, links)), Permission.ADMINISTER, hidden=True),
    ]  # fmt: skip


def _to_buy(desk: Desk) -> int:
    if not desk.may(Permission.BUY):
        return 0
    with desk.read() as read:
        return summary(read, desk.site.id if desk.site else None).proposals


def _first_page(desk: Desk, links: Links) -> QWidget:
    if desk.may(Permission.REVIEW_ROUNDS):
        from ui.supervisor import SupervisorPage

        return SupervisorPage(desk, links.tasks)
    if desk.may(Permission.MOVE_STOCK):
        from ui.inventory.today import StorePage

        return StorePage(desk, links.tasks)
    from ui.today.page import TodayPage

    return TodayPage(desk, links.tasks)


def _rounds(desk: Desk, links: Links) -> QWidget:
    from ui.inspections.rounds_page import RoundsPage

    return RoundsPage(desk, links.tasks, links.prefs.part("rounds"))


def _work(desk: Desk, links: Links) -> QWidget:
    from ui.work import WorkPage

    return WorkPage(desk, links.tasks, links.prefs.part("work"))


def _faults(desk: Desk, links: Links) -> QWidget:
    from ui.work import FaultsPage

    return FaultsPage(desk, links.tasks, links.prefs.part("faults"))


def _equipment(desk: Desk, links: Links) -> QWidget:
    from ui.equipment import EquipmentPage

    return EquipmentPage(desk, links.tasks, links.prefs.part("equipment"))


def _spares(desk: Desk, links: Links) -> QWidget:
    from ui.inventory.area import SparesArea

    return SparesArea(desk, links.tasks, links.wedge, links.prefs.part("spares"))


def _purchasing(desk: Desk, links: Links) -> QWidget:
    from ui.purchasing.page import PurchasingPage

    return PurchasingPage(desk, links.tasks, links.prefs.part("purchasing"))


def _suppliers(desk: Desk, links: Links) -> QWidget:
    from ui.purchasing.suppliers import SuppliersPage

    return SuppliersPage(desk, links.tasks, links.prefs.part("suppliers"))


def _stocktake(desk: Desk, links: Links) -> QWidget:
    from ui.stocktake import StocktakePage

    return StocktakePage(desk, links.tasks, links.prefs.part("stocktake"))


def _training(desk: Desk, links: Links) -> QWidget:
    from ui.training import TrainingPage

    return TrainingPage(desk, links.tasks, links.prefs.part("training"))


def _alerts(desk: Desk, links: Links) -> QWidget:
    from ui.alerts import AlertsPage

    return AlertsPage(desk, links.tasks, links.prefs.part("alerts"))


def _reports(desk: Desk, links: Links) -> QWidget:
    from ui.reports import ReportsPage

    return ReportsPage(desk, links.tasks)


def _settings(desk: Desk, links: Links) -> QWidget:
    from ui.settings import SettingsPage

    return SettingsPage(desk, links.tasks, links.settings, links.wedge)


def _import(desk: Desk, links: Links) -> QWidget:
    from ui.exchange import ImportPage

    return ImportPage(desk, links.tasks)


def _audit(desk: Desk, links: Links) -> QWidget:
    from ui.audit import AuditPage

    return AuditPage(desk, links.tasks)


def _accounts(desk: Desk, links: Links) -> QWidget:
    from ui.settings import AccountsPage

    return AccountsPage(desk, links.tasks)
