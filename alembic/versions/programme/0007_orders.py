"""Orders: what was asked, for whom, and what was done to them; what a buyer has set aside."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WRITTEN_ONCE = (
    "order_events",
    "pictures",
)

UPDATED = {
    "orders": "status, resting, number, reference, label, occasion, message, picture_id, handing, deliver_on, language,"
    " face_total, fee, fee_vat, covered, method, on_credit, version, placed_at, lapses_on",
    "order_lines": "batch_id",
    "beneficiaries": "name, email, staff_number, face_value, voucher_id",
    "buyers": "street, postcode, commune, set_aside",
}

DELETED = (
    "order_lines",
    "beneficiaries",
)


def upgrade() -> None:
    _pictures()
    _orders()
    _order_lines()
    _beneficiaries()
    _order_events()
    _buyers()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_pictures_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("resting", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("handing", sa.Text(), server_default="sheets", nullable=False),
        sa.Column("deliver_on", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("face_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_vat", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("covered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("on_credit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(status = 'disputed') = (resting IS NOT NULL)", name=op.f("ck_orders_resting")),
        sa.CheckConstraint("handing IN ('sheets', 'email', 'links')", name=op.f("ck_orders_handing")),
        sa.CheckConstraint("method IN ('card', 'transfer')", name=op.f("ck_orders_method")),
        sa.CheckConstraint(
            "status IN ('draft', 'awaiting_payment', 'paid', 'issued', 'delivered', 'cancelled', 'refunded',"
            " 'disputed')",
            name=op.f("ck_orders_status"),
        ),
        sa.CheckConstraint("(number IS NULL) = (placed_at IS NULL)", name=op.f("ck_orders_placed")),
        sa.CheckConstraint("covered BETWEEN 0 AND face_total + fee + fee_vat", name=op.f("ck_orders_covered")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_orders_buyer_id")),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name=op.f("fk_orders_picture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_orders_reference")),
    )
    op.create_index("ix_orders_buyer_id", "orders", ["buyer_id", "id"], unique=False)
    op.create_index(
        "ix_orders_moving",
        "orders",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('awaiting_payment', 'paid', 'issued')"),
    )


def _order_lines() -> None:
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("face_value", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("face_value > 0", name=op.f("ck_order_lines_face_value")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100000", name=op.f("ck_order_lines_quantity")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_order_lines_batch_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_order_lines_batch_id")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_lines_order_id_position")),
    )


def _beneficiaries() -> None:
    op.create_table(
        "beneficiaries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("staff_number", sa.Text(), nullable=True),
        sa.Column("face_value", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("face_value > 0", name=op.f("ck_beneficiaries_face_value")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_beneficiaries_order_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_beneficiaries_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beneficiaries")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_beneficiaries_order_id_position")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_beneficiaries_voucher_id")),
    )


def _order_events() -> None:
    op.create_table(
        "order_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index("ix_order_events_order_id", "order_events", ["order_id", "id"], unique=False)


def _buyers() -> None:
    op.add_column("buyers", sa.Column("street", sa.Text(), server_default="", nullable=False))
    op.add_column("buyers", sa.Column("postcode", sa.Text(), server_default="", nullable=False))
    op.add_column("buyers", sa.Column("commune", sa.Text(), server_default="", nullable=False))
    op.add_column("buyers", sa.Column("set_aside", sa.BigInteger(), server_default="0", nullable=False))
    # ### end Alembic commands ###
    op.create_check_constraint(op.f("ck_buyers_set_aside"), "buyers", "set_aside >= 0")


def _guard() -> None:
    for table in (
        "pictures",
        "orders",
        "order_lines",
        "beneficiaries",
        "order_events",
    ):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
    for table in DELETED:
        op.execute(f"GRANT DELETE ON {table} TO obole_runtime")
