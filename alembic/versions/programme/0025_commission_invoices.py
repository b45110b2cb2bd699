"""Commission invoices, their files as they were made once, and the letters that bring them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("commission_invoices", "commission_invoice_files")


def upgrade() -> None:
    _invoices()
    _letters()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _invoices() -> None:
    op.create_table(
        "commission_invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_commission_invoices_kind")),
        sa.CheckConstraint("net + vat > 0 OR (net + vat = 0 AND net > 0)", name=op.f("ck_commission_invoices_amounts")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_commission_invoices_settlement_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_commission_invoices_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_invoices")),
        sa.UniqueConstraint("number", name=op.f("uq_commission_invoices_number")),
        sa.UniqueConstraint("settlement_id", name=op.f("uq_commission_invoices_settlement_id")),
    )
    op.create_index("ix_commission_invoices_issued_on", "commission_invoices", ["issued_on"], unique=False)
    op.create_table(
        "commission_invoice_files",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("digest = sha256(pdf)", name=op.f("ck_commission_invoice_files_digest")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["commission_invoices.id"], name=op.f("fk_commission_invoice_files_invoice_id")
        ),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_commission_invoice_files")),
    )


def _letters() -> None:
    op.create_table(
        "settlement_addresses",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'en')", name=op.f("ck_settlement_addresses_language")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_settlement_addresses_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_settlement_addresses")),
    )
    op.create_table(
        "settlement_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'refused', 'doubtful', 'bounced')",
            name=op.f("ck_settlement_letters_state"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_settlement_letters_settlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_letters")),
        sa.UniqueConstraint("settlement_id", name=op.f("uq_settlement_letters_settlement_id")),
    )
    op.create_index(
        "ix_settlement_letters_queued", "settlement_letters", ["id"], unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )  # fmt: skip
    op.create_index(
        "ix_settlement_letters_sending", "settlement_letters", ["state_at"], unique=False,
        postgresql_where=sa.text("state = 'sending'"),
    )  # fmt: skip


def _guard() -> None:
    """What is invoiced is never changed; an address is forgotten when it is not wanted, a letter never is."""
    for table in WRITTEN_ONCE:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON settlement_addresses TO obole_runtime")
    op.execute("GRANT SELECT, INSERT ON settlement_letters TO obole_runtime")
    op.execute("GRANT UPDATE (state, detail, state_at) ON settlement_letters TO obole_runtime")
