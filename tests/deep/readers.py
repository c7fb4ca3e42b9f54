"""A campaign on its way to many, written down in a moment."""

from uuid import UUID

from sqlalchemy import text

from tests.people import person, topic
from webapp.access import Role
from webapp.campaigns import sending
from webapp.campaigns.models import Campaign
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects.models import Subject

PEOPLE = (
    "INSERT INTO subjects (id, email, address_hash, language) "
    "SELECT md5('reader' || n)::uuid, 'reader' || n || '@example.org', sha256(n::text::bytea), 'en' "
    "FROM generate_series(0, :count - 1) AS n",
    "INSERT INTO subscriptions (subject_id, topic_id, subscribed, changed_at) "
    "SELECT md5('reader' || n)::uuid, :topic, true, now() FROM generate_series(0, :count - 1) AS n",
)


def campaign_to(count: int) -> UUID:
    """Starts it. The people have an address each, and nothing else."""
    topic_id = topic()
    for statement in PEOPLE:
        db.session.execute(text(statement), {"count": count, "topic": topic_id})
    db.session.commit()
    return start_campaign(topic_id)


def start_campaign(topic_id: UUID) -> UUID:
    marketer = person("mara@candor.example", role=Role.MARKETER)
    campaign = Campaign(topic_id=topic_id, subject="News", body="Hello {{ email }}", changed_at=utc_now())
    db.session.add(campaign)
    db.session.flush()
    sending.start(campaign, actor=db.session.get_one(Subject, marketer.id), now=utc_now())
    db.session.commit()
    return campaign.id
