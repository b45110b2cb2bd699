"""Extensions of whole batches, and what expires back to who bought it."""

import sqlalchemy as sa

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_terms_breakage"), "terms", type_="check")
    op.create_check_constraint(op.f("ck_terms_breakage"), "terms", "breakage_to IN ('operator', 'funder', 'buyer')")
    op.create_table(
        "extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("extended", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_extensions_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_index(
        "ix_extensions_batch_id", "extensions", ["batch_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.execute("GRANT SELECT, INSERT ON extensions TO obole_runtime")
    op.execute("GRANT UPDATE (reached, extended, refused, ended_at) ON extensions TO obole_runtime")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
