"""Objecting and restricting: in effect with the click, whatever is decided about it later (P35)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from jobs.closing import release_restriction
from tests.accounts.mailbox import newest, titled
from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.accounts.models import Profile
from webapp.campaigns import audience
from webapp.changes import ChangeEntry
from webapp.clock import utc_now
from webapp.consents import subscriptions, tracking
from webapp.consents.models import ConsentPurpose, Method, Restriction, Suppression, Topic, Use, Verdict
from webapp.db import db
from webapp.journal.models import Event, JournalEntry
from webapp.privacy import deadlines
from webapp.privacy.restrictions import decisions, restrictions
from webapp.queue import OutboxEntry
from webapp.subjects.models import Subject

PAGE = "/account/restrictions"
USAGE = ConsentPurpose.USAGE
DECIDED = "What we decided about the use of your data"


def objection(browser: PageClient, wish: str, words: str = "") -> Restriction:
    assert browser.submit(PAGE, {"wish": wish, "words": words}).status_code == 303
    return only()


def only() -> Restriction:
    return db.session.scalars(select(Restriction)).one()


def gets(topic_id: UUID) -> bool:
    return db.session.scalar(select(Subject.id).where(audience.wants(topic_id))) is not None


def allow_tracking(who: Person, *, method: Method = Method.ACCOUNT) -> None:
    subject = db.session.get_one(Subject, who.id)
    tracking.choose(subject, USAGE, allowed=True, method=method, wording="Yes", language="en", now=utc_now())
    db.session.commit()


def is_tracked(who: Person) -> bool:
    return (who.id, USAGE) in tracking.allowed([who.id])


def test_an_objection_to_marketing_holds_at_once_and_for_ever(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    anna, news = person(), topic()
    subscribe(anna, news)
    found = objection(signed_in(client, anna), "marketing")
    assert not gets(news)
    assert found.verdict is Verdict.UPHELD
    assert db.session.scalar(select(Suppression.reason))
    run_jobs()
    assert "for ever" in newest(relay, anna.email).text
    page = client.get(PAGE).text
    assert "In effect" in page
    assert "I do not mind any more" not in page


def test_no_import_lifts_it_but_the_person_does(client: PageClient) -> None:
    anna, news = person(), topic()
    objection(signed_in(client, anna), "marketing")
    subject, wanted = db.session.get_one(Subject, anna.id), db.session.get_one(Topic, news)
    said: dict[str, Any] = {"wording": "Yes", "language": "en", "now": utc_now()}
    subscriptions.subscribe(subject, wanted, method=Method.IMPORT, **said)
    assert not gets(news)
    client.submit(f"/account/preferences/topics/{news}", {"on": "1"}, page="/account/preferences")
    assert gets(news)
    assert not only().in_force(utc_now())


def test_an_objection_to_improvement_ends_the_recording_until_they_allow_it_again(client: PageClient) -> None:
    anna = person()
    allow_tracking(anna)
    assert is_tracked(anna)
    objection(signed_in(client, anna), "improvement")
    assert not is_tracked(anna)
    allow_tracking(anna, method=Method.API)
    assert not is_tracked(anna)
    tracking.choose(
        db.session.get_one(Subject, anna.id),
        USAGE,
        allowed=False,
        method=Method.API,
        wording="No",
        language="en",
        now=utc_now(),
    )
    allow_tracking(anna)
    assert is_tracked(anna)


def test_to_store_only_stops_every_use_and_lifted_all_is_as_before(client: PageClient) -> None:
    anna, news = person(), topic()
    subscribe(anna, news)
    allow_tracking(anna)
    found = objection(signed_in(client, anna), "claims", "For the court in Chur")
    assert not gets(news)
    assert not is_tracked(anna)
    client.submit(f"{PAGE}/{found.id}/lifting", page=PAGE)
    assert gets(news)
    assert is_tracked(anna)


def test_other_systems_hear_of_it_and_the_journal_has_it(client: PageClient) -> None:
    found = objection(signed_in(client, person()), "new_customers")
    change = db.session.scalars(select(ChangeEntry).where(ChangeEntry.kind == "processing.restricted")).one()
    assert (change.reference, change.facts) == (found.id, {"use": "new_customers"})
    line = db.session.scalars(select(JournalEntry).where(JournalEntry.event == Event.RESTRICTED)).one()
    db.session.delete(found)
    subject = db.session.get_one(Subject, line.subject_id)
    restrictions.put_in_force_again(subject, line.facts, at=line.at)
    assert only().use is Use.NEW_CUSTOMERS
    client.submit(f"{PAGE}/{only().id}/lifting", page=PAGE)
    assert db.session.scalars(select(ChangeEntry.kind).order_by(ChangeEntry.id)).all()[-1] == "processing.released"


def test_asked_for_twice_it_is_one(client: PageClient) -> None:
    anna = signed_in(client, person())
    objection(anna, "improvement")
    objection(anna, "improvement")


def test_nobody_lifts_that_of_somebody_else(client: PageClient) -> None:
    found = objection(signed_in(client, person()), "improvement")
    stranger = signed_in(client, person("bruno@example.org"))
    assert stranger.submit(f"{PAGE}/{found.id}/lifting", page=PAGE).status_code == 404
    assert only().in_force(utc_now())


@pytest.mark.parametrize(
    ("entries", "says"),
    [({}, "Choose one"), ({"wish": "claims", "words": "my card 4111 1111 1111 1111"}, "card")],
)
def test_it_says_what_is_missing(client: PageClient, entries: dict[str, str], says: str) -> None:
    answer = signed_in(client, person()).submit(PAGE, entries)
    assert answer.status_code == 422
    assert says in answer.text


def test_it_must_be_decided_by_the_law_of_the_persons_country(client: PageClient) -> None:
    anna = person()
    db.session.get_one(Profile, anna.id).country = "CH"
    found = objection(signed_in(client, anna), "improvement")
    assert found.due_at == deadlines.due_at(found.asked_at, {"CH"})
    assert f"By {found.due_at.day}" in client.get(PAGE).text


def test_the_officer_agrees_and_the_person_reads_why(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    anna = person()
    found = objection(signed_in(client, anna), "new_customers", "I asked you twice already")
    officer = signed_in(client, person("olga@example.org", role=Role.PRIVACY_OFFICER))
    assert "I asked you twice already" in officer.get(f"/staff/requests/restrictions/{found.id}").text
    officer.submit(f"/staff/requests/restrictions/{found.id}", {"verdict": "upheld", "reason": "You are right."})
    assert only().verdict is Verdict.UPHELD
    assert only().in_force(utc_now() + timedelta(days=4000))
    run_jobs()
    assert "You are right." in titled(relay, anna.email, DECIDED).text


def test_refused_it_goes_on_for_a_week_after_the_person_was_told(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    """GDPR Art. 18(3): informed before it is lifted."""
    anna = person()
    found, officer = objection(signed_in(client, anna), "claims"), person("olga@example.org", role=Role.ADMINISTRATOR)
    office = signed_in(client, officer)
    office.submit(f"/staff/requests/restrictions/{found.id}", {"verdict": "refused", "reason": "No claim is open."})
    now, found = utc_now(), only()
    assert found.in_force(now + timedelta(days=6))
    assert not found.in_force(now + timedelta(days=8))
    run_jobs()
    assert "complain" in titled(relay, anna.email, DECIDED).text
    waiting = db.session.scalars(select(OutboxEntry).where(OutboxEntry.job == "jobs.closing.release_restriction")).one()
    assert waiting.due_at == found.ends_at
    waiting.due_at = utc_now()
    db.session.commit()
    release_restriction(str(waiting.id))
    assert db.session.scalars(select(ChangeEntry.kind).order_by(ChangeEntry.id)).all()[-1] == "processing.released"


def test_of_two_decisions_the_first_counts(client: PageClient) -> None:
    found = objection(signed_in(client, person()), "claims")
    officer = db.session.get_one(Subject, person("olga@example.org", role=Role.PRIVACY_OFFICER).id)
    decisions.decide(found, Verdict.UPHELD, reason="Yes.", by=officer, now=utc_now())
    with pytest.raises(decisions.DecidedAlready):
        decisions.decide(found, Verdict.REFUSED, reason="No.", by=officer, now=utc_now())


@pytest.mark.parametrize(
    ("after", "until", "works"),
    [
        (timedelta(days=20), timedelta(days=80), True),
        (timedelta(days=20), timedelta(days=93), False),  # more than two months more
        (timedelta(days=20), timedelta(days=25), False),  # that is no extension
        (timedelta(days=31), timedelta(days=80), False),  # told too late
    ],
)
def test_more_time_is_taken_within_the_first_month_for_two_more(
    client: PageClient, after: timedelta, until: timedelta, *, works: bool
) -> None:
    found = objection(signed_in(client, person()), "claims")
    officer = db.session.get_one(Subject, person("olga@example.org", role=Role.PRIVACY_OFFICER).id)
    asked_at: datetime = found.asked_at
    if works:
        decisions.extend(found, until=asked_at + until, reason="Complex.", by=officer, now=asked_at + after)
        later = asked_at + until + timedelta(days=5)
        with pytest.raises(decisions.NoMoreTime):
            decisions.extend(found, until=later, reason="Again.", by=officer, now=asked_at + after)
    else:
        with pytest.raises(decisions.NoMoreTime):
            decisions.extend(found, until=asked_at + until, reason="Complex.", by=officer, now=asked_at + after)


def test_the_person_is_told_why_it_takes_longer(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay
) -> None:
    anna = person()
    found = objection(signed_in(client, anna), "claims")
    office = signed_in(client, person("olga@example.org", role=Role.PRIVACY_OFFICER))
    until = (found.due_at + timedelta(days=20)).date()
    page = f"/staff/requests/restrictions/{found.id}/extension"
    assert office.submit(page, {"until": "2099-01-01", "reason": "Because"}).status_code == 422
    office.submit(page, {"until": str(until), "reason": "The archive is in Lugano."})
    run_jobs()
    assert "The archive is in Lugano." in titled(relay, anna.email, "Our answer to you takes longer").text
    assert "The archive is in Lugano." in signed_in(client, anna).get(PAGE).text


def test_staff_note_what_came_by_letter(client: PageClient, run_jobs: Callable[[], None], relay: TestRelay) -> None:
    anna, news = person(), topic()
    subscribe(anna, news)
    office = signed_in(client, person("sam@example.org", role=Role.SUPPORT))
    asked = utc_now().date() - timedelta(days=3)
    entries = {"email": anna.email, "wish": "marketing", "words": "A letter", "asked_on": str(asked)}
    assert office.submit("/staff/requests/restrictions/new", entries | {"email": "x@example.org"}).status_code == 422
    office.submit("/staff/requests/restrictions/new", entries)
    assert not gets(news)
    assert only().asked_at.date() == asked
    run_jobs()
    assert relay.to(anna.email)
