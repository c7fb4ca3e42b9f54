"""`manifest.json`: every file with its hash, how many rows there are, and what is left out and why.

Whoever gets a copy can prove by it that nothing is missing or changed: `flask --app wsgi verify-export FILE`.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from webapp.config import settings
from webapp.privacy import manifest
from webapp.privacy.copy.archive import Entry
from webapp.privacy.copy.documents import WHY_MISSING
from webapp.privacy.copy.overview import Story
from webapp.privacy.copy.tables import Chapter

FORMAT, VERSION = "candor-copy", 1


def manifest_of(entries: Sequence[Entry], story: Story) -> dict[str, Any]:
    """In the language of the moment, for all that was written before it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": story.now.astimezone(UTC).isoformat(),
        "made_by": {"name": settings().company_name, "url": settings().public_url},
        "language": story.language,
        "policy_version": story.policy_version,
        "data_map": {"version": manifest.number(), "sha256": manifest.current().hash},
        "tables": [_table(chapter) for chapter in story.chapters],
        "documents": [{"name": document.name, "path": document.path} for document in story.documents if document.path],
        "missing": [{"name": document.name, "why": str(WHY_MISSING)} for document in story.missing],
        "left_out": [{"what": part.what, "parts": part.labels, "why": part.why} for part in story.left_out],
        "files": [{"path": entry.path, "size": entry.size, "sha256": entry.sha256} for entry in entries],
    }


def _table(chapter: Chapter) -> dict[str, Any]:
    files = {"lines": chapter.lines, "schema": chapter.schema, "sheet": chapter.sheet} if chapter.count else {}
    table = chapter.table
    return {
        "table": table.name,
        "title": str(table.title),
        "category": table.category,
        "rows": chapter.count,
        **files,
    }
