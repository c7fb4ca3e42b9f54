"""Candor."""

import gc

# Most of what the imports make stays for good, and to look through it for garbage takes a sixth of the start.
gc.set_threshold(50_000, 20, 50)
