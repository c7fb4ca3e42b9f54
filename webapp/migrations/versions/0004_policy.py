"""policy"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Whatever the program does, and whoever types SQL: what is published stays, and it takes two people to publish.
TWO_PEOPLE = """
CREATE FUNCTION policy_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'published' THEN
        RAISE EXCEPTION 'a published policy stays as it is';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.edited_by <> ALL (NEW.editors) THEN
        RAISE EXCEPTION 'who writes on a policy is one of its editors';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a policy begins as a draft';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.number <> OLD.number OR NOT OLD.editors <@ NEW.editors THEN
        RAISE EXCEPTION 'what a draft is, and who wrote on it, stays known';
    END IF;
    IF (NEW.texts, NEW.changes) IS DISTINCT FROM (OLD.texts, OLD.changes) AND NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a new text takes the proposal back';
    END IF;
    IF NEW.state = 'published' THEN
        IF OLD.state <> 'proposed' OR
           (NEW.texts, NEW.changes, NEW.inventories, NEW.manifest_number, NEW.manifest_hash, NEW.editors,
            NEW.proposed_by, NEW.proposed_at) IS DISTINCT FROM
           (OLD.texts, OLD.changes, OLD.inventories, OLD.manifest_number, OLD.manifest_hash, OLD.editors,
            OLD.proposed_by, OLD.proposed_at) THEN
            RAISE EXCEPTION 'only what was proposed can be published';
        END IF;
        IF NEW.approved_by = ANY (NEW.editors) OR NEW.approved_by = NEW.proposed_by THEN
            RAISE EXCEPTION 'it takes a second person to publish a policy';
        END IF;
        IF NOT EXISTS (SELECT FROM accounts WHERE subject_id = NEW.approved_by
                       AND role IN ('privacy_officer', 'administrator')) THEN
            RAISE EXCEPTION 'only a privacy officer or an administrator publishes a policy';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE OR DELETE ON policy_versions
    FOR EACH ROW EXECUTE FUNCTION policy_two_people();
"""


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "proposed", "published", name="policystate", native_enum=False, length=12),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "inventories", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("manifest_number", sa.Integer(), nullable=True),
        sa.Column("manifest_hash", sa.String(), nullable=True),
        sa.Column("editors", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_policy_versions_second_person")),
        sa.CheckConstraint(
            "state = 'draft' OR (proposed_by IS NOT NULL AND proposed_at IS NOT NULL AND manifest_hash IS NOT NULL)",
            name=op.f("ck_policy_versions_proposed_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'published') = (approved_by IS NOT NULL) AND (state = 'published') = (published_at IS NOT NULL) "
            "AND (state = 'published') = (valid_from IS NOT NULL)",
            name=op.f("ck_policy_versions_approved_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_versions")),
    )
    op.create_index(
        "uq_policy_versions_in_the_making",
        "policy_versions",
        [sa.literal_column("(true)")],
        unique=True,
        postgresql_where=sa.text("state <> 'published'"),
    )
    op.create_table(
        "policy_notices",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("written", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["version"], ["policy_versions.number"], name=op.f("fk_policy_notices_version")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_notices")),
    )
    op.create_table(
        "policy_showings",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "how",
            sa.Enum("sign_up", "email", "banner", "page", name="way", native_enum=False, length=12),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_policy_showings_subject_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version"], ["policy_versions.number"], name=op.f("fk_policy_showings_version")),
        sa.PrimaryKeyConstraint("subject_id", "version", "how", name=op.f("pk_policy_showings")),
    )
    op.create_index("ix_policy_showings_version", "policy_showings", ["version", "how", "at"], unique=False)
    op.add_column("messages", sa.Column("bulk", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_index("ix_messages_due", table_name="messages")
    op.create_index(
        "ix_messages_due", "messages", ["bulk", "due_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.execute(TWO_PEOPLE)


def downgrade() -> None:
    op.execute("DROP TRIGGER two_people ON policy_versions")
    op.execute("DROP FUNCTION policy_two_people")
    op.drop_index("ix_messages_due", table_name="messages")
    op.create_index("ix_messages_due", "messages", ["due_at"], postgresql_where=sa.text("state = 'pending'"))
    op.drop_column("messages", "bulk")
    op.drop_table("policy_showings")
    op.drop_table("policy_notices")
    op.drop_table("policy_versions")
