"""receipts, journal, backups"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

EVENTS = (
    *("withdrawn", "tracking_stopped", "restricted"),
    *("erasure_confirmed", "erasure_cancelled", "erasure_executed", "receipt_sent"),
)


def upgrade() -> None:
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event", sa.Enum(*EVENTS, name="event", native_enum=False, length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
    )
    op.create_index("ix_journal_entries_subject", "journal_entries", ["subject_id"])
    op.create_index("ix_journal_entries_at", "journal_entries", ["at"])
    op.create_table(
        "journal_state",
        sa.Column("only", sa.Integer(), server_default="1", nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_journal_state")),
    )
    op.create_table(
        "restores",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data_of", sa.DateTime(timezone=True)),
        sa.Column("replayed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True)),
        sa.Column("resumed_by", sa.Uuid()),
        sa.Column("with_old_emails", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
    )
    op.create_index("ix_restores_paused", "restores", ["at"], postgresql_where=sa.text("resumed_at IS NULL"))


def downgrade() -> None:
    for table in ("restores", "journal_state", "journal_entries"):
        op.drop_table(table)
