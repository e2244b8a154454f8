"""The laptop's camera as a scanner: a small panel over any page, and codes from pictures and from the clipboard."""

from ui.camera.panel import CameraPanel

__all__ = ["CameraPanel"]
