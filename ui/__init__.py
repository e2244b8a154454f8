"""The window. Whatever comes of it is imported through here, so the collector is set first."""

import gc

#: How many new objects make it worth to look for waste. What is loaded at a start stays: looking through it a hundred times
#: over, as Python does unasked, was a tenth of the start.
COLLECT = (100_000, 20, 20)
gc.set_threshold(*COLLECT)
