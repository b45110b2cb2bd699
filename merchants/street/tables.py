"""The tables of what a shop shows of itself. Private to ``merchants.street``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Secret, Words

IN_PROGRAMME = {"schema": PROGRAMME}
_SHOPS = f"{PROGRAMME}.shops.id"


class ShopPage(Base):
    """What a shop says of itself. A shop that never said anything has no row.

    ``craft`` is one line, such as ``Pain au levain depuis 1987``; ``hours`` and ``closed_days`` are as
    `merchants.street.hours` writes them: lists of ``[weekday, opens, closes]`` and of ``[first day, last day]``.
    """

    __tablename__ = "shop_pages"
    __table_args__ = (IN_PROGRAMME,)

    shop_id: Mapped[UUID] = mapped_column(ForeignKey(_SHOPS), primary_key=True)
    craft: Mapped[Words] = mapped_column(server_default="")
    story: Mapped[Words] = mapped_column(server_default="")
    phone: Mapped[Words] = mapped_column(server_default="")
    website: Mapped[Words] = mapped_column(server_default="")
    hours: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    hours_note: Mapped[Words] = mapped_column(server_default="")
    closed_days: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    changed_by: Mapped[Words]
    changed_at: Mapped[Moment]


class ShopPhoto(Base):
    """A photo as it was drawn anew, large and small (JPEG); ``alt`` says what is on it. Photos may be deleted."""

    __tablename__ = "shop_photos"
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0 AND small_width > 0 AND small_height > 0", name="sizes"),
        Index("ix_shop_photos_shop_id", "shop_id", "place", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(_SHOPS))
    place: Mapped[int] = mapped_column(Integer, server_default="0")
    alt: Mapped[Words] = mapped_column(server_default="")
    large: Mapped[Secret]
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    small: Mapped[Secret]
    small_width: Mapped[int] = mapped_column(Integer)
    small_height: Mapped[int] = mapped_column(Integer)
    added_by: Mapped[Words]
    added_at: Mapped[Moment]
