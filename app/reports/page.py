"""The page grid and the flow of blocks over pages. Measures are points from the top left corner of the sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.reports.canvas import MM, Pen

Draw = Callable[[Pen], None]
SIZES = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet with the margins of bound documents: 20 mm at the binding edge, 15 right."""

    width: float
    height: float

    @classmethod
    def of(cls, size: str, *, landscape: bool = False) -> Page:
        short, long = SIZES[size]
        return cls(long * MM, short * MM) if landscape else cls(short * MM, long * MM)

    @property
    def left(self) -> float:
        return 20 * MM

    @property
    def right(self) -> float:
        return self.width - 15 * MM

    @property
    def text_width(self) -> float:
        return self.right - self.left

    @property
    def top_next(self) -> float:
        """Where the text of the second and later pages begins."""
        return 14 * MM

    @property
    def bottom(self) -> float:
        """Where the text ends, above the foot."""
        return self.height - 25 * MM


@dataclass
class Flow:
    """Pages being filled from top to bottom: each holds what will be drawn when their number is known."""

    page: Page
    y: float
    timezone: str = "Asia/Shanghai"
    pages: list[list[Draw]] = field(default_factory=lambda: [[]])

    @property
    def room(self) -> float:
        return self.page.bottom - self.y

    @property
    def full(self) -> float:
        """The height of an empty following page."""
        return self.page.bottom - self.page.top_next

    @property
    def fresh(self) -> bool:
        return len(self.pages) > 1 and self.y <= self.page.top_next

    def turn(self) -> None:
        self.pages.append([])
        self.y = self.page.top_next

    def need(self, height: float) -> None:
        """Turn the page unless this much fits."""
        if height > self.room and not self.fresh:
            self.turn()

    def put(self, height: float, draw: Callable[[Pen, float], None]) -> None:
        """Place something at the present height."""
        y = self.y
        self.pages[-1].append(lambda pen: draw(pen, y))
        self.y += height

    def skip(self, height: float) -> None:
        if not self.fresh:
            self.y += height
