"""how fast campaigns go out, and what makes them wait"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIMES = ("paused_at", "judged_since")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("pace", sa.Integer(), nullable=True))
    op.add_column("campaigns", sa.Column("started_by", sa.Uuid(), nullable=True))
    op.add_column("campaigns", sa.Column("pause_reason", sa.String(12), nullable=True))
    for name in TIMES:
        op.add_column("campaigns", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "campaign_progress",
        sa.Column("next_claim_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("deferrals", sa.Column("domain", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_deferrals_due", table_name="deferrals")
    op.create_index("ix_deferrals_due", "deferrals", ["campaign_id", "domain", "due_at"], unique=False)
    op.create_table(
        "destinations",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pace", sa.Float(), nullable=True),
        sa.Column("slowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_destinations")),
    )
    send_what_was_on_its_way()


def send_what_was_on_its_way() -> None:
    """One job goes round all campaigns; before, each had its own."""
    op.execute(
        "UPDATE outbox SET job = 'jobs.campaigns.send_campaigns', args = '{}' "
        "WHERE job = 'jobs.campaigns.send_campaign'"
    )


def downgrade() -> None:
    op.drop_table("destinations")
    op.drop_index("ix_deferrals_due", table_name="deferrals")
    op.drop_column("deferrals", "domain")
    op.create_index("ix_deferrals_due", "deferrals", ["campaign_id", "due_at"], unique=False)
    op.drop_column("campaign_progress", "next_claim_at")
    for name in ("pace", "started_by", "pause_reason", *TIMES):
        op.drop_column("campaigns", name)
