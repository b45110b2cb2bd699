"""The issuer's legal form, capital and register, as its papers must say."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("terms", sa.Column("legal_notice", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
