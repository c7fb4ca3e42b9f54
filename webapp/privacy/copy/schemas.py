"""What each line of a table's JSON Lines looks like, as JSON Schema 2020-12, in words that a person understands."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Enum, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute

from webapp.privacy import inventory, records
from webapp.privacy.data_map.vocabulary import ANY, Part, Personal, SubjectTable
from webapp.privacy.data_map.words import SOURCES

DRAFT = "https://json-schema.org/draft/2020-12/schema"
KINDS: list[tuple[tuple[type[Any], ...], dict[str, Any]]] = [
    ((Boolean,), {"type": "boolean"}),
    ((Integer, BigInteger), {"type": "integer"}),
    ((DateTime,), {"type": "string", "format": "date-time"}),
    ((Date,), {"type": "string", "format": "date"}),
]


def schema_of(table: SubjectTable) -> dict[str, Any]:
    """In the language of the moment."""
    columns = zip(records.columns(table).items(), table.exported, strict=True)
    properties = {name: _column(attribute, what) for (name, what), attribute in columns}
    return {
        "$schema": DRAFT,
        "title": str(table.title),
        "x-category": table.category,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _column(attribute: InstrumentedAttribute[Any], what: Personal) -> dict[str, Any]:
    purposes = ", ".join(inventory.purpose_titles(what.purposes))
    reason = _("What for: %(purposes)s. Where from: %(source)s.", purposes=purposes, source=SOURCES[what.source])
    said = {"title": str(what.label), "description": reason, "x-purposes": [*what.purposes], "x-source": what.source}
    return said | _kind(attribute, what)


def _kind(attribute: InstrumentedAttribute[Any], what: Personal) -> dict[str, Any]:
    if what.names:
        return {"type": ["string", "null"]}
    if what.sealed:  # or a sentence that says that it cannot be opened any more
        return {"type": ["object", "string", "null"], **_parts(what.parts or {})}
    kind = _known_kind(attribute.type, what)
    if attribute.property.columns[0].nullable:
        return {"anyOf": [kind, {"type": "null"}]}
    return kind


def _known_kind(column_type: Any, what: Personal) -> dict[str, Any]:
    if isinstance(column_type, Enum):
        return {"oneOf": [{"const": code, "title": _word(what, code)} for code in column_type.enums]}
    if isinstance(column_type, ARRAY):
        return {"type": "array", "items": _known_kind(column_type.item_type, what)}
    if isinstance(column_type, JSONB):
        parts = _parts(what.parts or {})
        return {"type": ["object", "array"], **parts, "items": parts}
    return next((kind for types, kind in KINDS if isinstance(column_type, types)), {"type": "string"})


def _parts(parts: Mapping[str, Part]) -> dict[str, Any]:
    return {"properties": {name: {"title": str(part.label)} for name, part in parts.items() if name != ANY}}


def _word(what: Personal, code: str) -> str:
    return str(what.words(code)) if what.words else code
