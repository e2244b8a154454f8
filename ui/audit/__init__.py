"""The audit page: who changed what, old and new (审计日志)."""

from ui.audit.page import AuditPage

__all__ = ["AuditPage"]
