"""The keys of other systems: who makes them, what is kept of them, and that they end."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person
from webapp.access import Role, Scope
from webapp.accounts.models import DeviceSession
from webapp.audit import Action, AuditEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations import keys
from webapp.integrations.models import ApiKey
from webapp.subjects.models import Subject

NEW = {"name": "Panel app", "scopes": "interactions:write"}


@pytest.fixture
def olga(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    olga = person("olga@example.org", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Frei")
    sign_in(olga)
    return olga


def test_a_key_is_shown_once_and_kept_as_a_hash(client: PageClient, olga: Person) -> None:
    page = client.submit("/staff/api-keys/new", NEW)
    key = db.session.scalars(select(ApiKey)).one()
    token = next(word for word in page.text.split('"') if word.startswith("candor_"))
    assert keys.find(token) is key
    assert key.created_by == olga.id
    assert token.encode() not in key.token_hash
    listed = client.get("/staff/api-keys").text
    assert "Panel app" in listed
    assert "Olga Frei" in listed
    assert token not in listed
    assert token[-4:] in listed


def test_a_revoked_key_ends_at_once_and_stays_in_the_list(client: PageClient, olga: Person) -> None:
    client.submit("/staff/api-keys/new", NEW)
    key = db.session.scalars(select(ApiKey)).one()
    assert "Panel app" in client.get(f"/staff/api-keys/{key.id}/revocation").text
    for _ in range(2):  # on two tabs
        path = f"/staff/api-keys/{key.id}/revocation"
        assert client.submit(path, page="/staff/api-keys/new").location == "/staff/api-keys"
    assert "Revoked" in client.get("/staff/api-keys").text
    assert client.get(f"/staff/api-keys/{key.id}/revocation").status_code == 404
    written = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("api_key%")).order_by(AuditEntry.id)
    ).all()
    assert written == [Action.API_KEY_CREATED, Action.API_KEY_REVOKED]


def test_a_revoked_key_is_no_key(olga: Person) -> None:
    by = db.session.get_one(Subject, olga.id)
    new = keys.create("Site", [Scope.INTERACTIONS_WRITE], by=by, now=utc_now())
    db.session.flush()
    assert keys.find(new.token)
    keys.revoke(new.key, by=by, now=utc_now())
    assert keys.find(new.token) is None


@pytest.mark.parametrize(
    "entered",
    [
        {"name": "", "scopes": "interactions:write"},
        {"name": "App"},
        {"name": "App", "scopes": "everything"},
        {"name": "A" * 61, "scopes": "interactions:write"},
        {"name": "App\x00", "scopes": "interactions:write"},
    ],
)
def test_a_key_needs_a_name_and_something_it_may_do(client: PageClient, olga: Person, entered: dict[str, str]) -> None:
    assert client.submit("/staff/api-keys/new", entered).status_code == 422
    assert db.session.scalars(select(ApiKey)).all() == []


def test_making_and_revoking_ask_for_a_fresh_proof(client: PageClient, olga: Person) -> None:
    for device in db.session.query(DeviceSession):
        device.proved_at = device.proved_at.replace(year=2020)
    db.session.commit()
    for path in ("/staff/api-keys/new", f"/staff/api-keys/{olga.id}/revocation"):
        assert client.get(path).location == f"/account/proof?next={path}"


def test_nobody_needs_to_wait_while_a_use_is_noted(olga: Person) -> None:
    by, now = db.session.get_one(Subject, olga.id), utc_now()
    key = keys.create("Site", [Scope.INTERACTIONS_WRITE], by=by, now=now).key
    db.session.flush()
    assert keys.note_use(key, now=now)
    db.session.refresh(key)
    assert not keys.note_use(key, now=now + keys.NOTED_EVERY / 2)
    assert keys.note_use(key, now=now + keys.NOTED_EVERY)
