"""Tills: devices that are paired, cashiers, what each took until the till was closed."""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("till_closings", "till_closing_lines")

UPDATED = {
    "cashiers": "name, pin_hash, removed_at",
    "till_devices": "seen_at, revoked_at, cashier_id, cashier_since",
    "pairings": "used_at",
}


def upgrade() -> None:
    _cashiers()
    _closings()
    _devices()
    # Wrong codes are kept for a week now, and the oldest go each minute.
    op.create_index("ix_wrong_codes_minute", "wrong_codes", ["minute"], unique=False)
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _cashiers() -> None:
    op.create_table(
        "cashiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_cashiers_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashiers")),
    )
    op.create_index("ix_cashiers_shop_id", "cashiers", ["shop_id"], unique=False)
    op.add_column("redemptions", sa.Column("cashier_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_redemptions_cashier_id"), "redemptions", "cashiers", ["cashier_id"], ["id"])


def _closings() -> None:
    op.create_table(
        "till_closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("cashier_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redemptions", sa.Integer(), nullable=False),
        sa.Column("undos", sa.Integer(), nullable=False),
        sa.Column("redeemed", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total = redeemed - undone", name=op.f("ck_till_closings_total")),
        sa.CheckConstraint(
            "redemptions >= 0 AND undos >= 0 AND redemptions + undos > 0", name=op.f("ck_till_closings_counts")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_till_closings_till_id")),
        sa.ForeignKeyConstraint(["cashier_id"], ["cashiers.id"], name=op.f("fk_till_closings_cashier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_closings")),
    )
    op.create_index("ix_till_closings_till_id", "till_closings", ["till_id", "id"], unique=False)
    op.create_index("ix_till_closings_act_id", "till_closings", ["act_id"], unique=False)
    op.create_table(
        "till_closing_lines",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_till_closing_lines_transfer_id")),
        sa.ForeignKeyConstraint(["closing_id"], ["till_closings.id"], name=op.f("fk_till_closing_lines_closing_id")),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_till_closing_lines")),
    )
    op.create_index("ix_till_closing_lines_closing_id", "till_closing_lines", ["closing_id"], unique=False)


def _devices() -> None:
    op.create_table(
        "till_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cashier_id", sa.Uuid(), nullable=True),
        sa.Column("cashier_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(cashier_id IS NULL) = (cashier_since IS NULL)", name=op.f("ck_till_devices_cashier")),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_till_devices_till_id")),
        sa.ForeignKeyConstraint(["cashier_id"], ["cashiers.id"], name=op.f("fk_till_devices_cashier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_devices")),
    )
    op.create_index("uq_till_devices_hash", "till_devices", ["hash"], unique=True)
    op.create_index("ix_till_devices_till_id", "till_devices", ["till_id"], unique=False)
    op.create_table(
        "pairings",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["till_id"], ["tills.id"], name=op.f("fk_pairings_till_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pairings")),
    )
    op.create_index("ix_pairings_till_id", "pairings", ["till_id"], unique=False)


def _guard() -> None:
    for table in ("cashiers", "till_closings", "till_closing_lines", "till_devices", "pairings"):
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
    op.execute("GRANT DELETE ON pairings TO obole_runtime")
