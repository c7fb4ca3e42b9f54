"""The button of a mail program (RFC 8058). Providers press it for many people at once, while the campaign that makes
them leave is still on its way: those who come at the same moment are answered together, by one question and one
statement, without a session and without the queue.

The statement writes what `subscriptions.withdraw` writes, row for row; a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text

from webapp.consents import subscriptions, wordings
from webapp.consents.ledger import by_words
from webapp.consents.models import Method, title_in
from webapp.consents.unsubscribe_links import UnsubscribeToken
from webapp.db import DatabaseAway, db
from webapp.subjects import trail
from webapp.subjects.models import Subject
from webapp.together import Together

SHOWN = wordings.ONE_CLICK.shown(wordings.FALLBACK)

DATABASE = "one_click"  # a connection of its own, for when all others are in use

# Seconds. To read all of a table is as good a plan as an index while the table is empty, and ever worse from then on.
PLANNED_ANEW = 10

Key = tuple[UUID, UUID]  # of whom, and of what topic


@dataclass(frozen=True)
class Click:
    named: UnsubscribeToken
    network: str
    at: datetime

    @property
    def key(self) -> Key:
        return self.named.subject_id, self.named.topic_id


def connection(database_url: str) -> dict[str, Any]:
    """For Flask-SQLAlchemy. Each statement is a transaction, and whether it still holds is not asked before each."""
    pool = {"pool_size": 1, "max_overflow": 0, "pool_recycle": PLANNED_ANEW}
    planned_once = {"connect_args": {"options": "-c plan_cache_mode=force_generic_plan"}}
    return {"url": database_url, "isolation_level": "AUTOCOMMIT", "hide_parameters": True, **pool, **planned_once}


def unsubscribe(click: Click) -> bool:
    """Returns whether anything changed. Commits, for others may be answered by the same transaction."""
    left = _together.do(click)
    return _withdraw(click) if left is None else left


def _withdraw(click: Click) -> bool:
    """From a topic that is gone, or that they never had."""
    subject = db.session.get(Subject, click.named.subject_id)
    if subject is None:
        return False
    statement = by_words(
        SHOWN,
        method=Method.ONE_CLICK,
        language=subject.language,
        network=click.network,
        campaign_id=click.named.campaign_id,
        now=click.at,
    )
    changed = subscriptions.withdraw(subject, click.named.topic_id, **statement)
    db.session.commit()
    return changed


def _withdraw_all(clicks: Sequence[Click]) -> list[bool | None]:
    """Whether each made somebody leave who was there until now; None if nothing is known of them and this topic."""
    try:
        return _withdraw_now(clicks)
    except DatabaseAway:  # it may be back: nobody asked until now whether the connection is still good
        return _withdraw_now(clicks)


def _withdraw_now(clicks: Sequence[Click]) -> list[bool | None]:
    first = {click.key: click for click in reversed(clicks)}  # of two clicks of the same person
    with db.engines[DATABASE].connect() as connection:
        subjects, topics = zip(*first, strict=True)
        asked = connection.execute(READERS, {"subjects": list(subjects), "topics": list(topics)})
        known = {(row.subject, row.topic): row for row in asked}
        leaving = [(first[key], row) for key, row in known.items() if row.subscribed]
        left = set(connection.execute(WITHDRAW, _values(leaving))) if leaving else set()
    return [click is first[click.key] and click.key in left if click.key in known else None for click in clicks]


def _values(leaving: Sequence[tuple[Click, Row[Any]]]) -> dict[str, Any]:
    titles = [title_in(row.titles, row.language) for _click, row in leaving]
    return {
        "ids": [uuid4() for _ in leaving],
        "subjects": [row.subject for _click, row in leaving],
        "topics": [row.topic for _click, row in leaving],
        "titles": titles,
        "slugs": [row.slug for _click, row in leaving],
        "languages": [row.language for _click, row in leaving],
        "hashes": [row.address_hash for _click, row in leaving],
        "details": [_details(row, title) for (_click, row), title in zip(leaving, titles, strict=True)],
        "campaigns": [click.named.campaign_id for click, _row in leaving],
        "networks": [click.network for click, _row in leaving],
        "times": [click.at for click, _row in leaving],
        "wording": SHOWN.text,
        "wording_version": SHOWN.version,
    }


def _details(row: Row[Any], title: str) -> bytes:
    """For the audit log."""
    return trail.sealed({"topic": title, "method": Method.ONE_CLICK}, row.wrapped, owner=row.subject)


_together = Together(_withdraw_all)

READERS = text("""
SELECT subject, topic, language, address_hash, wrapped, titles, slug, subscribed
FROM unnest(CAST(:subjects AS uuid[]), CAST(:topics AS uuid[])) AS asked (subject, topic)
JOIN subjects ON subjects.id = subject
JOIN subject_keys ON subject_keys.subject_id = subject
JOIN topics ON topics.id = topic
JOIN subscriptions ON subscriptions.subject_id = subject AND topic_id = topic
""")

WITHDRAW = text("""
WITH asked AS (
    SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:topics AS uuid[]), CAST(:titles AS text[]),
        CAST(:slugs AS text[]), CAST(:languages AS text[]), CAST(:hashes AS bytea[]), CAST(:details AS bytea[]),
        CAST(:campaigns AS uuid[]), CAST(:networks AS text[]), CAST(:times AS timestamptz[])
    ) AS click (id, subject, topic, title, slug, language, address_hash, details, campaign, network, at)
),
held AS (
    SELECT asked.* FROM asked JOIN subscriptions ON subject_id = subject AND topic_id = topic
    WHERE subscribed ORDER BY subject, topic FOR UPDATE OF subscriptions
),
ended AS (
    UPDATE subscriptions SET subscribed = false, changed_at = at
    FROM held WHERE subject_id = subject AND topic_id = topic RETURNING held.*
),
departed AS (
    INSERT INTO departures (campaign_id, at)
    SELECT campaign, at FROM ended WHERE campaign IS NOT NULL AND NOT EXISTS (
        SELECT FROM consents WHERE subject_id = subject AND campaign_id = campaign AND NOT given
    )
),
audited AS (
    INSERT INTO audit_entries (at, action, actor_id, subject_id, details)
    SELECT at, 'consent_withdrawn', subject, subject, details FROM ended
),
journaled AS (
    INSERT INTO journal_entries (event, subject_id, address_hash, facts, at)
    SELECT 'withdrawn', subject, address_hash,
        jsonb_build_object('method', 'one_click', 'language', language, 'topic_id', topic), at FROM ended
),
told AS (
    INSERT INTO changes (kind, subject_id, facts, at)
    SELECT 'consent.withdrawn', subject, jsonb_build_object('purpose', 'topic', 'topic', slug), at FROM ended
)
INSERT INTO consents (
    id, subject_id, purpose, topic_id, topic_title, given, method, wording, wording_version, language, network,
    campaign_id, at
)
SELECT id, subject, 'topic', topic, title, false, 'one_click', :wording, :wording_version, language, network,
    campaign, at
FROM ended RETURNING subject_id, topic_id
""")
