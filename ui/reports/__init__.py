"""Reports (报表): choosing, previewing, printing and saving them."""

from ui.reports.dialog import PreviewDialog, save_report
from ui.reports.page import ReportsPage

__all__ = ["PreviewDialog", "ReportsPage", "save_report"]
