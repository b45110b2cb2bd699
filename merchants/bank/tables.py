"""The tables of bank statements. Private to ``merchants.bank``. All of it is written once."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Secret, Words

IN_PROGRAMME: Final = {"schema": PROGRAMME}


class BankStatement(Base):
    """A statement of the programme's account. ``identity`` is a digest of what names it, ``content`` of its lines.

    ``opening`` and ``closing`` are its booked balances, in cents; ``moved`` what its booked entries come to.
    """

    __tablename__ = "bank_statements"
    __table_args__ = (
        UniqueConstraint("identity"),
        Index("ix_bank_statements_closing_on", "closing_on", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    identity: Mapped[Secret]
    content: Mapped[Secret]
    version: Mapped[Words]
    account: Mapped[Words]
    number: Mapped[Words]
    sequence: Mapped[Words]
    page: Mapped[Words]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    opening: Mapped[int | None] = mapped_column(BigInteger)
    closing: Mapped[int | None] = mapped_column(BigInteger)
    closing_on: Mapped[date | None]
    moved: Mapped[Cents]
    read_by: Mapped[Words]
    read_at: Mapped[Moment]


class BankEntry(Base):
    """A line of a statement as it was read. ``mark`` is a digest of what it says, alike in whatever statement.

    Its statement is written after its last line, when the balances are known: in the same transaction.
    """

    __tablename__ = "bank_entries"
    __table_args__ = (
        UniqueConstraint("statement_id", "entry", "part"),
        CheckConstraint("fate IN ('read', 'skipped', 'refused')", name="fate"),
        CheckConstraint("fate <> 'read' OR (amount > 0 AND credit IS NOT NULL)", name="read"),
        CheckConstraint("fate = 'read' OR why <> ''", name="why"),
        Index("ix_bank_entries_mark", "mark"),
        Index("ix_bank_entries_read", "id", postgresql_where=text("fate = 'read'")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    statement_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PROGRAMME}.bank_statements.id", deferrable=True, initially="DEFERRED")
    )
    entry: Mapped[int] = mapped_column(Integer)
    part: Mapped[int] = mapped_column(Integer)
    fate: Mapped[Words]
    why: Mapped[Words]
    written: Mapped[Words]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    credit: Mapped[bool | None]
    booked_on: Mapped[date | None]
    valued_on: Mapped[date | None]
    reversal: Mapped[bool] = mapped_column(Boolean)
    code: Mapped[Words]
    servicer_ref: Mapped[Words]
    end_to_end: Mapped[Words]
    reference: Mapped[Words]
    remittance: Mapped[Words]
    counterparty: Mapped[Words]
    counterparty_iban: Mapped[Words]
    returned: Mapped[Words]
    charges: Mapped[Words]
    mark: Mapped[Secret]


class BankDecision(Base):
    """What became of a line that was read, once: the transfer in the books that it is, or why it is none."""

    __tablename__ = "bank_decisions"
    __table_args__ = (
        UniqueConstraint("transfer_id"),
        CheckConstraint("transfer_id IS NOT NULL OR note <> ''", name="told"),
        IN_PROGRAMME,
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.bank_entries.id"), primary_key=True)
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"))
    note: Mapped[str] = mapped_column(Text, server_default="")
    decided_by: Mapped[Words]
    decided_at: Mapped[Moment]
