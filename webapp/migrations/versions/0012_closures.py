"""closures, restrictions, objections"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subjects", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_subjects_ended",
        "subjects",
        ["ended_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_subjects_ended", table_name="subjects", postgresql_where=sa.text("ended_at IS NOT NULL"))
    op.drop_column("subjects", "ended_at")
