"""consents"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PURPOSE = sa.Enum("topic", "usage", "nearby", name="consentpurpose", native_enum=False, length=24)


def upgrade() -> None:
    op.create_table(
        "newsletter_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("topics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_newsletter_requests_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_requests")),
    )
    op.create_index(op.f("ix_newsletter_requests_subject_id"), "newsletter_requests", ["subject_id"], unique=False)
    op.create_table(
        "tracking_choices",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", PURPOSE, nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("despite_signal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_tracking_choices_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject_id", "kind", name=op.f("pk_tracking_choices")),
    )
    # Every line before this was about topics; which version of which words it was is not known any more.
    op.add_column("consents", sa.Column("purpose", PURPOSE, server_default="topic", nullable=False))
    op.add_column("consents", sa.Column("wording_version", sa.String(), server_default="", nullable=False))
    op.add_column("consents", sa.Column("network", sa.String(), server_default="", nullable=False))
    op.add_column("consents", sa.Column("evidence", sa.String(), server_default="", nullable=False))
    op.create_index("ix_consents_history", "consents", ["subject_id", "at", "id"], unique=False)
    op.drop_index(op.f("ix_consents_subject_id"), table_name="consents")


def downgrade() -> None:
    op.create_index(op.f("ix_consents_subject_id"), "consents", ["subject_id"], unique=False)
    op.drop_index("ix_consents_history", table_name="consents")
    op.drop_column("consents", "evidence")
    op.drop_column("consents", "network")
    op.drop_column("consents", "wording_version")
    op.drop_column("consents", "purpose")
    op.drop_table("tracking_choices")
    op.drop_index(op.f("ix_newsletter_requests_subject_id"), table_name="newsletter_requests")
    op.drop_table("newsletter_requests")
