"""Import and export (导入导出): a table comes in by four steps, and a register goes out as a file."""

from ui.exchange.export_dialog import ExportDialog
from ui.exchange.page import ImportPage

__all__ = ["ExportDialog", "ImportPage"]
