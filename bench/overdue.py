"""Rows whose time is over, of many people at once, and the bare SQL that deletes them."""

from datetime import UTC, datetime

from sqlalchemy import text

from bench.crowd import ID
from webapp import partitions
from webapp.campaigns.models import Delivery
from webapp.db import db
from webapp.interactions.models import Interaction

OLD = datetime(2019, 6, 1, tzinfo=UTC)
NEW_ID = "gen_random_uuid()"

# `:old` is a moment long ago. Each of the people 1 to :due gets one row, but ten messages and five sign-ins.
TIMES = {"INSERT INTO messages": 10, "INSERT INTO device_sessions": 5}
FILL = [
    f"INSERT INTO messages (id, subject_id, email, ids, state, due_at, created_at) "
    f"SELECT {NEW_ID}, {ID}, 'accounts/new_device', '{{}}', 'sent', :old, :old",
    f"INSERT INTO device_sessions "
    f"(id, subject_id, token_hash, user_agent, network, signed_in_at, seen_at, proved_at, ended_at) "
    f"SELECT {NEW_ID}, {ID}, sha256(format('old %s %s', n, time)::bytea), '', '192.0.2.1', :old, :old, :old, :old",
    f"INSERT INTO known_devices (fingerprint, subject_id, first_seen_at, seen_at) "
    f"SELECT sha256(('old ' || n)::bytea), {ID}, :old, :old",
    f"INSERT INTO email_changes (id, subject_id, old_email, new_email, asked_at) "
    f"SELECT {NEW_ID}, {ID}, 'a@example.org', 'b@example.org', :old",
    f"INSERT INTO consents (id, subject_id, topic_title, given, method, wording, language, at) "
    f"SELECT {NEW_ID}, {ID}, 'Old', true, 'account', 'Yes', 'en', :old",
    f"INSERT INTO consents (id, subject_id, topic_title, given, method, wording, language, at) "
    f"SELECT {NEW_ID}, {ID}, 'Old', false, 'account', 'No', 'en', :old",
    "INSERT INTO invoices (external_id, customer, subject_id, number, kind, state, issued_on, amount, currency, "
    "country, billed_to, billing_address, changed_at, received_at) "
    f"SELECT 'R-' || n, n, {ID}, n, 'invoice', 'paid', '2009-06-01', 100, 'CHF', 'CH', 'Anna', 'Chur', :old, :old",
    f"INSERT INTO interactions (observed_at, id, subject_id, app, key_id, received_at, device) "
    f"SELECT :old, {NEW_ID}, {ID}, 'webmail', {ID}, :old, '{{}}'",
    "INSERT INTO deliveries (snapshot_month, campaign_id, subject_id, state, due_at, sent_at) "
    f"SELECT '2019-06-01', {NEW_ID}, {ID}, 'sent', :old, :old",
    "INSERT INTO audit_entries (at, action, actor_id, subject_id, position, seal) "
    f"SELECT :old, 'signed_in', {ID}, {ID}, n, sha256(n::text::bytea)",
]

BARE = [
    "DELETE FROM messages WHERE created_at < '2023-01-01'",
    "DELETE FROM device_sessions WHERE ended_at < '2025-11-02'",
    "DELETE FROM known_devices WHERE seen_at < '2025-09-28'",
    "DELETE FROM email_changes WHERE asked_at < '2023-01-01'",
    "DELETE FROM consents AS yes USING consents AS no WHERE yes.given AND NOT no.given AND no.at < '2023-01-01' "
    "AND no.subject_id = yes.subject_id AND no.purpose = yes.purpose AND no.topic_id IS NULL AND yes.at <= no.at "
    "AND yes.topic_title = 'Old'",
    "DELETE FROM consents WHERE NOT given AND at < '2023-01-01'",
    "DELETE FROM invoices WHERE country = 'CH' AND issued_on < '2016-01-01'",
    "DROP TABLE interactions_2019_06",
    "DROP TABLE deliveries_2019_06",
    "INSERT INTO audit_anchors SELECT position, seal, seal FROM audit_entries "
    "ORDER BY position DESC NULLS LAST LIMIT 1",
    "DELETE FROM audit_entries WHERE position <= (SELECT max(position) FROM audit_anchors) AND at < '2023-01-01'",
    "DELETE FROM audit_anchors",
]


def fill(due: int) -> None:
    """Commits."""
    for model in (Interaction, Delivery):
        partitions.ensure(model, OLD.date().replace(day=1))
    db.session.commit()
    db.session.execute(text("SET session_replication_role = replica"))
    db.session.execute(text("DELETE FROM audit_entries WHERE position IS NOT NULL"))
    db.session.execute(text("DELETE FROM audit_anchors"))
    for statement in FILL:
        times = next((times for start, times in TIMES.items() if statement.startswith(start)), 1)
        series = f"generate_series(1, CAST(:due AS integer)) AS n, generate_series(1, {times}) AS time"
        db.session.execute(text(f"{statement} FROM {series}"), {"old": OLD, "due": due})
    db.session.execute(text("SET session_replication_role = DEFAULT"))
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def left() -> int:
    """How many of them are there still."""
    counts = {
        "messages": "created_at < '2023-01-01'",
        "device_sessions": "ended_at IS NOT NULL",
        "known_devices": "true",
        "email_changes": "true",
        "invoices": "true",
        "consents": "topic_title = 'Old'",
        "interactions": "observed_at < '2020-01-01'",
        "deliveries": "snapshot_month < '2020-01-01'",
        "audit_entries": "at < '2023-01-01'",
    }
    queries = " UNION ALL ".join(f"SELECT count(*) AS n FROM {table} WHERE {which}" for table, which in counts.items())
    return int(db.session.scalar(text(f"SELECT sum(n) FROM ({queries}) AS all_of_them")) or 0)
