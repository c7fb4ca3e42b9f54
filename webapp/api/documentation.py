"""The documents of the API, made of the marks on its routes and of its types: for programs and for people."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue

from webapp.access import public, scope_of
from webapp.api import openapi, schemas
from webapp.api.blueprint import blueprint
from webapp.api.operations import Operation
from webapp.config import settings
from webapp.htmx import render

NAMED = {"date-time": "time", "date": "day", "uuid": "UUID"}
BODIES = {"POST", "PUT"}


@dataclass(frozen=True)
class Member:
    name: str
    kind: str
    needed: bool
    text: str


@dataclass(frozen=True)
class Described:
    """An operation as people read it. `codes` are its answers with what they mean."""

    method: str
    path: str
    scope: str
    operation: Operation
    curl: str
    codes: list[tuple[int, str]]


@dataclass(frozen=True)
class Chapter:
    tag: str
    text: str
    members: list[Member]
    parts: dict[str, list[Member]]
    operations: list[Described]


@blueprint.get("/openapi.json")
@public
def specification() -> ResponseReturnValue:
    return Response(openapi.as_json(), content_type="application/json")


@blueprint.get("/docs")
@public
def docs() -> ResponseReturnValue:
    return render("api/docs.html", tags=_tags(), url=settings().public_url)


@blueprint.get("/docs/<tag>")
@public
def docs_of(tag: str) -> ResponseReturnValue:
    if tag not in _tags():
        abort(404)
    return render("api/chapter.html", chapter=_chapter(tag), tags=_tags())


def _tags() -> dict[str, int]:
    """What there are operations about, and how many; the most first."""
    return dict(Counter(operation.tag for _rule, _method, operation in openapi.operations(current_app)).most_common())


def _chapter(tag: str) -> Chapter:
    found = [_described(*each) for each in openapi.operations(current_app) if each[2].tag == tag]
    models = schemas.components()
    model = next((one.operation.model for one in found if one.operation.model), None)
    schema = models[model.__name__] if model else {}
    parts = {name: list(_members(part)) for name, part in _objects_in(schema, models).items()}
    return Chapter(tag, schema.get("description", ""), list(_members(schema)), parts, found)


def _described(rule: Any, method: str, operation: Operation) -> Described:
    path = openapi.path_of(rule)
    scope = scope_of(current_app.view_functions[rule.endpoint])
    codes = [(code, answer.text) for code, answer in operation.answers.items()]
    codes += sorted(operation.problems.items())
    return Described(method, path, str(scope), operation, _curl(method, path, operation), codes)


def _curl(method: str, path: str, operation: Operation) -> str:
    number = (operation.example or {}).get("external_id", operation.number)
    lines = [f'curl "$CANDOR_URL{path.replace("{external_id}", number)}"', '-H "Authorization: Bearer $CANDOR_KEY"']
    if method not in {"GET", "POST"}:
        lines.insert(1, f"-X {method}")
    if method in BODIES:
        sent = {name: value for name, value in operation.example.items() if name != "external_id"}
        body = json.dumps(sent, ensure_ascii=False, indent=2).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    return " \\\n  ".join(lines)


def _members(schema: dict[str, Any]) -> Iterator[Member]:
    for name, member in schema.get("properties", {}).items():
        yield Member(name, _kind(member), name in schema.get("required", ()), member.get("description", ""))


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _referred(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    kind = NAMED.get(schema.get("format", ""), {"string": "text", "integer": "number"}.get(schema.get("type", ""), ""))
    return " ".join(filter(None, [kind or str(schema.get("type", "")), _limits(schema)]))


def _referred(name: str) -> str:
    model = schemas.components()[name]
    return ", ".join(f"“{code}”" for code in model["enum"]) if "enum" in model else "object"


def _limits(schema: dict[str, Any]) -> str:
    return f"(at most {schema['maxLength']})" if "maxLength" in schema else ""


def _objects_in(schema: dict[str, Any], models: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The objects that stand in it, by the names of their members."""
    named = {name: [models[ref] for ref in _refs(member)] for name, member in schema.get("properties", {}).items()}
    return {name: part for name, found in named.items() for part in found if "properties" in part}


def _refs(schema: Any) -> Iterator[str]:
    """The names of the models that it points to."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for part in schema.values():
            yield from _refs(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _refs(part)
