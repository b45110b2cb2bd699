"""The tables of the doors: keys, and the counts of wrong codes. Private to the package."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Secret, Words


class ApiKey(Base):
    """A key: its hash, who it speaks for and what it may do. ``hint`` tells it from others without unlocking."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("uq_api_keys_hash", "hash", unique=True),
        CheckConstraint("role IN ('operator', 'buyer', 'shop', 'till')", name="role"),
        CheckConstraint("(role = 'operator') = (subject IS NULL)", name="subject"),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    role: Mapped[Words]
    subject: Mapped[UUID | None]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    label: Mapped[Words]
    hint: Mapped[Words]
    hash: Mapped[Secret]
    made_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WrongCodes(Base):
    """How many wrong codes came from one place (a till, an address, anywhere) in one minute."""

    __tablename__ = "wrong_codes"
    __table_args__ = ({"schema": PROGRAMME},)

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    minute: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    times: Mapped[int] = mapped_column(Integer)
