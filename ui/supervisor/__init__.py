"""The first page of the supervisor."""

from ui.supervisor.page import SupervisorPage

__all__ = ["SupervisorPage"]
