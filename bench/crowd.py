"""A database with many customers, and two in it whose copies are measured."""

import json
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from webapp import partitions
from webapp.access import Role
from webapp.accounts.models import Account, Profile
from webapp.audit import Action
from webapp.campaigns.models import Campaign, Delivery
from webapp.consents.models import Consent, ConsentPurpose, Method, Subscription, Topic
from webapp.db import db
from webapp.interactions.models import Interaction
from webapp.mail.models import Message, State
from webapp.subjects import subjects, trail
from webapp.subjects.models import Subject

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PART = 100_000

# What everybody has, so that each table and index is as large as it would be.
ID = "(lpad(to_hex(n), 32, '0'))::uuid"
CROWD = [
    f"INSERT INTO subjects (id, email, address_hash, language, created_at) "
    f"SELECT {ID}, 'customer' || n || '@example.org', sha256(n::text::bytea), 'en', :now",
    f"INSERT INTO subject_keys (subject_id, wrapped) SELECT {ID}, sha256(n::text::bytea)",
    f"INSERT INTO profiles (subject_id, given_name, family_name, city, changed_at) "
    f"SELECT {ID}, 'Nora', 'Number ' || n, 'Chur', :now",
    f"INSERT INTO accounts (subject_id, password_hash, password_changed_at, role, confirmed_at) "
    f"SELECT {ID}, 'none', :now, 'customer', :now",
    f"INSERT INTO consents (id, subject_id, topic_title, given, method, wording, language, at) "
    f"SELECT {ID}, {ID}, 'News', true, 'sign_up_form', 'Yes, I want to read the news.', 'en', :now",
    f"INSERT INTO device_sessions (id, subject_id, token_hash, user_agent, network, signed_in_at, seen_at, proved_at) "
    f"SELECT {ID}, {ID}, sha256(n::text::bytea), 'Firefox on Linux', '192.0.2.1', :now, :now, :now",
    f"INSERT INTO messages (id, subject_id, email, ids, state, due_at) "
    f"SELECT {ID}, {ID}, 'accounts/confirm_sign_up', '{{}}', 'sent', :now",
    f"INSERT INTO audit_entries (at, action, actor_id, subject_id) SELECT :now, 'signed_in', {ID}, {ID}",
    f"INSERT INTO interactions (observed_at, id, subject_id, app, key_id, received_at, device) "
    f"SELECT :now, {ID}, {ID}, 'webmail', {ID}, :now, '{{}}'",
]


def fill(customers: int) -> None:
    """Commits. Foreign keys are not checked meanwhile, and nothing waits for the disk."""
    partitions.ensure_between(Interaction, NOW - timedelta(days=396), NOW)
    partitions.ensure(Delivery, partitions.month_of(NOW))
    for first in range(1, customers + 1, PART):
        db.session.execute(text("SET session_replication_role = replica"))
        span = {"now": NOW, "first": first, "last": min(first + PART - 1, customers)}
        for statement in CROWD:
            db.session.execute(text(f"{statement} FROM generate_series(CAST(:first AS integer), :last) AS n"), span)
        db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def customer(address: str, *, interactions: int) -> UUID:
    """Somebody with a life of some years here: commits."""
    subject = subjects.find_or_create(address, language="en")
    names = {
        "given_name": "Anna",
        "family_name": "Keller",
        "phone": "+41441234567",
        "street_address": "Bahnhofstrasse 1",
    }
    db.session.add(Profile(subject_id=subject.id, **names, city="Chur", country="CH", changed_at=NOW))
    db.session.add(
        Account(
            subject_id=subject.id, password_hash="none", password_changed_at=NOW, role=Role.CUSTOMER, confirmed_at=NOW
        )
    )
    _mail(subject)
    for hour in range(12):
        trail.record(
            Action.SIGNED_IN, subject, now=NOW - timedelta(hours=hour), network="192.0.2.1", user_agent="Firefox"
        )
    _interactions(subject, interactions)
    db.session.commit()
    return subject.id


def _mail(subject: Subject) -> None:
    for number in range(4):
        topic = Topic(slug=os.urandom(8).hex(), titles={"en": f"News {number}"}, descriptions={}, position=number)
        campaign = Campaign(topic=topic, subject=f"What is new, part {number}", body="", changed_at=NOW)
        db.session.add_all([topic, campaign])
        db.session.flush()
        said = {"purpose": ConsentPurpose.TOPIC, "topic_title": topic.title("en"), "wording": "Yes, write to me."}
        db.session.add_all(
            [
                Subscription(subject_id=subject.id, topic_id=topic.id, subscribed=True, changed_at=NOW),
                Consent(subject_id=subject.id, **said, given=True, method=Method.ACCOUNT, language="en", at=NOW),
                Message(
                    subject_id=subject.id,
                    email="accounts/confirm_sign_up",
                    ids={},
                    state=State.SENT,
                    due_at=NOW,
                    sent_at=NOW,
                ),
                Delivery(
                    subject_id=subject.id,
                    campaign_id=campaign.id,
                    snapshot_month=partitions.month_of(NOW),
                    state=State.SENT,
                    due_at=NOW,
                    sent_at=NOW,
                ),
            ]
        )


def _interactions(subject: Subject, count: int) -> None:
    device = json.dumps(
        {"model": "Pixel 9", "os": "Android", "os_version": "16", "browser": "Chrome", "screen": "412x915"}
    )
    statement = text(
        "INSERT INTO interactions "
        "(observed_at, id, subject_id, app, key_id, received_at, device, ip, locale, language) "
        "SELECT :now - n * :step, gen_random_uuid(), :subject, 'webmail', :subject, :now, CAST(:device AS jsonb), "
        "'192.0.2.' || n % 250, 'de-CH', 'de' FROM generate_series(1, CAST(:count AS integer)) AS n"
    )
    step = timedelta(days=390) / count
    db.session.execute(statement, {"now": NOW, "step": step, "subject": subject.id, "device": device, "count": count})
