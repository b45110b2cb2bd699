"""The tables of campaigns: what was promised, which shops take part, what was given and drawn."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Facts, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class Campaign(Base):
    """A campaign. ``given`` is what of ``budget`` has gone to vouchers; amounts in cents.

    A top-up adds ``rate_bp`` of what is spent, or ``each`` for every purchase; a draw has ``prizes`` of ``each``.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("kind IN ('story', 'top_up', 'draw')", name="kind"),
        CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name="status"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("0 <= given AND given <= budget", name="given"),
        CheckConstraint("(kind = 'story') = (funder_id IS NULL) AND (kind = 'story') = (budget = 0)", name="funded"),
        CheckConstraint("rate_bp BETWEEN 0 AND 10000 AND each >= 0 AND least_spent >= 0", name="amounts"),
        CheckConstraint(
            "kind <> 'top_up' OR ((rate_bp > 0) <> (each > 0) AND most_per_voucher > 0 AND prizes = 0)", name="top_up"
        ),
        CheckConstraint(
            "kind <> 'draw' OR (rate_bp = 0 AND each > 0 AND prizes > 0 AND most_per_voucher = each"
            " AND budget = prizes * each)",
            name="draw",
        ),
        CheckConstraint("drawn_at IS NULL OR kind = 'draw'", name="drawn"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    slug: Mapped[Words]
    title: Mapped[Words]
    theme: Mapped[Words]
    story: Mapped[Words]
    motif: Mapped[Words]
    kind: Mapped[Words]
    first_day: Mapped[date]
    last_day: Mapped[date]
    funder_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.funders.id"))
    budget: Mapped[Cents]
    rate_bp: Mapped[int] = mapped_column(Integer)
    each: Mapped[Cents]
    most_per_voucher: Mapped[Cents]
    least_spent: Mapped[Cents]
    prizes: Mapped[int] = mapped_column(Integer)
    status: Mapped[Words] = mapped_column(server_default="draft")
    given: Mapped[Cents] = mapped_column(server_default="0")
    seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    drawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    made_at: Mapped[Moment]


class TakingPart(Base):
    """A shop takes part from a moment on, until it leaves. To come back is another row."""

    __tablename__ = "campaign_shops"
    __table_args__ = (
        Index("uq_campaign_shops_now", "campaign_id", "shop_id", unique=True, postgresql_where=text("until IS NULL")),
        Index("ix_campaign_shops_shop_id", "shop_id", "campaign_id"),
        CheckConstraint("until IS NULL OR since <= until", name="moments"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.campaigns.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    since: Mapped[Moment]
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    by: Mapped[Words]


class CampaignEvent(Base):
    """What was done to a campaign, when and by whom. Rows are added, never changed."""

    __tablename__ = "campaign_events"
    __table_args__ = (Index("ix_campaign_events_campaign_id", "campaign_id", "id"), IN_PROGRAMME)

    id: Mapped[Key]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.campaigns.id"))
    what: Mapped[Words]
    actor: Mapped[Words]
    facts: Mapped[Facts]
    at: Mapped[Moment]


class Reward(Base):
    """What one purchase brought its voucher, decided once: money, or why none. Rows are added, never changed."""

    __tablename__ = "campaign_rewards"
    __table_args__ = (
        UniqueConstraint("top_up_id"),
        Index("ix_campaign_rewards_origin_id", "origin_id"),
        CheckConstraint("outcome IN ('given', 'prize', 'full', 'exhausted', 'expired')", name="outcome"),
        CheckConstraint("amount >= 0 AND (amount > 0) = (outcome IN ('given', 'prize'))", name="amount"),
        CheckConstraint("(amount > 0) = (top_up_id IS NOT NULL)", name="top_up"),
        IN_PROGRAMME,
    )

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.campaigns.id"), primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.redemptions.id"), primary_key=True)
    origin_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))
    amount: Mapped[Cents]
    outcome: Mapped[Words]
    top_up_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.top_ups.id"))
    at: Mapped[Moment]


class Chance(Base):
    """A chance in a draw, as it was drawn: one for each voucher and day. Rows are added, never changed.

    ``reference`` stands for the voucher where everybody may read; ``score`` decides.
    """

    __tablename__ = "campaign_chances"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("outcome IN ('none', 'won', 'passed_over')", name="outcome"),
        Index("ix_campaign_chances_origin_id", "origin_id"),
        ForeignKeyConstraint(["campaign_id"], [f"{PROGRAMME}.campaigns.id"]),
        IN_PROGRAMME,
    )

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date]
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.redemptions.id"))
    origin_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))
    reference: Mapped[Words]
    score: Mapped[Words]
    outcome: Mapped[Words]
