"""People who sign in, what they are in the programme, their visits and links."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UPDATED = {
    "people": "email, name, language, password_hash, disabled_at",
    "visits": "seen_at, ended_at",
    "one_time_links": "used_at",
}

DELETED = (
    "offices",
    "visits",
    "one_time_links",
)


def upgrade() -> None:
    _people()
    _offices()
    _visits()
    _one_time_links()
    _guard()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index("uq_people_email", "people", [sa.literal_column("lower(email)")], unique=True)


def _offices() -> None:
    op.create_table(
        "offices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role IN ('operator', 'accountant', 'manager')) = (subject IS NULL)", name=op.f("ck_offices_subject")
        ),
        sa.CheckConstraint(
            "role IN ('operator', 'accountant', 'manager', 'buyer', 'shop', 'till')", name=op.f("ck_offices_role")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_offices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
    )
    op.create_index(
        "uq_offices_held", "offices", ["person_id", "role", "subject"], unique=True, postgresql_nulls_not_distinct=True
    )


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("guest", sa.Uuid(), nullable=True),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (guest IS NULL)", name=op.f("ck_visits_whose")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_visits_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_person_id", "visits", ["person_id"], unique=False)


def _one_time_links() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("guest", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('sign_in', 'invitation', 'guest')", name=op.f("ck_one_time_links_purpose")),
        sa.CheckConstraint("(person_id IS NULL) <> (guest IS NULL)", name=op.f("ck_one_time_links_whose")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_one_time_links_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_one_time_links")),
    )


def _guard() -> None:
    for table in (
        "people",
        "offices",
        "visits",
        "one_time_links",
    ):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO obole_runtime")
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
    for table in DELETED:
        op.execute(f"GRANT DELETE ON {table} TO obole_runtime")
