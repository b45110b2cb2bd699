"""Terms, shops, tills, closings and settlements."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _closings()
    _numbers()
    _terms()
    _shops()
    _settlements()
    _shop_events()
    _tills()
    _settlement_lines()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _closings() -> None:
    op.create_table(
        "closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_closings_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("first_day", "last_day", name=op.f("uq_closings_first_day_last_day")),
    )


def _numbers() -> None:
    op.create_table(
        "numbers",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_numbers")),
    )


def _terms() -> None:
    op.create_table(
        "terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("siren", sa.Text(), nullable=False),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=False),
        sa.Column("commission_bp", sa.Integer(), nullable=False),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.Column("service_fee_bp", sa.Integer(), nullable=False),
        sa.Column("breakage_to", sa.Text(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("number_prefix", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=True),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("account_numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("breakage_to IN ('operator', 'funder')", name=op.f("ck_terms_breakage")),
        sa.CheckConstraint("commission_bp BETWEEN 0 AND 10000", name=op.f("ck_terms_commission")),
        sa.CheckConstraint("service_fee_bp BETWEEN 0 AND 10000", name=op.f("ck_terms_fee")),
        sa.CheckConstraint("validity_months BETWEEN 1 AND 120", name=op.f("ck_terms_validity")),
        sa.CheckConstraint("vat_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_terms_vat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )
    op.create_index("ix_terms_effective_from", "terms", ["effective_from"], unique=False)


def _shops() -> None:
    op.create_table(
        "shops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("commune_code", sa.Text(), nullable=True),
        sa.Column("naf", sa.Text(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("iban", sa.Text(), nullable=True),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), server_default="invited", nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('invited', 'accepted', 'suspended', 'left')", name=op.f("ck_shops_status")),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_shops_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("siret", name=op.f("uq_shops_siret")),
    )


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("redeemed", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=False),
        sa.Column("turnover", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("commission_parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("brought_forward", sa.BigInteger(), nullable=False),
        sa.Column("carried_forward", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("payable_on", sa.Date(), nullable=False),
        sa.Column("parties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "paid + carried_forward = turnover - commission - vat + brought_forward"
            " AND paid >= 0 AND carried_forward <= 0 AND brought_forward <= 0",
            name=op.f("ck_settlements_adds_up"),
        ),
        sa.CheckConstraint("turnover = redeemed - undone", name=op.f("ck_settlements_turnover")),
        sa.ForeignKeyConstraint(["closing_id"], ["closings.id"], name=op.f("fk_settlements_closing_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_settlements_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
        sa.UniqueConstraint("closing_id", "shop_id", name=op.f("uq_settlements_closing_id_shop_id")),
        sa.UniqueConstraint("number", name=op.f("uq_settlements_number")),
    )
    op.create_index("ix_settlements_shop_id", "settlements", ["shop_id", "id"], unique=False)


def _shop_events() -> None:
    op.create_table(
        "shop_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_events_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_events")),
    )
    op.create_index("ix_shop_events_shop_id", "shop_events", ["shop_id", "id"], unique=False)


def _tills() -> None:
    op.create_table(
        "tills",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_tills_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tills")),
    )
    op.create_index("ix_tills_shop_id", "tills", ["shop_id"], unique=False)


def _settlement_lines() -> None:
    op.create_table(
        "settlement_lines",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name=op.f("fk_settlement_lines_settlement_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_settlement_lines_transfer_id")),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_settlement_lines")),
    )
    op.create_index("ix_settlement_lines_settlement_id", "settlement_lines", ["settlement_id"], unique=False)
