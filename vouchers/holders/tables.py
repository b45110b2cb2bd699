"""The tables of holders: with which address a voucher is kept, who is reminded, which letters go. Private."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}
_VOUCHERS = f"{PROGRAMME}.vouchers.id"


class Claim(Base):
    """With which address a voucher is kept. Without an address: whoever it was kept with let it go.

    ``idle_since`` is since when nothing can be spent of it any more; ``looked_at`` when that was last looked at.
    """

    __tablename__ = "claims"
    __table_args__ = (
        Index("ix_claims_email", func.lower(text("email"))),
        Index("ix_claims_looked_at", "looked_at"),
        IN_PROGRAMME,
    )

    voucher_id: Mapped[UUID] = mapped_column(ForeignKey(_VOUCHERS), primary_key=True)
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[Words]
    claimed_at: Mapped[Moment]
    looked_at: Mapped[Moment]
    idle_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Reminder(Base):
    """Who wants to be reminded of a voucher, and how many days before its last day; confirmed by a letter.

    ``next_on`` is the next day on which a letter goes, if one does.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index("uq_reminders_once", "voucher_id", func.lower(text("email")), unique=True),
        Index("ix_reminders_email", func.lower(text("email"))),
        Index("ix_reminders_next_on", "next_on"),
        Index("ix_reminders_looked_at", "looked_at"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey(_VOUCHERS))
    email: Mapped[Words]
    language: Mapped[Words]
    days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    next_on: Mapped[date | None]
    confirmed_at: Mapped[Moment]
    looked_at: Mapped[Moment]
    idle_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class HolderLetter(Base):
    """A letter to a holder, at most once; the link in it is known by the hash of its secret.

    ``days`` are the distances chosen, or the one of a reminder, whose ``last_day`` says of which day it reminds.
    After ``ends_at`` its link opens nothing, and the row goes.
    """

    __tablename__ = "holder_letters"
    __table_args__ = (
        Index("uq_holder_letters_hash", "hash", unique=True),
        Index(
            "uq_holder_letters_reminded", "voucher_id", func.lower(text("email")), "days", "last_day", unique=True,
            postgresql_where=text("kind = 'remind'"),
        ),
        Index(
            "uq_holder_letters_lost", func.lower(text("email")), unique=True,
            postgresql_where=text("kind = 'lost' AND state IN ('queued', 'sending')"),
        ),
        Index("ix_holder_letters_moving", "id", postgresql_where=text("state IN ('queued', 'sending')")),
        Index("ix_holder_letters_email", func.lower(text("email"))),
        Index("ix_holder_letters_ends_at", "ends_at"),
        CheckConstraint("kind IN ('claim', 'reminder', 'lost', 'contested', 'remind')", name="kind"),
        CheckConstraint("(kind = 'lost') = (voucher_id IS NULL)", name="voucher"),
        CheckConstraint("(kind = 'remind') = (last_day IS NOT NULL)", name="last_day"),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'refused', 'doubtful')", name="state"),
        IN_PROGRAMME,
    )  # fmt: skip

    id: Mapped[Key]
    kind: Mapped[Words]
    voucher_id: Mapped[UUID | None] = mapped_column(ForeignKey(_VOUCHERS))
    email: Mapped[Words]
    language: Mapped[Words]
    days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")
    last_day: Mapped[date | None]
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[Words]
    detail: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    ends_at: Mapped[Moment]
