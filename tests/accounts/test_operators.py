"""The first people who work here."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import can_sign_in
from tests.pages import PageClient
from tests.people import person
from webapp.access import Role
from webapp.accounts.commands import create_admin_command
from webapp.accounts.models import Account, SignUp
from webapp.db import db

EMAIL, PASSWORD = "olga@candor.example", "seven lanterns on a pier"
NAMES = ["--given-name", "Olga", "--family-name", "Ivanova"]


def test_an_operator_lets_an_administrator_in(app: Flask, client: PageClient) -> None:
    result = app.test_cli_runner().invoke(create_admin_command, [EMAIL, *NAMES])
    assert result.exit_code == 0, result.output
    assert not can_sign_in(client, EMAIL, "")
    assert not can_sign_in(client, EMAIL, PASSWORD)
    address = next(word for word in result.output.split() if word.startswith("http://localhost/"))
    client.get(urlsplit(address).path)
    assert client.submit("/password/new", {"password": PASSWORD}).status_code == 303
    assert can_sign_in(client, EMAIL, PASSWORD)
    assert db.session.scalars(select(Account.role)).one() is Role.ADMINISTRATOR


def test_another_role_can_be_given(app: Flask) -> None:
    assert app.test_cli_runner().invoke(create_admin_command, [EMAIL, *NAMES, "--role", "marketer"]).exit_code == 0
    assert db.session.scalars(select(Account.role)).one() is Role.MARKETER


@pytest.mark.parametrize(
    "arguments", [["not an address"], [EMAIL, "--role", "customer"], [EMAIL, "--role", "king"], []]
)
def test_mistakes_are_answered_with_a_message(app: Flask, arguments: list[str]) -> None:
    result = app.test_cli_runner().invoke(create_admin_command, [*arguments, *NAMES])
    assert result.exit_code != 0
    assert "Error:" in result.output
    assert "Traceback" not in result.output


def test_somebody_with_an_account_is_not_made_an_administrator(app: Flask) -> None:
    person(EMAIL)
    result = app.test_cli_runner().invoke(create_admin_command, [EMAIL, *NAMES])
    assert "There is an account for olga@candor.example already." in result.output
    assert db.session.scalars(select(Account.role)).one() is Role.CUSTOMER


def test_a_sign_up_that_waits_for_the_address_comes_to_nothing(app: Flask, client: PageClient) -> None:
    data = {"email": EMAIL, "password": "the password of Mallory", "given_name": "M", "family_name": "M"}
    client.submit("/sign-up", data)
    assert app.test_cli_runner().invoke(create_admin_command, [EMAIL, *NAMES]).exit_code == 0
    assert db.session.scalars(select(SignUp)).all() == []
    assert not can_sign_in(client, EMAIL, "the password of Mallory")
