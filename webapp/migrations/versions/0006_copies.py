"""copies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_codes",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["data_exports.id"], name=op.f("fk_copy_codes_export_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_copy_codes_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_copy_codes")),
    )
    op.create_index(op.f("ix_copy_codes_subject_id"), "copy_codes", ["subject_id"], unique=False)
    op.create_table(
        "copy_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["export_id"], ["data_exports.id"], name=op.f("fk_copy_shares_export_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_copy_shares_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_shares")),
    )
    op.create_index(op.f("ix_copy_shares_export_id"), "copy_shares", ["export_id"], unique=False)
    op.create_index(op.f("ix_copy_shares_subject_id"), "copy_shares", ["subject_id"], unique=False)
    op.create_table(
        "copy_downloads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Enum("sign_in", "code", "share", name="way", native_enum=False, length=12), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=True),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["data_exports.id"], name=op.f("fk_copy_downloads_export_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["copy_shares.id"], name=op.f("fk_copy_downloads_share_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_copy_downloads_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_downloads")),
    )
    op.create_index("ix_copy_downloads_export", "copy_downloads", ["export_id", "started_at"], unique=False)
    op.create_index(op.f("ix_copy_downloads_share_id"), "copy_downloads", ["share_id"], unique=False)
    op.create_index(op.f("ix_copy_downloads_subject_id"), "copy_downloads", ["subject_id"], unique=False)
    op.add_column("data_exports", sa.Column("building_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "data_exports",
        sa.Column("step_ms", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("data_exports", sa.Column("started_by", sa.Uuid(), nullable=True))
    op.add_column("data_exports", sa.Column("reason", sa.String(), server_default="", nullable=False))
    op.add_column("data_exports", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_data_exports_finished",
        "data_exports",
        ["ready_at"],
        unique=False,
        postgresql_where=sa.text("ready_at IS NOT NULL"),
    )
    op.create_index(
        "ix_data_exports_open",
        "data_exports",
        ["requested_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('unconfirmed', 'requested', 'building')"),
    )
    op.create_index(
        "uq_data_exports_unconfirmed",
        "data_exports",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text("state = 'unconfirmed'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_data_exports_unconfirmed", table_name="data_exports", postgresql_where=sa.text("state = 'unconfirmed'")
    )
    op.drop_index(
        "ix_data_exports_open",
        table_name="data_exports",
        postgresql_where=sa.text("state IN ('unconfirmed', 'requested', 'building')"),
    )
    op.drop_index(
        "ix_data_exports_finished", table_name="data_exports", postgresql_where=sa.text("ready_at IS NOT NULL")
    )
    op.drop_column("data_exports", "confirmed_at")
    op.drop_column("data_exports", "reason")
    op.drop_column("data_exports", "started_by")
    op.drop_column("data_exports", "step_ms")
    op.drop_column("data_exports", "building_since")
    op.drop_index(op.f("ix_copy_downloads_subject_id"), table_name="copy_downloads")
    op.drop_index(op.f("ix_copy_downloads_share_id"), table_name="copy_downloads")
    op.drop_index("ix_copy_downloads_export", table_name="copy_downloads")
    op.drop_table("copy_downloads")
    op.drop_index(op.f("ix_copy_shares_subject_id"), table_name="copy_shares")
    op.drop_index(op.f("ix_copy_shares_export_id"), table_name="copy_shares")
    op.drop_table("copy_shares")
    op.drop_index(op.f("ix_copy_codes_subject_id"), table_name="copy_codes")
    op.drop_table("copy_codes")

