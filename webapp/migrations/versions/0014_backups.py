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
    *("erasure_confirmed", "erasure_cancelled", "erasure_begun", "receipt_sent"),
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
    op.create_table(
        "receipts",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("signed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name=op.f("fk_receipts_erasure_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_receipts")),
    )
    unsent = sa.text("sent_at IS NULL AND trouble = ''")
    op.create_index("ix_receipts_due", "receipts", ["due_at"], postgresql_where=unsent)
    op.create_index(op.f("ix_receipts_made_at"), "receipts", ["made_at"])
    op.create_index(op.f("ix_receipts_subject_id"), "receipts", ["subject_id"])
    untold = sa.text("state = 'executed' AND recipient IS NOT NULL")
    op.create_index("ix_erasures_untold", "erasures", ["executed_at"], postgresql_where=untold)
    op.create_index("ix_erasures_listed", "erasures", ["asked_at", "id"])


def downgrade() -> None:
    for index in ("ix_erasures_listed", "ix_erasures_untold"):
        op.drop_index(index, table_name="erasures")
    for table in ("receipts", "restores", "journal_state", "journal_entries"):
        op.drop_table(table)
