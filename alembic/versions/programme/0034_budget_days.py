"""A top-up counts on the budget of the day for which it is given: a campaign's, the day of the purchase."""

import sqlalchemy as sa

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("top_ups", sa.Column("counts_on", sa.Date(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
