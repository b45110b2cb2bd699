"""Code keys, buyers, funders, batches, vouchers and what is done to them."""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _code_keys()
    _buyers()
    _funders()
    _batches()
    _vouchers()
    _redemptions()
    _top_ups()
    _voucher_events()
    _voucher_holds()
    _undos()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _code_keys() -> None:
    op.create_table(
        "code_keys",
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("master_check", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number BETWEEN 0 AND 15", name=op.f("ck_code_keys_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_code_keys")),
    )


def _buyers() -> None:
    op.create_table(
        "buyers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("siren", sa.Text(), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('company', 'person')", name=op.f("ck_buyers_kind")),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_buyers_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyers")),
    )


def _funders() -> None:
    op.create_table(
        "funders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_funders_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funders")),
    )


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("face_value", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("fee_vat", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("on_credit", sa.Boolean(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("face_value > 0", name=op.f("ck_batches_face_value")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100000", name=op.f("ck_batches_quantity")),
        sa.CheckConstraint("valid_from <= last_day", name=op.f("ck_batches_days")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_batches_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("ix_batches_buyer_id", "batches", ["buyer_id", "id"], unique=False)


def _vouchers() -> None:
    op.create_table(
        "vouchers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("key_number", sa.SmallInteger(), nullable=False),
        sa.Column("token_hash", sa.Uuid(), nullable=False),
        sa.Column("typed_hash", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(status = 'replaced') = (replaced_by IS NOT NULL)", name=op.f("ck_vouchers_replaced")),
        sa.CheckConstraint("status IN ('active', 'blocked', 'replaced')", name=op.f("ck_vouchers_status")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_vouchers_batch_id")),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_vouchers_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["vouchers.id"], name=op.f("fk_vouchers_replaced_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
    )
    op.create_index("ix_vouchers_batch_id", "vouchers", ["batch_id", "serial", "id"], unique=False)
    op.create_index("ix_vouchers_last_day", "vouchers", ["last_day"], unique=False)
    op.create_index(
        "ix_vouchers_origin_id", "vouchers", ["origin_id"], unique=False, postgresql_where=sa.text("origin_id <> id")
    )
    op.create_index("uq_vouchers_token_hash", "vouchers", ["token_hash"], unique=True)
    op.create_index("uq_vouchers_typed_hash", "vouchers", ["typed_hash"], unique=True)


def _redemptions() -> None:
    op.create_table(
        "redemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("left_after", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["transfers.id"], name=op.f("fk_redemptions_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_redemptions_shop_id")),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_redemptions_till_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_redemptions_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
    )
    op.create_index("ix_redemptions_shop_id", "redemptions", ["shop_id", "id"], unique=False)
    op.create_index("ix_redemptions_till_id", "redemptions", ["till_id", "id"], unique=False)
    op.create_index("ix_redemptions_voucher_id", "redemptions", ["voucher_id", "id"], unique=False)


def _top_ups() -> None:
    op.create_table(
        "top_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_top_ups_funder_id")),
        sa.ForeignKeyConstraint(["id"], ["transfers.id"], name=op.f("fk_top_ups_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["vouchers.id"], name=op.f("fk_top_ups_origin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_ups")),
    )
    op.create_index("ix_top_ups_origin_id", "top_ups", ["origin_id"], unique=False)


def _voucher_events() -> None:
    op.create_table(
        "voucher_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_voucher_events_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_events")),
    )
    op.create_index("ix_voucher_events_voucher_id", "voucher_events", ["voucher_id", "id"], unique=False)


def _voucher_holds() -> None:
    op.create_table(
        "voucher_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["holds.id"], name=op.f("fk_voucher_holds_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_voucher_holds_shop_id")),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_voucher_holds_till_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_voucher_holds_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_holds")),
    )
    op.create_index("ix_voucher_holds_shop_id", "voucher_holds", ["shop_id", "id"], unique=False)
    op.create_index("ix_voucher_holds_voucher_id", "voucher_holds", ["voucher_id", "id"], unique=False)


def _undos() -> None:
    op.create_table(
        "undos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["transfers.id"], name=op.f("fk_undos_id")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_undos_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undos")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_undos_redemption_id")),
    )
