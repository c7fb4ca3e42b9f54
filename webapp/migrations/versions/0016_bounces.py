"""what comes back"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_emails",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_returned_emails_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_emails")),
        sa.UniqueConstraint("delivery_id", "kind", name=op.f("uq_returned_emails_delivery_id_kind")),
        sa.UniqueConstraint("message_id", "kind", name=op.f("uq_returned_emails_message_id_kind")),
    )
    op.create_index("ix_returned_emails_subject", "returned_emails", ["subject_id", "at"], unique=False)
    op.create_index("ix_returned_emails_at", "returned_emails", ["at"], unique=False)
    op.create_index("ix_suppressions_at", "suppressions", ["at"], unique=False)
    op.drop_constraint(op.f("pk_suppressions"), "suppressions", type_="primary")
    op.create_primary_key(op.f("pk_suppressions"), "suppressions", ["address_hash", "reason"])


def downgrade() -> None:
    op.execute(  # the oldest reason stays
        "DELETE FROM suppressions WHERE (address_hash, at, reason) NOT IN "
        "(SELECT DISTINCT ON (address_hash) address_hash, at, reason FROM suppressions ORDER BY address_hash, at)"
    )
    op.drop_constraint(op.f("pk_suppressions"), "suppressions", type_="primary")
    op.create_primary_key(op.f("pk_suppressions"), "suppressions", ["address_hash"])
    op.drop_index("ix_suppressions_at", table_name="suppressions")
    op.drop_table("returned_emails")
