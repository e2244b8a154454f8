"""Equipment (设备台账): the register, the life and the history of each machine."""

from app.equipment import machine

__all__ = ["machine"]
