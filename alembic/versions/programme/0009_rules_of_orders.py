"""The rules of orders: bounds of face values in cents, days until an unpaid order lapses, VAT on debits."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, default in (("least_face", "500"), ("most_face", "50000")):
        op.add_column("terms", sa.Column(name, sa.BigInteger(), server_default=default, nullable=False))
    op.add_column("terms", sa.Column("order_days", sa.Integer(), server_default="30", nullable=False))
    op.add_column("terms", sa.Column("vat_on_debits", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_check_constraint(op.f("ck_terms_faces"), "terms", "0 < least_face AND least_face <= most_face")
    op.create_check_constraint(op.f("ck_terms_order_days"), "terms", "order_days BETWEEN 1 AND 365")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
