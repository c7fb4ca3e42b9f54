"""Candor on one machine, with nothing but Python: `make demo`."""
