"""The tables of payouts. Private to ``merchants.payouts``."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class PayoutRun(Base):
    """Payouts that leave in one file: proposed by one, approved by another. Once decided it is never changed.

    ``count`` and ``total`` (in cents) are those of its payouts; ``file`` is the bank's, as it was made.
    """

    __tablename__ = "payout_runs"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("state IN ('proposed', 'approved', 'withdrawn')", name="state"),
        CheckConstraint("count > 0 AND total > 0", name="sums"),
        CheckConstraint("(state = 'approved') = (approved_at IS NOT NULL)", name="approved"),
        CheckConstraint("(state = 'approved') = (file IS NOT NULL)", name="file"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        CheckConstraint("approved_by <> proposed_by", name="two_people"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    number: Mapped[Words]
    execution_day: Mapped[date]
    count: Mapped[int] = mapped_column(Integer)
    total: Mapped[Cents]
    state: Mapped[Words] = mapped_column(server_default="proposed")
    proposed_by: Mapped[Words]
    proposed_at: Mapped[Moment]
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class Payout(Base):
    """A settlement in a run, with the account and the name as they will be sent; in one live run at most.

    ``amount`` in cents; ``state`` is that of its run, until the bank says that it left or came back.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        UniqueConstraint("end_to_end_id"),
        CheckConstraint("amount BETWEEN 1 AND 99999999999", name="amount"),
        CheckConstraint("length(end_to_end_id) BETWEEN 1 AND 35", name="end_to_end_id"),
        CheckConstraint("length(creditor) BETWEEN 1 AND 70", name="creditor"),
        CheckConstraint("state IN ('proposed', 'approved', 'withdrawn', 'confirmed', 'returned')", name="state"),
        Index(
            "uq_payouts_live",
            "settlement_id",
            unique=True,
            postgresql_where=text("state NOT IN ('withdrawn', 'returned')"),
        ),
        Index("ix_payouts_run_id", "run_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    run_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.payout_runs.id"))
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.settlements.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    creditor: Mapped[Words]
    iban: Mapped[Words]
    bic: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[Cents]
    end_to_end_id: Mapped[Words]
    state: Mapped[Words] = mapped_column(server_default="proposed")


class PayoutDecision(Base):
    """What somebody said of a payout, once each: by which line it ``left`` or came ``back``; or without a line.

    ``refused``: the bank did not execute it, for a ``reason``. ``again``: it came back or was refused, and is sent
    to the same account once more.
    """

    __tablename__ = "payout_decisions"
    __table_args__ = (
        CheckConstraint("what IN ('left', 'back', 'refused', 'again')", name="what"),
        CheckConstraint("what <> 'refused' OR reason <> ''", name="reason"),
        IN_PROGRAMME,
    )

    payout_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.payouts.id"), primary_key=True)
    what: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.bank_entries.id"))
    decided_by: Mapped[Words]
    decided_at: Mapped[Moment]
