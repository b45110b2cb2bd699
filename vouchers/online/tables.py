"""The tables of selling online. Private to the package: others ask its functions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class OnlineTill(Base):
    """A till that stands for a shop's website. Rows are added, never changed."""

    __tablename__ = "online_tills"
    __table_args__ = (Index("ix_online_tills_shop_id", "shop_id"), IN_PROGRAMME)

    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"), primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))


class ReturnAddress(Base):
    """Where a checkout may send a holder back to: an origin, and how the path begins, by whole parts."""

    __tablename__ = "return_addresses"
    __table_args__ = (
        Index(
            "uq_return_addresses_address", "shop_id", "origin", "path", unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        IN_PROGRAMME,
    )  # fmt: skip

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    origin: Mapped[Words]
    path: Mapped[Words]
    added_by: Mapped[Words]
    added_at: Mapped[Moment]
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Checkout(Base):
    """A basket whose holder enters a code on a page of ours: what it costs, and where it goes on from there.

    ``nonce`` is what the shop gave to be brought back. ``hold_id`` once a voucher was held for it, which is for
    ``held`` cents and lasts ``hold_minutes``.
    """

    __tablename__ = "checkouts"
    __table_args__ = (
        Index("ix_checkouts_shop_id", "shop_id", "id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('open', 'completed', 'cancelled')", name="state"),
        CheckConstraint("(state = 'completed') = (hold_id IS NOT NULL)", name="hold"),
        CheckConstraint("(hold_id IS NULL) = (held IS NULL) AND held <= amount", name="held"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"))
    amount: Mapped[Cents]
    reference: Mapped[Words]
    return_url: Mapped[Words]
    return_origin: Mapped[Words]
    nonce: Mapped[Words]
    language: Mapped[Words]
    hold_minutes: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    state: Mapped[Words] = mapped_column(server_default="open")
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.voucher_holds.id"), unique=True)
    held: Mapped[Cents | None]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
