"""Alerts in the window."""

from ui.alerts.page import AlertsPage

__all__ = ["AlertsPage"]
