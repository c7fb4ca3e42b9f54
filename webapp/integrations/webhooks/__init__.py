"""Telling the company's other systems of changes: who hears of what, in which order, and what became of it."""
