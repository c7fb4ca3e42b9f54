"""The demo's data: invented, but consistent to the last row, because people judge Candor by what they see in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import Row, func, or_, select, text

from deploy.demo import letters
from deploy.demo.seed import SIGN_INS, seed
from webapp.access import Role
from webapp.accounts import passwords, postal
from webapp.accounts.models import Account, Profile
from webapp.audit import AuditEntry
from webapp.campaigns import audience, breaker, placeholders, statistics
from webapp.campaigns.models import Campaign, CampaignCount, CampaignState, Delivery, PauseReason, Progress
from webapp.clock import utc_now
from webapp.consents import tracking
from webapp.consents.models import Consent, ConsentPurpose, NewsletterRequest, Restriction, Subscription, TrackingChoice
from webapp.db import Base, db
from webapp.interactions.models import Interaction, NearbyAccessPoints
from webapp.mail.catalogue import catalogue
from webapp.mail.models import Message, State
from webapp.privacy.expiry import expired_before
from webapp.subjects import trail
from webapp.subjects.addresses import address_hash, normalize
from webapp.subjects.models import Subject

RESERVED = (".example", "@example.org", "@example.com", "@example.net")  # RFC 2606
ROLES = {
    "customer": Role.CUSTOMER,
    "marketer": Role.MARKETER,
    "staff": Role.ADMINISTRATOR,
    "officer": Role.PRIVACY_OFFICER,
}

# It is seeded once for all of them, which takes long enough.
pytestmark = pytest.mark.xdist_group("seed")


class Killed(Exception):
    pass


class Screen:
    """What `make demo` would show. `killed_at` ends it there."""

    def __init__(self, killed_at: str | None = None) -> None:
        self.lines: list[tuple[str, int, int]] = []
        self.killed_at = killed_at

    def __call__(self, label: str, done: int, total: int) -> None:
        self.lines.append((label, done, total))
        if label == self.killed_at and done:
            raise Killed


@pytest.fixture(scope="module")
def screen() -> Screen:
    return Screen()


@pytest.fixture(scope="module", autouse=True)
def demo(_app: Flask, screen: Screen) -> Iterator[Flask]:
    """Seeded once for all tests here: none of them uses `app`, which would empty the database."""
    with _app.app_context():
        _empty_database()
        seed(_app, screen)
        yield _app


def test_there_are_two_thousand_customers_each_with_an_account_and_a_key(demo: Flask) -> None:
    roles = Counter(db.session.scalars(select(Account.role)))
    assert roles == {Role.CUSTOMER: 2_000, Role.MARKETER: 1, Role.ADMINISTRATOR: 1, Role.PRIVACY_OFFICER: 1}
    for subject in db.session.scalars(select(Subject).limit(20)):
        assert len(trail.data_key(subject)) == 32


def test_every_address_is_one_that_nobody_can_have(demo: Flask) -> None:
    for subject in db.session.scalars(select(Subject).where(Subject.email != "")):  # one was taken off
        assert subject.email.endswith(RESERVED)
        assert subject.email == normalize(subject.email)
        assert subject.address_hash == address_hash(subject.email)


def test_every_phone_number_is_valid(demo: Flask) -> None:
    for number in db.session.scalars(select(Profile.phone).where(Profile.phone != "")):
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


def test_every_postal_code_looks_like_one_of_its_country(demo: Flask) -> None:
    complete = Counter(bool(row.street_address and row.postal_code and row.city) for row in _profiles())
    empty = Counter(not (row.street_address or row.postal_code or row.city) for row in _profiles())
    assert complete[True] + empty[True] == len(_profiles()) > 2_000
    for row in _profiles():
        assert not row.postal_code or not postal.example_of_wrong_code(row.postal_code, country=row.country)


def test_all_four_languages_are_read(demo: Flask) -> None:
    readers = Counter(db.session.scalars(select(Subject.language)))
    assert set(readers) == {"en", "de", "fr", "it"}
    assert min(readers.values()) > 100


def test_ever_more_people_signed_up(demo: Flask) -> None:
    dates = db.session.scalars(select(Subject.created_at)).all()
    middle = min(dates) + (max(dates) - min(dates)) / 2
    assert max(dates) < utc_now()
    assert sum(date > middle for date in dates) > 1.5 * sum(date <= middle for date in dates)


@pytest.mark.parametrize(("role", "email", "password"), SIGN_INS)
def test_the_printed_sign_ins_work(role: str, email: str, password: str, demo: Flask) -> None:
    account = db.session.scalars(select(Account).join(Subject).where(Subject.email == email)).one()
    assert account.role is ROLES[role]
    assert account.confirmed_at
    assert passwords.verify(account.password_hash, password)
    assert passwords.problem(password, own=[account.profile.full_name, email]) is None


def test_nobody_else_can_sign_in_with_one_of_these_passwords(demo: Flask) -> None:
    shared = select(Account.password_hash).group_by(Account.password_hash).having(func.count() > 1)
    [password_hash] = db.session.scalars(shared)
    assert not any(passwords.verify(password_hash, password) for _role, _email, password in SIGN_INS)


def test_what_people_get_follows_from_their_last_word(demo: Flask) -> None:
    last_word = (
        select(Consent.given)
        .where(
            Consent.subject_id == Subscription.subject_id,
            Consent.purpose == ConsentPurpose.TOPIC,
            or_(Consent.topic_id == Subscription.topic_id, Consent.topic_id.is_(None)),
        )
        .order_by(Consent.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    states = db.session.execute(select(Subscription.subscribed, last_word)).all()
    assert {(True, True), (False, False)} == {tuple(state) for state in states}


def test_what_people_allow_follows_from_their_last_word_too(demo: Flask) -> None:
    last_word = (
        select(Consent.given)
        .where(Consent.subject_id == TrackingChoice.subject_id, Consent.purpose == TrackingChoice.kind)
        .order_by(Consent.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    states = db.session.execute(select(TrackingChoice.allowed, last_word)).all()
    assert {(True, True), (False, False)} == {tuple(state) for state in states}


def test_some_people_get_the_newsletter_without_an_account(demo: Flask) -> None:
    without = select(Subject.id).where(~select(Account.subject_id).where(Account.subject_id == Subject.id).exists())
    readers = select(func.count(Subscription.subject_id.distinct())).where(Subscription.subject_id.in_(without))
    assert db.session.scalar(readers) == 5
    assert db.session.scalar(select(func.count()).where(NewsletterRequest.confirmed_at.is_(None))) == 1


def test_nobody_got_a_campaign_without_having_agreed_to_its_topic(demo: Flask) -> None:
    agreed = (
        select(Consent.id)
        .where(
            Consent.subject_id == Delivery.subject_id,
            Consent.topic_id == Campaign.topic_id,
            Consent.given,
            Consent.at <= Campaign.sending_since,
        )
        .exists()
    )
    emails = select(func.count()).select_from(Delivery).join(Campaign, Campaign.id == Delivery.campaign_id)
    assert db.session.scalar(emails)
    assert not db.session.scalar(emails.where(~agreed))


def test_the_figures_of_each_campaign_are_those_of_the_ledger(demo: Flask) -> None:
    for campaign in _past_campaigns():
        figures, ledger = statistics.figures(campaign), _ledger(campaign)
        assert figures.recipients == ledger.total()
        for state in (State.SENT, State.FAILED, State.UNCERTAIN, State.SUPPRESSED, State.PENDING):
            assert getattr(figures, state) == ledger[state], (campaign.subject, state)
        left = select(func.count()).where(Consent.campaign_id == campaign.id, Consent.given.is_(False))
        assert figures.unsubscribed == db.session.scalar(left)


def test_campaigns_lie_in_the_last_year_and_people_left_in_the_days_after(demo: Flask) -> None:
    campaigns = _past_campaigns()
    assert 8 <= len(campaigns) <= 11
    assert {campaign.state for campaign in campaigns} == {
        CampaignState.SENT,
        CampaignState.STOPPED,
        CampaignState.PAUSED,
    }
    ages = [(utc_now() - campaign.sending_since).days for campaign in campaigns if campaign.sending_since]
    assert max(ages) < 366
    assert not db.session.scalar(select(func.count()).where(CampaignCount.at > utc_now()))
    assert all(len(statistics.histories(campaign, ("sent", "unsubscribed"))[0]) > 1 for campaign in campaigns)


def test_one_campaign_paused_itself_and_can_go_on(demo: Flask) -> None:
    campaign = db.session.scalars(select(Campaign).where(Campaign.state == CampaignState.PAUSED)).one()
    assert breaker.judge(statistics.figures(campaign)) is campaign.pause_reason is PauseReason.REFUSALS
    assert campaign.finished_at is None
    progress = db.session.get_one(Progress, campaign.id)
    waiting = Delivery.id.between(progress.reached + 1, progress.last)
    states = select(Delivery.state).distinct().where(Delivery.campaign_id == campaign.id, waiting)
    assert db.session.scalars(states).all() == [State.PENDING]
    told = select(func.count()).where(Message.email == "campaigns/paused", Message.subject_id == campaign.started_by)
    assert db.session.scalar(told) == 1


def test_failures_carry_the_words_of_a_relay(demo: Flask) -> None:
    replies = db.session.scalars(select(Delivery.reply).where(Delivery.state == State.FAILED)).all()
    assert replies
    assert all(reply and reply[0] in "45" and reply[3] == " " for reply in replies)


@pytest.mark.parametrize("letter", [*letters.PAST, letters.DRAFT], ids=lambda letter: letter.subject)
def test_every_campaign_can_be_rendered(letter: letters.Letter, demo: Flask) -> None:
    placeholders.check(letter.subject)
    placeholders.check(letter.body)


def test_a_draft_waits_for_its_readers(demo: Flask) -> None:
    draft = db.session.scalars(select(Campaign).where(Campaign.state == CampaignState.DRAFT)).one()
    assert audience.count(draft) > 500
    assert "{{ given_name" in draft.subject


def test_the_demo_customer_has_something_on_every_page(demo: Flask) -> None:
    customer = db.session.scalars(select(Subject).where(Subject.email == SIGN_INS[0][1])).one()
    profile = db.session.get_one(Profile, customer.id)
    assert all(getattr(profile, column.key) for column in Profile.__table__.columns)
    for table, least in {
        "deliveries": 5,
        "messages": 3,
        "device_sessions": 2,
        "data_exports": 1,
        "consents": 5,
    }.items():
        count = text(f"SELECT count(*) FROM {table} WHERE subject_id = :id")
        assert (db.session.scalar(count, {"id": customer.id}) or 0) >= least, table


def test_every_service_email_is_one_that_exists(demo: Flask) -> None:
    assert set(db.session.scalars(select(Message.email))) <= set(catalogue)


def test_data_on_use_is_there_of_those_who_allow_it_and_of_nobody_else(demo: Flask) -> None:
    """Who objected lately: the workers of the demo delete theirs, or it is only stored."""
    objected = set(db.session.scalars(select(Restriction.subject_id)))
    for model, kind in ((Interaction, ConsentPurpose.USAGE), (NearbyAccessPoints, ConsentPurpose.NEARBY)):
        held = select(model.subject_id, func.count(), func.min(model.observed_at), func.max(model.observed_at))
        allowed = tracking.allowed(db.session.scalars(select(Subject.id)))
        too_old, counts = expired_before(model, now=utc_now()), {}
        for subject_id, count, first, last in db.session.execute(held.group_by(model.subject_id)):
            if subject_id not in objected:
                assert max(too_old, allowed[subject_id, kind].since) <= first <= last <= utc_now()
            counts[subject_id] = count
        assert len(counts) > 100
        customer = db.session.scalars(select(Subject.id).where(Subject.email == SIGN_INS[0][1])).one()
        assert max(counts, key=lambda who: counts[who]) == customer


def test_the_audit_log_is_in_order_and_can_be_read(demo: Flask) -> None:
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    entry = next(entry for entry in entries if entry.action == "consent_given")
    assert set(trail.details_of(entry, db.session.get_one(Subject, entry.subject_id))) == {"topic", "method"}


def test_progress_is_shown_and_each_part_ends_once(screen: Screen, demo: Flask) -> None:
    assert {label: total for label, done, total in screen.lines}["people"] == 2_003
    ends = Counter(label for label, done, total in screen.lines if done == total)
    assert set(ends.values()) == {1}
    assert set(ends) == {label for label, _done, _total in screen.lines}


def test_a_second_time_changes_nothing(demo: Flask) -> None:
    before, screen = _row_counts(), Screen()
    seed(demo, screen)
    assert _row_counts() == before
    assert screen.lines == []


@pytest.mark.deep
def test_killed_half_way_it_starts_over_and_gives_the_same_people(demo: Flask) -> None:
    before = _profiles()
    _empty_database()
    with pytest.raises(Killed):
        seed(demo, Screen(killed_at="consents"))
    assert not db.session.scalar(select(func.count()).select_from(Subject))
    seed(demo, Screen())
    assert _profiles() == before


def _empty_database() -> None:
    tables = db.session.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    )
    db.session.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
    db.session.commit()


def _profiles() -> Sequence[Row[Any]]:
    """Who came by the API, and has no account, gets a new number each time."""
    contact = [column for column in Profile.__table__.columns if column.name not in {"changed_at", "subject_id"}]
    people = select(Subject.email, Subject.language, Account.subject_id, *contact)
    people = people.join(Profile, Profile.subject_id == Subject.id).outerjoin(Account, Account.subject_id == Subject.id)
    return db.session.execute(people.order_by(Subject.email, Profile.family_name, Profile.given_name)).all()


def _past_campaigns() -> Sequence[Campaign]:
    return db.session.scalars(select(Campaign).where(Campaign.state != CampaignState.DRAFT)).all()


def _ledger(campaign: Campaign) -> Counter[State]:
    rows = (
        select(Delivery.state, func.count().label("number"))
        .where(Delivery.campaign_id == campaign.id)
        .group_by(Delivery.state)
    )
    return Counter({row.state: row.number for row in db.session.execute(rows)})


def _row_counts() -> dict[str, int | None]:
    tables = Base.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) for table in tables}
