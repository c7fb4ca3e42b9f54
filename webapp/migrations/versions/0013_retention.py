"""legal holds and what the sweep did"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


# What the sweep finds its rows by.
INDEXES = {
    "ix_account_recoveries_started_at": "account_recoveries (started_at)",
    "ix_activation_runs_proposed_at": "activation_runs (proposed_at)",
    "ix_api_keys_created_at": "api_keys (created_at)",
    "ix_campaigns_created_at": "campaigns (created_at)",
    "ix_consents_withdrawn": "consents (at) WHERE NOT given",
    "ix_copy_codes_sent_at": "copy_codes (sent_at)",
    "ix_copy_downloads_started_at": "copy_downloads (started_at)",
    "ix_copy_shares_expires_at": "copy_shares (expires_at)",
    "ix_data_exports_ended": "data_exports (expires_at) WHERE expires_at IS NOT NULL",
    "ix_data_exports_going_on": "data_exports (subject_id) WHERE expires_at IS NULL",
    "ix_device_sessions_ended": "device_sessions (ended_at) WHERE ended_at IS NOT NULL",
    "ix_device_sessions_seen": "device_sessions (seen_at) WHERE ended_at IS NULL",
    "ix_email_changes_asked_at": "email_changes (asked_at)",
    "ix_erasure_codes_sent_at": "erasure_codes (sent_at)",
    "ix_erasure_steps_done_at": "erasure_steps (done_at)",
    "ix_erasures_finished_at": "erasures (finished_at)",
    "ix_guesses_last_at": "guesses (last_at)",
    "ix_known_devices_seen_at": "known_devices (seen_at)",
    "ix_messages_created_at": "messages (created_at)",
    "ix_newsletter_requests_asked_at": "newsletter_requests (asked_at)",
    "ix_restrictions_ended": "restrictions (ends_at) WHERE ends_at IS NOT NULL",
    "ix_sign_ups_asked_at": "sign_ups (asked_at)",
    "ix_staff_invitations_invited_at": "staff_invitations (invited_at)",
}
# The time of requests that nobody confirmed runs from when they lapsed, about a month after they were made.
LAPSED = "UPDATE data_exports SET expires_at = requested_at + interval '1 month' WHERE state = 'lapsed'"

# Entries go only when an anchor says where the chain goes on behind them.
ANCHORED = """
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal IS NULL AND NEW.seal IS NOT NULL
       AND (OLD.id, OLD.at, OLD.action, OLD.actor_id, OLD.subject_id, OLD.details)
           IS NOT DISTINCT FROM (NEW.id, NEW.at, NEW.action, NEW.actor_id, NEW.subject_id, NEW.details) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM audit_anchors WHERE position >= OLD.position) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
"""
APPEND_ONLY = """
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal IS NULL AND NEW.seal IS NOT NULL
       AND (OLD.id, OLD.at, OLD.action, OLD.actor_id, OLD.subject_id, OLD.details)
           IS NOT DISTINCT FROM (NEW.id, NEW.at, NEW.action, NEW.actor_id, NEW.subject_id, NEW.details) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "audit_anchors",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_anchors")),
    )
    op.execute(ANCHORED)
    op.execute(LAPSED)
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {what}")
    op.create_table(
        "retention_forecasts",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("category", "month", name=op.f("pk_retention_forecasts")),
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("due_until", sa.Date(), nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
        sa.UniqueConstraint("day", "table_name", "rule", name=op.f("uq_retention_runs_day_table_name_rule")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), server_default="", nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_until", sa.Date(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_legal_holds_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        "ix_legal_holds_in_force",
        "legal_holds",
        ["subject_id"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index(
        "ix_legal_holds_released",
        "legal_holds",
        ["released_at"],
        unique=False,
        postgresql_where=sa.text("released_at IS NOT NULL"),
    )
    op.create_index(
        "ix_legal_holds_review",
        "legal_holds",
        ["review_by"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index(op.f("ix_legal_holds_subject_id"), "legal_holds", ["subject_id"], unique=False)


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute(APPEND_ONLY)
    op.drop_table("audit_anchors")
    op.drop_table("legal_holds")
    op.drop_table("retention_runs")
    op.drop_table("retention_forecasts")
