"""interactions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_keys_token_hash")),
    )
    op.create_table(
        "interactions",
        sa.Column("device", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_interactions_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("observed_at", "id", name=op.f("pk_interactions")),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.create_index("ix_interactions_subject", "interactions", ["subject_id", "observed_at", "id"], unique=False)
    op.create_table(
        "nearby_access_points",
        sa.Column("access_points", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_nearby_access_points_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("observed_at", "id", name=op.f("pk_nearby_access_points")),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.create_index(
        "ix_nearby_access_points_subject", "nearby_access_points", ["subject_id", "observed_at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("nearby_access_points")
    op.drop_table("interactions")
    op.drop_table("api_keys")
