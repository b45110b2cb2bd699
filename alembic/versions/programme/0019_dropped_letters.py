"""Letters that were overtaken before they left are dropped, no longer refused."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_mailings_state"), "mailings", type_="check")
    # Until now they were known by this sentence alone, which no mail server says.
    op.execute(
        "UPDATE mailings SET state = 'dropped', detail = NULL"
        " WHERE state = 'refused' AND detail = 'nothing left to send'"
    )
    op.create_check_constraint(
        op.f("ck_mailings_state"),
        "mailings",
        "state IN ('queued', 'sending', 'sent', 'refused', 'bounced', 'doubtful', 'dropped')",
    )


def downgrade() -> None:
    raise RuntimeError("the books only go forward: restore a backup instead")
