"""What a shop is charged and paid: rules of commission, rests of cents that are carried, minimums of payouts."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("commission_rules", "commission_rule_shops", "trade_changes")


def upgrade() -> None:
    _rules()
    _trade_changes()
    _settlements()
    for table in ("terms", "shops"):
        op.add_column(table, sa.Column("minimum_payout", sa.BigInteger(), server_default="0", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_minimum_payout"), table, "minimum_payout >= 0")
    op.execute("GRANT UPDATE (minimum_payout) ON shops TO obole_runtime")
    for table in WRITTEN_ONCE:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _rules() -> None:
    op.create_table(
        "commission_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("naf", sa.Text(), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("rate_bp", sa.Integer(), nullable=True),
        sa.Column("flat", sa.BigInteger(), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "scope IN ('programme', 'trade', 'shop', 'campaign')", name=op.f("ck_commission_rules_scope")
        ),
        sa.CheckConstraint("(scope = 'trade') = (naf IS NOT NULL)", name=op.f("ck_commission_rules_trade")),
        sa.CheckConstraint("(scope = 'campaign') = (campaign IS NOT NULL)", name=op.f("ck_commission_rules_campaign")),
        sa.CheckConstraint("last_day IS NULL OR effective_from <= last_day", name=op.f("ck_commission_rules_days")),
        sa.CheckConstraint(
            "scope <> 'campaign' OR last_day IS NOT NULL", name=op.f("ck_commission_rules_campaign_ends")
        ),
        sa.CheckConstraint("rate_bp BETWEEN 0 AND 10000", name=op.f("ck_commission_rules_rate")),
        sa.CheckConstraint("flat >= 0 AND least >= 0 AND least <= most", name=op.f("ck_commission_rules_amounts")),
        sa.CheckConstraint(
            "rate_bp IS NOT NULL OR (flat = 0 AND least = 0 AND most IS NULL)", name=op.f("ck_commission_rules_ends")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_rules")),
    )
    op.create_index("ix_commission_rules_effective_from", "commission_rules", ["effective_from", "id"], unique=False)
    op.create_table(
        "commission_rule_shops",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["commission_rules.id"], name=op.f("fk_commission_rule_shops_rule_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_commission_rule_shops_shop_id")),
        sa.PrimaryKeyConstraint("rule_id", "shop_id", name=op.f("pk_commission_rule_shops")),
    )
    op.create_index("ix_commission_rule_shops_shop_id", "commission_rule_shops", ["shop_id"], unique=False)


def _trade_changes() -> None:
    op.create_table(
        "trade_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("naf", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_trade_changes_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_changes")),
    )
    op.create_index("ix_trade_changes_shop_id", "trade_changes", ["shop_id", "id"], unique=False)


def _settlements() -> None:
    """Settlements of before were rounded with nothing carried: their rests are zero, and their minimum was."""
    op.add_column(
        "settlements",
        sa.Column("vat_parts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    for name in ("commission_rest_before", "commission_rest", "vat_rest_before", "vat_rest", "minimum"):
        op.add_column("settlements", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.drop_constraint(op.f("ck_settlements_adds_up"), "settlements", type_="check")
    op.create_check_constraint(
        op.f("ck_settlements_adds_up"), "settlements",
        "paid + carried_forward = turnover - commission - vat + brought_forward"
        " AND paid >= 0 AND (paid = 0 OR carried_forward = 0)",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_settlements_minimum"), "settlements",
        "minimum >= 0 AND (paid = 0 OR paid >= minimum) AND (carried_forward <= 0 OR carried_forward < minimum)",
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_settlements_rests"), "settlements",
        "commission_rest_before BETWEEN -5000 AND 4999 AND commission_rest BETWEEN -5000 AND 4999"
        " AND vat_rest_before BETWEEN -50000000 AND 49999999 AND vat_rest BETWEEN -50000000 AND 49999999",
    )  # fmt: skip
