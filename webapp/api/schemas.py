"""The types of the API as JSON Schema 2020-12, which is what OpenAPI 3.1 speaks."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webapp.integrations.intake.results import Kept, Outcome, Reason

REF = "#/components/schemas/{model}"

Schema = dict[str, Any]

_models: dict[str, type[BaseModel]] = {}

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The same for the same kind of problem."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, in words."},
        "reason": {"type": "string", "enum": [*Reason], "description": "Why one thing was refused."},
    },
    "required": ["type", "title", "status", "detail"],
}
RESULT: Schema = {
    "type": "object",
    "properties": {
        "external_id": {"type": ["string", "null"], "description": "Null if it could not be read."},
        "outcome": {"type": "string", "enum": [*Outcome]},
        "reason": {"type": "string", "enum": [*Reason], "description": "Of what was refused."},
        "detail": {"type": "string", "description": "The reason in words."},
        "kept": {
            "type": "object",
            "description": "What stayed as it is here, and why: has_account (the person signs in with that address and "
            "changes it themselves), wrong_address (its reader said that they are somebody else), newer_here (the "
            "person corrected it since).",
            "additionalProperties": {"type": "string", "enum": [*Kept]},
        },
    },
    "required": ["external_id", "outcome"],
    "additionalProperties": False,
}
BUILT_IN = {"Problem": PROBLEM, "Result": RESULT}


def ref(model: type[BaseModel]) -> Schema:
    """Puts the model into the document, and points to it."""
    _models[model.__name__] = model
    return {"$ref": REF.format(model=model.__name__)}


def built_in(name: str) -> Schema:
    assert name in BUILT_IN
    return {"$ref": REF.format(model=name)}


def holding(name: str, items: Schema, *, most: int | None = None, beside: Schema | None = None) -> Schema:
    """An object with a list, and what else stands beside it."""
    listed: Schema = {"type": "array", "items": items} | ({"maxItems": most} if most else {})
    properties = {name: listed, **(beside or {})}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


@cache
def components() -> dict[str, Schema]:
    """Once every route has named its types."""
    wanted = [(model, "validation") for model in _models.values()]
    _places, definitions = models_json_schema(wanted, ref_template=REF)  # type: ignore[arg-type]  # its list is invariant
    return {**BUILT_IN, **definitions.get("$defs", {})}
