"""Equipment in the window: the register with its trees, and the inspector of a machine."""

from ui.equipment.page import EquipmentPage

__all__ = ["EquipmentPage"]
