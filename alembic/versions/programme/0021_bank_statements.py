"""The bank's statements: as they were read, line by line, and what became of each line."""

import sqlalchemy as sa

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("bank_statements", "bank_entries", "bank_decisions")


def upgrade() -> None:
    _statements()
    _entries()
    _decisions()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _statements() -> None:
    op.create_table(
        "bank_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("opening", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.BigInteger(), nullable=True),
        sa.Column("closing_on", sa.Date(), nullable=True),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("read_by", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("identity", name=op.f("uq_bank_statements_identity")),
    )
    op.create_index("ix_bank_statements_closing_on", "bank_statements", ["closing_on", "id"], unique=False)


def _entries() -> None:
    op.create_table(
        "bank_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("credit", sa.Boolean(), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("valued_on", sa.Date(), nullable=True),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "code", "servicer_ref", "end_to_end", "reference", "remittance", "counterparty", "counterparty_iban",
                "returned", "charges",
            )
        ),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("fate IN ('read', 'skipped', 'refused')", name=op.f("ck_bank_entries_fate")),
        sa.CheckConstraint(
            "fate <> 'read' OR (amount > 0 AND credit IS NOT NULL)", name=op.f("ck_bank_entries_read")
        ),
        sa.CheckConstraint("fate = 'read' OR why <> ''", name=op.f("ck_bank_entries_why")),
        # A statement is written after its last line, when its balances are known.
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statements.id"], name=op.f("fk_bank_entries_statement_id"), deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entries")),
        sa.UniqueConstraint("statement_id", "entry", "part", name=op.f("uq_bank_entries_statement_id_entry_part")),
    )  # fmt: skip
    op.create_index("ix_bank_entries_mark", "bank_entries", ["mark"], unique=False)
    op.create_index(
        "ix_bank_entries_read", "bank_entries", ["id"], unique=False, postgresql_where=sa.text("fate = 'read'")
    )


def _decisions() -> None:
    op.create_table(
        "bank_decisions",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("transfer_id IS NOT NULL OR note <> ''", name=op.f("ck_bank_decisions_told")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entries.id"], name=op.f("fk_bank_decisions_entry_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_bank_decisions_transfer_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_bank_decisions")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_bank_decisions_transfer_id")),
    )


def _guard() -> None:
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
