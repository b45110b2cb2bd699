"""Shops that join by themselves, what they show of themselves, and changes of their bank account."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UPDATED = {
    "shop_pages": "craft, story, phone, website, hours, hours_note, closed_days, changed_by, changed_at",
    "shop_photos": "place, alt",
    "bank_changes": "state, ended_by, ended_at",
    "establishments": "name, legal_name, street, postcode, commune, commune_code, naf, trade, latitude, longitude,"
    " imported_at",
    "shop_invitations": "email, state, letter, letters, letter_id, letter_at, detail, reason, ends_at, ended_at",
    "applications": "shop_id, iban, bic, state, confirmed_at, decided_at, decided_by, reason",
}

DELETED = (
    "shop_photos",
    "applications",
    "joining_links",
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_shops_status"), "shops", type_="check")
    op.create_check_constraint(
        op.f("ck_shops_status"), "shops", "status IN ('applied', 'invited', 'accepted', 'suspended', 'left')"
    )
    op.add_column("visits", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    _bank_changes()
    _shop_pages()
    _shop_photos()
    _establishments()
    _shop_invitations()
    _applications()
    _joining_links()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _bank_changes() -> None:
    op.create_table(
        "bank_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applies_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'applied', 'cancelled')", name=op.f("ck_bank_changes_state")),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_bank_changes_ended")),
        sa.CheckConstraint("asked_at < applies_at", name=op.f("ck_bank_changes_waits")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_bank_changes_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_changes")),
    )
    op.create_index(
        "uq_bank_changes_waiting", "bank_changes", ["shop_id"], unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_index("ix_bank_changes_shop_id", "bank_changes", ["shop_id", "id"], unique=False)


def _shop_pages() -> None:
    op.create_table(
        "shop_pages",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("craft", sa.Text(), server_default="", nullable=False),
        sa.Column("story", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("website", sa.Text(), server_default="", nullable=False),
        sa.Column("hours", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("hours_note", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_days", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_pages_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_shop_pages")),
    )


def _shop_photos() -> None:
    op.create_table(
        "shop_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("large", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("small_width", sa.Integer(), nullable=False),
        sa.Column("small_height", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "width > 0 AND height > 0 AND small_width > 0 AND small_height > 0", name=op.f("ck_shop_photos_sizes")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_photos_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_photos")),
    )
    op.create_index("ix_shop_photos_shop_id", "shop_photos", ["shop_id", "place", "id"], unique=False)


def _establishments() -> None:
    op.create_table(
        "establishments",
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("commune_code", sa.Text(), nullable=True),
        sa.Column("naf", sa.Text(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("siret", name=op.f("pk_establishments")),
    )
    op.create_index("ix_establishments_commune", "establishments", ["commune", "name"], unique=False)


def _shop_invitations() -> None:
    op.create_table(
        "shop_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("letter", sa.Text(), server_default="queued", nullable=False),
        sa.Column("letters", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("letter_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'opened', 'accepted', 'declined', 'expired')", name=op.f("ck_shop_invitations_state")
        ),
        sa.CheckConstraint(
            "letter IN ('queued', 'sending', 'sent', 'refused', 'doubtful', 'bounced')",
            name=op.f("ck_shop_invitations_letter"),
        ),
        sa.CheckConstraint("letters BETWEEN 1 AND 3", name=op.f("ck_shop_invitations_letters")),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined', 'expired')) = (ended_at IS NOT NULL)",
            name=op.f("ck_shop_invitations_ended"),
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_invitations_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_invitations")),
    )
    op.create_index(
        "uq_shop_invitations_open", "shop_invitations", ["shop_id"], unique=True,
        postgresql_where=sa.text("state IN ('asked', 'opened')"),
    )  # fmt: skip
    op.create_index(
        "ix_shop_invitations_letter", "shop_invitations", ["id"], unique=False,
        postgresql_where=sa.text("letter IN ('queued', 'sending')"),
    )  # fmt: skip


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=True),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("charter", sa.Text(), nullable=False),
        sa.Column("in_register", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), server_default="unconfirmed", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'waiting', 'accepted', 'declined')", name=op.f("ck_applications_state")
        ),
        sa.CheckConstraint("(state = 'unconfirmed') = (confirmed_at IS NULL)", name=op.f("ck_applications_confirmed")),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined')) = (decided_at IS NOT NULL)", name=op.f("ck_applications_decided")
        ),
        sa.CheckConstraint("(state = 'unconfirmed') = (shop_id IS NULL)", name=op.f("ck_applications_shop")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_applications_shop_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["shop_invitations.id"], name=op.f("fk_applications_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(
        "uq_applications_waiting", "applications", ["shop_id"], unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_index(
        "ix_applications_open", "applications", ["id"], unique=False,
        postgresql_where=sa.text("state IN ('unconfirmed', 'waiting')"),
    )  # fmt: skip


def _joining_links() -> None:
    op.create_table(
        "joining_links",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(invitation_id IS NULL) <> (application_id IS NULL)", name=op.f("ck_joining_links_which")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["shop_invitations.id"], name=op.f("fk_joining_links_invitation_id")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_joining_links_application_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_joining_links")),
    )
    op.create_index("ix_joining_links_ends_at", "joining_links", ["ends_at"], unique=False)


def _guard() -> None:
    for table in (*UPDATED, "joining_links"):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
    for table in DELETED:
        op.execute(f"GRANT DELETE ON {table} TO obole_runtime")
