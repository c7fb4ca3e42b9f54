"""Authenticator apps and recovery codes: setting them up, signing in with them, and what a stolen password is worth."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token
from tests.accounts.mailbox import link, newest, subjects
from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from webapp.access import Role
from webapp.accounts.factors import authenticator, enrolment, recovery_codes
from webapp.accounts.factors.models import AuthenticatorApp, RecoveryCode
from webapp.accounts.models import Account, DeviceSession
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db

SignIn = Callable[[Person], PageClient]
RunJobs = Callable[[], None]
STEP, NEW = "/sign-in/second-factor", "/account/security/authenticator"
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def anna(app: Flask) -> Person:
    return person(authenticator=True)


def is_in(client: PageClient) -> bool:
    return client.get("/account/security").status_code == 200


def enter_password(client: PageClient, who: Person, **more: str) -> str | None:
    return client.submit("/sign-in", {"email": who.email, "password": who.password, **more}).location


def enter_code(client: PageClient, code: str, **more: str) -> int:
    return client.submit(STEP, {"code": code, **more}).status_code


def codes_in(page: str) -> Sequence[str]:
    return re.findall(r"<li><code>([0-9A-Z-]+)</code></li>", page)


def account_of(who: Person) -> Account:
    return db.session.get_one(Account, who.id)


def make_codes(who: Person) -> Sequence[str]:
    codes = recovery_codes.make(account_of(who), now=utc_now())
    db.session.commit()
    return codes


class TestSettingUp:
    def test_an_app_is_set_up_by_its_first_code_and_brings_ten_codes_for_paper(
        self, client: PageClient, sign_in: SignIn, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        anna = person()
        page = sign_in(anna).get(NEW).text
        assert "<svg" in page
        key = shown_key(page)
        added = client.submit(NEW, {"proposal": proposal(page), "code": pyotp.TOTP(key).now()})
        assert added.status_code == 200
        assert len(set(codes_in(added.text))) == 10
        assert "no-store" in added.headers["Cache-Control"]
        run_jobs()
        assert set(subjects(relay, anna.email)) == {"An authenticator app was added", "New recovery codes were made"}
        assert "10 of 10 left" in client.get("/account/security").text
        assert not is_in_after_password_alone(client, anna)

    @pytest.mark.parametrize("code", ["000000", "", "abcdef", "1" * 500, "١٢٣٤٥٦", "\0"])
    def test_a_wrong_first_code_changes_nothing_and_keeps_the_key(
        self, client: PageClient, sign_in: SignIn, code: str
    ) -> None:
        page = sign_in(person()).get(NEW).text
        refused = client.submit(NEW, {"proposal": proposal(page), "code": code})
        assert refused.status_code == 422
        assert shown_key(refused.text) == shown_key(page)
        assert db.session.scalars(select(AuthenticatorApp)).all() == []

    def test_nobody_can_be_made_to_use_a_key_that_somebody_else_knows(
        self, client: PageClient, app: Flask, sign_in: SignIn
    ) -> None:
        eve = another_browser(app)
        evil = person("eve@example.org")
        assert can_sign_in(eve, evil.email)
        page = eve.get(NEW).text
        code = pyotp.TOTP(shown_key(page)).now()
        sign_in(person())
        for planted in (proposal(page), "", "x", "é"):
            assert client.submit(NEW, {"proposal": planted, "code": code}).location == NEW
        assert db.session.scalars(select(AuthenticatorApp)).all() == []

    def test_the_key_lies_encrypted(self, anna: Person) -> None:
        kept = db.session.get_one(AuthenticatorApp, anna.id).key
        assert str(anna.authenticator_key).encode() not in kept
        assert account_of(anna).subject.key.wrapped not in kept

    def test_the_code_on_the_page_is_that_of_the_key(self, client: PageClient, anna: Person) -> None:
        picture = authenticator.picture(authenticator.address(str(anna.authenticator_key), account_of(anna)))
        assert picture.startswith("<svg")
        assert 'style="' not in picture

    def test_removing_the_last_factor_takes_the_codes_along(
        self, client: PageClient, anna: Person, sign_in: SignIn, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        make_codes(anna)
        sign_in(anna)
        assert "It is your only second factor" in client.get(f"{NEW}/removal").text
        client.submit(f"{NEW}/removal")
        assert not enrolment.has_second_factor(account_of(anna))
        assert db.session.scalars(select(RecoveryCode)).all() == []
        run_jobs()
        assert "The authenticator app was removed" in subjects(relay, anna.email)

    def test_every_change_asks_for_a_fresh_proof(self, client: PageClient, anna: Person, sign_in: SignIn) -> None:
        sign_in(anna)

        db.session.scalars(select(DeviceSession)).one().proved_at = utc_now() - timedelta(minutes=6)
        for page in (NEW, f"{NEW}/removal", "/account/security/recovery-codes", "/account/security/passkeys/new"):
            assert str(client.get(page).location).startswith("/account/proof")


class TestSecondStep:
    def test_a_password_alone_opens_nothing(self, client: PageClient, anna: Person) -> None:
        assert enter_password(client, anna) == STEP
        assert not is_in(client)
        assert db.session.scalar(select(AuditEntry.id).where(AuditEntry.action == Action.SIGNED_IN)) is None

    def test_the_code_of_the_app_leads_on_to_where_the_person_was_going(self, client: PageClient, anna: Person) -> None:
        enter_password(client, anna, next="/account/profile")
        assert client.submit(STEP, {"code": f" {anna.code()[:3]} {anna.code()[3:]} "}).location == "/account/profile"
        assert is_in(client)

    @pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_the_clock_of_a_phone_may_differ_by_one_step(self, anna: Person, steps: int, accepted: bool) -> None:
        now = utc_now()
        code = pyotp.TOTP(str(anna.authenticator_key)).at(now + steps * HALF_A_MINUTE)
        assert authenticator.accepts(account_of(anna), code, now=now) is accepted

    def test_a_code_counts_once(self, client: PageClient, app: Flask, anna: Person) -> None:
        enter_password(client, anna)
        code = anna.code()
        assert enter_code(client, code) == 303
        thief = another_browser(app)
        enter_password(thief, anna)
        assert enter_code(thief, code) == 422
        assert not is_in(thief)

    def test_an_older_code_is_not_accepted_after_a_newer_one(self, anna: Person) -> None:
        now, totp = utc_now(), pyotp.TOTP(str(anna.authenticator_key))
        assert authenticator.accepts(account_of(anna), totp.at(now), now=now)
        assert not authenticator.accepts(account_of(anna), totp.at(now - HALF_A_MINUTE), now=now)
        assert authenticator.accepts(account_of(anna), totp.at(now + HALF_A_MINUTE), now=now)

    def test_guessing_codes_is_slowed_down_whatever_network_it_comes_from(
        self, client: PageClient, anna: Person
    ) -> None:
        enter_password(client, anna)
        for _ in range(5):
            assert "This code is not right" in client.submit(STEP, {"code": "000000"}).text
        assert "Please wait" in client.submit(STEP, {"code": anna.code()}).text
        assert not is_in(client)

    @pytest.mark.parametrize("page", [STEP, f"{STEP}?way=recovery-code", f"{STEP}?way=nonsense"])
    def test_without_a_password_there_is_no_second_step(self, client: PageClient, anna: Person, page: str) -> None:
        assert client.get(page).location == "/sign-in"
        token = csrf_token(client, "/sign-in")
        assert client.post(STEP, data={"code": anna.code(), "csrf_token": token}).location == "/sign-in"
        assert not is_in(client)

    def test_the_step_is_worthless_once_the_password_changed(self, client: PageClient, anna: Person) -> None:
        enter_password(client, anna)
        token = csrf_token(client, STEP)
        account_of(anna).password_changed_at = utc_now()
        assert client.post(STEP, data={"code": anna.code(), "csrf_token": token}).location == "/sign-in"
        assert not is_in(client)

    def test_a_new_password_does_not_skip_the_second_factor(
        self, client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        client.submit("/password/forgotten", {"email": anna.email})
        run_jobs()
        client.get(link(newest(relay, anna.email)))
        chosen = "eleven geese in a rowing boat"
        assert client.submit("/password/new", {"password": chosen}).location == "/sign-in"
        assert not is_in(client)
        assert client.submit("/sign-in", {"email": anna.email, "password": chosen}).location == STEP
        assert not is_in(client)

    def test_the_code_works_as_a_fresh_proof_too(self, client: PageClient, anna: Person, sign_in: SignIn) -> None:

        sign_in(anna)
        db.session.scalars(select(DeviceSession)).one().proved_at = utc_now() - timedelta(minutes=6)
        data = {"proof_way": "authenticator", "code": anna.code(), "next": NEW}
        assert client.submit("/account/proof", data).location == NEW
        assert client.get(NEW).status_code == 200


class TestRecoveryCodes:
    def test_each_works_once(
        self, client: PageClient, app: Flask, anna: Person, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        first, second, *_ = make_codes(anna)
        enter_password(client, anna)
        assert enter_code(client, first, way="recovery-code") == 303
        assert is_in(client)
        other = another_browser(app)
        enter_password(other, anna)
        assert enter_code(other, first, way="recovery-code") == 422
        assert not is_in(other)
        assert enter_code(other, second.lower().replace("-", " "), way="recovery-code") == 303
        run_jobs()
        assert subjects(relay, anna.email).count("A recovery code was used to sign in") == 2
        assert recovery_codes.left(account_of(anna)) == 8

    def test_new_ones_take_the_place_of_the_old_ones(self, client: PageClient, anna: Person, sign_in: SignIn) -> None:
        [old, *_] = make_codes(anna)
        sign_in(anna)
        made = codes_in(client.submit("/account/security/recovery-codes").text)
        account = account_of(anna)
        assert not recovery_codes.accepts(account, old, now=utc_now())
        assert all(recovery_codes.accepts(account, code, now=utc_now()) for code in made)
        assert recovery_codes.left(account) == 0

    @pytest.mark.parametrize("code", ["", "-", "2", "é", "\0", "A" * 500, "2345-6789-ABCD"])
    def test_what_is_no_code_is_refused(self, anna: Person, code: str) -> None:
        make_codes(anna)
        assert not recovery_codes.accepts(account_of(anna), code, now=utc_now())

    def test_they_are_hashed(self, anna: Person) -> None:
        codes = make_codes(anna)
        kept = {code.code_hash for code in db.session.scalars(select(RecoveryCode))}
        assert all(code_hash.startswith("$argon2id$") for code_hash in kept)
        assert not any(code.replace("-", "") in "".join(kept) for code in codes)

    def test_those_of_another_person_open_nothing(self, anna: Person) -> None:
        bea = person("bea@example.org", authenticator=True)
        make_codes(anna)
        assert not any(recovery_codes.accepts(account_of(anna), code, now=utc_now()) for code in make_codes(bea))


class TestStaff:
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR])
    def test_without_a_second_factor_no_page_for_work_opens(
        self, client: PageClient, sign_in: SignIn, role: Role
    ) -> None:
        sign_in(person(role=role, authenticator=False))
        assert client.get("/marketing/campaigns").location == "/account/security#second-factor"
        assert "Please add a second factor first" in client.get("/account/security").text

    def test_marketers_and_customers_choose(self, client: PageClient, sign_in: SignIn) -> None:
        sign_in(person(role=Role.MARKETER))
        assert client.get("/marketing/campaigns").status_code == 200


def is_in_after_password_alone(client: PageClient, who: Person) -> bool:
    client.submit("/sign-out", page="/account/profile")
    enter_password(client, who)
    return is_in(client)


def shown_key(page: str) -> str:
    found = re.search(r'id="authenticator-key" value="([A-Z2-7 ]+)"', page)
    assert found
    return found[1].replace(" ", "")


def proposal(page: str) -> str:
    found = re.search(r'name="proposal"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]
