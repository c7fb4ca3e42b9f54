"""erasure"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("request", "staff", "closure", "inactive", "restore", name="cause", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "lapsed",
                "confirmed",
                "asked_again",
                "executing",
                "executed",
                "told",
                "cancelled",
                name="erasurestate",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("plan_hash", sa.String(), nullable=False),
        sa.Column("agreed_hash", sa.String(), server_default="", nullable=False),
        sa.Column("manifest_hash", sa.String(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(
        "ix_erasures_due",
        "erasures",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('confirmed', 'asked_again', 'executing')"),
    )
    op.create_index(
        "ix_erasures_finished",
        "erasures",
        ["executed_at"],
        unique=False,
        postgresql_where=sa.text("executed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_erasures_planned", "erasures", ["asked_at"], unique=False, postgresql_where=sa.text("state = 'planned'")
    )
    op.create_index(op.f("ix_erasures_subject_id"), "erasures", ["subject_id"], unique=False)
    op.create_index(
        "ix_erasures_waiting",
        "erasures",
        ["executed_at"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL AND state IN ('executed', 'told')"),
    )
    op.create_index(
        "uq_erasures_open",
        "erasures",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('planned', 'confirmed', 'asked_again', 'executing')"),
    )
    op.create_table(
        "erasure_codes",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name=op.f("fk_erasure_codes_erasure_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_erasure_codes_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_erasure_codes")),
    )
    op.create_index(op.f("ix_erasure_codes_subject_id"), "erasure_codes", ["subject_id"], unique=False)
    op.create_table(
        "erasure_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "treatment",
            sa.Enum("delete", "blank", "pseudonymise", "shred", "keep", name="treatment", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum("no_purpose", "law", "running_product", "hold", "suppression", name="reason", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), server_default="", nullable=False),
        sa.Column("needed_by", sa.String(), server_default="", nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("more", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rows_planned", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name=op.f("fk_erasure_steps_erasure_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_steps")),
    )
    op.create_index(op.f("ix_erasure_steps_erasure_id"), "erasure_steps", ["erasure_id"], unique=False)
    op.create_index(op.f("ix_erasure_steps_subject_id"), "erasure_steps", ["subject_id"], unique=False)
    op.add_column("subjects", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_subjects_erased", "subjects", ["erased_at"], unique=False, postgresql_where=sa.text("erased_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_subjects_erased", table_name="subjects", postgresql_where=sa.text("erased_at IS NOT NULL"))
    op.drop_column("subjects", "erased_at")
    op.drop_index(op.f("ix_erasure_steps_subject_id"), table_name="erasure_steps")
    op.drop_index(op.f("ix_erasure_steps_erasure_id"), table_name="erasure_steps")
    op.drop_table("erasure_steps")
    op.drop_index(op.f("ix_erasure_codes_subject_id"), table_name="erasure_codes")
    op.drop_table("erasure_codes")
    op.drop_index(
        "uq_erasures_open",
        table_name="erasures",
        postgresql_where=sa.text("state IN ('planned', 'confirmed', 'asked_again', 'executing')"),
    )
    op.drop_index(
        "ix_erasures_waiting",
        table_name="erasures",
        postgresql_where=sa.text("finished_at IS NULL AND state IN ('executed', 'told')"),
    )
    op.drop_index(op.f("ix_erasures_subject_id"), table_name="erasures")
    op.drop_index("ix_erasures_planned", table_name="erasures", postgresql_where=sa.text("state = 'planned'"))
    op.drop_index("ix_erasures_finished", table_name="erasures", postgresql_where=sa.text("executed_at IS NOT NULL"))
    op.drop_index(
        "ix_erasures_due",
        table_name="erasures",
        postgresql_where=sa.text("state IN ('confirmed', 'asked_again', 'executing')"),
    )
    op.drop_table("erasures")
