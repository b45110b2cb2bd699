"""Where refunds come from, what disputes did to the books, what Stripe's movements are about."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _refunds()
    _disputes()
    _movements()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _refunds() -> None:
    op.add_column("refunds", sa.Column("source", sa.Text(), server_default="vouchers", nullable=False))
    op.drop_constraint(op.f("ck_refunds_method"), "refunds", type_="check")
    op.create_check_constraint(op.f("ck_refunds_method"), "refunds", "method IN ('card', 'transfer', 'credit')")
    op.create_check_constraint(op.f("ck_refunds_source"), "refunds", "source IN ('vouchers', 'credit', 'stripe')")
    op.create_index("ix_refunds_payment_intent", "refunds", ["payment_intent"], unique=False)
    op.create_index("ix_refunds_asked", "refunds", ["id"], unique=False, postgresql_where=sa.text("state = 'asked'"))


def _disputes() -> None:
    op.add_column("disputes", sa.Column("withdrawal_id", sa.Uuid(), nullable=True))
    op.add_column("disputes", sa.Column("entry_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_disputes_withdrawal_id"), "disputes", "transfers", ["withdrawal_id"], ["id"])
    op.create_check_constraint(op.f("ck_disputes_withdrawal"), "disputes", "withdrawn = (withdrawal_id IS NOT NULL)")
    op.create_index("ix_disputes_payment_intent", "disputes", ["payment_intent"], unique=False)
    op.execute("GRANT UPDATE (withdrawal_id, entry_id, reason) ON disputes TO obole_runtime")


def _movements() -> None:
    op.add_column("stripe_movements", sa.Column("category", sa.Text(), server_default="", nullable=False))
    op.add_column("stripe_movements", sa.Column("payment_intent", sa.Text(), nullable=True))
    op.add_column("stripe_movements", sa.Column("matched", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_stripe_movements_matched", "stripe_movements", ["matched"], unique=False)
    op.create_index("ix_stripe_movements_made_at", "stripe_movements", ["made_at"], unique=False)
