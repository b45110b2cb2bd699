"""What people said of payouts: that a line is one, that the bank did not execute it, that it is sent again."""

import sqlalchemy as sa

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_decisions",
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('left', 'back', 'refused', 'again')", name=op.f("ck_payout_decisions_what")),
        sa.CheckConstraint("what <> 'refused' OR reason <> ''", name=op.f("ck_payout_decisions_reason")),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payout_decisions_payout_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entries.id"], name=op.f("fk_payout_decisions_entry_id")),
        sa.PrimaryKeyConstraint("payout_id", "what", name=op.f("pk_payout_decisions")),
    )
    op.execute("GRANT SELECT, INSERT ON payout_decisions TO obole_runtime")
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON payout_decisions"
        " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON payout_decisions"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
