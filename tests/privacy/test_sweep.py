"""What the sweep deletes each day, how it finds it, and what it leaves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from jobs.retention import end_inactive, sweep_retention
from tests.people import Person, person, subscribe, topic
from tests.plans import forget_statistics, plan
from tests.sweeping import only, swept
from webapp import audit, partitions
from webapp.accounts.models import DeviceSession, SignUp
from webapp.audit import AuditAnchor, AuditEntry
from webapp.campaigns.models import Delivery
from webapp.clock import utc_now
from webapp.consents.models import Ground, Restriction, Subscription, Use
from webapp.db import db
from webapp.interactions.models import Interaction
from webapp.mail.models import Message
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.erasure.models import Treatment
from webapp.privacy.retention import audit_log, holds, leftovers, sweep, work
from webapp.privacy.retention.models import RetentionRun
from webapp.products.models import Invoice, InvoiceKind, InvoiceState
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject, SubjectKey

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OVER = datetime(2022, 12, 31, tzinfo=UTC)  # three years, from the end of the year
NOT_OVER = datetime(2023, 1, 1, tzinfo=UTC)
FEW = ("email_changes", "messages", "device_sessions")


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


def test_rows_go_when_their_time_is_over_and_not_before(anna: Person) -> None:
    write_to(anna, OVER, NOT_OVER)
    swept(NOW, *FEW)
    assert messages() == [NOT_OVER]
    run = run_of("messages")
    assert (run.rows, run.treatment, run.error, str(run.due_until)) == (1, Treatment.DELETE, "", "2022-12-31")
    assert run.finished_at is not None


def test_invoices_go_by_the_law_of_their_country(anna: Person) -> None:
    """On 1 January 2026 those of 2017 from Germany and of 2018 from Austria are over, of 2015 those from elsewhere."""
    years = {"DE": 2018, "AT": 2019, "CH": 2016, "FR": 2016, "BR": 2016}
    for country, first in years.items():
        for year in (first - 1, first):
            invoice(anna, f"{country}-{year}", country=country, day=f"{year}-12-31")
    invoice(anna, "draft", country="CH", day="2001-01-01", state=InvoiceState.DRAFT)  # goes with the account
    db.session.commit()
    swept(datetime(2026, 1, 1, 12, tzinfo=UTC), "invoices")
    kept = {f"{country}-{first}" for country, first in years.items()} | {"draft"}
    assert set(db.session.scalars(select(Invoice.external_id))) == kept


def test_a_second_sweep_of_the_day_changes_nothing_and_the_next_day_goes_on(anna: Person) -> None:
    swept(NOW, *FEW)
    write_to(anna, OVER)
    swept(NOW + timedelta(hours=1), *FEW)
    assert messages() == [OVER]
    swept(NOW + timedelta(days=1), *FEW)
    assert messages() == []


def test_it_may_be_killed_after_any_step_and_goes_on(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    write_to(anna, *[OVER] * 5)
    steps = 0
    while run_is_open("messages"):
        steps += 1
        monkeypatch.setattr(work, "all_of", lambda *, now: only(FEW, now=now))
        for _step, _ in zip(range(steps), sweep.sweep(now=NOW), strict=False):
            db.session.commit()
        db.session.rollback()
    assert messages() == []
    assert run_of("messages").rows == 5


def test_a_rule_that_fails_does_not_stop_the_others_and_is_tried_again(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_to(anna, OVER)

    def locked(_one: Any) -> Iterator[int]:
        raise OperationalError("", {}, Exception("locked"))
        yield 0

    with monkeypatch.context() as broken:
        broken.setattr(sweep, "OWN_WAYS", {Message: locked})
        swept(NOW, *FEW)
    failed = run_of("messages")
    assert (failed.error, failed.finished_at) == ("OperationalError", None)
    assert run_of("device_sessions").finished_at is not None
    swept(NOW + timedelta(hours=1), *FEW)
    assert messages() == []
    assert run_of("messages").error == ""


def test_the_job_works_in_turns(anna: Person, run_jobs: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.retention.TURN", timedelta(0))
    write_to(anna, OVER)
    monkeypatch.setattr(work, "all_of", lambda *, now: only(FEW, now=now))
    sweep_retention()
    assert messages() == [OVER]
    run_jobs()
    assert messages() == []


class TestHolds:
    def test_what_is_held_stays_until_the_hold_ends(self, anna: Person) -> None:
        bert = person("bert@example.org")
        write_to(anna, OVER)
        write_to(bert, OVER)
        hold = held(anna)
        swept(NOW, "messages")
        assert owners() == [anna.id]
        holds.release(hold, reason="Settled", by=subject(bert), now=NOW)
        db.session.commit()
        swept(NOW + timedelta(days=1), "messages")
        assert owners() == []

    def test_what_a_person_wants_only_stored_stays_until_they_lift_it(self, anna: Person) -> None:
        write_to(anna, OVER)
        wish = only_stored(anna)
        swept(NOW, "messages")
        assert owners() == [anna.id]
        wish.ends_at = NOW
        db.session.commit()
        swept(NOW + timedelta(days=1), "messages")
        assert owners() == []

    def test_a_hold_keeps_only_what_it_is_about(self, anna: Person) -> None:
        write_to(anna, OVER)
        held(anna, Category.PAYMENT)
        swept(NOW, "messages")
        assert owners() == []

    def test_a_hold_that_was_expected_to_be_over_keeps_all_the_same(self, anna: Person) -> None:
        write_to(anna, OVER)
        held(anna, until=NOW - timedelta(days=400))
        swept(NOW, "messages")
        assert owners() == [anna.id]

    def test_a_month_is_not_dropped_while_somebody_is_held(self, anna: Person) -> None:
        bert = person("bert@example.org")
        for who in (anna, bert):
            used(who, NOW - timedelta(days=500))
        held(anna)
        swept(NOW, "interactions")
        assert list(db.session.scalars(select(Interaction.subject_id))) == [anna.id]

    def test_whoever_is_held_is_known_by_address_too(self, app: Flask, anna: Person) -> None:
        held(anna)
        for one in work.all_of(now=NOW):
            if one.table.of is not Subject.id:
                assert db.session.scalars(select(one.table.model).where(holds.held(one.table))).all() == []


def test_months_that_are_over_are_dropped_whole(anna: Person) -> None:
    sent(anna, datetime(2022, 12, 31, tzinfo=UTC))
    sent(anna, datetime(2023, 1, 1, tzinfo=UTC))
    swept(NOW, "deliveries")
    assert partitions.months(Delivery)[0] == NOT_OVER.date()
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_a_no_is_forgotten_after_ninety_days_and_a_yes_stays(anna: Person) -> None:
    subscribe(anna, topic())
    subscribe(anna, topic("offers"))
    [first, second] = db.session.scalars(select(Subscription))
    first.subscribed, first.changed_at, second.changed_at = False, NOW - timedelta(days=90), NOW - timedelta(days=900)
    db.session.commit()
    swept(NOW, "subscriptions")
    assert list(db.session.scalars(select(Subscription.topic_id))) == [second.topic_id]


def test_a_sign_in_that_nobody_ended_ends_by_itself_and_is_forgotten_after_a_year(anna: Person) -> None:
    device = DeviceSession(
        **{"subject_id": anna.id, "token_hash": b"1", "user_agent": "", "network": "", "shared": False},
        **dict.fromkeys(("signed_in_at", "seen_at", "proved_at"), utc_now() - timedelta(days=366)),
    )
    db.session.add(device)
    db.session.commit()
    end_inactive()
    assert device.ended_at == device.seen_at
    swept(utc_now(), "device_sessions")
    assert db.session.scalars(select(DeviceSession)).all() == []


def test_who_entered_an_address_once_is_forgotten_with_it(app: Flask) -> None:
    who = subjects.find_or_create("nobody@example.org", language="en")
    blank = dict.fromkeys(("given_name", "family_name", "browser", "password_hash"), "")
    db.session.add(SignUp(subject_id=who.id, **blank, topics={}, language="en", asked_at=NOW - timedelta(days=14)))
    db.session.commit()
    swept(NOW, "sign_ups")
    assert subjects.find("nobody@example.org") is None


class TestLog:
    """The audit log loses its oldest entries, and can be verified all the same."""

    @pytest.fixture
    def log(self, anna: Person) -> list[AuditEntry]:
        bert = person("bert@example.org")
        for who, at in ((anna, OVER), (bert, OVER), (anna, OVER), (bert, NOT_OVER), (anna, NOW)):
            trail.record(audit.Action.SIGNED_IN, subject(who), now=at)
        audit.seal_pending()
        db.session.commit()
        return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.position)))

    def test_what_is_old_goes_and_the_chain_holds(self, log: list[AuditEntry]) -> None:
        swept(NOW, "audit_entries")
        assert positions() == [4, 5]
        assert audit.verify() == audit.Verification(2, broken_at=None)
        assert audit.verify_newest(10).broken_at is None
        swept(NOW + timedelta(days=1200), "audit_entries")
        assert list(db.session.scalars(select(AuditAnchor.position))) == [5]
        trail.record(audit.Action.SIGNED_OUT, subject(person("carl@example.org")), now=NOW)
        audit.seal_pending()
        assert positions() == [6]
        assert audit.verify() == audit.Verification(1, broken_at=None)

    def test_what_is_held_stays_in_the_chain(
        self, log: list[AuditEntry], anna: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_log, "BATCH", 2)
        held(anna)
        audit.seal_pending()
        swept(NOW, "audit_entries")
        assert positions()[:4] == [1, 3, 4, 5]
        assert audit.verify().broken_at is None
        assert audit.verify_newest(10).broken_at is None

    def test_nobody_cuts_it_off_without_our_key(self, log: list[AuditEntry]) -> None:
        with pytest.raises(Exception, match="append-only"), db.session.begin_nested():
            db.session.execute(delete(AuditEntry).where(AuditEntry.position == 1))
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.position == 2)).one()
        db.session.add(AuditAnchor(position=2, seal=entry.seal, signature=b"forged"))
        db.session.flush()
        db.session.execute(delete(AuditEntry).where(AuditEntry.position <= 2))
        assert audit.verify().broken_at == 1


class TestLeftovers:
    """Of somebody who was erased a row stays while a law keeps something that refers to it."""

    def test_the_number_goes_with_the_last_row(self, anna: Person) -> None:
        invoice(anna, "R-1", country="CH", day="2015-06-01")
        erased(anna)
        swept(datetime(2025, 12, 31, 12, tzinfo=UTC), "invoices")
        assert db.session.get(Subject, anna.id)
        swept(datetime(2026, 1, 1, 12, tzinfo=UTC), "invoices")
        assert db.session.get(Subject, anna.id) is None

    def test_who_was_not_erased_stays_without_any_rows(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(leftovers, "BATCH", 1)
        stays = subjects.find_or_create("new@example.org", language="en")
        db.session.commit()
        for email in ("one@example.org", "two@example.org"):
            erased(person(email))
        swept(NOW, "invoices")
        assert list(db.session.scalars(select(Subject.id))) == [stays.id]


def test_every_rule_finds_its_rows_by_an_index(app: Flask) -> None:
    """However large a table gets. An index of only those rows that may be due at all needs no condition."""
    for off in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
        db.session.execute(text(f"SET LOCAL {off} = off"))
    forget_statistics(db.session.connection())
    partial = set(db.session.scalars(text("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")))
    slow = []
    for one in work.all_of(now=NOW):
        for condition in one.conditions:
            for node in _plan(select(*inspect(one.table.model).primary_key).where(condition)):
                is_scan = "Relation Name" in node and node["Node Type"] != "Bitmap Heap Scan"
                if is_scan and "Index Cond" not in node and node.get("Index Name") not in partial:
                    slow.append(f"{one.table.name}, {one.name}: {node['Node Type']} of {node['Relation Name']}")
    assert slow == []


def _plan(query: Any) -> Iterator[dict[str, Any]]:
    sql = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    return plan(db.session.connection(), sql)


def subject(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


def only_stored(who: Person) -> Restriction:
    wish = {"use": Use.EVERYTHING, "ground": Ground.CLAIMS, "words": "", "asked_at": NOW, "due_at": NOW}
    restriction = Restriction(subject_id=who.id, **wish)
    db.session.add(restriction)
    db.session.commit()
    return restriction


def held(who: Person, *categories: Category, until: datetime | None = None) -> Any:
    terms = holds.Terms(
        reason="A claim", reference="", categories=categories, expected_until=until.date() if until else None
    )
    hold = holds.set_on(subject(who), terms, by=subject(who), now=NOW)
    db.session.commit()
    return hold


def erased(who: Person) -> None:
    db.session.execute(delete(SubjectKey).where(SubjectKey.subject_id == who.id))
    for table in ("authenticator_apps", "accounts", "profiles"):
        db.session.execute(text(f"DELETE FROM {table} WHERE subject_id = '{who.id}'"))
    subject(who).erased_at = NOW
    db.session.commit()


def write_to(who: Person, *moments: datetime) -> None:
    for at in moments:
        db.session.add(Message(subject_id=who.id, email="", ids={}, created_at=at, due_at=at, state="sent"))
    db.session.commit()


def used(who: Person, at: datetime) -> None:
    partitions.ensure(Interaction, partitions.month_of(at))
    row = {"id": uuid4(), "observed_at": at, "subject_id": who.id, "app": "Panel", "key_id": uuid4(), "device": {}}
    db.session.add(Interaction(**row, received_at=at))
    db.session.commit()


def sent(who: Person, at: datetime) -> None:
    month = partitions.month_of(at)
    partitions.ensure(Delivery, month)
    db.session.add(Delivery(snapshot_month=month, campaign_id=uuid4(), subject_id=who.id, due_at=at, sent_at=at))
    db.session.commit()


def invoice(who: Person, number: str, *, country: str, day: str, state: InvoiceState = InvoiceState.PAID) -> None:
    issued = datetime.fromisoformat(day)
    texts = {"external_id": number, "number": number, "billed_to": "Anna", "billing_address": "", "customer": "1"}
    paid = {"kind": InvoiceKind.INVOICE, "state": state, "amount": 100, "currency": "CHF", "country": country}
    times = {"issued_on": issued.date(), "changed_at": NOW, "received_at": NOW}
    db.session.add(Invoice(subject_id=who.id, **texts, **paid, **times))
    db.session.commit()


def messages() -> list[datetime]:
    return list(db.session.scalars(select(Message.created_at).order_by(Message.created_at)))


def owners() -> list[UUID]:
    return list(db.session.scalars(select(Message.subject_id)))


def positions() -> list[int | None]:
    return list(db.session.scalars(select(AuditEntry.position).order_by(AuditEntry.position)))


def run_of(table: str) -> RetentionRun:
    db.session.expire_all()
    return db.session.scalars(select(RetentionRun).where(RetentionRun.table_name == table)).one()


def run_is_open(table: str) -> bool:
    done = select(RetentionRun).where(RetentionRun.table_name == table, RetentionRun.finished_at.is_not(None))
    return db.session.scalars(done).first() is None
