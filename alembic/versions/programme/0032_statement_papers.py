"""The papers of statements, as they were first asked for."""

import sqlalchemy as sa

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statement_papers",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("form IN ('pdf', 'csv', 'xlsx')", name=op.f("ck_statement_papers_form")),
        sa.CheckConstraint("language IN ('fr', 'en')", name=op.f("ck_statement_papers_language")),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name=op.f("fk_statement_papers_settlement_id")),
        sa.PrimaryKeyConstraint("settlement_id", "form", "language", name=op.f("pk_statement_papers")),
    )
    op.execute("GRANT SELECT, INSERT ON statement_papers TO obole_runtime")
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON statement_papers"
        " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON statement_papers"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
