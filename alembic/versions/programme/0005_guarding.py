"""What the database itself refuses: changing what is written once, and the runtime role's reach."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WRITTEN_ONCE = (
    "transfers", "outcomes", "terms", "shop_events", "closings", "settlements", "settlement_lines", "code_keys",
    "batches", "redemptions", "undos", "voucher_events", "voucher_holds", "top_ups",
)  # fmt: skip

UPDATED = {
    "accounts": "debits_posted, credits_posted, debits_pending, version",
    "holds": "captured, released, state",
    "shops": "name, legal_name, street, postcode, commune, commune_code, naf, trade, email, vat_number, iban, bic,"
    " latitude, longitude, status, status_at",
    "tills": "label, revoked_at",
    "numbers": "last",
    "buyers": "name, siren, vat_number, email",
    "funders": "name",
    "vouchers": "last_day, status, replaced_by",
    "api_keys": "revoked_at",
    "wrong_codes": "times",
}


def upgrade() -> None:
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
        )
    for table in (*WRITTEN_ONCE, "accounts", "holds", "vouchers", "shops"):
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    # Room on each page for the next version of a row, so that an update of the sums touches no index.
    op.execute("ALTER TABLE accounts SET (fillfactor = 80)")
    _grant()


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")


def _grant() -> None:
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO obole_runtime', current_schema());
            EXECUTE format('GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA %I TO obole_runtime', current_schema());
        END $$
        """
    )
    op.execute("REVOKE INSERT ON alembic_version FROM obole_runtime")
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO obole_runtime")
    op.execute("GRANT DELETE ON wrong_codes TO obole_runtime")
