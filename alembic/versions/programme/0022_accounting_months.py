"""Months closed for accounts, and the numbers that their entries have for good."""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("accounting_months", "accounting_lines")


def upgrade() -> None:
    op.create_table(
        "accounting_months",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("first_place", sa.BigInteger(), nullable=False),
        sa.Column("last_place", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extract(day FROM first_day) = 1", name=op.f("ck_accounting_months_whole")),
        sa.CheckConstraint(
            "first_place >= 1 AND last_place >= first_place - 1", name=op.f("ck_accounting_months_places")
        ),
        sa.PrimaryKeyConstraint("first_day", name=op.f("pk_accounting_months")),
    )
    op.create_table(
        "accounting_lines",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("place >= 1 AND number >= 1", name=op.f("ck_accounting_lines_counted")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_accounting_lines_transfer_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_accounting_lines")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_accounting_lines_transfer_id")),
    )
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
