"""promises"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# So that each figure is measured in a moment, however many customers there are.
FOR_FIGURES = {
    "ix_accounts_working_here": "accounts (role) WHERE role <> 'customer'",
    "ix_accounts_other_password": "accounts (subject_id) WHERE password_hash NOT LIKE '$argon2id$%'",
    "ix_accounts_password_asked": "accounts (GREATEST(password_changed_at, password_kept_at, password_reminded_at)) "
    "WHERE confirmed_at IS NOT NULL",
    "ix_audit_entries_at": "audit_entries USING brin (at)",
    "ix_data_exports_requested_at": "data_exports (requested_at)",
    "ix_device_sessions_shared": "device_sessions (signed_in_at) WHERE shared",
    "ix_subscriptions_ended": "subscriptions (changed_at) WHERE NOT subscribed",
    "ix_tracking_choices_ended": "tracking_choices (changed_at) WHERE NOT allowed",
}


def upgrade() -> None:
    op.create_table(
        "promise_figures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=True),
        sa.Column("series", postgresql.JSONB(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_promise_figures")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_raised_at"), "alerts", ["raised_at"])
    op.create_index(
        "uq_alerts_open", "alerts", ["figure"], unique=True, postgresql_where=sa.text("resolved_at IS NULL")
    )
    for name, what in FOR_FIGURES.items():
        op.execute(f"CREATE INDEX {name} ON {what}")


def downgrade() -> None:
    for name in FOR_FIGURES:
        op.execute(f"DROP INDEX {name}")
    op.drop_table("alerts")
    op.drop_table("promise_figures")
