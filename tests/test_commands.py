"""What operators type."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.accounts.browsers import another_browser
from tests.pages import PageClient
from tests.people import person
from tests.signed_in import signed_in
from webapp import audit
from webapp.access import Role
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.config import settings_table
from webapp.db import db
from webapp.subjects import trail
from webapp.subjects.models import Subject

CREATE = ["create-admin", "olga@example.org", "--given-name", "Olga", "--family-name", "Meier"]


def test_create_admin_prints_a_link_with_which_the_password_is_chosen(app: Flask, client: PageClient) -> None:
    printed = app.test_cli_runner().invoke(args=CREATE).output
    account = db.session.scalars(select(Account)).one()
    assert account.role is Role.ADMINISTRATOR
    link = re.search(r"http://localhost(/\S+)", printed)
    assert link
    opened = client.get(link[1])
    assert opened.status_code == 303
    form = opened.headers["Location"]
    chosen = client.submit(form, {"password": "marmots like alpine roses"})
    assert chosen.status_code == 303, chosen.text
    signed_in = client.submit("/sign-in", {"email": "olga@example.org", "password": "marmots like alpine roses"})
    assert signed_in.status_code == 303, signed_in.text


@pytest.mark.parametrize("email", ["no address", "olga@example.org"])
def test_create_admin_refuses_what_is_no_address_and_who_is_here_already(app: Flask, email: str) -> None:
    person("olga@example.org")
    refused = app.test_cli_runner().invoke(args=["create-admin", email, *CREATE[2:]])
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")


def test_verify_audit_says_how_many_entries_hold_and_fails_when_one_was_changed(app: Flask) -> None:
    anna = db.session.get_one(Subject, person().id)
    for _ in range(3):
        trail.record(Action.SIGNED_IN, anna, now=utc_now())
    audit.seal_pending()
    db.session.commit()
    assert app.test_cli_runner().invoke(args=["verify-audit"]).output == "3 entries hold.\n"
    db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER append_only"))
    db.session.execute(text("UPDATE audit_entries SET action = 'signed_out' WHERE position = 2"))
    db.session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER append_only"))
    db.session.commit()
    assert app.test_cli_runner().invoke(args=["verify-audit"]).exit_code == 1


@pytest.mark.parametrize(
    ("given", "still_in"), [(["anna@example.org"], {"olga@example.org"}), (["--everybody"], set[str]())]
)
def test_sign_out_ends_the_sign_ins_of_one_person_or_of_everybody(
    app: Flask, given: list[str], still_in: set[str]
) -> None:
    browsers = {
        email: signed_in(another_browser(app), person(email)) for email in ("anna@example.org", "olga@example.org")
    }
    assert app.test_cli_runner().invoke(args=["sign-out", *given]).output == "Signed out.\n"
    assert {email for email, browser in browsers.items() if browser.get("/account").status_code == 200} == still_in


@pytest.mark.parametrize("given", [[], ["anna@example.org", "--everybody"], ["nobody@example.org"], ["no address"]])
def test_sign_out_refuses_what_is_not_clear(app: Flask, given: list[str]) -> None:
    browser = signed_in(another_browser(app), person())
    assert app.test_cli_runner().invoke(args=["sign-out", *given]).exit_code != 0
    assert browser.get("/account").status_code == 200


def test_settings_table_prints_the_page_in_docs(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["settings-table"]).output == settings_table()
