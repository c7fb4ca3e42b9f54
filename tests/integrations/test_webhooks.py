"""Other systems of the company hear of what people change: signed, in order per person, until it is heard."""

from collections.abc import Callable
from datetime import datetime, timedelta
from socket import socket
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.integrations.conftest import Enter
from tests.integrations.receiver import OK, Receiver, answer
from tests.pages import PageClient
from tests.people import Person, person, topic
from webapp import changes, queue
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.consents import subscriptions
from webapp.consents.ledger import Statement
from webapp.consents.models import Method, Topic
from webapp.db import db
from webapp.integrations.webhooks import calls, letters, receivers, replays, sending, settling
from webapp.integrations.webhooks.models import Attempt, Confirmation, Delivery, Outcome, State, Webhook, WebhookHour
from webapp.products.models import CustomerRecord
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
pause = Event()


def happens(who: Person, change: Change = Change.CUSTOMER_CHANGED) -> None:
    changes.record(change, who.id, now=utc_now())
    db.session.commit()


def waits_are_over() -> None:
    db.session.execute(update(Delivery).where(Delivery.state == State.WAITING).values(next_at=utc_now()))
    db.session.execute(update(Webhook).values(rests_until=None))
    queue.poke(queue.Job.SEND_WEBHOOKS)
    db.session.commit()


def states() -> list[State]:
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.change_id)))


def test_what_people_correct_in_the_portal_is_told(
    client: PageClient, sign_in: Callable[[Person], PageClient], shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    anna = person()
    db.session.add(CustomerRecord(external_id="crm-7", subject_id=anna.id, changed_at=utc_now(), received_at=utc_now()))
    sign_in(anna)
    client.submit("/account/profile/organization", {"organization": "Keller Metallbau"})
    run_jobs()
    (call,) = shop.received
    assert call.said["type"] == "customer.changed"
    assert call.said["data"] == {"person": str(anna.id), "customers": ["crm-7"], "fields": ["organization"]}
    assert b"Metallbau" not in call.body  # whoever hears of it asks the API
    assert call.path == "/hooks?of=candor"
    assert states() == [State.DELIVERED]


def test_each_yes_and_no_is_told_but_not_what_came_from_another_system(
    enter: Enter, shop: Receiver, run_jobs: RunJobs
) -> None:
    enter(shop, "Shop", Change.CONSENT_GIVEN, Change.CONSENT_WITHDRAWN, Change.MARKETING_STOPPED)
    anna, news = db.session.get_one(Subject, person().id), db.session.get_one(Topic, topic("news"))
    said: Statement = {"method": Method.ACCOUNT, "wording": "News", "language": "en", "now": utc_now()}
    subscriptions.subscribe(anna, news, **(said | {"method": Method.IMPORT}))
    subscriptions.withdraw(anna, news.id, **said)
    subscriptions.subscribe(anna, news, **said)
    subscriptions.stop_everything(anna, **said)
    run_jobs()
    assert shop.types == ["consent.withdrawn", "consent.given", "marketing.stopped"]
    assert shop.received[0].said["data"]["topic"] == "news"


def test_a_call_is_signed_by_a_secret_that_nobody_sees_again(enter: Enter, shop: Receiver, run_jobs: RunJobs) -> None:
    new = enter(shop)
    happens(person())
    run_jobs()
    (call,) = shop.received
    assert call.signed_by(new.secret)
    assert call.headers["webhook-id"] == letters.message_id(db.session.scalars(select(Delivery.id)).one())
    assert new.secret.encode() not in new.webhook.secret


def test_for_a_day_both_secrets_sign(enter: Enter, shop: Receiver, operator: Person, run_jobs: RunJobs) -> None:
    old = enter(shop)
    new = receivers.change_secret(old.webhook, by=db.session.get_one(Subject, operator.id), now=utc_now())
    anna = person()
    happens(anna)
    run_jobs()
    assert [shop.received[0].signed_by(secret) for secret in (old.secret, new.secret)] == [True, True]
    new.webhook.old_secret_until = utc_now()
    happens(anna)
    run_jobs()
    assert [shop.received[1].signed_by(secret) for secret in (old.secret, new.secret)] == [False, True]


def test_a_receiver_hears_only_of_what_it_asked_for(enter: Enter, shop: Receiver, run_jobs: RunJobs) -> None:
    enter(shop, "Shop", Change.ACCOUNT_CLOSED)
    anna = person()
    happens(anna)
    happens(anna, Change.ACCOUNT_CLOSED)
    run_jobs()
    assert shop.types == ["account.closed"]


def test_what_is_rolled_back_is_not_told(shop: Receiver, webhook: Webhook, run_jobs: RunJobs) -> None:
    changes.record(Change.CUSTOMER_CHANGED, person().id, now=utc_now())
    db.session.rollback()
    run_jobs()
    assert shop.received == []


def test_a_failure_holds_back_the_same_person_and_nobody_else(
    shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    anna, beat = person(), person("beat@example.org")
    shop.refuses = {str(anna.id)}
    for who, change in [(anna, Change.CONSENT_GIVEN), (beat, Change.CONSENT_GIVEN), (anna, Change.CONSENT_WITHDRAWN)]:
        happens(who, change)
    run_jobs()
    assert states() == [State.WAITING, State.DELIVERED, State.WAITING]
    shop.refuses.clear()
    waits_are_over()
    run_jobs()
    mine = [call.said["type"] for call in shop.received if call.said["data"]["person"] == str(anna.id)]
    assert mine == ["consent.given", "consent.given", "consent.withdrawn"]
    ids = [call.headers["webhook-id"] for call in shop.received]
    assert ids[0] == ids[2]  # by which the receiver knows that it is the same


def test_an_order_that_was_broken_by_a_repeated_delivery_is_kept(
    shop: Receiver, webhook: Webhook, operator: Person, run_jobs: RunJobs
) -> None:
    anna = person()
    for change in (Change.CONSENT_GIVEN, Change.CONSENT_WITHDRAWN):
        happens(anna, change)
    run_jobs()
    first, second = db.session.scalars(select(Delivery).order_by(Delivery.change_id)).all()
    by = db.session.get_one(Subject, operator.id)
    replays.one(second, by=by, now=utc_now() - timedelta(minutes=1))
    replays.one(first, by=by, now=utc_now())
    run_jobs()
    assert shop.types == ["consent.given", "consent.withdrawn"] * 2


BAD = [
    pytest.param(answer("500 Internal Server Error", b"ouch"), Outcome.REFUSED, 500, "ouch", id="500"),
    pytest.param(answer("410 Gone"), Outcome.REFUSED, 410, "", id="gone"),
    pytest.param(
        answer("301 Moved", headers="Location: http://169.254.169.254/\r\n"),
        Outcome.REDIRECTED,
        301,
        "http://169.254.169.254/",
        id="redirect",
    ),
    pytest.param(lambda line: line.close(), Outcome.UNREACHABLE, None, "RemoteDisconnected", id="hangs up"),
    pytest.param(lambda line: line.sendall(b"220 smtp ready\r\n"), Outcome.NOT_HTTP, None, "BadStatusLine", id="smtp"),
    pytest.param(answer("500 x", b"\0\x1b[2J\xff" + b"a" * 2_000), Outcome.REFUSED, 500, "a" * 900, id="garbage"),
]


@pytest.mark.parametrize(("behaviour", "outcome", "status", "text"), BAD)
def test_whatever_a_receiver_answers_nothing_is_lost_and_it_is_written_down(
    *,
    behaviour: Callable[[socket], None],
    outcome: Outcome,
    status: int | None,
    text: str,
    shop: Receiver,
    webhook: Webhook,
    run_jobs: RunJobs,
) -> None:
    shop.behaves = behaviour
    happens(person())
    run_jobs()
    attempt = db.session.scalars(select(Attempt)).one()
    assert (attempt.outcome, attempt.status) == (outcome, status)
    assert text in attempt.answer
    assert len(attempt.answer) <= calls.KEPT
    assert "\0" not in attempt.answer
    delivery = db.session.scalars(select(Delivery)).one()
    assert delivery.state is State.WAITING
    assert utc_now() < delivery.next_at < utc_now() + timedelta(seconds=7)
    assert len(shop.received) == 1  # also nobody was led elsewhere
    shop.behaves = OK
    waits_are_over()
    run_jobs()
    assert states() == [State.DELIVERED]
    counted = db.session.execute(select(func.sum(WebhookHour.accepted), func.sum(WebhookHour.failed))).one()
    assert tuple(counted) == (1, 1)


def test_of_an_endless_answer_only_the_beginning_is_read(shop: Receiver, webhook: Webhook, run_jobs: RunJobs) -> None:
    sent = 0

    def pour(line: socket) -> None:
        nonlocal sent
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
        for _ in range(1_000):
            sent += line.send(b"x" * 10_000)

    shop.behaves = pour
    happens(person())
    run_jobs()
    assert states() == [State.DELIVERED]
    assert len(db.session.scalars(select(Attempt.answer)).one()) == calls.KEPT
    assert sent < 10_000_000


def drop_by_drop(line: socket) -> None:
    for sign in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200:
        line.sendall(bytes([sign]))
        pause.wait(0.02)


@pytest.fixture
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "LONGEST", 0.2)


@pytest.mark.parametrize("behaviour", [drop_by_drop, lambda line: line.recv(1)], ids=["drop by drop", "silent"])
@pytest.mark.usefixtures("_short_patience")
def test_a_slow_receiver_is_cut_off_and_another_is_served_meanwhile(
    *, behaviour: Callable[[socket], None], shop: Receiver, webhook: Webhook, enter: Enter, run_jobs: RunJobs
) -> None:
    quick = Receiver()
    enter(quick, "Newsletter tool")
    shop.behaves = behaviour
    happens(person())
    run_jobs()
    assert quick.types == ["customer.changed"]
    attempts = db.session.execute(select(Attempt.outcome, Attempt.milliseconds).order_by(Attempt.milliseconds)).all()
    assert [attempt.outcome for attempt in attempts] == [Outcome.ACCEPTED, Outcome.TOO_SLOW]
    assert attempts[1].milliseconds < 1_000
    quick.close()


def test_two_receivers_are_called_at_the_same_time(
    shop: Receiver, webhook: Webhook, enter: Enter, run_jobs: RunJobs
) -> None:
    other, both = Receiver(), Barrier(2, timeout=2)
    enter(other, "Newsletter tool")

    def wait_for_the_other(line: socket) -> None:
        both.wait()
        OK(line)

    shop.behaves = other.behaves = wait_for_the_other
    happens(person())
    run_jobs()
    assert states() == [State.DELIVERED] * 2
    other.close()


def test_after_five_failures_in_a_row_a_receiver_is_left_alone(
    shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    shop.behaves = answer("500 x")
    for number in range(8):
        happens(person(f"p{number}@example.org"))
    run_jobs()
    assert len(shop.received) == sending.FAILURES_IN_A_ROW
    assert webhook.rests_until
    assert webhook.rests_until > utc_now()


def test_a_receiver_that_is_down_for_a_week_misses_nothing(
    app: Flask, shop: Receiver, webhook: Webhook, operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person(f"p{number}@example.org") for number in range(3)]
    for who in people:
        happens(who)
    letters.write(now=utc_now())
    db.session.commit()
    start = now = utc_now()
    monkeypatch.setattr(sending, "utc_now", lambda: now)
    shop.behaves = answer("503 Service Unavailable")
    while now < start + timedelta(days=7):
        now += timedelta(hours=2)
        serve(webhook.id, now=now)
    assert states() == [State.WAITING] * 3
    assert 50 < len(shop.received) < 100  # every few hours for each
    assert webhook.failing_since == start + timedelta(hours=2)
    shop.behaves, before = OK, len(shop.received)
    now += sending.LONGEST_REST * 7
    serve(webhook.id, now=now)
    assert states() == [State.DELIVERED] * 3
    assert len(shop.received) == before + 3
    assert not webhook.failures
    assert not webhook.rests_until


def serve(webhook_id: UUID, *, now: datetime) -> None:
    for _ in sending.serve(webhook_id, worker=uuid4(), until=now + timedelta(seconds=10)):
        db.session.commit()


def test_after_two_weeks_of_failures_it_is_given_up_and_staff_can_send_it_again(
    shop: Receiver, webhook: Webhook, operator: Person, run_jobs: RunJobs
) -> None:
    anna = person()
    shop.behaves = answer("500 x")
    happens(anna)
    happens(anna, Change.CONSENT_GIVEN)
    letters.write(now=utc_now())
    first = db.session.scalars(select(Delivery).order_by(Delivery.change_id)).first()
    assert first
    first.attempts = sending.MOST_ATTEMPTS - 1
    run_jobs()
    assert states()[0] is State.FAILED
    total = sum(sending.PAUSES[min(number, len(sending.PAUSES)) - 1].total_seconds() for number in range(1, 64))
    assert timedelta(days=13) < timedelta(seconds=total) < timedelta(days=15)
    shop.behaves = OK
    replays.one(first, by=db.session.get_one(Subject, operator.id), now=utc_now())
    waits_are_over()
    run_jobs()
    assert states() == [State.DELIVERED] * 2


def test_a_receiver_may_say_when_to_come_back(shop: Receiver, webhook: Webhook, run_jobs: RunJobs) -> None:
    shop.behaves = answer("429 Too Many Requests", headers="Retry-After: 600\r\n")
    for number in range(3):
        happens(person(f"p{number}@example.org"))
    run_jobs()
    assert len(shop.received) == 1
    assert webhook.rests_until
    assert timedelta(minutes=9) < webhook.rests_until - utc_now() < timedelta(minutes=11)


def test_a_paused_receiver_gets_everything_later_and_one_switched_off_nothing_any_more(
    shop: Receiver, webhook: Webhook, operator: Person, run_jobs: RunJobs
) -> None:
    by = db.session.get_one(Subject, operator.id)
    receivers.pause(webhook, by=by, now=utc_now())
    happens(person())
    run_jobs()
    assert shop.received == []
    receivers.resume(webhook, by=by, now=utc_now())
    run_jobs()
    assert len(shop.received) == 1
    receivers.pause(webhook, by=by, now=utc_now())
    happens(person("beat@example.org"))
    run_jobs()
    receivers.end(webhook, by=by, now=utc_now())
    receivers.resume(webhook, by=by, now=utc_now())
    happens(person("carla@example.org"))
    run_jobs()
    assert len(shop.received) == 1
    assert states() == [State.DELIVERED, State.DROPPED]


def test_everything_from_a_time_on_is_sent_again_also_to_a_new_receiver(
    shop: Receiver, webhook: Webhook, operator: Person, enter: Enter, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "BATCH", 2)
    anna = person()
    for _ in range(5):
        happens(anna)
    db.session.execute(
        update(ChangeEntry)
        .where(ChangeEntry.id == select(func.min(ChangeEntry.id)).scalar_subquery())
        .values(at=utc_now() - timedelta(days=2))
    )
    run_jobs()
    late = Receiver()
    newcomer = enter(late, "Newsletter tool").webhook
    by, since = db.session.get_one(Subject, operator.id), utc_now() - timedelta(days=1)
    assert replays.how_many(newcomer, since) == 4
    for receiver in (webhook, newcomer):
        replays.start(receiver, since, by=by, now=utc_now())
    run_jobs()
    run_jobs()
    assert len(shop.received) == 5 + 4
    assert len(late.received) == 4
    late.close()


def test_a_worker_that_dies_in_the_middle_leaves_nothing_behind(
    shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    happens(person())
    letters.write(now=utc_now())
    db.session.commit()
    turn = sending.serve(webhook.id, worker=uuid4(), until=utc_now() + timedelta(seconds=10))
    next(turn)
    db.session.commit()
    next(turn)  # about to call
    del turn
    db.session.commit()
    run_jobs()
    assert states() == [State.DELIVERED]
    assert webhook.taken_by is None


def test_two_workers_do_not_serve_the_same_receiver_at_once(
    app: Flask, shop: Receiver, webhook: Webhook, run_jobs: RunJobs
) -> None:
    happens(person())
    letters.write(now=utc_now())
    webhook.taken_by = app.extensions["worker"].id
    app.extensions["worker"].beat()
    assert sending.due(now=utc_now()) == []
    assert list(sending.serve(webhook.id, worker=uuid4(), until=utc_now() + timedelta(seconds=10))) == []


def test_a_change_is_settled_when_nobody_waits_for_it(shop: Receiver, webhook: Webhook, run_jobs: RunJobs) -> None:
    anna = person()
    shop.behaves = answer("500 x")
    happens(anna)
    run_jobs()
    assert settled() == [False]
    shop.behaves = OK
    waits_are_over()
    happens(anna, Change.ERASURE_DONE)
    run_jobs()
    assert states() == [State.DELIVERED] * 2
    assert settled() == [True, False]  # the second waits for being confirmed


def test_old_counts_and_confirmations_go(webhook: Webhook, run_jobs: RunJobs) -> None:
    anna = person()
    happens(anna, Change.ERASURE_DONE)
    run_jobs()
    db.session.execute(update(Confirmation).values(confirmed_at=utc_now()))
    settling.forget_old(now=utc_now() + timedelta(days=89))
    assert db.session.scalar(select(func.count()).select_from(WebhookHour)) == 1
    settling.forget_old(now=utc_now() + timedelta(days=3 * 366))
    assert db.session.scalar(select(func.count()).select_from(WebhookHour)) == 0
    assert db.session.scalar(select(func.count()).select_from(Confirmation)) == 1
    settling.forget_old(now=utc_now() + timedelta(days=4 * 366 + 1))
    assert db.session.scalar(select(func.count()).select_from(Confirmation)) == 0


def settled() -> list[bool]:
    reached: int | None = 0
    while reached is not None:
        reached = settling.settle(after=reached, now=utc_now())
    return [at is not None for at in db.session.scalars(select(ChangeEntry.settled_at).order_by(ChangeEntry.id))]
