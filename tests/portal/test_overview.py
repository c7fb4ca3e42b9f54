"""The account's overview: how things are, and what is worth doing."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from webapp.accounts.models import Account, DeviceSession, Profile
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.models import Message, State
from webapp.privacy.models import DataExport, ExportState

NOW = utc_now()
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(sign_in: SignIn) -> Person:
    anna = person()
    sign_in(anna)
    return anna


def export(subject_id: UUID, state: ExportState, **values: object) -> None:
    db.session.add(DataExport(subject_id=subject_id, state=state, requested_at=NOW, **values))
    db.session.commit()


def test_it_greets_by_the_first_name(client: PageClient, anna: Person) -> None:
    assert "Hello, Anna" in client.get("/account").text


def test_names_of_any_script_and_markup_are_only_text(client: PageClient, sign_in: SignIn) -> None:
    sign_in(person(given_name="<b>مريم</b> 🌻", family_name='"><script>'))
    page = client.get("/account").text
    assert "&lt;b&gt;مريم&lt;/b&gt; 🌻" in page
    assert '"><script>' not in page


def test_it_says_what_is_missing_and_where_to_add_it(client: PageClient, anna: Person) -> None:
    page = client.get("/account").text
    assert "Not provided" in page
    assert "Add a phone number" in page
    db.session.execute(update(Profile).values(phone="+41446681800", street_address="Weg 1", postal_code="8000"))
    db.session.execute(update(Profile).values(city="Zürich", country="CH", organization="Keller AG"))
    db.session.commit()
    page = client.get("/account").text
    assert "Add a phone number" not in page
    assert "Not provided" not in page
    for known in ("+41 44 668 18 00", "Weg 1", "8000 Zürich", "Switzerland", "Keller AG"):
        assert known in page


def test_all_in_order(client: PageClient, anna: Person) -> None:
    db.session.execute(update(Profile).values(phone="+41446681800", street_address="Weg 1"))
    db.session.commit()
    assert "All is in order" in client.get("/account").text


def test_it_counts_topics(client: PageClient, anna: Person) -> None:
    subscribe(anna, topic())
    topic("offers", "Offers")
    assert "1 of 2" in client.get("/account").text


def test_it_reminds_of_a_password_that_is_a_year_old(client: PageClient, anna: Person) -> None:
    assert "still a good one" not in client.get("/account").text
    db.session.execute(update(Account).values(password_changed_at=NOW - timedelta(days=366)))
    db.session.commit()
    assert "still a good one" in client.get("/account").text


def test_it_tells_of_other_devices(client: PageClient, anna: Person) -> None:
    other = {"user_agent": "", "network": "", "signed_in_at": NOW, "seen_at": NOW, "proved_at": NOW}
    db.session.add(DeviceSession(subject_id=anna.id, token_hash=b"other", **other))
    db.session.add(DeviceSession(subject_id=anna.id, token_hash=b"ended", ended_at=NOW, **other))
    db.session.commit()
    assert "You are signed in on 2 devices" in client.get("/account").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ExportState.REQUESTED, "Being made"),
        (ExportState.BUILDING, "Being made"),
        (ExportState.READY, "Ready"),
        (ExportState.EXPIRED, "None now"),
        (ExportState.DELETED, "None now"),
        (None, "None yet"),
    ],
)
def test_it_says_how_the_copy_of_the_data_stands(
    client: PageClient, anna: Person, state: ExportState | None, words: str
) -> None:
    if state:
        export(anna.id, state, expires_at=NOW + timedelta(days=7))
    assert words in client.get("/account").text


def test_a_copy_whose_time_is_over_is_not_called_ready(client: PageClient, anna: Person) -> None:
    export(anna.id, ExportState.READY, expires_at=NOW - timedelta(seconds=1))
    page = client.get("/account").text
    assert "None now" in page
    assert "Ready" not in page


def test_it_shows_the_latest_emails(client: PageClient, anna: Person) -> None:
    for day in range(8):
        at = NOW - timedelta(days=day)
        db.session.add(
            Message(subject_id=anna.id, email="accounts/confirm_sign_up", ids={}, due_at=at, state=State.SENT)
        )
    db.session.commit()
    assert client.get("/account").text.count("<time ") == 4
