"""The tables of what online shops are told. Private to the package: others ask its functions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Secret, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class Endpoint(Base):
    """Where a shop is told, and of what. The secret that signs is derived: salt and key number open nothing alone.

    The one before it signs too, until ``old_until``.
    """

    __tablename__ = "endpoints"
    __table_args__ = (
        Index("ix_endpoints_shop_id", "shop_id", "id"),
        CheckConstraint("(paused_at IS NULL) = (paused_because IS NULL)", name="paused"),
        CheckConstraint("paused_because IN ('asked', 'gone')", name="because"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    url: Mapped[Words]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    salt: Mapped[Secret]
    key_number: Mapped[int] = mapped_column(SmallInteger)
    old_salt: Mapped[Secret | None]
    old_key_number: Mapped[int | None] = mapped_column(SmallInteger)
    old_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[Words]
    added_at: Mapped[Moment]
    paused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paused_because: Mapped[str | None] = mapped_column(Text)
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Notice(Base):
    """A message for one endpoint, written in the transaction that did what it tells. ``event_id`` is the webhook-id.

    It waits until ``next_at``, which each try moves further off before it begins.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_endpoint_id", "endpoint_id", "id"),
        Index("ix_notices_due", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_notices_at", "at"),
        CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.endpoints.id"))
    event_id: Mapped[UUID]
    event: Mapped[Words]
    body: Mapped[Words]
    at: Mapped[Moment]
    state: Mapped[Words] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class Attempt(Base):
    """A try to deliver, and what came of it: the status that was answered, or why none was. Holds no secret."""

    __tablename__ = "notice_attempts"
    __table_args__ = (Index("ix_notice_attempts_notice_id", "notice_id", "id"), IN_PROGRAMME)

    id: Mapped[Key]
    notice_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.notices.id", ondelete="CASCADE"))
    status: Mapped[int | None] = mapped_column(Integer)
    why: Mapped[str | None] = mapped_column(Text)
    took: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
