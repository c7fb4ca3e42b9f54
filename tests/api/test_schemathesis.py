"""Whatever is sent, the API answers as its documents say, and nothing breaks: requests made up from the documents."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.systems import KINDS, System, customer
from webapp.access import Scope

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 100  # of each operation, right and wrong
TAGS = [*KINDS, "interactions"]


@pytest.mark.deep
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("tag", TAGS)
def test_many_made_up_requests_are_answered_as_documented(app: Flask, tag: str) -> None:
    """Each operation, with what has the right form and what has not."""
    books = System(app, *Scope)
    books.put("customers", customer())
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app).include(tag=tag)
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        for mode in GenerationMode:
            try_out(operation.ok(), mode, headers={"Authorization": f"Bearer {books.token}"})


def try_out(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, *, headers: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def send(case: Case[Any], known: bool) -> None:
        if known and "external_id" in case.path_parameters:
            case.path_parameters["external_id"] = "K-1"
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    try:
        send()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing that it takes can be wrong
