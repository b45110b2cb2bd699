"""The registry of programmes, the runtime role, what guards every programme's tables, the job queue."""

import sqlalchemy as sa
from procrastinate.schema import SchemaManager

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _programmes()
    _runtime_role()
    _transfer_digest()
    _refuse_change()
    _job_queue()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("schema_name", name=op.f("uq_programmes_schema_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_programmes_slug")),
        schema="public",
    )


def _runtime_role() -> None:
    """The role as which the server works. The owner may take it on; give it a login to connect as it directly."""
    op.execute(
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'obole_runtime') THEN
                CREATE ROLE obole_runtime NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another installation made it meanwhile
        END $$
        """
    )
    op.execute(
        """
        DO $$ BEGIN
            IF NOT pg_has_role(current_user, 'obole_runtime', 'SET') THEN
                GRANT obole_runtime TO CURRENT_USER;
            END IF;
        END $$
        """
    )
    op.execute("GRANT USAGE ON SCHEMA public TO obole_runtime")
    op.execute("GRANT SELECT ON public.programmes TO obole_runtime")


def _transfer_digest() -> None:
    """SHA-256 over a transfer's columns, each after its length, so that no two rows read alike.

    ``-1`` as the length of what is absent, as in PostgreSQL's own binary row format.
    """
    fields = (
        "uuid_send(id)", "uuid_send(entry_id)", "convert_to(kind, 'UTF8')", "uuid_send(debit_account_id)",
        "uuid_send(credit_account_id)", "int8send(amount)", "int8send(debit_seq)", "int8send(credit_seq)",
        "timestamptz_send(effective_at)", "timestamptz_send(recorded_at)", "uuid_send(reverses)",
        "uuid_send(hold_id)", "convert_to(document, 'UTF8')",
    )  # fmt: skip
    body = " || ".join(f"coalesce(int4send(octet_length({field})) || {field}, int4send(-1))" for field in fields)
    op.execute(
        f"""
        CREATE FUNCTION public.transfer_digest(
            id uuid, entry_id uuid, kind text, debit_account_id uuid, credit_account_id uuid, amount bigint,
            debit_seq bigint, credit_seq bigint, effective_at timestamptz, recorded_at timestamptz,
            reverses uuid, hold_id uuid, document text
        ) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN sha256({body})
        """
    )
    op.execute("GRANT EXECUTE ON FUNCTION public.transfer_digest TO obole_runtime")


def _refuse_change() -> None:
    op.execute(
        """
        CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of %.% are never changed or deleted: post the opposite instead',
                TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )


def _job_queue() -> None:
    """The tables of procrastinate, which runs what happens later (decision 12)."""
    for statement in SchemaManager.get_schema().split("\n\n-- split --\n\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO obole_runtime")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON public.programmes FROM obole_runtime")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM obole_runtime")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO obole_runtime")
