"""Closings are opened, settled a few shops at a time, and finished; each of a rhythm in which shops are paid."""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

RHYTHM = "rhythm IN ('monthly', 'weekly', 'on_demand')"


def upgrade() -> None:
    _rhythms()
    _closings()
    _shops()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _rhythms() -> None:
    op.add_column("terms", sa.Column("rhythm", sa.Text(), server_default="monthly", nullable=False))
    op.create_check_constraint(op.f("ck_terms_rhythm"), "terms", RHYTHM)
    op.add_column("shops", sa.Column("rhythm", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_shops_rhythm"), "shops", RHYTHM)
    op.execute("GRANT UPDATE (rhythm) ON shops TO obole_runtime")


def _closings() -> None:
    """What was closed before took every shop, in one piece."""
    op.execute("DROP TRIGGER written_once ON closings")
    op.add_column("closings", sa.Column("rhythm", sa.Text(), server_default="monthly", nullable=False))
    op.add_column("closings", sa.Column("shop_id", sa.Uuid(), nullable=True))
    op.add_column("closings", sa.Column("terms_id", sa.Uuid(), nullable=True))
    op.add_column("closings", sa.Column("shops", sa.Integer(), server_default="0", nullable=False))
    op.add_column("closings", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE closings SET finished_at = closed_at,"
        " shops = (SELECT count(*) FROM settlements WHERE settlements.closing_id = closings.id)"
    )
    op.create_foreign_key(op.f("fk_closings_shop_id"), "closings", "shops", ["shop_id"], ["id"])
    op.create_foreign_key(op.f("fk_closings_terms_id"), "closings", "terms", ["terms_id"], ["id"])
    op.create_check_constraint(op.f("ck_closings_rhythm"), "closings", RHYTHM)
    op.create_check_constraint(
        op.f("ck_closings_on_demand"), "closings", "(rhythm = 'on_demand') = (shop_id IS NOT NULL)"
    )
    op.drop_constraint(op.f("uq_closings_first_day_last_day"), "closings", type_="unique")
    op.create_index(
        "uq_closings_period", "closings", ["rhythm", "first_day", "last_day"], unique=True,
        postgresql_where=sa.text("shop_id IS NULL"),
    )  # fmt: skip
    op.create_index(
        "uq_closings_shop", "closings", ["shop_id", "last_day"], unique=True,
        postgresql_where=sa.text("shop_id IS NOT NULL"),
    )  # fmt: skip
    # One at most is not finished: they come one after the other.
    op.create_index(
        "uq_closings_unfinished", "closings", [sa.text("(finished_at IS NULL)")], unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )  # fmt: skip
    op.execute("GRANT UPDATE (finished_at) ON closings TO obole_runtime")
    op.execute(
        "CREATE TRIGGER finished_once BEFORE UPDATE ON closings"
        " FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_deleted BEFORE DELETE ON closings FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )


def _shops() -> None:
    op.create_table(
        "closing_shops",
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("through >= 0", name=op.f("ck_closing_shops_moved")),
        sa.ForeignKeyConstraint(["closing_id"], ["closings.id"], name=op.f("fk_closing_shops_closing_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_closing_shops_shop_id")),
        sa.PrimaryKeyConstraint("closing_id", "shop_id", name=op.f("pk_closing_shops")),
    )
    op.execute("GRANT SELECT, INSERT ON closing_shops TO obole_runtime")
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON closing_shops"
        " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON closing_shops"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
