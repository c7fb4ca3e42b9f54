"""products, invoices, payment methods"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_addresses",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), server_default="", nullable=False),
        sa.Column("street_address", sa.String(), server_default="", nullable=False),
        sa.Column("postal_code", sa.String(), server_default="", nullable=False),
        sa.Column("city", sa.String(), server_default="", nullable=False),
        sa.Column("country", sa.String(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_billing_addresses_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_billing_addresses")),
    )
    op.create_table(
        "customer_records",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_customer_records_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_customer_records")),
    )
    op.create_index(op.f("ix_customer_records_subject_id"), "customer_records", ["subject_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("customer", sa.String(), server_default="", nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("disclosed_on", sa.Date(), nullable=False),
        sa.Column("secret_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_disclosures_subject_id")),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_disclosures")),
    )
    op.create_index("ix_disclosures_disclosed_on", "disclosures", ["disclosed_on"], unique=False)
    op.create_index("ix_disclosures_subject_id", "disclosures", ["subject_id", "disclosed_on"], unique=False)
    op.create_table(
        "invoices",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "kind", sa.Enum("invoice", "credit_note", name="invoicekind", native_enum=False, length=16), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "paid", "cancelled", name="invoicestate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("billed_to", sa.String(), nullable=False),
        sa.Column("billing_address", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_invoices_amount")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_invoices_subject_id")),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_invoices")),
    )
    op.create_index("ix_invoices_subject_id", "invoices", ["subject_id", "issued_on"], unique=False)
    op.create_table(
        "kept_answers",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "idempotency_key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_answered_at"), "kept_answers", ["answered_at"], unique=False)
    op.create_table(
        "payment_methods",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("last_four", sa.String(), server_default="", nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_payment_methods_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_payment_methods")),
    )
    op.create_index(op.f("ix_payment_methods_subject_id"), "payment_methods", ["subject_id"], unique=False)
    op.create_table(
        "products",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind", sa.Enum("product", "service", name="productkind", native_enum=False, length=16), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum("active", "ending", "ended", name="productstate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("renews_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("cancellable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("notice_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), server_default="", nullable=False),
        sa.Column(
            "interval",
            sa.Enum("once", "month", "quarter", "year", name="interval", native_enum=False, length=16),
            nullable=True,
        ),
        sa.Column("payment_method", sa.String(), server_default="", nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("notice_days >= 0", name=op.f("ck_products_notice_days")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_products_price")),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_products_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_products")),
    )
    op.create_index("ix_products_subject_id", "products", ["subject_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_products_subject_id", table_name="products")
    op.drop_table("products")
    op.drop_index(op.f("ix_payment_methods_subject_id"), table_name="payment_methods")
    op.drop_table("payment_methods")
    op.drop_index(op.f("ix_kept_answers_answered_at"), table_name="kept_answers")
    op.drop_table("kept_answers")
    op.drop_index("ix_invoices_subject_id", table_name="invoices")
    op.drop_table("invoices")
    op.drop_index("ix_disclosures_subject_id", table_name="disclosures")
    op.drop_index("ix_disclosures_disclosed_on", table_name="disclosures")
    op.drop_table("disclosures")
    op.drop_index(op.f("ix_customer_records_subject_id"), table_name="customer_records")
    op.drop_table("customer_records")
    op.drop_table("billing_addresses")
