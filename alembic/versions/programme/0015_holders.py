"""Holders: with which address a voucher is kept, who is reminded of it, which letters go to them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

UPDATED = {
    "claims": "email, language, claimed_at, looked_at, idle_since",
    "reminders": "voucher_id, language, days, next_on, confirmed_at, looked_at, idle_since",
    "holder_letters": "hash, state, detail, changed_at",
}


def upgrade() -> None:
    _claims()
    _reminders()
    _holder_letters()
    # Whom a voucher was sent to finds it again by the address.
    op.create_index("ix_beneficiaries_email", "beneficiaries", [sa.text("lower(email)")], unique=False)
    for table, columns in UPDATED.items():
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO obole_runtime")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_claims_voucher_id")),
        sa.PrimaryKeyConstraint("voucher_id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_email", "claims", [sa.text("lower(email)")], unique=False)
    op.create_index("ix_claims_looked_at", "claims", ["looked_at"], unique=False)


def _reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_reminders_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index("uq_reminders_once", "reminders", ["voucher_id", sa.text("lower(email)")], unique=True)
    op.create_index("ix_reminders_email", "reminders", [sa.text("lower(email)")], unique=False)
    op.create_index("ix_reminders_next_on", "reminders", ["next_on"], unique=False)
    op.create_index("ix_reminders_looked_at", "reminders", ["looked_at"], unique=False)


def _holder_letters() -> None:
    op.create_table(
        "holder_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('claim', 'reminder', 'lost', 'contested', 'remind')", name=op.f("ck_holder_letters_kind")
        ),
        sa.CheckConstraint("(kind = 'lost') = (voucher_id IS NULL)", name=op.f("ck_holder_letters_voucher")),
        sa.CheckConstraint("(kind = 'remind') = (last_day IS NOT NULL)", name=op.f("ck_holder_letters_last_day")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'refused', 'doubtful')", name=op.f("ck_holder_letters_state")
        ),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_holder_letters_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_letters")),
    )
    op.create_index("uq_holder_letters_hash", "holder_letters", ["hash"], unique=True)
    op.create_index(
        "uq_holder_letters_reminded", "holder_letters", ["voucher_id", sa.text("lower(email)"), "days", "last_day"],
        unique=True, postgresql_where=sa.text("kind = 'remind'"),
    )  # fmt: skip
    op.create_index(
        "uq_holder_letters_lost", "holder_letters", [sa.text("lower(email)")], unique=True,
        postgresql_where=sa.text("kind = 'lost' AND state IN ('queued', 'sending')"),
    )  # fmt: skip
    op.create_index(
        "ix_holder_letters_moving", "holder_letters", ["id"], unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )  # fmt: skip
    op.create_index("ix_holder_letters_email", "holder_letters", [sa.text("lower(email)")], unique=False)
    op.create_index("ix_holder_letters_ends_at", "holder_letters", ["ends_at"], unique=False)
