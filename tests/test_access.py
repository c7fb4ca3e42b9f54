"""Who may use which address by which method: the whole table, made from the URL map, and each cell tried by a request.

No request carries a CSRF token, and access is looked at first. So a person who may use a page by POST is told that the
token is missing, nothing is done, and one who may not learns nothing but that. What holds for everybody alike is tried
by a visitor: methods that an address does not have, and those that Flask adds to each (HEAD, OPTIONS).
"""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.routing.converters import AnyConverter, BaseConverter, NumberConverter, PathConverter, UUIDConverter
from werkzeug.test import TestResponse

from tests.pages import QuickClient
from tests.people import person
from tests.signed_in import signed_in
from webapp.access import MARKETING, STAFF, Role, is_public, may_use, scope_of
from webapp.access_table import WHO

OWN_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
METHODS = (*OWN_METHODS, "HEAD", "OPTIONS")
NOBODY = UUID(int=0)
ABOUT_THE_API = {"api.docs", "api.docs_of", "api.specification"}


def test_each_cell_of_the_table_holds(app: Flask) -> None:
    paths = sorted({sample(app.url_map, rule) for rule in app.url_map.iter_rules()})
    wrong = [
        f"{role or 'visitor'}: {method} {path} was answered {answer.status_code}"
        for role in WHO
        for browser in [browser_of(app, role)]
        for path in paths
        for method in methods_to_try(app, path, role)
        for answer in [browser.open(path, method=method)]
        if outcome(answer) != expected(app, path, method, role)
    ]
    assert not wrong, "\n".join(wrong)


def test_work_is_for_those_who_work_here(app: Flask) -> None:
    """The marks themselves, against what an address promises."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        users = {role for role in Role if may_use(view, role)}
        if rule.rule.startswith("/staff"):
            assert users <= STAFF, rule
        elif rule.rule.startswith("/marketing"):
            assert users == MARKETING, rule
        elif rule.rule.startswith("/account"):
            assert is_public(view) or users == set(Role), rule
        elif rule.rule.startswith("/api") and rule.endpoint not in ABOUT_THE_API:
            assert scope_of(view), rule
            assert not users, rule
        else:
            assert is_public(view), rule


def test_the_printed_table_has_every_address(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["routes-access"]).output
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines()]
    assert [row[0] for row in lines[2:]] == sorted(rule.rule for rule in app.url_map.iter_rules())
    people = next(row for row in lines if row[0] == "/staff/people/invitation" and row[1] == "POST")
    assert people[2:] == ["", "", "", "", "", "yes", "staff network, fresh proof"]
    interactions = next(row for row in lines if row[0] == "/api/v1/interactions")
    assert interactions[1:] == ["POST", "", "", "", "", "", "", "key: interactions:write"]
    home = next(row for row in lines if row[0] == "/")
    assert home[1:] == ["GET", "yes", "yes", "yes", "yes", "yes", "yes", ""]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_that_is_refused_says_nothing_of_itself(app: Flask, method: str) -> None:
    browser = browser_of(app, Role.CUSTOMER)
    answers = [
        browser.open(path, method=method)
        for path in (f"/staff/people/{NOBODY}/role", "/staff/people/invitation", "/marketing/campaigns/new")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert all("may not use this page" in answer.text for answer in answers)


def methods_to_try(app: Flask, path: str, role: Role | None) -> list[str]:
    if role is None:
        return list(METHODS)
    known = app.url_map.bind("localhost").allowed_methods(path)
    return [method for method in OWN_METHODS if method in known]


def expected(app: Flask, path: str, method: str, role: Role | None) -> str:
    addresses = app.url_map.bind("localhost")
    if method not in set(addresses.allowed_methods(path)):
        return "no such method"
    endpoint, _values = addresses.match(path, method)
    if scope_of(app.view_functions[endpoint]):
        return "open" if method == "OPTIONS" else "asks for a key"  # it tells the methods, as for every address
    if may_use(app.view_functions[endpoint], role):
        return "open"
    return "refused" if role else "led to sign in"


def outcome(answer: TestResponse) -> str:
    if answer.status_code == 405:
        return "no such method"
    if answer.status_code == 403:
        return "refused"
    if answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer":
        return "asks for a key"
    if answer.status_code == 303 and str(answer.location).startswith("/sign-in?next="):
        return "led to sign in"
    if answer.status_code == 303 and answer.location == "/sign-in" and answer.request.method not in {"GET", "HEAD"}:
        return "led to sign in"
    return "open"


def browser_of(app: Flask, role: Role | None) -> QuickClient:
    browser = QuickClient(app, app.response_class)
    return signed_in(browser, person(f"{role}@example.org", role=role)) if role else browser


def sample(url_map: Map, rule: Rule) -> str:
    values = {name: value_for(converter) for name, converter in rule._converters.items()}
    return url_map.bind("localhost").build(rule.endpoint, values) if values else rule.rule


def value_for(converter: BaseConverter) -> Any:
    if isinstance(converter, UUIDConverter):
        return NOBODY
    if isinstance(converter, NumberConverter):
        return 0
    if isinstance(converter, PathConverter):
        return "css/candor.css"
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return "cut-short"
