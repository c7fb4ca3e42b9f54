"""activation, and finding customers"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# How staff find a name however it is written. A database of the locale "C" knows the case of ASCII letters only, and
# there is no extension that takes accents off, so the other letters are named here.
LARGE = "".join(chr(code) for code in range(0xC0, 0x530) if chr(code).islower() is False and chr(code).isalpha())
PAIRS = [(large, large.lower()) for large in LARGE if len(large.lower()) == 1 and large.lower() != large]
PLAIN = [(large, small) for large, small in PAIRS if not unicodedata.decomposition(large)]
OTHERS = [("ø", "o"), ("Ø", "o"), ("ł", "l"), ("Ł", "l"), ("đ", "d"), ("Đ", "d"), ("ı", "i")]
LETTERS = {**dict(PLAIN), **dict(OTHERS)}
SPELT = "rtrim($1 || ' ' || $2)"
for letter, letters in (("ß", "ss"), ("æ", "ae"), ("Æ", "ae"), ("œ", "oe"), ("Œ", "oe")):
    SPELT = f"replace({SPELT}, '{letter}', '{letters}')"
FOLDED = f"""
CREATE FUNCTION folded(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(translate(
    regexp_replace(
      normalize({SPELT}, NFD),
      '[\\u0300-\\u036f]', '', 'g'
    ),
    '{"".join(LETTERS)}', '{"".join(LETTERS.values())}'
  ))
$$
"""
FOR_SEARCH = {
    "ix_profiles_name": "given_name, family_name",
    "ix_profiles_family_name": "family_name, given_name",
    "ix_profiles_organization": "organization, ''",
}


def upgrade() -> None:
    op.execute(FOLDED)
    op.create_table(
        "activation_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "running", "paused", "stopped", "finished", name="runstate", native_enum=False, length=12
            ),
            nullable=False,
        ),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("invited", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("counted_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_runs")),
    )
    op.create_index(
        "uq_activation_runs_open",
        "activation_runs",
        [sa.literal_column("(true)")],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'running', 'paused')"),
    )
    op.create_table(
        "activations",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_hash", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["activation_runs.id"], name=op.f("fk_activations_run_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_activations_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_activations")),
    )
    op.create_index(
        "ix_activations_activated_at",
        "activations",
        ["activated_at"],
        unique=False,
        postgresql_where=sa.text("activated_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_activations_run_id"), "activations", ["run_id"], unique=False)
    op.create_index(
        "ix_activations_stuck",
        "activations",
        ["invited_at"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL AND (locked_at IS NOT NULL OR refused_at IS NOT NULL)"),
    )
    op.create_table(
        "customer_searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("searched_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["searched_by"], ["subjects.id"], name=op.f("fk_customer_searches_searched_by"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_searches")),
    )
    op.create_index(op.f("ix_customer_searches_searched_at"), "customer_searches", ["searched_at"], unique=False)
    op.create_index(op.f("ix_customer_searches_searched_by"), "customer_searches", ["searched_by"], unique=False)
    op.create_table(
        "customer_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("viewed_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_customer_views_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_views")),
    )
    op.create_index("ix_customer_views_opened_at", "customer_views", ["opened_at"], unique=False)
    op.create_index("ix_customer_views_subject_id", "customer_views", ["subject_id", "opened_at"], unique=False)
    op.create_index(
        "ix_customer_views_viewed_by", "customer_views", ["viewed_by", "subject_id", "ends_at"], unique=False
    )
    op.create_index(
        "ix_products_ending", "products", ["ends_on"], unique=False, postgresql_where=sa.text("state = 'ending'")
    )

    for name, what in FOR_SEARCH.items():
        op.execute(f"CREATE INDEX {name} ON profiles (folded({what}) text_pattern_ops)")


def downgrade() -> None:
    for name in FOR_SEARCH:
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP FUNCTION folded(text, text)")
    op.drop_index("ix_products_ending", table_name="products")
    for table in ("customer_views", "customer_searches", "activations", "activation_runs"):
        op.drop_table(table)
