"""Rules of use: where and when vouchers are taken, written once; batches and orders that carry one."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rules()
    _carried()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _rules() -> None:
    op.create_table(
        "usage_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_rules")),
    )
    op.create_table(
        "usage_rule_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("communes", postgresql.JSONB(), nullable=False),
        sa.Column("trades", postgresql.JSONB(), nullable=False),
        sa.Column("shops", postgresql.JSONB(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_usage_rule_versions_number")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_usage_rule_versions_days")),
        sa.CheckConstraint(
            "jsonb_array_length(communes) + jsonb_array_length(trades) + jsonb_array_length(shops) > 0"
            " OR first_day IS NOT NULL OR last_day IS NOT NULL",
            name=op.f("ck_usage_rule_versions_limits"),
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["usage_rules.id"], name=op.f("fk_usage_rule_versions_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_rule_versions")),
        sa.UniqueConstraint("rule_id", "number", name=op.f("uq_usage_rule_versions_rule_id_number")),
    )


def _carried() -> None:
    for table in ("batches", "orders"):
        op.add_column(table, sa.Column("rule_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_rule_id"), table, "usage_rule_versions", ["rule_id"], ["id"])
    op.create_index(
        "ix_batches_rule_id", "batches", ["rule_id"], unique=False, postgresql_where=sa.text("rule_id IS NOT NULL")
    )


def _guard() -> None:
    op.execute("GRANT SELECT, INSERT ON usage_rules TO obole_runtime")
    op.execute("GRANT UPDATE (offered, changed_by, changed_at) ON usage_rules TO obole_runtime")
    op.execute("GRANT SELECT, INSERT ON usage_rule_versions TO obole_runtime")
    op.execute("GRANT UPDATE (rule_id) ON orders TO obole_runtime")
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON usage_rule_versions"
        " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON usage_rule_versions"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
