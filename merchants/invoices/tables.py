"""The tables of commission invoices and of the letters that bring them. Private to ``merchants.invoices``."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Facts, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class Invoice(Base):
    """The invoice or the credit note of one settlement. Rows are added, never changed; amounts in cents.

    ``facts`` is all that it says; the amounts stand beside it so that they can be added up.
    """

    __tablename__ = "commission_invoices"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("settlement_id"),
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind"),
        CheckConstraint("net + vat > 0 OR (net + vat = 0 AND net > 0)", name="amounts"),
        Index("ix_commission_invoices_issued_on", "issued_on"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    number: Mapped[Words]
    kind: Mapped[Words]
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.settlements.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    issued_on: Mapped[date]
    net: Mapped[Cents]
    vat: Mapped[Cents]
    facts: Mapped[Facts]
    made_at: Mapped[Moment]


class InvoiceFile(Base):
    """The PDF of an invoice with its XML, as they were made once; ``digest`` is the PDF's SHA-256. Never changed."""

    __tablename__ = "commission_invoice_files"
    __table_args__ = (CheckConstraint("digest = sha256(pdf)", name="digest"), IN_PROGRAMME)

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.commission_invoices.id"), primary_key=True)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class PostedTo(Base):
    """To which address a shop has its statements and invoices sent. A shop without a row has none sent."""

    __tablename__ = "settlement_addresses"
    __table_args__ = (CheckConstraint("language IN ('fr', 'en')", name="language"), IN_PROGRAMME)

    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"), primary_key=True)
    email: Mapped[Words]
    language: Mapped[Words]
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]


class SettlementLetter(Base):
    """A letter with the papers of one settlement: at most one, and sent at most once (decision 27)."""

    __tablename__ = "settlement_letters"
    __table_args__ = (
        UniqueConstraint("settlement_id"),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'refused', 'doubtful', 'bounced')", name="state"),
        Index("ix_settlement_letters_queued", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_settlement_letters_sending", "state_at", postgresql_where=text("state = 'sending'")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.settlements.id"))
    email: Mapped[Words]
    language: Mapped[Words]
    state: Mapped[Words] = mapped_column(server_default="queued")
    detail: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[Moment]
    state_at: Mapped[Moment]
