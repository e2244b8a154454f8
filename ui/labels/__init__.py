"""Labels (标签): choosing a sheet, the first free place on it, and printing."""

from ui.labels.dialog import LabelDialog

__all__ = ["LabelDialog"]
