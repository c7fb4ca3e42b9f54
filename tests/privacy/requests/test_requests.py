"""Every kind of request in one list, due first first; warnings before it is too late."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pages import PageClient
from tests.people import Person, person
from tests.relay import TestRelay
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.clock import utc_now
from webapp.consents.models import Ground, Restriction, Use
from webapp.db import db
from webapp.mail.models import Message
from webapp.privacy import deadlines
from webapp.privacy.closing.models import Closure
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.promises.figures import as_number, figures
from webapp.privacy.requests import open_requests, warnings
from webapp.privacy.requests.vocabulary import Kind, Stage
from webapp.subjects.models import Subject

PAGE = "/staff/requests"
LONG_AGO = timedelta(days=25)


def copy_of(who: Person, *, asked_at: datetime, state: ExportState = ExportState.REQUESTED) -> None:
    db.session.add(DataExport(subject_id=who.id, state=state, requested_at=asked_at))
    db.session.commit()


def erasure_of(who: Person, *, asked_at: datetime, state: ErasureState = ErasureState.CONFIRMED) -> None:
    db.session.add(
        Erasure(subject_id=who.id, cause=Cause.REQUEST, state=state, plan_hash="", manifest_hash="", asked_at=asked_at)
    )
    db.session.commit()


def restriction_of(who: Person, *, due_at: datetime, use: Use = Use.IMPROVEMENT) -> None:
    asked_at = due_at - timedelta(days=30)
    ground = Ground.OBJECTION
    db.session.add(Restriction(subject_id=who.id, use=use, ground=ground, words="", asked_at=asked_at, due_at=due_at))
    db.session.commit()


def closure_of(who: Person, *, delete_at: datetime) -> None:
    closed_at = delete_at - timedelta(days=180)
    db.session.add(Closure(subject_id=who.id, asked_at=closed_at, confirmed_at=closed_at, delete_at=delete_at))
    db.session.commit()


def warned(email: str) -> int:
    """How many warnings were written to somebody."""
    theirs = select(Message).where(Message.email == "requests/deadlines_near")
    return sum(db.session.get_one(Subject, message.subject_id).email == email for message in db.session.scalars(theirs))


def test_all_kinds_are_in_one_list_and_what_is_due_first_comes_first(client: PageClient) -> None:
    now, anna, bruno = utc_now(), person(), person("bruno@example.org")
    closure_of(bruno, delete_at=now + timedelta(days=20))
    restriction_of(anna, due_at=now + timedelta(days=15), use=Use.EVERYTHING)
    restriction_of(anna, due_at=now + timedelta(days=12))
    erasure_of(anna, asked_at=now - timedelta(days=20))
    copy_of(anna, asked_at=now - LONG_AGO)
    kinds = [request.kind for request in open_requests.every_one(now=now)]
    assert kinds == [Kind.COPY, Kind.ERASURE, Kind.OBJECTION, Kind.RESTRICTION, Kind.CLOSURE]
    office = signed_in(client, person("sam@example.org", role=Role.SUPPORT))
    page = office.get(PAGE).text
    assert page.count("anna@example.org</bdi>") == 4
    assert "bruno@example.org" in page
    assert "bruno@example.org" not in office.get(f"{PAGE}?kind=copy").text
    assert office.get(f"{PAGE}?kind=nonsense").status_code == 200


def test_who_has_to_confirm_first_is_not_late_by_our_fault(app: Flask) -> None:
    now, anna = utc_now(), person()
    copy_of(anna, asked_at=now - timedelta(days=40), state=ExportState.UNCONFIRMED)
    erasure_of(anna, asked_at=now - timedelta(days=40), state=ErasureState.PLANNED)
    overview = open_requests.overview(now=now)
    assert {request.stage for request in overview.requests} == {Stage.PERSON}
    assert (overview.near, overview.late) == (0, 0)


def test_it_says_what_is_too_late_and_the_alert_is_raised(client: PageClient) -> None:
    now, anna = utc_now(), person()
    copy_of(anna, asked_at=now - timedelta(days=31))
    restriction_of(anna, due_at=now + timedelta(days=3))
    page = signed_in(client, person("sam@example.org", role=Role.SUPPORT)).get(PAGE).text
    assert "Too late" in page
    figure = figures["requests_past_due"]
    assert figure.is_beyond(as_number(figure.measure(now=now).value or 0))


def test_each_warning_goes_out_once_and_to_more_people_than_the_one_before(app: Flask) -> None:
    anna = person()
    for role in (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.SUPPORT):
        person(f"{role}@example.org", role=role)
    due = utc_now() + timedelta(days=40)
    restriction_of(anna, due_at=due)

    def told() -> list[int]:
        return [warned(f"{role}@example.org") for role in (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.SUPPORT)]

    for days, expected in [(11, [0, 0, 0]), (10, [1, 0, 0]), (9, [1, 0, 0]), (5, [2, 1, 0]), (2, [3, 2, 1])]:
        for _twice in range(2):
            warnings.warn(now=due - timedelta(days=days))
        assert told() == expected, days


def test_after_a_standstill_there_is_one_warning_and_it_is_the_most_urgent(app: Flask) -> None:
    anna, support = person(), person("sam@example.org", role=Role.SUPPORT)
    person("olga@example.org", role=Role.PRIVACY_OFFICER)
    now = utc_now()
    restriction_of(anna, due_at=now + timedelta(days=1))
    restriction_of(anna, due_at=now + timedelta(days=9), use=Use.NEW_CUSTOMERS)
    warnings.warn(now=now)
    assert (warned(support.email), warned("olga@example.org")) == (1, 1)


def test_without_a_privacy_officer_the_administrators_are_warned(app: Flask) -> None:
    anna, boss = person(), person("olga@example.org", role=Role.ADMINISTRATOR)
    now = utc_now()
    restriction_of(anna, due_at=now + timedelta(days=9))
    warnings.warn(now=now)
    assert warned(boss.email) == 1


def test_the_warning_names_no_person(app: Flask, run_jobs: Callable[[], None], relay: TestRelay) -> None:
    person("olga@example.org", role=Role.PRIVACY_OFFICER)
    now = utc_now()
    copy_of(person(), asked_at=now - LONG_AGO, state=ExportState.READY)
    restriction_of(person("nora@example.org"), due_at=now + timedelta(days=4, hours=1))
    warnings.warn(now=now)
    run_jobs()
    [email] = relay.to("olga@example.org")
    assert "Objection" in email.text
    assert "4 days" in email.text
    assert "nora" not in email.text


def test_people_see_their_own_requests_and_by_when_each_is_done(client: PageClient) -> None:
    now, anna = utc_now(), person()
    assert "did not ask for anything" in signed_in(client, anna).get("/account/requests").text
    copy_of(anna, asked_at=now - timedelta(days=3))
    restriction_of(anna, due_at=now + timedelta(days=12))
    copy_of(person("bruno@example.org"), asked_at=now)
    page = client.get("/account/requests").text
    due = deadlines.answer_by(now - timedelta(days=3))
    assert f"{due.day} {due:%b}" in page
    assert page.count("Copy of data</a>") == 1
    assert "being looked at" in page


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MARKETER])
def test_the_list_is_for_staff(client: PageClient, role: Role) -> None:
    assert signed_in(client, person(role=role)).get(PAGE).status_code == 403
