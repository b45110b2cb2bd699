"""Goods returned; what online shops are told, and the checkouts that bring holders back to them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("returns", "online_tills")

UPDATED = {
    "endpoints": "salt, key_number, old_salt, old_key_number, old_until, paused_at, paused_because, removed_at",
    "notices": "state, tries, next_at, changed_at",
    "return_addresses": "removed_at",
    "checkouts": "state, hold_id, held, closed_at",
}


def upgrade() -> None:
    _returns()
    _endpoints()
    _notices()
    _website()
    _checkouts()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _returns() -> None:
    op.create_table(
        "returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_returns_amount")),
        sa.ForeignKeyConstraint(["id"], ["transfers.id"], name=op.f("fk_returns_id")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_returns_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
    )
    op.create_index("ix_returns_redemption_id", "returns", ["redemption_id", "id"], unique=False)
    op.add_column("settlements", sa.Column("returned", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_constraint(op.f("ck_settlements_turnover"), "settlements", type_="check")
    op.create_check_constraint(
        op.f("ck_settlements_turnover"), "settlements", "turnover = redeemed - undone - returned"
    )


def _endpoints() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("key_number", sa.SmallInteger(), nullable=False),
        sa.Column("old_salt", sa.LargeBinary(), nullable=True),
        sa.Column("old_key_number", sa.SmallInteger(), nullable=True),
        sa.Column("old_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(paused_at IS NULL) = (paused_because IS NULL)", name=op.f("ck_endpoints_paused")),
        sa.CheckConstraint("paused_because IN ('asked', 'gone')", name=op.f("ck_endpoints_because")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_endpoints_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
    )
    op.create_index("ix_endpoints_shop_id", "endpoints", ["shop_id", "id"], unique=False)


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name=op.f("ck_notices_state")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], name=op.f("fk_notices_endpoint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_endpoint_id", "notices", ["endpoint_id", "id"], unique=False)
    op.create_index("ix_notices_at", "notices", ["at"], unique=False)
    op.create_index(
        "ix_notices_due", "notices", ["next_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "notice_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_attempts_notice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_attempts")),
    )
    op.create_index("ix_notice_attempts_notice_id", "notice_attempts", ["notice_id", "id"], unique=False)


def _website() -> None:
    op.create_table(
        "online_tills",
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_online_tills_shop_id")),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_online_tills_till_id")),
        sa.PrimaryKeyConstraint("till_id", name=op.f("pk_online_tills")),
    )
    op.create_index("ix_online_tills_shop_id", "online_tills", ["shop_id"], unique=False)
    op.create_table(
        "return_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_return_addresses_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_addresses")),
    )
    op.create_index(
        "uq_return_addresses_address", "return_addresses", ["shop_id", "origin", "path"], unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )  # fmt: skip


def _checkouts() -> None:
    op.create_table(
        "checkouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("return_origin", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_checkouts_amount")),
        sa.CheckConstraint("state IN ('open', 'completed', 'cancelled')", name=op.f("ck_checkouts_state")),
        sa.CheckConstraint("(state = 'completed') = (hold_id IS NOT NULL)", name=op.f("ck_checkouts_hold")),
        sa.CheckConstraint("(hold_id IS NULL) = (held IS NULL) AND held <= amount", name=op.f("ck_checkouts_held")),
        sa.ForeignKeyConstraint(["hold_id"], ["voucher_holds.id"], name=op.f("fk_checkouts_hold_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_checkouts_shop_id")),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_checkouts_till_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkouts")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_checkouts_hold_id")),
    )
    op.create_index("ix_checkouts_shop_id", "checkouts", ["shop_id", "id"], unique=False)


def _guard() -> None:
    for table in (*WRITTEN_ONCE, *UPDATED, "notice_attempts"):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
    # Messages that nobody looks at any more go, and their attempts with them.
    op.execute("GRANT DELETE ON notices TO obole_runtime")
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
