"""`manifest.json`: every file with its hash, how many rows there are, and what is left out and why.

Whoever gets a copy can prove by it that nothing is missing or changed: `flask --app wsgi verify-export FILE`.
"""

from collections.abc import Sequence
from datetime import UTC
from functools import cache
from typing import Any

from webapp.config import settings
from webapp.privacy import manifest
from webapp.privacy.copy.archive import Entry
from webapp.privacy.copy.documents import WHY_MISSING
from webapp.privacy.copy.overview import Story
from webapp.privacy.copy.tables import Chapter

FORMAT, VERSION = "candor-copy", 1

_text, _count = {"type": "string"}, {"type": "integer", "minimum": 0}

# What has to be true of a manifest before anything else can be checked by it.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "tables": {
            "type": "array",
            "items": {
                "properties": {"rows": _count, "lines": _text, "schema": _text, "sheet": _text},
                "required": ["rows"],
                "if": {"properties": {"rows": {"const": 0}}},
                "else": {"required": ["lines", "schema", "sheet"]},
            },
        },
        "documents": {"type": "array", "items": {"properties": {"path": _text}, "required": ["path"]}},
        "files": {
            "type": "array",
            "items": {
                "properties": {"path": _text, "size": _count, "sha256": _text},
                "required": ["path", "size", "sha256"],
            },
        },
    },
    "required": ["format", "version", "tables", "documents", "files"],
}


def manifest_of(entries: Sequence[Entry], story: Story) -> dict[str, Any]:
    """In the language of the moment, for all that was written before it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": story.now.astimezone(UTC).isoformat(),
        "made_by": {"name": settings().company_name, "url": settings().public_url},
        "language": story.language,
        "policy_version": story.policy_version,
        "data_map": _data_map(),
        "tables": [_table(chapter) for chapter in story.chapters],
        "documents": [{"name": document.name, "path": document.path} for document in story.documents if document.path],
        "missing": [{"name": document.name, "why": str(WHY_MISSING)} for document in story.missing],
        "left_out": [{"what": part.what, "parts": part.labels, "why": part.why} for part in story.left_out],
        "files": [{"path": entry.path, "size": entry.size, "sha256": entry.sha256} for entry in entries],
    }


@cache
def _data_map() -> dict[str, Any]:
    return {"version": manifest.number(), "sha256": manifest.current().hash}


def _table(chapter: Chapter) -> dict[str, Any]:
    files = {"lines": chapter.lines, "schema": chapter.schema, "sheet": chapter.sheet} if chapter.count else {}
    table = chapter.table
    return {
        "table": table.name,
        "title": chapter.guide.title,
        "category": table.category,
        "rows": chapter.count,
        **files,
    }
