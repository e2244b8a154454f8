"""A fleet: a hub and laptops that have joined it, in one process."""

from joined import _english, blank, fleet, store

__all__ = ["_english", "blank", "fleet", "store"]
