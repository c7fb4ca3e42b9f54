"""Campaigns to many, who are written down in a moment."""

from uuid import UUID

from sqlalchemy import text

from webapp.campaigns import sending
from webapp.campaigns.models import Campaign, CampaignState
from webapp.clock import utc_now
from webapp.db import db
from webapp.subjects import subjects

PEOPLE = (
    "INSERT INTO subjects (id, email, address_hash, language) "
    "SELECT md5('reader' || n)::uuid, 'reader' || n || '@example.org', sha256(n::text::bytea), 'en' "
    "FROM generate_series(0, :count - 1) AS n",
    "INSERT INTO subscriptions (subject_id, topic_id, subscribed, changed_at) "
    "SELECT md5('reader' || n)::uuid, :topic, true, now() FROM generate_series(0, :count - 1) AS n",
)


def people(count: int, topic_id: UUID) -> None:
    """So many who get a topic, with an address each and nothing else."""
    for statement in PEOPLE:
        db.session.execute(text(statement), {"count": count, "topic": topic_id})
    db.session.commit()


def start_campaign(topic_id: UUID, *, pace: int | None = None) -> UUID:
    """`pace` in emails per minute."""
    marketer = subjects.find_or_create("mara@candor.example", language="en")
    campaign = Campaign(topic_id=topic_id, subject="News", body="Hello {{ email }}", changed_at=utc_now(), pace=pace)
    db.session.add(campaign)
    db.session.flush()
    sending.start(campaign, actor=marketer, now=utc_now())
    db.session.commit()
    return campaign.id


def is_sent(campaign_id: UUID) -> bool:
    return db.session.get_one(Campaign, campaign_id).state is CampaignState.SENT
