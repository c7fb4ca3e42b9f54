"""Before something sensitive, a person shows once more who they are, unless they did in the last 5 minutes."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, url_for
from sqlalchemy import select, update

from tests.accounts.browsers import another_browser, can_sign_in, csrf_token
from tests.pages import PageClient
from tests.people import PASSWORD, Person, person
from webapp import access
from webapp.access import Role
from webapp.accounts import proofs
from webapp.accounts.factors.models import Passkey
from webapp.accounts.models import Account, DeviceSession, EmailChange
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db

ANNA, NEW = "anna@example.org", "anna@new.example"
EMAIL, PROOF = "/account/profile/email", "/account/proof"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    """Who proved it a while ago."""
    anna = person(ANNA)
    sign_in(anna)
    time_passes()
    return anna


def time_passes(time: timedelta = proofs.LASTS + timedelta(seconds=1)) -> None:
    db.session.execute(update(DeviceSession).values(proved_at=utc_now() - time))
    db.session.commit()


def prove(client: PageClient, password: str = PASSWORD, wanted: str = EMAIL) -> tuple[int, str | None]:
    data = {"proof_way": "password", "current_password": password, "next": wanted}
    answer = client.submit(PROOF, data)
    return answer.status_code, answer.location


def hidden_entries(page: str) -> dict[str, str]:
    form = page.partition('id="proof-password"')[2].partition("</form>")[0]
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in inputs}


def wishes() -> list[str]:
    return list(db.session.scalars(select(EmailChange.new_email)))


def test_a_person_who_just_signed_in_is_not_asked(client: PageClient, anna: Person) -> None:
    time_passes(proofs.LASTS - timedelta(seconds=10))
    assert client.get(EMAIL).status_code == 200


def test_the_proof_leads_back_to_where_the_person_was(client: PageClient, anna: Person) -> None:
    answer = client.get(f"{EMAIL}?a=b&c=d")
    assert (answer.status_code, answer.location) == (303, f"{PROOF}?next={quote(EMAIL, safe='/')}?a%3Db%26c%3Dd")
    page = client.get(answer.location).text
    assert hidden_entries(page)["next"] == f"{EMAIL}?a=b&c=d"
    assert prove(client) == (303, EMAIL)
    assert client.get(EMAIL).status_code == 200
    assert client.get(f"{PROOF}?next={EMAIL}").location == EMAIL


def test_for_htmx_the_whole_page_goes_to_the_proof(client: PageClient, anna: Person) -> None:
    answer = client.get(EMAIL, headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"{PROOF}?next={EMAIL}"


@pytest.mark.parametrize("password", ["not her password", "", "p" * 300, "with a null \0 byte"])
def test_a_wrong_proof_is_none(client: PageClient, anna: Person, password: str) -> None:
    assert prove(client, password)[0] == 422
    assert client.get(EMAIL).status_code == 303
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1] == Action.PROOF_REFUSED


@pytest.mark.parametrize("way", ["", "nothing", "password"])
def test_without_entries_nothing_is_proved(client: PageClient, anna: Person, way: str) -> None:
    assert client.submit(PROOF, {"proof_way": way, "next": EMAIL}).status_code == 422
    assert client.get(EMAIL).status_code == 303


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_never_leads_elsewhere(client: PageClient, anna: Person, wanted: str) -> None:
    assert prove(client, wanted=wanted) == (303, "/account")
    assert client.get(PROOF, query_string={"next": wanted}).location == "/account"


def test_what_was_entered_is_not_lost(client: PageClient, anna: Person) -> None:
    time_passes(timedelta())
    token = csrf_token(client, EMAIL)
    time_passes()
    answer = client.post(EMAIL, data={"csrf_token": token, "email": NEW})
    assert answer.status_code == 422
    assert NEW not in answer.text
    assert wishes() == []
    entries = hidden_entries(answer.text)
    again = client.post(EMAIL, data={**entries, "current_password": "not her password"})
    assert again.status_code == 422
    assert "This is not your password." in again.text
    done = client.post(EMAIL, data={**hidden_entries(again.text), "current_password": PASSWORD})
    assert done.status_code == 303
    assert wishes() == [NEW]


def test_a_swapped_form_gives_way_to_the_proof_page(client: PageClient, anna: Person) -> None:
    token = csrf_token(client, "/account/profile")
    answer = client.post(EMAIL, data={"csrf_token": token, "email": NEW}, headers=HTMX)
    assert answer.headers["HX-Retarget"] == answer.headers["HX-Reselect"] == "#main"
    assert 'id="main"' in answer.text


def test_a_proof_in_another_tab_counts_too(client: PageClient, anna: Person) -> None:
    token = csrf_token(client, "/account/profile")
    entries = hidden_entries(client.post(EMAIL, data={"csrf_token": token, "email": NEW}).text)
    assert prove(client)[0] == 303
    assert client.post(EMAIL, data={**entries, "current_password": ""}).status_code == 303
    assert wishes() == [NEW]


def test_nobody_slips_in_other_entries(client: PageClient, app: Flask, anna: Person) -> None:
    token = csrf_token(client, "/account/profile")
    entries = hidden_entries(client.post(EMAIL, data={"csrf_token": token, "email": NEW}).text)
    for kept in ("", "x", entries["kept"][:-4], entries["kept"][4:]):
        spoilt = {**entries, "kept": kept, "current_password": PASSWORD}
        assert client.post(EMAIL, data=spoilt).status_code in {400, 422}
    other = another_browser(app)
    assert can_sign_in(other, ANNA)
    assert other.post(EMAIL, data={**entries, "csrf_token": csrf_token(other, EMAIL)}).status_code == 400
    assert wishes() == []


def test_a_proof_is_of_one_device_only(client: PageClient, app: Flask, anna: Person) -> None:
    other = another_browser(app)
    assert can_sign_in(other, ANNA)
    assert other.get(EMAIL).status_code == 200
    assert client.get(EMAIL).status_code == 303


def test_the_current_password_in_a_form_is_a_proof(client: PageClient, anna: Person) -> None:
    new = "eleven glaciers, one marmot"
    assert client.submit("/account/security/password", {"current_password": PASSWORD, "password": new}).location
    assert client.get(EMAIL).status_code == 200


def test_the_proof_page_needs_a_sign_in(client: PageClient) -> None:
    assert client.get(f"{PROOF}?next={EMAIL}").location.startswith("/sign-in?next=")


def test_every_sensitive_route_asks(client: PageClient, app: Flask, anna: Person) -> None:
    token = csrf_token(client, "/account/profile")
    key = {"credential_id": b"", "public_key": b"", "sign_count": 0, "transports": []}
    db.session.add(Passkey(subject_id=anna.id, name="For the pages of staff", added_at=utc_now(), **key))
    sensitive = [rule for rule in app.url_map.iter_rules() if proofs.is_needed(app.view_functions[rule.endpoint])]
    assert {"accounts.edit_email", "accounts.ask_for_new_email"} <= {rule.endpoint for rule in sensitive}
    for rule in sensitive:
        view = app.view_functions[rule.endpoint]
        role = next(role for role in Role if access.may_use(view, role))
        db.session.execute(update(Account).values(role=role))
        values: dict[str, Any] = dict.fromkeys(rule.arguments, "00000000-0000-0000-0000-000000000000")
        with app.test_request_context():
            url = url_for(rule.endpoint, **values)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(url, method=method, data={"csrf_token": token})
            assert (answer.location or "").startswith(PROOF) or 'name="proof_way"' in answer.text, (method, url)
