"""The promises page tells the truth: figures are measured, and what leaves its limit raises an alert."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from jobs.privacy import measure_promises
from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.plans import asked_of
from tests.relay import TestRelay
from webapp import audit, partitions
from webapp.access import Role
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.campaigns import rendering
from webapp.campaigns.models import Campaign, CampaignState, Delivery
from webapp.clock import utc_now
from webapp.consents.models import ConsentPurpose, Subscription, TrackingChoice
from webapp.db import db
from webapp.interactions.models import Interaction
from webapp.mail.models import State
from webapp.mail.rendering import Rendered, render
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.promises import measuring, overview
from webapp.privacy.promises.figures import HOURLY, Figure, Kind, Measurement, figures
from webapp.privacy.promises.models import Alert, PromiseFigure
from webapp.privacy.promises.overview import Standing
from webapp.privacy.promises.registry import PROMISES
from webapp.subjects import trail
from webapp.subjects.models import Subject

PAGE, STAFF_PAGE = "/privacy-policy/promises", "/staff/promises"
DAY = 86_400
SignIn = Callable[[Person], PageClient]
NUMBERS = {f"P{number}" for number in range(1, 36)}


@pytest.fixture
def rain() -> Iterator[list[float | None]]:
    """A figure of our own: what it measures next is in the list. One more is there, and no others."""
    falling: list[float | None] = [0.0]

    def measure(*, now: datetime) -> Measurement:
        if falling == []:
            raise RuntimeError("the gauge is broken")
        return Measurement(falling[0])

    real = dict(figures)
    figures.clear()
    figures["passkeys"] = real["passkeys"]
    figures["rain"] = Figure("rain", "P1", "Rain in the server room", Kind.COUNT, measure, at_most=2)
    yield falling
    figures.clear()
    figures.update(real)


def measure_all(*, now: datetime | None = None) -> None:
    for _ in measuring.measure_due(now=now or utc_now()):
        db.session.commit()
    db.session.commit()


def value_of(name: str) -> float | None:
    return db.session.get_one(PromiseFigure, name, populate_existing=True).value


def copy_asked(who: Person, *, ago: timedelta, took: timedelta | None) -> None:
    asked = utc_now() - ago
    state = ExportState.READY if took is not None else ExportState.BUILDING
    ready_at = None if took is None else asked + took
    db.session.add(DataExport(subject_id=who.id, state=state, requested_at=asked, ready_at=ready_at))
    db.session.commit()


def test_every_promise_is_there_once_and_every_figure_belongs_to_one(app: Flask) -> None:
    assert sorted(promise.number for promise in PROMISES) == sorted(NUMBERS)
    assert {figure.promise for figure in figures.values()} <= NUMBERS
    assert all(promise.how is not None or promise.missing is not None for promise in PROMISES)


def test_a_promise_that_is_kept_wholly_shows_a_figure(app: Flask) -> None:
    measured = {figure.promise for figure in figures.values()}
    kept = {promise.number for promise in PROMISES if promise.keeping == "kept"}
    assert kept <= measured


def test_before_the_first_measuring_the_page_says_so(client: PageClient) -> None:
    page = client.get(PAGE).text
    assert "The figures are being measured for the first time" in page
    assert page.count('class="promise"') == len(PROMISES)


def test_everything_is_measured_by_the_job_and_shown_to_everybody(client: PageClient) -> None:
    copy_asked(person(), ago=timedelta(days=3), took=timedelta(minutes=4))
    measure_promises()
    assert set(db.session.scalars(select(PromiseFigure.name))) == set(figures)
    page = client.get(PAGE).text
    assert "4 minutes" in page
    assert "of 1 copy · limit: at most 30 days" in page
    assert "Not yet by this software" in page


def test_a_figure_is_measured_again_when_its_time_has_come(app: Flask, rain: list[float | None]) -> None:
    now = utc_now()
    measure_all(now=now)
    rain[0] = 1
    measure_all(now=now + timedelta(minutes=1))
    assert value_of("rain") == 0
    measure_all(now=now + timedelta(minutes=5))
    assert value_of("rain") == 1
    assert db.session.get_one(PromiseFigure, "passkeys").measured_at == now  # hourly


class TestWaitForACopy:
    def test_the_longest_counts_and_so_does_one_that_waits_still(self, app: Flask) -> None:
        anna, bert = person(), person("bert@example.org")
        copy_asked(anna, ago=timedelta(days=90), took=timedelta(days=40))
        assert figures["longest_wait_for_a_copy"].measure(now=utc_now()).value == pytest.approx(40 * DAY)
        copy_asked(bert, ago=timedelta(days=92), took=timedelta(days=50))
        copy_asked(anna, ago=timedelta(days=2), took=None)
        found = figures["longest_wait_for_a_copy"].measure(now=utc_now())
        assert found.cases == 2
        assert found.value == pytest.approx(40 * DAY)
        assert found.series
        assert found.series[-1] == pytest.approx(2 * DAY, abs=60)

    def test_nobody_asked(self, app: Flask) -> None:
        assert figures["longest_wait_for_a_copy"].measure(now=utc_now()).value is None


class TestOptOut:
    @pytest.mark.parametrize(("seconds", "delay"), [(-30, 0), (45, 45), (600, 600)])
    def test_an_email_that_left_after_the_no_is_found(self, app: Flask, seconds: int, delay: float) -> None:
        anna, news, now = person(), topic(), utc_now()
        self.left(anna, news, at=now - timedelta(hours=1))
        self.sent(anna, news, at=now - timedelta(hours=1) + timedelta(seconds=seconds))
        found = figures["opt_out_delay"].measure(now=now)
        assert found.cases == 1
        assert isinstance(found.value, timedelta)
        assert found.value.total_seconds() == delay

    def test_an_email_about_another_topic_is_none(self, app: Flask) -> None:
        anna, now = person(), utc_now()
        self.left(anna, topic(), at=now - timedelta(hours=1))
        self.sent(anna, topic("tips"), at=now)
        assert figures["opt_out_delay"].measure(now=now).value == timedelta(0)

    def left(self, who: Person, topic_id: UUID, *, at: datetime) -> None:
        subscribe(who, topic_id)
        db.session.execute(update(Subscription).values(subscribed=False, changed_at=at))
        db.session.commit()

    def sent(self, who: Person, topic_id: object, *, at: datetime) -> None:
        month = partitions.month_of(at)
        partitions.ensure(Delivery, month)
        campaign = Campaign(
            topic_id=topic_id, subject="Hay", body="", state=CampaignState.SENT, changed_at=at, sending_since=at
        )
        db.session.add(campaign)
        db.session.flush()
        email = {"state": State.SENT, "due_at": at, "sent_at": at}
        db.session.add(Delivery(snapshot_month=month, campaign_id=campaign.id, subject_id=who.id, **email))
        db.session.commit()

    def test_the_newest_campaign_is_looked_at_for_the_way_out(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert figures["way_out"].measure(now=utc_now()).value is None
        self.sent(person(), topic(), at=utc_now())
        assert figures["way_out"].measure(now=utc_now()).value is True
        monkeypatch.setattr(rendering, "render_email", without_way_out)
        assert figures["way_out"].measure(now=utc_now()).value is False


def without_way_out(name: str, variables: dict[str, Any], *, language: str) -> Rendered:
    return render(name, variables | {"unsubscribe_url": "#"}, language=language)


class TestUse:
    """Interaction data goes by its time and with its consent."""

    def test_records_beyond_their_time_are_counted(self, app: Flask) -> None:
        anna, now = person(), utc_now()
        self.recorded(anna, at=now - timedelta(days=380))
        assert figures["too_old_use"].measure(now=now).value == 0
        self.recorded(anna, at=now - timedelta(days=400))
        assert figures["too_old_use"].measure(now=now).value == 1

    def test_records_that_outlive_a_no_are_noticed_after_ten_minutes(self, app: Flask) -> None:
        anna, now = person(), utc_now()
        self.recorded(anna, at=now - timedelta(hours=1))
        choice = {"subject_id": anna.id, "kind": ConsentPurpose.USAGE, "allowed": False}
        db.session.add(TrackingChoice(**choice, changed_at=now - timedelta(minutes=5)))
        db.session.commit()
        assert figures["use_kept_after_no"].measure(now=now).value is None
        found = figures["use_kept_after_no"].measure(now=now + timedelta(minutes=6))
        assert (found.value, found.cases) == (1, 1)
        db.session.execute(delete(Interaction))
        assert figures["use_kept_after_no"].measure(now=now + timedelta(minutes=6)).value == 0

    def recorded(self, who: Person, *, at: datetime) -> None:
        partitions.ensure(Interaction, partitions.month_of(at))
        row = {"id": uuid4(), "key_id": uuid4(), "app": "app", "device": {}, "received_at": at, "observed_at": at}
        db.session.add(Interaction(subject_id=who.id, **row))
        db.session.commit()


class TestSecurity:
    def test_a_password_in_another_form_is_counted(self, app: Flask) -> None:
        person()
        assert figures["other_passwords"].measure(now=utc_now()).value == 0
        db.session.execute(update(Account).values(password_hash="md5:0cc175b9"))
        assert figures["other_passwords"].measure(now=utc_now()).value == 1

    def test_a_log_that_was_changed_is_noticed(self, app: Flask) -> None:
        anna = db.session.get_one(Subject, person().id)
        for _ in range(3):
            trail.record(Action.PROFILE_CHANGED, anna, now=utc_now() - timedelta(minutes=9))
        db.session.commit()
        waiting = figures["unsealed_entry"].measure(now=utc_now()).value
        assert isinstance(waiting, timedelta)
        assert waiting > timedelta(minutes=8)
        audit.seal_pending()
        assert figures["unsealed_entry"].measure(now=utc_now()).value == timedelta(0)
        assert figures["unchanged_log"].measure(now=utc_now()).value is True
        db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER append_only"))
        db.session.execute(text("UPDATE audit_entries SET action = 'signed_in' WHERE position = 2"))
        db.session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER append_only"))
        db.session.expire_all()
        assert figures["unchanged_log"].measure(now=utc_now()).value is False

    def test_who_was_not_asked_about_an_old_password_is_overdue(self, app: Flask) -> None:
        person()
        assert figures["overdue_question"].measure(now=utc_now()).value is None
        now = utc_now()
        db.session.execute(update(Account).values(password_changed_at=now - timedelta(days=368)))
        assert figures["overdue_question"].measure(now=now).value == timedelta(days=3)

    def test_second_factors_are_shares(self, app: Flask) -> None:
        person()
        person("staff@example.org", role=Role.SUPPORT)
        assert figures["protected_accounts"].measure(now=utc_now()).value == 0.5
        assert figures["protected_staff"].measure(now=utc_now()).value == 1


class TestAlerts:
    def test_a_figure_beyond_its_limit_is_told_once_and_shown_until_it_is_back(
        self,
        client: PageClient,
        sign_in: SignIn,
        rain: list[float | None],
        run_jobs: Callable[[], None],
        relay: TestRelay,
    ) -> None:
        officer = person("officer@example.org", role=Role.PRIVACY_OFFICER)
        person("helper@example.org", role=Role.SUPPORT)
        person()
        rain[0], now = 7, utc_now() - timedelta(minutes=15)
        for minutes in (0, 5, 10):
            measure_all(now=now + timedelta(minutes=minutes))
        run_jobs()
        assert [email.to for email in relay.received] == [officer.email]
        assert "Rain in the server room" in relay.received[0].text
        public = client.get(PAGE).text
        assert "limit: at most 2" in public
        assert "measured--danger" not in public
        staff = sign_in(officer).get(STAFF_PAGE).text
        assert "Beyond its limit" in staff
        assert "1 promise of the privacy policy" not in staff
        rain[0] = 1
        measure_all(now=now + timedelta(minutes=15))
        assert "No alert is open" in client.get(STAFF_PAGE).text
        assert "Rain in the server room" in client.get(STAFF_PAGE).text
        assert db.session.scalars(select(Alert.resolved_at)).one() is not None

    def test_every_page_for_staff_shows_that_an_alert_is_open(
        self, client: PageClient, sign_in: SignIn, rain: list[float | None]
    ) -> None:
        boss = person("boss@example.org", role=Role.ADMINISTRATOR)
        sign_in(boss)
        assert "needs attention" not in client.get("/staff/people").text
        rain[0] = 3
        measure_all()
        assert "A promise of the privacy policy needs attention" in client.get("/staff/people").text
        assert "needs attention" not in client.get("/account").text

    def test_one_that_goes_to_and_fro_does_not_fill_mailboxes(
        self, app: Flask, rain: list[float | None], run_jobs: Callable[[], None], relay: TestRelay
    ) -> None:
        person("boss@example.org", role=Role.ADMINISTRATOR)
        now = utc_now() - timedelta(hours=1)
        for step, rain[0] in enumerate([5, 0, 5, 0, 5]):
            measure_all(now=now + step * timedelta(minutes=5))
        run_jobs()
        assert len(relay.received) == 1
        assert db.session.scalar(select(func.count()).select_from(Alert)) == 3

    def test_an_alert_of_a_figure_that_is_gone_closes(self, app: Flask, rain: list[float | None]) -> None:
        db.session.add(Alert(figure="moonlight", value=1, raised_at=utc_now()))
        measure_all()
        assert db.session.scalars(select(Alert.resolved_at)).one() is not None

    def test_a_figure_that_cannot_be_measured_gets_old_and_the_others_do_not(
        self, client: PageClient, sign_in: SignIn, rain: list[float | None]
    ) -> None:
        now = utc_now() - timedelta(hours=1)
        measure_all(now=now)
        rain.clear()
        measure_all()
        shown = {figure.figure.name: figure.standing for _, figure in overview.overview(now=utc_now()).by_standing}
        assert shown.pop("rain") is Standing.STALE
        assert Standing.STALE not in shown.values()
        sign_in(person("officer@example.org", role=Role.PRIVACY_OFFICER))
        assert "Not measured lately" in client.get(STAFF_PAGE).text


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MARKETER])
def test_the_page_with_alerts_is_for_staff(client: PageClient, sign_in: SignIn, role: Role) -> None:
    sign_in(person(role=role))
    assert client.get(STAFF_PAGE).status_code == 403


def test_no_figure_reads_a_whole_table_of_customers(app: Flask) -> None:
    """Planned as for big tables. What has to count everybody is measured once an hour."""
    with asked_of(db.engine) as asked:
        for figure in figures.values():
            if figure.every < HOURLY:
                figure.measure(now=utc_now())
    assert len(asked) > 8
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    plans = [
        line
        for statement, values in asked
        for (line,) in db.session.connection().exec_driver_sql("EXPLAIN " + statement, values)
    ]
    assert {line.split("Seq Scan on ")[1].split()[0] for line in plans if "Seq Scan on" in line} <= SMALL_TABLES


# Those of a day or of seconds, and of a few rows; what people here wrote.
SMALL_TABLES = {
    "audit_anchors",
    "campaigns",
    "guesses",
    "journal_entries",
    "journal_state",
    "policy_notices",
    "policy_versions",
    "webhooks",
}
