"""The street: shops found by what people type, and campaigns."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("campaign_events", "campaign_rewards", "campaign_chances")

# Written once by the database itself, so that no way of changing a shop can forget it.
SOUGHT = (
    "btrim(regexp_replace(upper(regexp_replace(normalize(replace(replace(replace(replace(replace("
    "name || ' '::text || trade || ' '::text || street || ' '::text || postcode || ' '::text || commune, "
    "'œ'::text, 'oe'::text), 'Œ'::text, 'OE'::text), 'æ'::text, 'ae'::text), 'Æ'::text, 'AE'::text), "
    "'ß'::text, 'ss'::text), NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), "
    "'[^A-Z0-9]+'::text, ' '::text, 'g'::text))"
)

UPDATED = {
    "campaigns": "title, theme, story, motif, kind, first_day, last_day, funder_id, budget, rate_bp, each,"
    " most_per_voucher, least_spent, prizes, status, given, seed, published_at, drawn_at",
    "campaign_shops": "until",
}


def upgrade() -> None:
    op.add_column("shops", sa.Column("sought", sa.Text(), sa.Computed(SOUGHT, persisted=True), nullable=False))
    _campaigns()
    _campaign_shops()
    _campaign_events()
    _campaign_rewards()
    _campaign_chances()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("each", sa.BigInteger(), nullable=False),
        sa.Column("most_per_voucher", sa.BigInteger(), nullable=False),
        sa.Column("least_spent", sa.BigInteger(), nullable=False),
        sa.Column("prizes", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("given", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('story', 'top_up', 'draw')", name=op.f("ck_campaigns_kind")),
        sa.CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name=op.f("ck_campaigns_status")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_campaigns_days")),
        sa.CheckConstraint("0 <= given AND given <= budget", name=op.f("ck_campaigns_given")),
        sa.CheckConstraint(
            "(kind = 'story') = (funder_id IS NULL) AND (kind = 'story') = (budget = 0)",
            name=op.f("ck_campaigns_funded"),
        ),
        sa.CheckConstraint(
            "rate_bp BETWEEN 0 AND 10000 AND each >= 0 AND least_spent >= 0", name=op.f("ck_campaigns_amounts")
        ),
        sa.CheckConstraint(
            "kind <> 'top_up' OR ((rate_bp > 0) <> (each > 0) AND most_per_voucher > 0 AND prizes = 0)",
            name=op.f("ck_campaigns_top_up"),
        ),
        sa.CheckConstraint(
            "kind <> 'draw' OR (rate_bp = 0 AND each > 0 AND prizes > 0 AND most_per_voucher = each"
            " AND budget = prizes * each)",
            name=op.f("ck_campaigns_draw"),
        ),
        sa.CheckConstraint("drawn_at IS NULL OR kind = 'draw'", name=op.f("ck_campaigns_drawn")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_campaigns_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaigns_slug")),
    )


def _campaign_shops() -> None:
    op.create_table(
        "campaign_shops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_campaign_shops_moments")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_shops_campaign_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_campaign_shops_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_shops")),
    )
    op.create_index("ix_campaign_shops_shop_id", "campaign_shops", ["shop_id", "campaign_id"], unique=False)
    op.create_index(
        "uq_campaign_shops_now", "campaign_shops", ["campaign_id", "shop_id"], unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )  # fmt: skip


def _campaign_events() -> None:
    op.create_table(
        "campaign_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_events_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_events")),
    )
    op.create_index("ix_campaign_events_campaign_id", "campaign_events", ["campaign_id", "id"], unique=False)


def _campaign_rewards() -> None:
    op.create_table(
        "campaign_rewards",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("top_up_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('given', 'prize', 'full', 'exhausted', 'expired')", name=op.f("ck_campaign_rewards_outcome")
        ),
        sa.CheckConstraint(
            "amount >= 0 AND (amount > 0) = (outcome IN ('given', 'prize'))", name=op.f("ck_campaign_rewards_amount")
        ),
        sa.CheckConstraint("(amount > 0) = (top_up_id IS NOT NULL)", name=op.f("ck_campaign_rewards_top_up")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_rewards_campaign_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["vouchers.id"], name=op.f("fk_campaign_rewards_origin_id")),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_campaign_rewards_redemption_id")
        ),
        sa.ForeignKeyConstraint(["top_up_id"], ["top_ups.id"], name=op.f("fk_campaign_rewards_top_up_id")),
        sa.PrimaryKeyConstraint("campaign_id", "redemption_id", name=op.f("pk_campaign_rewards")),
        sa.UniqueConstraint("top_up_id", name=op.f("uq_campaign_rewards_top_up_id")),
    )  # fmt: skip
    op.create_index("ix_campaign_rewards_origin_id", "campaign_rewards", ["origin_id"], unique=False)


def _campaign_chances() -> None:
    op.create_table(
        "campaign_chances",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_campaign_chances_number")),
        sa.CheckConstraint("outcome IN ('none', 'won', 'passed_over')", name=op.f("ck_campaign_chances_outcome")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_chances_campaign_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["vouchers.id"], name=op.f("fk_campaign_chances_origin_id")),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_campaign_chances_redemption_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_campaign_chances")),
    )  # fmt: skip
    op.create_index("ix_campaign_chances_origin_id", "campaign_chances", ["origin_id"], unique=False)


def _guard() -> None:
    for table in ("campaigns", "campaign_shops", *WRITTEN_ONCE):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
