"""The values of the look, read once from resources/look/tokens.json."""

import functools
import json
from importlib.resources import files
from typing import Any

TOKENS: dict[str, Any] = json.loads((files("resources") / "look" / "tokens.json").read_text("utf-8"))
TYPE: dict[str, Any] = TOKENS["type"]


@functools.cache
def size(path: str) -> int:
    """A length by its path, e.g. "height.row_dense", "width.rail", "space.4"."""
    found: Any = TOKENS
    for part in path.split("."):
        found = found[part]
    return int(found)


def stroke(pixels: float) -> float:
    """The stroke width of an icon of this size: small signs need more ink."""
    table = sorted((int(key), float(width)) for key, width in TOKENS["icon"]["stroke_by_size"].items())
    return next((width for key, width in table if pixels <= key), table[-1][1])
