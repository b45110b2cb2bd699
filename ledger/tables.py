"""The ledger's tables. Private to the package: others ask its functions."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Recorded, Secret, Words

HELD_BACK = "NOT guarded OR debits_posted + debits_pending <= credits_posted"
"""The guard: what is spent and what is held never exceed what came in."""


class Account(Base):
    """One account. Its sums are those of its transfers; ``version`` is how many transfers it has had."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(HELD_BACK, name="guard"),
        CheckConstraint(
            "debits_posted >= 0 AND credits_posted >= 0 AND debits_pending >= 0 AND version >= 0", name="sums"
        ),
        Index("ix_accounts_kind_id", "kind", "id"),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    kind: Mapped[Words]
    name: Mapped[Words]
    guarded: Mapped[bool] = mapped_column(Boolean)
    debits_posted: Mapped[Cents] = mapped_column(server_default=text("0"))
    credits_posted: Mapped[Cents] = mapped_column(server_default=text("0"))
    debits_pending: Mapped[Cents] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    opened_at: Mapped[Recorded]


class Transfer(Base):
    """One debit, one credit, one positive amount. Never updated, never deleted.

    ``debit_seq`` and ``credit_seq`` number the transfers of each account from 1 without a gap, in the order in
    which they were posted; ``digest`` is ``public.transfer_digest`` of the row, so that a later change shows.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        UniqueConstraint("debit_account_id", "debit_seq"),
        UniqueConstraint("credit_account_id", "credit_seq"),
        Index("uq_transfers_reverses", "reverses", unique=True, postgresql_where=text("reverses IS NOT NULL")),
        Index("ix_transfers_hold_id", "hold_id", postgresql_where=text("hold_id IS NOT NULL")),
        Index("ix_transfers_entry_id", "entry_id"),
        Index("ix_transfers_effective_at", "effective_at", postgresql_using="brin"),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    entry_id: Mapped[UUID]
    kind: Mapped[Words]
    debit_account_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"))
    credit_account_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"))
    amount: Mapped[Cents]
    debit_seq: Mapped[int] = mapped_column(BigInteger)
    credit_seq: Mapped[int] = mapped_column(BigInteger)
    effective_at: Mapped[Moment]
    recorded_at: Mapped[Moment]
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"))
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.holds.id"))
    document: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[Secret]


class Hold(Base):
    """Money kept aside on the debit account: captured in one or more transfers, the rest released."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint(
            "amount > 0 AND captured >= 0 AND released >= 0 AND captured + released <= amount", name="sums"
        ),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        CheckConstraint("state IN ('pending', 'captured', 'voided', 'timed_out')", name="state"),
        CheckConstraint("(state = 'pending') = (captured + released < amount)", name="closed"),
        Index("ix_holds_pending", "debit_account_id", "expires_at", postgresql_where=text("state = 'pending'")),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    kind: Mapped[Words]
    debit_account_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"))
    credit_account_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"))
    amount: Mapped[Cents]
    captured: Mapped[Cents] = mapped_column(server_default=text("0"))
    released: Mapped[Cents] = mapped_column(server_default=text("0"))
    state: Mapped[Words] = mapped_column(server_default="pending")
    placed_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class Outcome(Base):
    """What a caller's key brought about the first time. Keys never expire."""

    __tablename__ = "outcomes"
    __table_args__ = ({"schema": PROGRAMME},)

    caller: Mapped[Key]
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[Secret]
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)  # not jsonb: an answer is given again in its own order
    recorded_at: Mapped[Recorded]


class AccountingMonth(Base):
    """A month that is closed for accounts. Written once."""

    __tablename__ = "accounting_months"
    __table_args__ = (
        CheckConstraint("extract(day FROM first_day) = 1", name="whole"),
        CheckConstraint("first_place >= 1 AND last_place >= first_place - 1", name="places"),
        {"schema": PROGRAMME},
    )

    first_day: Mapped[date] = mapped_column(Date, primary_key=True)
    first_place: Mapped[int] = mapped_column(BigInteger)
    last_place: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[Cents]
    closed_by: Mapped[Words]
    closed_at: Mapped[Moment]


class AccountingLine(Base):
    """A transfer's place in the books of account, its journal and the number of its entry there. Written once."""

    __tablename__ = "accounting_lines"
    __table_args__ = (
        UniqueConstraint("transfer_id"),
        CheckConstraint("place >= 1 AND number >= 1", name="counted"),
        {"schema": PROGRAMME},
    )

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"))
    journal: Mapped[Words]
    number: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(Date)
