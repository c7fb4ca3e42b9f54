"""Inviting people to work here: who may, who can accept, and when a link is worth nothing any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.accounts.browsers import another_browser, can_sign_in
from tests.accounts.mailbox import link, newest
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from tests.relay import TestRelay
from tests.sweeping import swept
from webapp import links
from webapp.access import Role
from webapp.accounts.models import Account, Profile
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.links import Purpose
from webapp.staff import invitations
from webapp.staff.models import Invitation

SignIn = Callable[[Person], PageClient]
Invite = Callable[..., str]
NEWCOMER = "nora@example.org"
ENTRIES = {"given_name": "Nora", "family_name": "Meier", "password": "alpine roses bloom in June"}


@pytest.fixture
def invite(app: Flask, run_jobs: Callable[[], None], relay: TestRelay, sign_in: SignIn) -> Invite:
    """An administrator invites somebody; gives the path of the emailed link."""
    olga = person("olga@example.org", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Frei")
    office = sign_in(olga)

    def invite(email: str = NEWCOMER, role: Role = Role.SUPPORT) -> str:
        answer = office.submit("/staff/people/invitation", {"email": email, "role": role})
        assert answer.status_code == 303, answer.text
        run_jobs()
        return link(newest(relay, email))

    return invite


def account_of(email: str) -> Account | None:
    return next((account for account in db.session.scalars(select(Account)) if account.subject.email == email), None)


def test_somebody_new_chooses_name_and_password_and_signs_in(app: Flask, invite: Invite, relay: TestRelay) -> None:
    nora, path = another_browser(app), invite(role=Role.PRIVACY_OFFICER)
    assert "Olga Frei invites you" in newest(relay, NEWCOMER).text
    assert "privacy officer" in nora.get(path).text
    assert nora.submit(path, ENTRIES).location == "/sign-in"
    account = account_of(NEWCOMER)
    assert account
    assert account.role is Role.PRIVACY_OFFICER
    assert account.profile.full_name == "Nora Meier"
    assert can_sign_in(nora, NEWCOMER, ENTRIES["password"])


def test_the_link_signs_nobody_in(app: Flask, invite: Invite) -> None:
    nora = another_browser(app)
    nora.submit(invite(), ENTRIES)
    assert nora.get("/account").status_code == 303


def test_a_customer_accepts_when_signed_in_and_keeps_everything(app: Flask, invite: Invite) -> None:
    anna = person()
    path, browser = invite(anna.email), another_browser(app)
    assert f"/sign-in?next={path}" in browser.get(path).text
    assert can_sign_in(browser, anna.email)
    assert browser.submit(path).location == "/account"
    account = db.session.get_one(Account, anna.id)
    assert account.role is Role.SUPPORT
    assert account.profile.given_name == "Anna"


def test_a_link_in_the_wrong_hands_gives_nobody_a_role(app: Flask, invite: Invite) -> None:
    anna, eve = person(), person("eve@example.org")
    path = invite(anna.email)
    for thief in (another_browser(app), another_browser(app)):
        if thief.get("/account").status_code == 303:
            can_sign_in(thief, eve.email)
        token = thief.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]
        assert thief.post(path, data={"csrf_token": token, **ENTRIES}).status_code == 422
    assert {account.role for account in db.session.scalars(select(Account))} == {Role.CUSTOMER, Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short"},
        {"password": "nora@example.org is me"},
        {"password": "Nora Meier Nora Meier"},
        {"given_name": ""},
        {"family_name": "\u202e"},
        {"password": "p" * 300},
        {"password": "a null byte \0 in the middle"},
    ],
)
def test_what_will_not_do_is_told_and_the_link_goes_on_working(
    app: Flask, invite: Invite, wrong: dict[str, str]
) -> None:
    nora, path = another_browser(app), invite()
    refused = nora.submit(path, ENTRIES | wrong)
    assert refused.status_code == 422
    assert 'class="error"' in refused.text
    assert nora.submit(path, ENTRIES).status_code == 303


def test_a_used_link_says_so(app: Flask, invite: Invite) -> None:
    nora, path = another_browser(app), invite()
    nora.submit(path, ENTRIES)
    again = nora.get(path)
    assert again.status_code == 410
    assert "accepted already" in again.text


def test_a_withdrawn_invitation_cannot_be_accepted(app: Flask, client: PageClient, invite: Invite) -> None:
    path = invite()
    invitation = db.session.scalars(select(Invitation)).one()
    withdrawal = f"/staff/people/invitations/{invitation.id}/withdrawal"
    for _ in range(2):  # on two tabs
        assert client.submit(withdrawal, page="/staff/people/invitation").location == "/staff/people"
    assert "withdrawn" in client.get("/staff/people").text
    refused = another_browser(app).get(path)
    assert refused.status_code == 410
    assert "not open any more" in refused.text


def test_an_invitation_that_is_withdrawn_at_the_very_moment_gives_no_role(app: Flask, invite: Invite) -> None:
    anna = person()
    offer = invitations.read(invite(anna.email).rpartition("/")[2], now=utc_now())
    account = db.session.get_one(Account, anna.id)
    with app.app_context():  # another request
        db.session.execute(delete(Invitation))
        db.session.commit()
    with pytest.raises(invitations.Withdrawn):
        invitations.accept(offer, account, now=utc_now())


def test_htmx_gets_the_list_without_the_withdrawn_one(client: PageClient, invite: Invite) -> None:
    invite()
    invitation = db.session.scalars(select(Invitation)).one()
    answer = client.submit(
        f"/staff/people/invitations/{invitation.id}/withdrawal",
        page="/staff/people",
        headers={"HX-Request": "true"},
    )
    assert 'id="invitations"' in answer.text
    assert "<html" not in answer.text
    assert NEWCOMER not in answer.text


def test_a_second_invitation_takes_the_place_of_the_first(app: Flask, invite: Invite) -> None:
    first, second = invite(role=Role.ADMINISTRATOR), invite(role=Role.MARKETER)
    nora = another_browser(app)
    assert nora.get(first).status_code == 410
    assert nora.submit(second, ENTRIES).status_code == 303
    account = account_of(NEWCOMER)
    assert account
    assert account.role is Role.MARKETER


def test_an_invitation_ends_with_the_access_of_whoever_sent_it(app: Flask, client: PageClient, invite: Invite) -> None:
    path = invite()
    olga = account_of("olga@example.org")
    assert olga
    invitations.withdraw_all_of(olga)
    assert another_browser(app).get(path).status_code == 410


def test_after_a_week_the_link_is_too_old_and_the_invitation_is_forgotten(app: Flask, invite: Invite) -> None:
    invite()
    invitation, now = db.session.scalars(select(Invitation)).one(), utc_now()
    old = links.sign(Purpose.STAFF_INVITATION, now=now - timedelta(days=8), invitation=str(invitation.id))
    refused = another_browser(app).get(f"/invitation/{old}")
    assert refused.status_code == 410
    assert "too old" in refused.text
    swept(now + timedelta(days=6), "staff_invitations")
    assert invitations.waiting(now=now + timedelta(days=6))
    assert not invitations.waiting(now=now + timedelta(days=8))
    swept(now + timedelta(days=8), "staff_invitations")
    assert db.session.scalars(select(Invitation)).all() == []


@pytest.mark.parametrize("token", ["cut-short", "%00", "../x"])
def test_a_broken_link_says_so(client: PageClient, token: str) -> None:
    assert client.get(f"/invitation/{token}").status_code == 404


def test_who_works_here_already_is_not_invited(client: PageClient, invite: Invite) -> None:
    mara = person("mara@example.org", role=Role.MARKETER)
    refused = client.submit("/staff/people/invitation", {"email": mara.email, "role": "administrator"})
    assert refused.status_code == 422
    assert "works here already" in refused.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"email": "nora@example.org\0"},
        {"email": "nora@example.org\r\nBcc: all@example.org"},
        {"role": "customer"},
        {"role": "emperor"},
        {"role": ""},
        {},
    ],
)
def test_an_invitation_needs_an_address_and_a_role_for_work(
    client: PageClient, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    sign_in(person(role=Role.ADMINISTRATOR))
    entries = {"email": NEWCOMER, "role": "support"} | wrong if wrong else {}
    assert client.submit("/staff/people/invitation", entries).status_code == 422
    assert db.session.scalars(select(Invitation)).all() == []


def test_a_sign_up_that_waits_under_that_address_is_forgotten(app: Flask, invite: Invite) -> None:
    stranger, path = another_browser(app), invite()
    stranger.submit("/sign-up", {"email": NEWCOMER, "password": PASSWORD, "given_name": "X", "family_name": "Y"})
    another_browser(app).submit(path, ENTRIES)
    assert not can_sign_in(stranger, NEWCOMER, PASSWORD)
    assert [profile.full_name for profile in db.session.scalars(select(Profile))].count("Nora Meier") == 1


def test_who_invited_whom_is_on_record(app: Flask, invite: Invite) -> None:
    another_browser(app).submit(invite(), ENTRIES)
    nora, olga = account_of(NEWCOMER), account_of("olga@example.org")
    assert nora
    assert olga
    told = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == nora.subject_id).order_by(AuditEntry.id)
    ).all()
    assert [(entry.action, entry.actor_id) for entry in told] == [
        (Action.STAFF_INVITED, olga.subject_id),
        (Action.INVITATION_ACCEPTED, nora.subject_id),
    ]
