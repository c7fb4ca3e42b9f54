"""The electronic copy of a person's data (P20): a ZIP that people read and programs take over.

`index.html` for the person, `data/` with every table for programs (JSON Lines with a schema) and for spreadsheets
(CSV), `files/`, `portable/` for other providers, and `manifest.json`, which proves that nothing is missing or changed.
"""

from webapp.privacy.copy.contents import parts, write

__all__ = ["parts", "write"]
