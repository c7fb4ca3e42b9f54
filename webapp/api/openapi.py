"""The API described by itself: OpenAPI 3.1, made of the marks on its routes and of its types."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from flask import Flask, current_app
from werkzeug.routing import Rule

from webapp.access import scope_of
from webapp.api import lists, schemas
from webapp.api.operations import Answer, Operation, Parameter, operation_of
from webapp.config import settings

VERSION = "1.0.0"
WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
OF_EVERY_OPERATION = {
    400: "What was sent cannot be read.",
    401: "No key, or none of ours.",
    403: "The key is not for this.",
    429: "More than 600 requests a minute with this key.",
}
OF_EVERY_BODY = {411: "No Content-Length.", 413: "Too large, or too many at once.", 415: "Not JSON.", 422: "Not valid."}


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings().company_name}: the API of the privacy centre",
            "version": VERSION,
            "description": "For the company's own systems. See /api/v1/docs.",
        },
        "servers": [{"url": settings().public_url}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "schemas": schemas.components(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "candor_…"}},
        },
    }


def operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    """Every route for systems with its method, in the order in which the routes were added."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if scope_of(view) and (operation := operation_of(view)):
            [method] = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            yield rule, method, operation


def path_of(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


@cache
def _shared_answers() -> dict[int, dict[str, Any]]:
    return {code: _problem(code, text) for code, text in OF_EVERY_OPERATION.items()}


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in operations(current_app):
        paths.setdefault(path_of(rule), {})[method.lower()] = _operation(rule, operation)
    return paths


def _operation(rule: Rule, operation: Operation) -> dict[str, Any]:
    problems = dict(OF_EVERY_BODY if operation.body else {}) | dict(operation.problems)
    answers = {code: _answer(answer) for code, answer in operation.answers.items()}
    answers |= {code: _problem(code, text) for code, text in problems.items()} | _shared_answers()
    described: dict[str, Any] = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "tags": [operation.tag],
        "summary": operation.title,
        "description": operation.text,
        "x-scope": scope_of(current_app.view_functions[rule.endpoint]),
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {str(code): answers[code] for code in sorted(answers)},
    }
    if operation.body:
        content = {"schema": operation.body} | ({"example": operation.example} if operation.example else {})
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _answer(answer: Answer) -> dict[str, Any]:
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in answer.headers.items()}
    content = {"content": {"application/json": {"schema": answer.schema}}} if answer.schema else {}
    return {"description": answer.text, **({"headers": headers} if headers else {}), **content}


def _problem(code: int, text: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": schemas.built_in("Problem")}}
    headers = {"headers": WAIT} if code == 429 or text == lists.WORKED_ON else {}
    return {"description": text, **headers, "content": content}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    said = {"name": parameter.name, "in": parameter.place, "description": parameter.text, "schema": parameter.schema}
    return said | {"required": parameter.needed}


def as_json() -> str:
    return json.dumps(document(), ensure_ascii=False)
