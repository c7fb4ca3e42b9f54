"""The documents of the API tell what its routes do, and nothing else."""

import json
import re
import shlex

import pytest
from flask import Flask

from tests.api.systems import KINDS, System, customer
from tests.pages import PageClient
from webapp.access import Scope, scope_of
from webapp.api import examples, openapi
from webapp.api.operations import operation_of

TAGS = [*KINDS, "interactions"]


def test_every_route_for_systems_is_described(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        assert not scope_of(view) or operation_of(view), rule


def test_the_document_is_public_and_names_every_route_with_its_scope(app: Flask, client: PageClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document
    assert document["openapi"].startswith("3.1")
    described = {
        (path, method, operation["x-scope"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert described == {
        (openapi.path_of(rule), method.lower(), str(scope_of(app.view_functions[rule.endpoint])))
        for rule, method, _operation in openapi.operations(app)
    }
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert references <= document["components"]["schemas"].keys()


def test_every_scope_opens_something(app: Flask) -> None:
    used = {scope_of(app.view_functions[rule.endpoint]) for rule, _method, _operation in openapi.operations(app)}
    assert used == set(Scope)


@pytest.mark.parametrize("tag", TAGS)
def test_each_page_tells_every_request_and_every_member(client: PageClient, tag: str) -> None:
    page = client.get(f"/api/v1/docs/{tag}").text
    assert f"{tag}:write" in page
    for member in examples.of(tag):
        assert f"<code>{member}</code>" in page
    assert tag in client.get("/api/v1/docs").text


def test_a_page_about_nothing_is_not_there(client: PageClient) -> None:
    assert client.get("/api/v1/docs/horoscopes").status_code == 404


def test_each_example_on_the_pages_can_be_sent_as_it_stands(app: Flask, client: PageClient) -> None:
    books = System(app, *Scope)
    books.put("customers", customer("K-10234"))
    for tag in TAGS:
        page = client.get(f"/api/v1/docs/{tag}").text
        for command in re.findall(r"<pre[^>]*><code>(curl .*?)</code></pre>", page, re.DOTALL):
            method, path, body = parsed(command)
            if method == "DELETE":
                continue  # what comes after it needs the customer
            answer = books.ask(method, path, body)
            assert answer.status_code in {200, 201, 404}, (command, answer.text)
            if method == "POST":
                assert answer.json["refused"] == (tag == "interactions"), answer.text  # type: ignore[index]  # it is an object


def parsed(command: str) -> tuple[str, str, object]:
    """As a shell reads it."""
    unescaped = command.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
    words = shlex.split(unescaped.replace("\\\n", " "))
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-d" in words else "GET"
    path = next(word for word in words if word.startswith("$CANDOR_URL/api/v1/")).removeprefix("$CANDOR_URL/api/v1/")
    return method, path, json.loads(words[words.index("-d") + 1]) if "-d" in words else None
