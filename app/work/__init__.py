"""Work (工单、故障): faults, work orders, who does what until when."""

from app.work import machines

__all__ = ["machines"]
