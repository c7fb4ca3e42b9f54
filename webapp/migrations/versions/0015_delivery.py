"""the ledger of campaigns is written twice per email"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_progress",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_progress_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_progress")),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_month", sa.Date(), nullable=False),
        sa.Column("worker", sa.Uuid(), nullable=False),
        sa.Column("delivery_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_campaign_id"), "claims", ["campaign_id"], unique=False)
    op.create_table(
        "deferrals",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deferrals")),
    )
    op.create_index("ix_deferrals_due", "deferrals", ["campaign_id", "due_at"], unique=False)
    op.create_table(
        "departures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
    )
    op.create_table(
        "refusals",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_refusals_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "delivery_id", name=op.f("pk_refusals")),
    )
    op.execute(
        "INSERT INTO refusals (campaign_id, delivery_id) SELECT campaign_id, id FROM ("
        "SELECT campaign_id, deliveries.id, row_number() OVER (PARTITION BY campaign_id ORDER BY deliveries.id) AS nth "
        "FROM deliveries JOIN campaigns ON campaigns.id = campaign_id WHERE deliveries.state = 'failed'"
        ") AS failed WHERE nth <= 50"
    )
    op.execute("DELETE FROM outbox WHERE job = 'jobs.campaigns.settle_withdrawal'")
    take_over()
    op.drop_index("ix_deliveries_claimed", table_name="deliveries")
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    op.drop_column("deliveries", "started_at")
    op.drop_column("deliveries", "claimed_by")


def take_over() -> None:
    """Nothing is sending while this runs: what was started is in doubt, the rest is handed out anew."""
    op.execute(
        "WITH lost AS (UPDATE deliveries SET state = 'uncertain' WHERE state = 'claimed' AND started_at IS NOT NULL "
        "RETURNING campaign_id) "
        "INSERT INTO campaign_counts (campaign_id, at, figure, delta) "
        "SELECT id, now(), 'uncertain', count(*) FROM lost JOIN campaigns ON id = campaign_id GROUP BY id"
    )
    op.execute("UPDATE deliveries SET state = 'pending' WHERE state = 'claimed'")
    op.execute(
        "INSERT INTO campaign_progress (campaign_id, reached, last) "
        "SELECT campaign_id, min(deliveries.id) - 1, max(deliveries.id) FROM deliveries "
        "JOIN campaigns ON campaigns.id = campaign_id WHERE deliveries.state = 'pending' GROUP BY campaign_id"
    )


def downgrade() -> None:
    op.add_column("deliveries", sa.Column("claimed_by", sa.Uuid(), nullable=True))
    op.add_column("deliveries", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_deliveries_due", "deliveries", ["campaign_id", "id"], postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(
        "ix_deliveries_claimed", "deliveries", ["claimed_by"], postgresql_where=sa.text("state = 'claimed'")
    )
    op.drop_table("refusals")
    op.drop_table("departures")
    op.drop_table("campaign_progress")
    op.drop_table("deferrals")
    op.drop_table("claims")
