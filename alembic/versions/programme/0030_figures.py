"""Figures: what happened in a period is found without reading all years, by indexes that cost next to nothing."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOMENTS = (("redemptions", "at"), ("top_ups", "at"), ("transfers", "effective_at"))
"""Rows come in the order of these moments, or nearly: a summary of each stretch of pages is enough (BRIN)."""


def upgrade() -> None:
    for table, column in MOMENTS:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False, postgresql_using="brin")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
