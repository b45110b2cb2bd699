"""Payouts: runs that one proposes and another approves, with the bank's file, and the transfers in them."""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UPDATED = {
    "payout_runs": "state, approved_by, approved_at, withdrawn_by, withdrawn_at, file",
    "payouts": "state",
}


def upgrade() -> None:
    _runs()
    _payouts()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _runs() -> None:
    op.create_table(
        "payout_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("execution_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'withdrawn')", name=op.f("ck_payout_runs_state")),
        sa.CheckConstraint("count > 0 AND total > 0", name=op.f("ck_payout_runs_sums")),
        sa.CheckConstraint("(state = 'approved') = (approved_at IS NOT NULL)", name=op.f("ck_payout_runs_approved")),
        sa.CheckConstraint("(state = 'approved') = (file IS NOT NULL)", name=op.f("ck_payout_runs_file")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_payout_runs_withdrawn")),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_payout_runs_approved_by")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_payout_runs_withdrawn_by")),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_payout_runs_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_runs")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_runs_number")),
    )


def _payouts() -> None:
    op.create_table(
        "payouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("creditor", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("end_to_end_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.CheckConstraint("amount BETWEEN 1 AND 99999999999", name=op.f("ck_payouts_amount")),
        sa.CheckConstraint("length(end_to_end_id) BETWEEN 1 AND 35", name=op.f("ck_payouts_end_to_end_id")),
        sa.CheckConstraint("length(creditor) BETWEEN 1 AND 70", name=op.f("ck_payouts_creditor")),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'withdrawn', 'confirmed', 'returned')", name=op.f("ck_payouts_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["payout_runs.id"], name=op.f("fk_payouts_run_id")),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name=op.f("fk_payouts_settlement_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_payouts_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_payouts_end_to_end_id")),
    )
    op.create_index("ix_payouts_run_id", "payouts", ["run_id", "id"], unique=False)
    op.create_index(
        "uq_payouts_live", "payouts", ["settlement_id"], unique=True,
        postgresql_where=sa.text("state NOT IN ('withdrawn', 'returned')"),
    )  # fmt: skip


def _guard() -> None:
    """A run that is decided is never changed, and nothing of payouts is ever deleted."""
    for table, columns in UPDATED.items():
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
        op.execute(
            f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON payout_runs"
        " FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION public.refuse_change()"
    )
