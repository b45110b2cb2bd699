"""Lines of a list that wait to be mended are kept with their draft."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("unmended", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.execute("GRANT UPDATE (unmended) ON orders TO obole_runtime")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
