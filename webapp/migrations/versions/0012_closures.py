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
    op.create_table(
        "deadline_warnings",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "days", name=op.f("pk_deadline_warnings")),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed_days", sa.Integer(), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_closures_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    op.create_index(
        "ix_closures_due",
        "closures",
        ["delete_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND begun_at IS NULL"),
    )
    op.create_index(op.f("ix_closures_subject_id"), "closures", ["subject_id"], unique=False)
    op.create_index(
        "uq_closures_open", "closures", ["subject_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "restrictions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "marketing", "improvement", "new_customers", "everything", name="use", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum("objection", "inaccurate", "unlawful", "claims", name="ground", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.String(), server_default="", nullable=False),
        sa.Column("verdict", sa.Enum("upheld", "refused", name="verdict", native_enum=False, length=24), nullable=True),
        sa.Column("verdict_reason", sa.String(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_restrictions_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
    )
    op.create_index(
        "ix_restrictions_open",
        "restrictions",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("decided_at IS NULL AND ends_at IS NULL"),
    )
    op.create_index(op.f("ix_restrictions_subject_id"), "restrictions", ["subject_id"], unique=False)
    op.create_index(
        "uq_restrictions_in_force",
        "restrictions",
        ["subject_id", "use"],
        unique=True,
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    op.add_column("subjects", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("subjects", "kept_until")
    op.drop_index("uq_restrictions_in_force", table_name="restrictions", postgresql_where=sa.text("ends_at IS NULL"))
    op.drop_index(op.f("ix_restrictions_subject_id"), table_name="restrictions")
    op.drop_index(
        "ix_restrictions_open",
        table_name="restrictions",
        postgresql_where=sa.text("decided_at IS NULL AND ends_at IS NULL"),
    )
    op.drop_table("restrictions")
    op.drop_index("uq_closures_open", table_name="closures", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_closures_subject_id"), table_name="closures")
    op.drop_index(
        "ix_closures_due", table_name="closures", postgresql_where=sa.text("ended_at IS NULL AND begun_at IS NULL")
    )
    op.drop_table("closures")
    op.drop_table("deadline_warnings")
    op.drop_index("ix_subjects_ended", table_name="subjects", postgresql_where=sa.text("ended_at IS NOT NULL"))
    op.drop_column("subjects", "ended_at")
