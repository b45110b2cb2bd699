"""Until when disputes may be answered; of those that are open it is read at Stripe within ten minutes."""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disputes", sa.Column("due_by", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT UPDATE (due_by) ON disputes TO obole_runtime")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
