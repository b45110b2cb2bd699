"""The tables of commission. Private to the package: others ask its functions."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class CommissionRule(Base):
    """What is charged for a redemption, from a day on, to whom. Rows are added, never changed; amounts in cents.

    ``scope`` says to whom: all shops, those of a trade (``naf``), one shop, or those that a campaign names. A rule
    without ``rate_bp`` charges nothing by itself: it ends those of its scope, and the next wider rule holds again.
    """

    __tablename__ = "commission_rules"
    __table_args__ = (
        CheckConstraint("scope IN ('programme', 'trade', 'shop', 'campaign')", name="scope"),
        CheckConstraint("(scope = 'trade') = (naf IS NOT NULL)", name="trade"),
        CheckConstraint("(scope = 'campaign') = (campaign IS NOT NULL)", name="campaign"),
        CheckConstraint("last_day IS NULL OR effective_from <= last_day", name="days"),
        CheckConstraint("scope <> 'campaign' OR last_day IS NOT NULL", name="campaign_ends"),
        CheckConstraint("rate_bp BETWEEN 0 AND 10000", name="rate"),
        CheckConstraint("flat >= 0 AND least >= 0 AND least <= most", name="amounts"),
        CheckConstraint("rate_bp IS NOT NULL OR (flat = 0 AND least = 0 AND most IS NULL)", name="ends"),
        Index("ix_commission_rules_effective_from", "effective_from", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    scope: Mapped[Words]
    naf: Mapped[str | None] = mapped_column(Text)
    campaign: Mapped[str | None] = mapped_column(Text)
    effective_from: Mapped[date]
    last_day: Mapped[date | None]
    rate_bp: Mapped[int | None] = mapped_column(Integer)
    flat: Mapped[Cents]
    least: Mapped[Cents]
    most: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[Words]
    at: Mapped[Moment]


class CommissionRuleShop(Base):
    """A shop that a rule is for: the one of a shop's rule, each of a campaign's. Rows are added, never changed."""

    __tablename__ = "commission_rule_shops"
    __table_args__ = (Index("ix_commission_rule_shops_shop_id", "shop_id"), IN_PROGRAMME)

    rule_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.commission_rules.id"), primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"), primary_key=True)
