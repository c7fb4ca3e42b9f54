"""The people who work here: what an administrator may change, and from when on it holds."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from tests.accounts.browsers import another_browser, can_sign_in
from tests.accounts.mailbox import newest
from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp.access import Role
from webapp.accounts.models import Account, DeviceSession
from webapp.clock import utc_now
from webapp.db import db
from webapp.staff import invitations, people
from webapp.staff.people import NoAdministrator, OwnRole
from webapp.subjects.models import Subject

SignIn = Callable[[Person], PageClient]


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    olga = person("olga@example.org", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Frei")
    sign_in(olga)
    return olga


@pytest.fixture
def mara(app: Flask) -> Person:
    return person("mara@example.org", role=Role.MARKETER, given_name="Mara", family_name="Keller")


def role_of(who: Person) -> Role:
    return db.session.get_one(Account, who.id).role


def test_the_list_shows_who_works_here_and_nobody_else(client: PageClient, olga: Person, mara: Person) -> None:
    person("anna@example.org")
    page = client.get("/staff/people").text
    assert page.index("Olga Frei") < page.index("Mara Keller")
    assert "Not yet" in page
    assert "anna@example.org" not in page


def test_a_new_role_holds_from_the_next_click_on(
    app: Flask,
    client: PageClient,
    olga: Person,
    mara: Person,
    run_jobs: Callable[[], None],
    relay: TestRelay,
) -> None:
    browser = another_browser(app)
    assert can_sign_in(browser, mara.email)
    assert browser.get("/marketing/campaigns").status_code == 200
    assert client.submit(f"/staff/people/{mara.id}/role", {"role": "support"}).location == "/staff/people"
    assert browser.get("/marketing/campaigns").status_code == 403
    run_jobs()
    assert "support" in newest(relay, mara.email).text


def test_ended_access_ends_every_sign_in_but_not_the_account(
    app: Flask, client: PageClient, olga: Person, mara: Person, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    browser = another_browser(app)
    assert can_sign_in(browser, mara.email)
    for _ in range(2):  # on two tabs
        assert client.submit(f"/staff/people/{mara.id}/departure", page="/staff/people").location == "/staff/people"
    assert browser.get("/account").status_code == 303
    assert can_sign_in(browser, mara.email)
    assert browser.get("/marketing/campaigns").status_code == 403
    run_jobs()
    assert len([mail for mail in relay.to(mara.email) if mail.subject == "Your role was changed"]) == 1


def test_nobody_changes_their_own_role(client: PageClient, olga: Person, mara: Person) -> None:
    for path in (f"/staff/people/{olga.id}/role", f"/staff/people/{olga.id}/departure"):
        assert client.get(path).status_code == 404
        assert client.submit(path, {"role": "support"}, page=f"/staff/people/{mara.id}/role").status_code == 404
    account = db.session.get_one(Account, olga.id)
    with pytest.raises(OwnRole):
        people.change_role(account, Role.SUPPORT, by=account, now=utc_now())


def test_two_administrators_cannot_end_each_other(app: Flask) -> None:
    one, other = (
        db.session.get_one(Account, person(email, role=Role.ADMINISTRATOR).id)
        for email in ("one@example.org", "other@example.org")
    )
    people.change_role(other, Role.CUSTOMER, by=one, now=utc_now())
    with pytest.raises(NoAdministrator):
        people.change_role(one, Role.CUSTOMER, by=other, now=utc_now())


def test_an_administrator_who_is_none_any_more_leaves_no_open_invitation(app: Flask) -> None:
    one, other = (
        db.session.get_one(Account, person(email, role=Role.ADMINISTRATOR).id)
        for email in ("one@example.org", "other@example.org")
    )
    invitations.invite("nora@example.org", Role.ADMINISTRATOR, by=other.subject, now=utc_now())
    people.change_role(other, Role.SUPPORT, by=one, now=utc_now())
    assert invitations.waiting(now=utc_now()) == []


def test_an_invitation_is_overtaken_by_a_role_that_was_given_directly(app: Flask) -> None:
    one = db.session.get_one(Account, person("one@example.org", role=Role.ADMINISTRATOR).id)
    anna = db.session.get_one(Account, person().id)
    invitations.invite(anna.subject.email, Role.ADMINISTRATOR, by=one.subject, now=utc_now())
    people.change_role(anna, Role.MARKETER, by=one, now=utc_now())
    assert invitations.waiting(now=utc_now()) == []


@pytest.mark.parametrize("role", ["customer", "emperor", ""])
def test_only_roles_for_work_are_given(client: PageClient, olga: Person, mara: Person, role: str) -> None:
    assert client.submit(f"/staff/people/{mara.id}/role", {"role": role}).status_code == 422
    assert role_of(mara) is Role.MARKETER


def test_customers_and_strangers_have_no_page_here(client: PageClient, olga: Person) -> None:
    anna = person("anna@example.org")
    for number in (anna.id, uuid4()):
        assert client.get(f"/staff/people/{number}/role").status_code == 404
    assert db.session.get(Subject, anna.id)


def test_a_change_asks_for_a_fresh_proof(app: Flask, client: PageClient, olga: Person, mara: Person) -> None:
    for device in db.session.query(DeviceSession):
        device.proved_at = device.proved_at.replace(year=2020)
    db.session.commit()
    for page in ("invitation", f"{mara.id}/role", f"{mara.id}/departure"):
        assert client.get(f"/staff/people/{page}").location == f"/account/proof?next=/staff/people/{page}"
