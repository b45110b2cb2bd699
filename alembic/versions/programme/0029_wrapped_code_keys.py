"""Code keys that came from another installation: kept wrapped under this one's master secret."""

import sqlalchemy as sa

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("code_keys", sa.Column("wrapped", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(op.f("ck_code_keys_wrapped"), "code_keys", "octet_length(wrapped) = 64")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
