"""Erasing here means erasing there: each system that holds data confirms it, and what it did not confirm is known."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.integrations.conftest import Enter
from tests.integrations.receiver import Receiver
from tests.pages import PageClient
from tests.people import Person, person
from webapp import changes
from webapp.access import Scope
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations import confirmations, keys
from webapp.integrations.webhooks.models import Confirmation, Webhook
from webapp.privacy.promises.measured.downstream import longest_failing, longest_unconfirmed
from webapp.products.models import CustomerRecord
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
ADDRESS = "/api/v1/confirmations"


@pytest.fixture
def key(operator: Person) -> dict[str, str]:
    by = db.session.get_one(Subject, operator.id)
    new = keys.create("Shop", [Scope.CONFIRMATIONS_WRITE], by=by, now=utc_now())
    db.session.commit()
    return {"Authorization": f"Bearer {new.token}"}


def happens(who: UUID, change: Change, reference: UUID) -> None:
    changes.record(change, who, now=utc_now(), reference=reference)
    db.session.commit()


def sent(*ids: object) -> dict[str, object]:
    return {"confirmations": [{"id": number} for number in ids]}


def test_an_erasure_is_complete_when_every_system_that_holds_data_confirmed_it(
    client: PageClient, enter: Enter, shop: Receiver, key: dict[str, str], run_jobs: RunJobs
) -> None:
    tool = Receiver()
    enter(shop, "Shop")
    enter(tool, "Crash reports", confirms=False)
    anna, erasure = person(), uuid4()
    happens(anna.id, Change.ERASURE_DONE, erasure)
    assert not confirmations.complete(erasure)  # nobody was told yet
    run_jobs()
    assert tool.types == ["erasure.done"]
    assert not confirmations.complete(erasure)
    assert confirmations.unconfirmed(erasure) == ["Shop"]
    number = shop.received[0].headers["webhook-id"]
    for outcome in ("confirmed", "unchanged"):
        answered = client.post(ADDRESS, json=sent(number), headers=key)
        assert answered.json
        assert answered.json["results"] == [{"id": number, "outcome": outcome}]
    assert confirmations.complete(erasure)
    (row,) = confirmations.asked(erasure)
    assert row.confirmed_at
    assert row.key_id
    tool.close()


def test_who_did_it_confirms_what_was_announced_before(
    client: PageClient, webhook: Webhook, shop: Receiver, key: dict[str, str], run_jobs: RunJobs
) -> None:
    anna, beat, erasure, other = person(), person("beat@example.org"), uuid4(), uuid4()
    happens(anna.id, Change.ERASURE_DUE, erasure)
    happens(beat.id, Change.ERASURE_DUE, other)
    happens(anna.id, Change.ERASURE_DONE, erasure)
    run_jobs()
    done = next(call for call in shop.received if call.said["type"] == "erasure.done")
    client.post(ADDRESS, json=sent(done.headers["webhook-id"]), headers=key)
    assert confirmations.complete(erasure)
    assert not confirmations.complete(other)


def test_an_erasure_that_is_called_off_need_not_be_confirmed(webhook: Webhook, run_jobs: RunJobs) -> None:
    anna, erasure = person(), uuid4()
    happens(anna.id, Change.ERASURE_DUE, erasure)
    run_jobs()
    assert not confirmations.complete(erasure)
    happens(anna.id, Change.ERASURE_CANCELLED, erasure)
    run_jobs()
    assert confirmations.complete(erasure)


def test_a_system_learns_whom_it_has_to_erase_although_we_forgot_them(
    webhook: Webhook, shop: Receiver, run_jobs: RunJobs
) -> None:
    anna, erasure = person(), uuid4()
    record = CustomerRecord(external_id="crm-7", subject_id=anna.id, changed_at=utc_now(), received_at=utc_now())
    db.session.add(record)
    happens(anna.id, Change.ERASURE_DUE, erasure)
    run_jobs()
    db.session.delete(record)
    happens(anna.id, Change.ERASURE_DONE, erasure)
    run_jobs()
    assert [call.said["data"]["customers"] for call in shop.received] == [["crm-7"], ["crm-7"]]
    assert shop.received[1].said["data"]["reference"] == str(erasure)


def test_odd_confirmations_are_answered_one_by_one(client: PageClient, app: Flask, key: dict[str, str]) -> None:
    odd = [f"msg_{uuid4().hex}", "msg_1", "", "\0", None, 7, {"id": 1}, "msg_" + "F" * 32]
    answered = client.post(ADDRESS, json=sent(*odd), headers=key)
    assert answered.json
    assert [result["outcome"] for result in answered.json["results"]] == ["unknown"] * len(odd)
    bodies: list[object] = [{}, [], {"confirmations": "all"}, {"confirmations": [], "more": 1}]
    for body in bodies:
        assert client.post(ADDRESS, json=body, headers=key).status_code == 422
    assert client.post(ADDRESS, json={"confirmations": [1, None, "msg"]}, headers=key).status_code == 200


def test_only_a_key_for_it_confirms(client: PageClient, operator: Person) -> None:
    by = db.session.get_one(Subject, operator.id)
    others = [scope for scope in Scope if scope is not Scope.CONFIRMATIONS_WRITE]
    new = keys.create("CRM", others, by=by, now=utc_now())
    db.session.commit()
    assert client.post(ADDRESS, json=sent()).status_code == 401
    assert client.post(ADDRESS, json=sent(), headers={"Authorization": f"Bearer {new.token}"}).status_code == 403


def test_what_stays_unconfirmed_or_fails_for_long_is_measured(
    webhook: Webhook, shop: Receiver, run_jobs: RunJobs
) -> None:
    now = utc_now()
    assert longest_unconfirmed(now=now).value is None
    assert longest_failing(now=now).value is None
    happens(person().id, Change.ERASURE_DONE, uuid4())
    run_jobs()
    db.session.execute(update(Confirmation).values(asked_at=now - timedelta(days=4)))
    webhook.failing_since = now - timedelta(hours=5)
    db.session.flush()
    assert longest_unconfirmed(now=now).value == timedelta(days=4)
    assert longest_failing(now=now).value == timedelta(hours=5)
    assert db.session.scalar(select(ChangeEntry.settled_at)) is None
