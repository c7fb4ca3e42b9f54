"""Customers of the company's systems come to their account: by a link, and with something that only they know."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from jobs.accounts import invite_customers
from tests.accounts.browsers import another_browser, can_sign_in
from tests.accounts.mailbox import link, newest, subjects
from tests.pages import PageClient
from tests.people import person
from tests.products import shop
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.activation import activations, runs
from webapp.accounts.activation.models import Activation, ActivationRun, RunState
from webapp.accounts.models import Account, Profile, SignUp
from webapp.audit import Action, AuditEntry
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.consents.models import Suppression, SuppressionReason
from webapp.db import db
from webapp.mail.models import Message
from webapp.subjects import subjects as subjects_here
from webapp.subjects.addresses import address_hash
from webapp.subjects.models import Subject

ADDRESS = "nora@example.org"
PASSWORD = "alpine roses bloom in June"
RunJobs = Callable[[], None]
TITLE = "Your account is waiting for you"


@pytest.fixture
def nora(app: Flask) -> UUID:
    return newcomer()


def newcomer(address: str = ADDRESS, number: str = "K-10 234") -> UUID:
    """As the company's systems know somebody: a number, a name and a postal code, and no account."""
    subject = subjects_here.find_or_create(address, language="en")
    name = {"given_name": "Nora", "family_name": "Meier", "postal_code": "8002"}
    db.session.add(Profile(subject_id=subject.id, changed_at=utc_now(), **name))
    shop.record(subject.id, number)
    return subject.id


@pytest.fixture
def path(nora: UUID, run_jobs: RunJobs, relay: TestRelay) -> str:
    """The link in the email."""
    activations.send_link(db.session.get_one(Subject, nora), now=utc_now())
    run_jobs()
    return link(newest(relay, ADDRESS))


def enter(client: PageClient, path: str, knowledge: str, password: str = PASSWORD) -> int:
    return client.submit(path, {"knowledge": knowledge, "password": password}).status_code


@pytest.mark.parametrize("knowledge", ["K-10 234", "k10234", " 8002 "])
def test_with_the_link_and_a_number_or_code_an_account_is_made(
    client: PageClient, nora: UUID, path: str, knowledge: str
) -> None:
    assert enter(client, path, knowledge) == 303
    assert can_sign_in(client, ADDRESS, PASSWORD)
    account = db.session.get_one(Account, nora)
    assert (account.role, account.profile.family_name) == (Role.CUSTOMER, "Meier")
    assert "Your account is ready" in client.get(path).text


def test_either_number_of_two_records_opens_the_one_account(client: PageClient, nora: UUID, path: str) -> None:
    shop.record(nora, "OLD-77")
    assert enter(client, path, "old77") == 303
    shop.product(nora, "P-1", customer="OLD-77", name="From before")
    shop.product(nora, "P-2", name="From today")
    can_sign_in(client, ADDRESS, PASSWORD)
    page = client.get("/account/products").text
    assert "From before" in page
    assert "From today" in page


def test_neither_email_nor_page_says_whose_account_it_is(client: PageClient, path: str, relay: TestRelay) -> None:
    for text in (newest(relay, ADDRESS).text, client.get(path).text):
        for secret in ("Nora", "Meier", "8002", "K-10"):
            assert secret not in text


def test_a_mailbox_with_another_reader_is_not_enough(client: PageClient, nora: UUID, path: str) -> None:
    codes = [enter(client, path, f"wrong {number}") for number in range(activations.TRIES)]
    assert codes == [*[422] * (activations.TRIES - 1), 410]
    right = client.submit(path, {"knowledge": "8002", "password": PASSWORD}, page="/sign-in")
    assert right.location == path, "which says why"
    assert client.get(path).status_code == 410
    assert db.session.get(Account, nora) is None
    refused = select(func.count()).where(AuditEntry.action == Action.ACTIVATION_REFUSED)
    assert db.session.scalar(refused) == activations.TRIES


def test_a_new_link_gives_no_new_tries(client: PageClient, nora: UUID, path: str, run_jobs: RunJobs) -> None:
    for number in range(activations.TRIES):
        enter(client, path, f"wrong {number}")
    another = activations.link_token(db.session.get_one(Subject, nora), now=utc_now())
    assert client.get(f"/activate/{another}").status_code == 410


@pytest.mark.parametrize("knowledge", ["", "-", "80", "K-99999", "4242 4242 4242 4242"])
def test_what_nobody_has_opens_nothing(client: PageClient, nora: UUID, path: str, knowledge: str) -> None:
    db.session.get_one(Profile, nora).postal_code = ""
    db.session.commit()
    assert enter(client, path, knowledge) == 422
    assert db.session.get(Account, nora) is None


def test_a_weak_password_costs_no_try(client: PageClient, nora: UUID, path: str) -> None:
    assert enter(client, path, "wrong", password="password") == 422
    assert db.session.get_one(Activation, nora).wrong == 0


@pytest.mark.parametrize("kind", ["old", "cut short", "of another address"])
def test_a_link_that_does_not_count(client: PageClient, nora: UUID, kind: str) -> None:
    subject = db.session.get_one(Subject, nora)
    activations.send_link(subject, now=utc_now())
    token = activations.link_token(subject, now=utc_now() - timedelta(days=31 if kind == "old" else 0))
    if kind == "of another address":
        subjects_here.change_address(subject, "nora.meier@example.org")
    db.session.commit()
    answer = client.get(f"/activate/{token[:-3] if kind == 'cut short' else token}")
    assert answer.status_code == (410 if kind == "old" else 404)


def test_an_old_link_is_renewed_by_a_button(
    client: PageClient, nora: UUID, path: str, run_jobs: RunJobs, relay: TestRelay
) -> None:
    db.session.query(Message).update({"created_at": utc_now() - timedelta(days=31)})
    old = activations.link_token(db.session.get_one(Subject, nora), now=utc_now() - timedelta(days=31))
    page = f"/activate/{old}"
    assert client.submit(f"{page}/renewal", page=page).location == "/sign-up/sent"
    client.submit(f"{page}/renewal", page=page)
    run_jobs()
    assert subjects(relay, ADDRESS) == [TITLE, TITLE], "one more, however often it is pressed"


def test_this_is_not_me_takes_the_address_off_and_tells_staff(
    app: Flask, client: PageClient, nora: UUID, path: str
) -> None:
    assert client.submit(f"{path}/not-me").location == "/activate/thanks"
    subject = db.session.get_one(Subject, nora)
    assert subject.email == ""
    assert subjects_here.find(ADDRESS) is None, "whoever reads it is nobody's customer"
    assert client.get(path).location == "/activate/thanks", "and says the same again"
    assert db.session.scalars(select(ChangeEntry.kind)).all() == [Change.CUSTOMER_CHANGED]
    office = signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT))
    page = office.get("/staff/activation").text
    assert "Wrong address" in page
    assert "K-10 234" in page
    assert ADDRESS not in page
    office.submit(f"/staff/activation/customers/{nora}/settlement", page="/staff/activation")
    assert "Wrong address" not in office.get("/staff/activation").text


def test_who_has_an_account_is_not_somebody_else(client: PageClient, nora: UUID, path: str) -> None:
    enter(client, path, "8002")
    client.submit(f"{path}/not-me", page="/sign-in")
    assert db.session.get_one(Subject, nora).email == ADDRESS


def test_staff_open_a_locked_way_again(
    app: Flask, client: PageClient, nora: UUID, path: str, run_jobs: RunJobs, relay: TestRelay
) -> None:
    for number in range(activations.TRIES):
        enter(client, path, f"wrong {number}")
    db.session.query(Message).update({"created_at": utc_now() - timedelta(hours=1)})
    office = signed_in(another_browser(app), person("olga@example.org", role=Role.SUPPORT))
    office.submit(f"/staff/activation/customers/{nora}/settlement", page="/staff/activation")
    run_jobs()
    assert enter(client, link(newest(relay, ADDRESS)), "8002") == 303


class TestSigningUp:
    """Strangers learn nothing; the mailbox gets the link that asks for more."""

    ENTRIES = {"email": ADDRESS, "password": PASSWORD, "given_name": "Eve", "family_name": "Evil"}

    def test_with_an_address_of_the_companys_systems_leads_there(
        self, client: PageClient, nora: UUID, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        answer = client.submit("/sign-up", self.ENTRIES)
        assert answer.location == client.submit("/sign-up", self.ENTRIES | {"email": "x@example.org"}).location
        run_jobs()
        assert subjects(relay, ADDRESS) == [TITLE]
        assert db.session.scalar(select(func.count()).select_from(SignUp)) == 1

    def test_asking_for_a_new_password_leads_there_too(
        self, client: PageClient, nora: UUID, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        client.submit("/password/forgotten", {"email": ADDRESS})
        run_jobs()
        assert subjects(relay, ADDRESS) == [TITLE]

    def test_a_sign_up_that_waits_when_the_customer_arrives_opens_nothing(
        self, client: PageClient, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        client.submit("/sign-up", self.ENTRIES)
        run_jobs()
        confirmation = link(newest(relay, ADDRESS))
        shop.record(db.session.scalars(select(Subject.id)).one())
        assert client.submit(confirmation).location == "/sign-up/sent"
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
        run_jobs()
        assert newest(relay, ADDRESS).subject == TITLE


class TestInvitingMany:
    NOW = utc_now().replace(microsecond=0)

    @pytest.fixture
    def run(self, app: Flask) -> ActivationRun:
        for number in range(5):
            newcomer(f"n{number}@example.org", f"K-{number}")
        person("anna@example.org")
        run = runs.propose(60, by=subject("olga@example.org"), now=self.NOW)
        db.session.commit()
        return run

    def invited(self) -> int:
        return db.session.scalar(select(func.count()).select_from(Message)) or 0

    def start(self, run: ActivationRun) -> None:
        runs.start(run, by=subject("otto@example.org"), now=self.NOW)
        db.session.commit()

    def test_nothing_happens_before_a_colleague_starts_it(self, run: ActivationRun) -> None:
        with pytest.raises(runs.OwnProposal):
            runs.start(run, by=subject("olga@example.org"), now=self.NOW)
        db.session.rollback()
        assert runs.invite_some(now=self.NOW + timedelta(minutes=2)) == 0

    def test_the_pace_is_kept_and_an_interruption_is_not_made_up_for(self, run: ActivationRun) -> None:
        self.start(run)
        minutes = [0.5, 1, 1.5, 2, 60, 61]
        sent = [runs.invite_some(now=self.NOW + timedelta(minutes=minute)) for minute in minutes]
        assert sent == [0, 1, 0, 1, 2, 1]
        assert runs.invite_some(now=self.NOW + timedelta(minutes=63)) == 0
        assert db.session.get_one(ActivationRun, run.id).state is RunState.FINISHED

    def test_each_gets_one_email_and_never_a_second(self, run: ActivationRun) -> None:
        activations.send_link(subject("n0@example.org"), now=self.NOW)
        self.start(run)
        for minute in range(2, 30, 2):
            runs.invite_some(now=self.NOW + timedelta(minutes=minute))
            db.session.commit()
        assert self.invited() == 5
        assert runs.waiting() == 0

    def test_paused_and_stopped_it_writes_to_nobody(self, run: ActivationRun) -> None:
        self.start(run)
        runs.pause(run)
        assert runs.invite_some(now=self.NOW + timedelta(minutes=2)) == 0
        runs.resume(run, now=self.NOW + timedelta(minutes=10))
        assert runs.invite_some(now=self.NOW + timedelta(minutes=11)) == 1
        runs.stop(run, by=subject("olga@example.org"), now=self.NOW)
        assert runs.invite_some(now=self.NOW + timedelta(minutes=20)) == 0

    def test_who_has_no_mailbox_or_has_left_is_not_invited(self, run: ActivationRun) -> None:
        bounced = {"address_hash": address_hash("n0@example.org"), "reason": SuppressionReason.HARD_BOUNCE}
        db.session.add(Suppression(**bounced, at=self.NOW))
        subjects_here.detach_address(subject("n1@example.org"))
        subject("n2@example.org").ended_at = self.NOW
        db.session.flush()
        assert runs.waiting() == 2

    def test_the_whole_way_through_the_pages(self, app: Flask, run: ActivationRun, run_jobs: RunJobs) -> None:
        runs.stop(run, by=subject("olga@example.org"), now=self.NOW)
        db.session.commit()
        officer = signed_in(another_browser(app), person("nina@example.org", role=Role.PRIVACY_OFFICER))
        admin = signed_in(another_browser(app), person("adam@example.org", role=Role.ADMINISTRATOR))
        assert "5 customers without an account" in officer.get("/staff/activation/new").text
        officer.submit("/staff/activation/new", {"pace": "5000"})
        new = runs.latest()
        assert new
        path = f"/staff/activation/{new.id}"
        officer.submit(f"{path}/start", page="/staff/activation")
        assert db.session.get_one(ActivationRun, new.id).state is RunState.PROPOSED
        admin.submit(f"{path}/start", page="/staff/activation")
        for step, state in (("pause", RunState.PAUSED), ("resumption", RunState.RUNNING)):
            admin.submit(f"{path}/{step}", page="/staff/activation")
            assert db.session.get_one(ActivationRun, new.id).state is state
        db.session.get_one(ActivationRun, new.id).counted_to = utc_now() - timedelta(minutes=1)
        db.session.commit()
        invite_customers()
        assert "5 of 5" in admin.get("/staff/activation/progress").text
        refused = admin.submit("/staff/activation/new", {"pace": "7"})
        assert refused.status_code == 422


def subject(address: str) -> Subject:
    return subjects_here.find_or_create(address, language="en")
