"""Work in the window: work orders, faults, and the questions about them."""

from ui.work.page import FaultsPage, WorkPage

__all__ = ["FaultsPage", "WorkPage"]
