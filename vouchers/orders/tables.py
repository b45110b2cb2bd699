"""The tables of orders: what was asked, for whom, how it was paid and handed out. Private to ``vouchers.orders``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Facts, Key, Moment, Secret, Words

IN_PROGRAMME = {"schema": PROGRAMME}
_ORDERS = f"{PROGRAMME}.orders.id"


class Order(Base):
    """An order. Its price is agreed when it is placed; ``covered`` is what its buyer has set aside for it, in cents.

    ``version`` rises with every change of what is asked, so that two pages that edit one order see each other.
    ``unmended`` are lines of a list, as typed, that nobody can receive a voucher by yet.
    ``resting`` is the status to which a dispute that is won brings it back.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("reference"),
        CheckConstraint(
            "status IN ('draft', 'awaiting_payment', 'paid', 'issued', 'delivered', 'cancelled', 'refunded',"
            " 'disputed')",
            name="status",
        ),
        CheckConstraint("handing IN ('sheets', 'email', 'links')", name="handing"),
        CheckConstraint("method IN ('card', 'transfer')", name="method"),
        CheckConstraint("covered BETWEEN 0 AND face_total + fee + fee_vat", name="covered"),
        CheckConstraint("(status = 'disputed') = (resting IS NOT NULL)", name="resting"),
        CheckConstraint("(number IS NULL) = (placed_at IS NULL)", name="placed"),
        Index("ix_orders_buyer_id", "buyer_id", "id"),
        Index("ix_orders_moving", "id", postgresql_where=text("status IN ('awaiting_payment', 'paid', 'issued')")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.buyers.id"))
    status: Mapped[Words] = mapped_column(server_default="draft")
    resting: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    label: Mapped[Words] = mapped_column(server_default="")
    occasion: Mapped[str | None] = mapped_column(Text)
    message: Mapped[Words] = mapped_column(server_default="")
    picture_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.pictures.id"))
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.usage_rule_versions.id"))
    handing: Mapped[Words] = mapped_column(server_default="sheets")
    deliver_on: Mapped[date | None]
    language: Mapped[Words] = mapped_column(server_default="fr")
    face_total: Mapped[Cents] = mapped_column(server_default="0")
    fee: Mapped[Cents] = mapped_column(server_default="0")
    fee_vat: Mapped[Cents] = mapped_column(server_default="0")
    covered: Mapped[Cents] = mapped_column(server_default="0")
    method: Mapped[str | None] = mapped_column(Text)
    on_credit: Mapped[bool] = mapped_column(Boolean, server_default=false())
    unmended: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
    placed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lapses_on: Mapped[date | None]


class OrderLine(Base):
    """A quantity of vouchers of one face value. ``named``: counted from the beneficiaries; ``batch_id`` once issued."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("batch_id"),
        CheckConstraint("quantity BETWEEN 1 AND 100000", name="quantity"),
        CheckConstraint("face_value > 0", name="face_value"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    position: Mapped[int] = mapped_column(Integer)
    named: Mapped[bool] = mapped_column(Boolean)
    quantity: Mapped[int] = mapped_column(Integer)
    face_value: Mapped[Cents]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.batches.id"))


class Beneficiary(Base):
    """Who receives a voucher of an order. ``voucher_id`` is the voucher first issued; a reissue keeps its chain."""

    __tablename__ = "beneficiaries"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("voucher_id"),
        CheckConstraint("face_value > 0", name="face_value"),
        Index("ix_beneficiaries_email", func.lower(text("email"))),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Words]
    email: Mapped[str | None] = mapped_column(Text)
    staff_number: Mapped[str | None] = mapped_column(Text)
    face_value: Mapped[Cents]
    voucher_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))


class OrderEvent(Base):
    """What was done to an order, when and by whom. Rows are added, never changed."""

    __tablename__ = "order_events"
    __table_args__ = (Index("ix_order_events_order_id", "order_id", "id"), IN_PROGRAMME)

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    what: Mapped[Words]
    actor: Mapped[Words]
    facts: Mapped[Facts]
    at: Mapped[Moment]


class Picture(Base):
    """A logo, decoded and drawn anew as PNG by us: nothing of the file that came is kept."""

    __tablename__ = "pictures"
    __table_args__ = (IN_PROGRAMME,)

    id: Mapped[Key]
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.buyers.id"))
    png: Mapped[Secret]
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[Moment]


class Payment(Base):
    """Money that came from a buyer; its id is that of the transfer. ``order_id`` is what the buyer paid it for."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("payment_intent"),
        CheckConstraint("method IN ('card', 'transfer')", name="method"),
        CheckConstraint("(method = 'card') = (payment_intent IS NOT NULL)", name="intent"),
        Index("ix_payments_order_id", "order_id"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.buyers.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey(_ORDERS))
    method: Mapped[Words]
    amount: Mapped[Cents]
    reference: Mapped[Words]
    payment_intent: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[Words]
    at: Mapped[Moment]


class Refund(Base):
    """Money given back to a buyer: taken from ``source`` when it is asked, sent by card or by transfer after.

    ``amount`` is all of it; ``fee`` and ``fee_vat`` what of the service fee is in it, in cents. By ``credit`` nothing
    is sent: it stays the buyer's. What Stripe gave back by hand has the source ``stripe``. Its id is that of the entry
    by which vouchers and fees gave it up.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("stripe_refund"),
        CheckConstraint("method IN ('card', 'transfer', 'credit')", name="method"),
        CheckConstraint("source IN ('vouchers', 'credit', 'stripe')", name="source"),
        CheckConstraint("state IN ('asked', 'sent', 'failed')", name="state"),
        CheckConstraint("amount > 0 AND fee >= 0 AND fee_vat >= 0", name="amount"),
        Index("ix_refunds_order_id", "order_id"),
        Index("ix_refunds_payment_intent", "payment_intent"),
        Index("ix_refunds_asked", "id", postgresql_where=text("state = 'asked'")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    method: Mapped[Words]
    amount: Mapped[Cents]
    fee: Mapped[Cents]
    fee_vat: Mapped[Cents]
    source: Mapped[Words] = mapped_column(server_default="vouchers")
    state: Mapped[Words]
    payment_intent: Mapped[str | None] = mapped_column(Text)
    stripe_refund: Mapped[str | None] = mapped_column(Text)
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"))
    reason: Mapped[Words]
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]


class CheckoutAttempt(Base):
    """One attempt to pay an order by card. Its id makes the idempotency key under which the session is created."""

    __tablename__ = "checkout_attempts"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        UniqueConstraint("session_id"),
        CheckConstraint("state IN ('opening', 'open', 'complete', 'paid', 'failed', 'expired')", name="state"),
        Index("ix_checkout_attempts_payment_intent", "payment_intent"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    number: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Cents]
    state: Mapped[Words]
    session_id: Mapped[str | None] = mapped_column(Text)
    payment_intent: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Moment]


class StripeEvent(Base):
    """A webhook event that was acted upon, written in the transaction that acted. Rows are added, never changed."""

    __tablename__ = "stripe_events"
    __table_args__ = (IN_PROGRAMME,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[Words]
    object_id: Mapped[Words]
    at: Mapped[Moment]


class Dispute(Base):
    """A card payment that its holder contests; ``withdrawn`` while Stripe has taken the money back.

    ``withdrawal_id`` is the transfer by which it did; ``entry_id`` the entry by which the vouchers gave up what was
    left on them when it was lost; ``due_by`` the last moment for an answer, if the bank takes one.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        Index("ix_disputes_order_id", "order_id"),
        Index("ix_disputes_payment_intent", "payment_intent"),
        CheckConstraint("withdrawn = (withdrawal_id IS NOT NULL)", name="withdrawal"),
        IN_PROGRAMME,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    payment_intent: Mapped[Words]
    amount: Mapped[Cents]
    status: Mapped[Words]
    reason: Mapped[Words]
    withdrawn: Mapped[bool] = mapped_column(Boolean, server_default=false())
    withdrawal_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"))
    entry_id: Mapped[UUID | None]
    opened_at: Mapped[Moment]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StripeMovement(Base):
    """A balance transaction of Stripe, in cents with its sign. ``entry_id`` is what it alone posted: fees, payouts.

    ``matched`` is what it is about: the payment intent, the refund or the dispute; its own id if it stands alone.
    """

    __tablename__ = "stripe_movements"
    __table_args__ = (
        CheckConstraint("net = amount - fee", name="net"),
        Index("ix_stripe_movements_source", "source"),
        Index("ix_stripe_movements_matched", "matched"),
        Index("ix_stripe_movements_made_at", "made_at"),
        IN_PROGRAMME,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[Words]
    category: Mapped[Words] = mapped_column(server_default="")
    amount: Mapped[Cents]
    fee: Mapped[Cents]
    net: Mapped[Cents]
    source: Mapped[str | None] = mapped_column(Text)
    payment_intent: Mapped[str | None] = mapped_column(Text)
    matched: Mapped[Words] = mapped_column(server_default="")
    entry_id: Mapped[UUID | None]
    made_at: Mapped[Moment]
    at: Mapped[Moment]


class Document(Base):
    """A paper with a number: invoice of the fees, receipt, credit note. Rows are added, never changed.

    ``facts`` holds everything that is printed, so that the same paper can be drawn again for ever.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("kind IN ('invoice', 'receipt', 'credit_note', 'receipt_cancellation')", name="kind"),
        Index("ix_documents_order_id", "order_id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    kind: Mapped[Words]
    number: Mapped[Words]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.documents.id"))
    total: Mapped[Cents]
    issued_on: Mapped[date]
    facts: Mapped[Facts]
    made_at: Mapped[Moment]


class Mailing(Base):
    """A message to a beneficiary, or to the buyer about an order: at most once for each attempt.

    ``sending`` is written before the message leaves; what is found in it after a crash is ``doubtful`` and is never
    sent again by itself. ``dropped``: overtaken before it left, so that there was nothing left to say.
    """

    __tablename__ = "mailings"
    __table_args__ = (
        Index(
            "uq_mailings_once", "order_id", "beneficiary_id", "kind", "attempt",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        Index("ix_mailings_moving", "id", postgresql_where=text("state IN ('queued', 'sending')")),
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'refused', 'bounced', 'doubtful', 'dropped')", name="state"
        ),
        IN_PROGRAMME,
    )  # fmt: skip

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    beneficiary_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.beneficiaries.id"))
    kind: Mapped[Words]
    attempt: Mapped[int] = mapped_column(SmallInteger)
    address: Mapped[Words]
    state: Mapped[Words]
    detail: Mapped[str | None] = mapped_column(Text)
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class Printing(Base):
    """A file of sheets being drawn for somebody to download, and how far it is."""

    __tablename__ = "printings"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'drawing', 'ready', 'failed', 'gone')", name="state"),
        CheckConstraint("layout IN ('one', 'eight')", name="layout"),
        Index("ix_printings_order_id", "order_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(_ORDERS))
    layout: Mapped[Words]
    language: Mapped[Words]
    state: Mapped[Words]
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    of: Mapped[int] = mapped_column(Integer, server_default="0")
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]
    changed_at: Mapped[Moment]
