"""The proofs: full audits that were done, what each morning came to, letters about it, limits of the gauges."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("proof_mornings", "gauge_limits")
UPDATED = {
    "full_audits": "done_at, accounts, transfers, findings, named, books",
    "proof_letters": "state, moved_at, detail",
}


def upgrade() -> None:
    _audits()
    _mornings()
    _limits()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _audits() -> None:
    op.create_table(
        "full_audits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accounts", sa.BigInteger(), nullable=True),
        sa.Column("transfers", sa.BigInteger(), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=True),
        sa.Column("named", postgresql.JSONB(), nullable=True),
        sa.Column("books", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(done_at, accounts, transfers, findings, named, books) IN (0, 6)",
            name=op.f("ck_full_audits_done"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_full_audits")),
    )


def _mornings() -> None:
    op.create_table(
        "proof_mornings",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reckoned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("red", sa.Boolean(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_proof_mornings")),
    )
    op.create_table(
        "proof_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'refused', 'doubtful', 'dropped')",
            name=op.f("ck_proof_letters_state"),
        ),
        sa.ForeignKeyConstraint(["day"], ["proof_mornings.day"], name=op.f("fk_proof_letters_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_letters")),
        sa.UniqueConstraint("day", "recipient", name=op.f("uq_proof_letters_day_recipient")),
    )
    op.create_index(
        "ix_proof_letters_open", "proof_letters", ["id"], unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )  # fmt: skip


def _limits() -> None:
    op.create_table(
        "gauge_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gauge", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("warn_bp", sa.Integer(), nullable=False),
        sa.Column("alarm_bp", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("gauge IN ('circulation', 'payments')", name=op.f("ck_gauge_limits_gauge")),
        sa.CheckConstraint(
            "warn_bp > 0 AND warn_bp < alarm_bp AND alarm_bp <= 10000", name=op.f("ck_gauge_limits_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gauge_limits")),
    )
    op.create_index("ix_gauge_limits_gauge", "gauge_limits", ["gauge", "effective_from", "id"], unique=False)


def _guard() -> None:
    """Nothing of it is ever deleted; what is done is done once."""
    for table in (*WRITTEN_ONCE, *UPDATED):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
        op.execute(
            f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER done_once BEFORE UPDATE ON full_audits"
        " FOR EACH ROW WHEN (OLD.done_at IS NOT NULL) EXECUTE FUNCTION public.refuse_change()"
    )
