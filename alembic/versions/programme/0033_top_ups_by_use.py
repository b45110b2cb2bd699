"""What is added to vouchers that are bought may be for those of one rule of use only: a zone, a trade."""

import sqlalchemy as sa

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("top_up_rules", sa.Column("use_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_top_up_rules_use_id"), "top_up_rules", "usage_rules", ["use_id"], ["id"])


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
