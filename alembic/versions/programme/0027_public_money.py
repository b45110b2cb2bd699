"""Funders and their agreements, budgets, what is kept of their money, rules of top-up and what they added."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("funder_budgets", "funder_reserves", "top_up_rules", "top_up_claims", "top_up_shares")

UPDATED = {
    "funders": "siren, street, postcode, commune, contact, agreement, agreed_on",
    "funder_budgets": "amount, granted",
    "funder_reserves": "amount, until, counted",
    "top_up_rules": "given, ended_at",
    "top_up_claims": "state",
    "top_up_shares": "top_up_id",
}


def upgrade() -> None:
    op.add_column("funders", sa.Column("siren", sa.Text(), nullable=True))
    for name in ("street", "postcode", "commune", "contact", "agreement"):
        op.add_column("funders", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("funders", sa.Column("agreed_on", sa.Date(), nullable=True))
    op.create_index("ix_top_ups_funder_id", "top_ups", ["funder_id", "id"], unique=False)
    _budgets()
    _reserves()
    _rules()
    _claims()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _budgets() -> None:
    op.create_table(
        "funder_budgets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_funder_budgets_days")),
        sa.CheckConstraint("0 <= granted AND granted <= amount", name=op.f("ck_funder_budgets_granted")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_funder_budgets_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funder_budgets")),
    )
    op.create_index("ix_funder_budgets_funder_id", "funder_budgets", ["funder_id", "first_day"], unique=False)


def _reserves() -> None:
    op.create_table(
        "funder_reserves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("counted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_funder_reserves_amount")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_funder_reserves_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funder_reserves")),
    )
    op.create_index(
        "ix_funder_reserves_funder_id", "funder_reserves", ["funder_id"], unique=False,
        postgresql_where=sa.text("amount > 0"),
    )  # fmt: skip
    # What campaigns that are published may still give: from now on it is kept for them.
    op.execute(
        "INSERT INTO funder_reserves (id, funder_id, amount, until)"
        " SELECT id, funder_id, CASE WHEN drawn_at IS NULL THEN budget - given ELSE 0 END,"
        " CASE WHEN kind = 'top_up' THEN last_day + 31 END"
        " FROM campaigns WHERE status = 'published' AND funder_id IS NOT NULL"
    )


def _rules() -> None:
    op.create_table(
        "top_up_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("each", sa.BigInteger(), nullable=False),
        sa.Column("most_per_voucher", sa.BigInteger(), nullable=False),
        sa.Column("most_per_order", sa.BigInteger(), nullable=False),
        sa.Column("most_per_person", sa.BigInteger(), nullable=False),
        sa.Column("least_face", sa.BigInteger(), nullable=False),
        sa.Column("buyers", sa.Text(), nullable=False),
        sa.Column("postcodes", JSONB(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_top_up_rules_days")),
        sa.CheckConstraint("0 <= given AND given <= budget", name=op.f("ck_top_up_rules_given")),
        sa.CheckConstraint(
            "(rate_bp > 0) <> (each > 0) AND rate_bp BETWEEN 0 AND 10000 AND each >= 0",
            name=op.f("ck_top_up_rules_brings"),
        ),
        sa.CheckConstraint(
            "most_per_voucher > 0 AND most_per_order >= 0 AND most_per_person >= 0 AND least_face >= 0",
            name=op.f("ck_top_up_rules_bounds"),
        ),
        sa.CheckConstraint("buyers IN ('all', 'company', 'person')", name=op.f("ck_top_up_rules_buyers")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_top_up_rules_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up_rules")),
    )
    op.create_index("ix_top_up_rules_funder_id", "top_up_rules", ["funder_id"], unique=False)


def _claims() -> None:
    op.create_table(
        "top_up_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="kept", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_top_up_claims_amount")),
        sa.CheckConstraint("state IN ('kept', 'given', 'released')", name=op.f("ck_top_up_claims_state")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_top_up_claims_order_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["top_up_rules.id"], name=op.f("fk_top_up_claims_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up_claims")),
    )
    op.create_index(
        "uq_top_up_claims_live", "top_up_claims", ["order_id", "rule_id"], unique=True,
        postgresql_where=sa.text("state <> 'released'"),
    )  # fmt: skip
    op.create_index("ix_top_up_claims_rule_id", "top_up_claims", ["rule_id"], unique=False)
    op.create_table(
        "top_up_shares",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("top_up_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount > 0 AND place >= 1", name=op.f("ck_top_up_shares_amount")),
        sa.ForeignKeyConstraint(["claim_id"], ["top_up_claims.id"], name=op.f("fk_top_up_shares_claim_id")),
        sa.ForeignKeyConstraint(["top_up_id"], ["top_ups.id"], name=op.f("fk_top_up_shares_top_up_id")),
        sa.PrimaryKeyConstraint("claim_id", "place", name=op.f("pk_top_up_shares")),
        sa.UniqueConstraint("top_up_id", name=op.f("uq_top_up_shares_top_up_id")),
    )
    op.create_index("ix_top_up_shares_person", "top_up_shares", ["person"], unique=False)


def _guard() -> None:
    """Of public money nothing is ever deleted, and what was decided keeps its sums."""
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
        op.execute(
            f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON top_up_claims"
        " FOR EACH ROW WHEN (OLD.state <> 'kept') EXECUTE FUNCTION public.refuse_change()"
    )
